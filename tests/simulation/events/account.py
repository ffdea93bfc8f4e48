# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors of an account and their true history, which changes as the choices of a run say.

Times are whole epoch seconds of the service's clock. An alert changes with a test, as the model assumes of the service.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..choices import Choices

EPOCH = 1_780_315_200
"""Epoch seconds at the beginning of virtual time."""

STEADY, TOGGLE, BLIP, PAUSE, REMOVE, ADD, CHANGE = range(7)
GAPS = (45, 20, 5, 90)
"""Seconds between two changes."""


@dataclass
class TrueMonitor:
    """A monitor: its alerts, when it was tested and when it existed. An end of None is in the future."""

    id: str
    timer: int
    raised: list[int] = field(default_factory=list)
    cleared: list[int] = field(default_factory=list)
    tested: list[tuple[int, int | None]] = field(default_factory=list)
    existed: list[tuple[int, int | None]] = field(default_factory=list)
    configs: list[tuple[int, int]] = field(default_factory=list)

    def exists(self, at: float) -> bool:
        return any(begin <= at and (end is None or at < end) for begin, end in self.existed)

    def is_alerting(self, at: float) -> bool:
        return sum(time <= at for time in self.raised) > sum(time <= at for time in self.cleared)

    def last_alert(self, at: float) -> int | None:
        return max((time for time in self.raised if time <= at), default=None)

    def last_test(self, at: float) -> int | None:
        """Return when the newest test started: tests start at the multiples of the timer."""
        for begin, end in reversed(self.tested):
            latest = int(at if end is None else min(at, end)) // self.timer * self.timer
            if latest >= begin:
                return latest
        return None

    def next_test(self, after: float) -> int:
        return (int(after) // self.timer + 1) * self.timer

    def is_tested(self) -> bool:
        return bool(self.tested) and self.tested[-1][1] is None

    def revision(self, at: float) -> int:
        """Return the number of the configuration that was valid."""
        return [number for time, number in self.configs if time <= at][-1]


class Account:
    """The monitors by id. ``changed_at`` is when something changed last. Nothing changes any more when it is frozen."""

    def __init__(self, choices: Choices, began: int = EPOCH) -> None:
        self._choices = choices
        self.began = self.changed_at = began
        self.monitors: dict[str, TrueMonitor] = {}
        self._next = began + choices.pick(GAPS)
        self._is_frozen = False
        self._revisions = 0
        for number in range(1 + choices.below(3)):
            monitor = self._new_monitor(f"m{number}", began - 600)
            old = choices.below(3)
            if old:
                monitor.raised.append(began - 300)
            if old == 2:
                monitor.cleared.append(began - 120)

    def _new_monitor(self, identity: str, at: int) -> TrueMonitor:
        monitor = self.monitors[identity] = TrueMonitor(identity, 15 * (1 + self._choices.below(2)))
        monitor.tested.append((at, None))
        monitor.existed.append((at, None))
        self._configure(monitor, at)
        return monitor

    def _configure(self, monitor: TrueMonitor, at: int) -> None:
        self._revisions += 1
        monitor.configs.append((at, self._revisions))

    def freeze(self) -> None:
        self._is_frozen = True

    def advance(self, now: float) -> None:
        """Make the changes that are due until ``now``."""
        while not self._is_frozen and self._next <= now:
            self._change(self._next)
            self._next += self._choices.pick(GAPS)

    def _change(self, at: int) -> None:
        existing = [monitor for monitor in self.monitors.values() if monitor.exists(at)]
        change = self._choices.pick((STEADY, TOGGLE, BLIP, TOGGLE, PAUSE, REMOVE, ADD, CHANGE))
        if change == STEADY:
            return
        if change == ADD:
            self._add(at)
        elif existing:
            monitor = self._choices.pick(existing)
            {TOGGLE: self._toggle, BLIP: self._blip, PAUSE: self._pause, REMOVE: self._remove}.get(
                change, self._configure
            )(monitor, at)
        self.changed_at = max([self.changed_at, at, *(time for m in existing for time in (*m.raised, *m.cleared))])

    def _toggle(self, monitor: TrueMonitor, at: int) -> None:
        if self._may_alert(monitor, at):
            test = monitor.next_test(at)
            (monitor.cleared if monitor.is_alerting(at) else monitor.raised).append(test)

    def _blip(self, monitor: TrueMonitor, at: int) -> None:
        """Raise an alert that clears with the next test, or clear one that is raised again then."""
        if self._may_alert(monitor, at):
            first = monitor.next_test(at)
            is_alerting = monitor.is_alerting(at)
            (monitor.cleared if is_alerting else monitor.raised).append(first)
            (monitor.raised if is_alerting else monitor.cleared).append(monitor.next_test(first))

    def _may_alert(self, monitor: TrueMonitor, at: int) -> bool:
        return monitor.is_tested() and max([0, *monitor.raised, *monitor.cleared]) <= at

    def _pause(self, monitor: TrueMonitor, at: int) -> None:
        """End the tests of a monitor, or begin them again."""
        begin, end = monitor.tested[-1]
        if end is not None:
            monitor.tested.append((monitor.next_test(at), None))
        elif self._may_alert(monitor, at) and begin <= at:
            monitor.tested[-1] = (begin, at)

    def _remove(self, monitor: TrueMonitor, at: int) -> None:
        if self._may_alert(monitor, at) and not monitor.is_alerting(at):
            begin, _end = monitor.existed[-1]
            monitor.existed[-1] = (begin, at)

    def _add(self, at: int) -> None:
        """Add a monitor, or one again that was removed."""
        removed = [monitor for monitor in self.monitors.values() if not monitor.exists(at)]
        if removed and self._choices.below(2) == 0:
            self._configure(removed[0], at)
            removed[0].existed.append((at, None))
        elif len(self.monitors) < 5:
            self._new_monitor(f"m{len(self.monitors)}", at)
