# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One monitor of a simulated world: when it tests, which tests fail, when it alerts, and its status."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from datetime import datetime, timezone
from random import Random
from typing import Any, NamedTuple

NEVER = math.inf


class AlertSpan(NamedTuple):
    """An alert that is active from ``raised`` until just before ``cleared``, in epoch seconds."""

    raised: float
    cleared: float
    identity: str


class SimulatedMonitor:
    """A monitor whose test ``k`` starts at ``first + k * timer``, plus a jitter, and is visible ``duration`` later.

    The attributes describe it and may be changed until its first status is taken:

    ``failures``: the numbers of the tests that fail, ascending;
    ``pause``: the numbers of the last test before and the first test after a time without tests;
    ``alert_after``: failures in a row that raise an alert, None for a monitor whose alerts are paused;
    ``alerts``: alerts beside those that follow from ``failures``;
    ``has_config``, ``has_status``, ``active``, ``tested``: what the service lists of it;
    ``forgets``: its status has no last test when that is outside the window;
    ``readings``: seconds that ``utc_time_init`` and ``utc_mktime`` are later than the start of a test.
    """

    def __init__(self, identity: str, timer: int, first: float, jitter: float, duration: float) -> None:
        self.identity = identity
        self.timer = timer
        self.first = first
        self.jitter = jitter
        self.duration = duration
        self._salt = int(first)
        self.failures: list[int] = []
        self.pause: tuple[float, float] | None = None
        self.alert_after: int | None = 3
        self.alerts: list[AlertSpan] = []
        self.has_config = self.has_status = self.active = self.tested = True
        self.forgets = False
        self.readings = (0, 0)

    @property
    def label(self) -> str:
        return f"Monitor {self.identity}"

    def start(self, number: int) -> int:
        """Return when test ``number`` starts, in whole epoch seconds."""
        spread = ((number * 2654435761 + self._salt) % 997) / 997
        return int(self.first + number * self.timer + self.jitter * spread)

    def number_at(self, instant: float) -> int:
        """Return the number of the first scheduled test that starts at ``instant`` or later."""
        number = math.floor((instant - self.first - self.jitter) / self.timer)
        while self.start(number) < instant:
            number += 1
        return number

    def fail_at_random(self, probability: float, since: float, until: float, rng: Random) -> None:
        """Let each test from ``since`` to ``until`` fail with ``probability``."""
        if probability <= 0:
            return
        number, last = self.number_at(since), self.number_at(until)
        numbers = set(self.failures)
        while probability < 1:
            number += int(math.log(1 - rng.random()) / math.log(1 - probability))
            if number >= last:
                break
            numbers.add(number)
            number += 1
        else:
            numbers.update(range(number, last))
        self.failures = sorted(numbers)

    def stop_testing(self, instant: float, resume: float | None = None) -> None:
        """Start no test from ``instant`` on, until ``resume``."""
        self.pause = (self.number_at(instant) - 1, NEVER if resume is None else self.number_at(resume))

    def settle_alerts(self) -> None:
        """Derive the alerts from the failures. Must be called once, when these and the pause are final."""
        if self.pause:
            before, after = self.pause
            self.failures = [number for number in self.failures if not before < number < after]
        if self.alert_after is None:
            return
        for first, last in self._runs():
            if last - first + 1 >= self.alert_after:
                raised = self._visible(first + self.alert_after - 1)
                self.alerts.append(AlertSpan(raised, self._visible(self._following(last)), f"{self.identity}-{first}"))
        self.alerts.sort()

    def _runs(self) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        for number in self.failures:
            if runs and number == runs[-1][1] + 1:
                runs[-1] = (runs[-1][0], number)
            else:
                runs.append((number, number))
        return runs

    def alert_at(self, instant: float) -> AlertSpan | None:
        """Return the alert that is active at ``instant``."""
        return next((span for span in self.alerts if span.raised <= instant < span.cleared), None)

    def newest_at(self, instant: float) -> int:
        """Return the number of the newest test whose result is visible at ``instant``."""
        number = self.number_at(math.floor(instant - self.duration) + 1) - 1
        if self.pause and self.pause[0] < number < self.pause[1]:
            return int(self.pause[0])
        return number

    def _following(self, number: int) -> float:
        if self.pause and self.pause[0] <= number < self.pause[1]:
            return self.pause[1]
        return number + 1

    def _visible(self, number: float) -> float:
        return NEVER if number == NEVER else self.start(int(number)) + self.duration

    def status_at(self, instant: float, window: float, clock_offset: float) -> tuple[dict[str, Any], float]:
        """Return the entry of a status response at ``instant``, and the time until which it does not change."""
        newest = self.newest_at(instant)
        oldest = self.number_at(math.floor(instant - window) + 1)
        failed = bisect_right(self.failures, newest)
        in_window = failed - bisect_left(self.failures, oldest)
        raised = [span for span in self.alerts if span.raised <= instant]
        is_reported = self.tested and not (self.forgets and newest < oldest)
        entry: dict[str, Any] = {
            "monitor": self.identity,
            "label": self.label,
            "alert_active": bool(raised) and instant < raised[-1].cleared,
            "alert_count": sum(span.raised > instant - window for span in raised),
            "fail_count": max(in_window, 0) if self.tested else 0,
            "test_count": self._tests(oldest, newest) if self.tested else 0,
            "last_alert": self._alert(raised[-1], clock_offset) if raised else None,
            "last_test": self._test(newest, clock_offset) if is_reported else None,
            "last_failed": self._test(self.failures[failed - 1], clock_offset) if failed and self.tested else None,
        }
        changes = [self._visible(self._following(newest))]
        changes += [span.raised if instant < span.raised else span.raised + window for span in self.alerts]
        changes += [span.cleared for span in self.alerts]
        if in_window > 0 or self.forgets:
            changes.append(self.start(oldest) + window)
        return entry, min(at for at in changes if at > instant)

    def _tests(self, oldest: int, newest: int) -> int:
        count = newest - oldest + 1
        if self.pause and newest >= self.pause[1]:
            count -= max(0, int(self.pause[1]) - max(oldest, int(self.pause[0]) + 1))
        return max(count, 0)

    def _test(self, number: int, clock_offset: float) -> dict[str, Any]:
        start = int(self.start(number) + clock_offset)
        place = bisect_left(self.failures, number)
        failed = place < len(self.failures) and self.failures[place] == number
        return {
            "error": "connection refused" if failed else None,
            "flag": False,
            "utc_mktime": start + self.readings[1],
            "utc_time_init": utc_text(start + self.readings[0]),
        }

    def _alert(self, span: AlertSpan, clock_offset: float) -> dict[str, Any]:
        return {"alert": span.identity, "monitor": self.identity, "utc_time": utc_text(span.raised + clock_offset)}

    def config(self) -> dict[str, Any]:
        """Return the entry of a configuration response."""
        return {
            "id": self.identity,
            "label": self.label,
            "type": "http",
            "timer": self.timer,
            "active": self.active,
            "config": {},
        }


def utc_text(instant: float) -> str:
    """Return epoch seconds as UTC text in the format of the service, without an offset."""
    return datetime.fromtimestamp(int(instant), timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
