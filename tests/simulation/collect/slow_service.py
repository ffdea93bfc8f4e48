# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors that test too rarely for a gate to wait, beside one that does not, and what their tests really were."""

from __future__ import annotations

from collections.abc import Mapping

from ..choices import Choices
from ..gate.answers import Entry, first_entry, make_test, text_of

SLOW = 21600.0
FIRST = 7200.0
"""Seconds from the deployment to the first test of a slow monitor."""

RESULTS = ("c", "c", "fc", "cfc", "cf", "ffc", "a", "ca", "cfcfc")
"""The results of the tests of a slow monitor: clean, failed, or failed with an active alert; the last one goes on."""

SECONDS = 5.0
"""Seconds between the start of a test and the first response that can have it."""


class SlowWorld:
    """The monitors ``x`` and ``y`` test every six hours, ``fast`` every minute. ``start`` is that of the deployment."""

    def __init__(self, choices: Choices, start: float) -> None:
        self.start = start
        self.results = {name: choices.pick(RESULTS) for name in ("x", "y")}
        self.timers: Mapping[str, float | None] = {"x": SLOW, "y": SLOW, "fast": 60.0}

    @property
    def is_healthy(self) -> bool:
        """Whether all tests pass in the end."""
        return all(results[-1] == "c" for results in self.results.values())

    def letters(self, name: str, now: float) -> list[tuple[float, str]]:
        """Return the start and the result of each test until ``now``, oldest first."""
        first = self.start + FIRST
        count = int((now - SECONDS - first) // SLOW) + 1
        before = [(first - SLOW, "c")]
        results = self.results[name]
        return before + [
            (first + number * SLOW, results[min(number, len(results) - 1)]) for number in range(max(0, count))
        ]

    def entry(self, name: str, now: float) -> Entry:
        entry = first_entry(name)
        entry.update(alert_count=None, fail_count=None, test_count=None)
        if name == "fast":
            entry["last_test"] = make_test(now - SECONDS)
            return entry
        tests = self.letters(name, now)
        start, letter = tests[-1]
        failed = [one for one, result in tests if result != "c"]
        alerts = [one for one, result in tests if result == "a"]
        entry["last_test"] = make_test(start, None if letter == "c" else "HTTP 503")
        entry["last_failed"] = make_test(failed[-1], "HTTP 503") if failed else None
        entry["alert_active"] = letter == "a"
        entry["last_alert"] = {"alert": f"{name}-1", "utc_time": text_of(alerts[0])} if alerts else None
        return entry
