# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests and alerts of one monitor, computed from the clock instead of recorded.

All times are whole epoch seconds. A timeline is a list of stretches without changes; inside a stretch, tests happen
every ``timer`` seconds, so the cost does not depend on its length.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

WINDOW_MAX = 10800
LONG_BEFORE = 30 * 86400


@dataclass(frozen=True)
class Stretch:
    """Tests at ``anchor + k * timer`` in (start, the next stretch's start], all with the same outcome.

    ``once`` marks a single requested test at ``start``.
    """

    start: int
    timer: int
    anchor: int
    violations: int
    failing: bool = False
    error: str | None = None
    paused: bool = False
    active: bool = True
    once: bool = False

    def tests_until(self, end: int) -> tuple[int, int, int]:
        """Return (count, first, last) of the tests in (start, end]; first and last are undefined if count is 0."""
        if not self.active or end < self.start:
            return 0, 0, 0
        if self.once:
            return 1, self.start, self.start
        before = (self.start - self.anchor) // self.timer
        after = (end - self.anchor) // self.timer
        return after - before, self.anchor + (before + 1) * self.timer, self.anchor + after * self.timer


@dataclass(slots=True)
class MonitorState:
    """The state of a monitor: its last test, failure and alert, and what happened inside the window."""

    last_test: int | None = None
    last_error: str | None = None
    last_failed: int | None = None
    last_failed_error: str | None = None
    last_alert: int | None = None
    alert_active: bool = False
    failures_in_a_row: int = 0
    test_count: int = 0
    fail_count: int = 0
    alert_count: int = 0

    def advance(self, stretch: Stretch, end: int, since: int) -> None:
        """Add the tests of ``stretch`` up to ``end``; only what is later than ``since`` is counted."""
        count, first, last = stretch.tests_until(end)
        if stretch.paused:
            self.alert_active = False
        if count == 0:
            return
        counted = count
        if first <= since:
            counted = max(0, (last - since + stretch.timer - 1) // stretch.timer)
        self.test_count += counted
        self.last_test = last
        if not stretch.failing:
            self.last_error = None
            self.failures_in_a_row = 0
            self.alert_active = False
            return
        self.last_error = self.last_failed_error = stretch.error
        self.last_failed = last
        self.fail_count += counted
        run = self.failures_in_a_row
        self.failures_in_a_row = run + count
        if stretch.paused or self.alert_active or run + count < stretch.violations:
            return
        # A failed test raises the alert: after a pause it is the next one, not the resumption.
        self.alert_active = True
        self.last_alert = first + max(0, stretch.violations - run - 1) * stretch.timer
        if self.last_alert > since:
            self.alert_count += 1


@dataclass(slots=True)
class Timeline:
    """One monitor's stretches, oldest first, and the state before the oldest of them."""

    stretches: list[Stretch]
    before: MonitorState = field(default_factory=MonitorState)

    @property
    def current(self) -> Stretch:
        """Return the current stretch."""
        return self.stretches[-1]

    def change(self, now: int, **changes: object) -> None:
        """Change properties of the monitor for tests after ``now``."""
        if "timer" in changes:
            changes["anchor"] = now
        self.stretches.append(replace(self.current, start=now, **changes))  # type: ignore[arg-type]
        self._forget(now - WINDOW_MAX)

    def test_once(self, now: int) -> None:
        """Add one test at ``now``; the regular tests continue."""
        lasting = self.current
        self.stretches.append(replace(lasting, start=now, once=True))
        self.stretches.append(replace(lasting, start=now))
        self._forget(now - WINDOW_MAX)

    def state(self, now: int, window: int) -> MonitorState:
        """Return the state at ``now``, counting in (now - window, now]; both in seconds."""
        since = now - window
        state = replace(self.before)
        last = len(self.stretches) - 1
        for index, stretch in enumerate(self.stretches):
            end = now if index == last else min(now, self.stretches[index + 1].start)
            state.advance(stretch, end, since)
        return state

    def unchanged_until(self, state: MonitorState, window: int) -> int:
        """Return a time until which ``state(...)`` cannot change, or 0 if it is unknown."""
        only = self.current
        if len(self.stretches) > 1 or only.failing or only.once or state.last_test is None or not only.active:
            return 0
        oldest_counted = state.last_test - (state.test_count - 1) * only.timer
        leaves = oldest_counted + window if state.test_count else state.last_test + only.timer
        return min(state.last_test + only.timer, leaves) if self.before == MonitorState() else 0

    def _forget(self, horizon: int) -> None:
        while len(self.stretches) > 1 and self.stretches[1].start <= horizon:
            self.before.advance(self.stretches[0], self.stretches[1].start, self.stretches[1].start)
            del self.stretches[0]
