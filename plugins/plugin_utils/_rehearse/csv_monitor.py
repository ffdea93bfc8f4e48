# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests and alerts of one monitor that follow from the times at which it was down."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import accumulate
from typing import NamedTuple

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus, MonitorTest
from .csv_history import Site
from .history import ALERT_AFTER, FAULT_ERROR

VISIBLE_AFTER = 1.0
"""Seconds from the start of a test until the service reports it."""

DOWN_ERROR = "down according to the history"

NO_FIELDS: dict[str, object] = {}

ENDLESS = 2**62
"""The number of the last test of a run of failures that does not end."""


class TimedStatus(NamedTuple):
    """A status that the service reports from ``since`` until just before ``until``, in epoch seconds."""

    status: MonitorStatus
    since: float
    until: float


class _Quiet(NamedTuple):
    """Tests from the number ``first`` to just before ``end`` that passed after another one that did.

    ``last_failed`` is the newest failed test before them, and ``alerted`` the start of the newest alert.
    """

    first: int
    end: int
    last_failed: MonitorTest | None
    alerted: float | None
    alert_id: str | None


class CsvMonitor:
    """A monitor whose test ``k`` starts at ``k * timer + offset``, from its first record on.

    A test fails if the last record at its start or before says that the monitor is down. The service raises an alert
    with the third failure in a row and clears it with the next passed test. ``runs`` has the numbers of the first and
    the last test of each run of failures, in ascending order.
    """

    def __init__(self, site: Site, place: int, total: int, timer: float) -> None:
        self.site = site
        self.timer = site.timer or timer
        self.offset = math.floor(place * self.timer / total)
        self.exists_from = site.times[0]
        self.config = MonitorConfig(site.name, site.label or site.name, site.type, self.timer, True, NO_FIELDS)
        self._first = self.number_from(self.exists_from)
        self._set_runs(self._find_runs())
        self._fault_from = math.inf

    def number_from(self, instant: float) -> int:
        """Return the number of the first test that starts at ``instant`` or later."""
        return math.ceil((instant - self.offset) / self.timer)

    def start(self, number: int) -> float:
        return number * self.timer + self.offset

    def _visible(self, number: int) -> float:
        return math.inf if number >= ENDLESS else self.start(number) + VISIBLE_AFTER

    def _find_runs(self) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        times, down = self.site.times, self.site.down
        for place, is_down in enumerate(down):
            if not is_down:
                continue
            last = self.number_from(times[place + 1]) - 1 if place + 1 < len(times) else ENDLESS
            _add_run(runs, max(self._first, self.number_from(times[place])), last)
        return runs

    def _set_runs(self, runs: list[tuple[int, int]]) -> None:
        self._quiet: _Quiet | None = None
        self._run_firsts = [first for first, _last in runs]
        self._run_lasts = [last for _first, last in runs]
        self._failed_before = [0, *accumulate(last - first + 1 for first, last in runs)]
        alerts = [(first, last) for first, last in runs if last - first + 1 >= ALERT_AFTER]
        self._raised = [self._visible(first + ALERT_AFTER - 1) for first, _last in alerts]
        self._cleared = [self._visible(last + 1) for _first, last in alerts]
        self._alert_ids = [f"{self.site.name}-{first}" for first, _last in alerts]

    def plant(self, since: float, until: float, fails: Callable[[str, int], bool]) -> CsvMonitor:
        """Return this monitor with more failures: of the tests from ``since`` to ``until`` that ``fails`` selects."""
        planted = object.__new__(CsvMonitor)
        planted.__dict__.update(self.__dict__)
        begin, end = max(self._first, self.number_from(since)), self.number_from(until)
        own = list(zip(self._run_firsts, self._run_lasts, strict=True))
        selected = {number for number in range(begin, end) if fails(self.site.name, number)}
        runs: list[tuple[int, int]] = []
        for first, last in sorted([*own, *((number, number) for number in selected)]):
            _add_run(runs, first, last)
        planted._set_runs(runs)
        planted._fault_from = self.start(begin)
        return planted

    def failed_until(self, number: int) -> int:
        """Return how many tests up to ``number`` failed."""
        place = bisect_right(self._run_firsts, number)
        if not place:
            return 0
        beyond = max(0, self._run_lasts[place - 1] - number)
        return self._failed_before[place] - beyond

    def _last_failed(self, newest: int) -> int | None:
        place = bisect_right(self._run_firsts, newest)
        return min(newest, self._run_lasts[place - 1]) if place else None

    def failed_share(self, since: float, until: float) -> float | None:
        """Return the share of failed tests of those that start in the period, without its end; None without a test."""
        first, end = max(self._first, self.number_from(since)), self.number_from(until)
        if end <= first:
            return None
        return (self.failed_until(end - 1) - self.failed_until(first - 1)) / (end - first)

    def was_down(self, since: float, until: float) -> bool:
        """Whether the records say that the monitor was down at some time from ``since`` to ``until``."""
        times, down = self.site.times, self.site.down
        first = max(0, bisect_right(times, since) - 1)
        return any(down[place] for place in range(first, bisect_right(times, until)))

    def status_at(self, instant: float, window: float) -> TimedStatus:
        """Return the status at ``instant``, with the counts of the last ``window`` seconds."""
        timer, offset = self.timer, self.offset
        newest = math.floor((instant - VISIBLE_AFTER - offset) / timer)
        oldest = max(self._first, math.floor((instant - window - offset) / timer) + 1)
        quiet = self._quiet
        if quiet is None or not quiet.first <= oldest <= newest < quiet.end:
            quiet = self._quiet = self._find_quiet(oldest, newest)
        if quiet is not None and (quiet.alerted is None or quiet.alerted <= instant - window):
            return self._describe_quiet(quiet, instant, window, newest, oldest)
        raised = bisect_right(self._raised, instant)
        recent = bisect_right(self._raised, instant - window)
        since, until = self._validity(instant, window, newest, oldest, recent, raised)
        if newest < self._first:
            status = MonitorStatus(self.site.name, self.config.label, False, 0, 0, 0, None, None, None, NO_FIELDS)
            return TimedStatus(status, since, until)
        failed = self._last_failed(newest)
        last_failed = None if failed is None else self._failed_test(failed)
        is_failed = failed == newest
        status = MonitorStatus(
            self.site.name,
            self.config.label,
            bool(raised) and instant < self._cleared[raised - 1],
            raised - recent,
            max(0, self.failed_until(newest) - self.failed_until(oldest - 1)),
            max(0, newest - oldest + 1),
            self._raised[raised - 1] if raised else None,
            last_failed if is_failed else MonitorTest(self.start(newest), None),
            last_failed,
            NO_FIELDS,
            self._alert_ids[raised - 1] if raised else None,
        )
        return TimedStatus(status, since, until)

    def _find_quiet(self, oldest: int, newest: int) -> _Quiet | None:
        """Return the time between two runs of failures to which these tests belong; None if there is no such time."""
        place = bisect_right(self._run_firsts, newest)
        first = self._run_lasts[place - 1] + 2 if place else self._first
        if not first <= oldest <= newest:
            return None
        raised = bisect_right(self._raised, self._visible(first - 1))
        return _Quiet(
            first,
            self._run_firsts[place] if place < len(self._run_firsts) else ENDLESS,
            self._failed_test(self._run_lasts[place - 1]) if place else None,
            self._raised[raised - 1] if raised else None,
            self._alert_ids[raised - 1] if raised else None,
        )

    def _describe_quiet(self, quiet: _Quiet, instant: float, window: float, newest: int, oldest: int) -> TimedStatus:
        """Return the status at ``instant`` if neither a failed test nor the start of an alert is in the window."""
        timer, offset = self.timer, self.offset
        started = newest * timer + offset
        since = max(started + VISIBLE_AFTER, (oldest - 1) * timer + offset + window)
        if quiet.alerted is not None:
            since = max(since, quiet.alerted + window)
        until = min((newest + 1) * timer + offset + VISIBLE_AFTER, oldest * timer + offset + window)
        status = MonitorStatus(
            self.site.name,
            self.config.label,
            False,
            0,
            0,
            newest - oldest + 1,
            quiet.alerted,
            MonitorTest(started, None),
            quiet.last_failed,
            NO_FIELDS,
            quiet.alert_id,
        )
        return TimedStatus(status, min(since, instant), until)

    def _failed_test(self, number: int) -> MonitorTest:
        started = self.start(number)
        return MonitorTest(started, DOWN_ERROR if started < self._fault_from else FAULT_ERROR)

    def _validity(
        self, instant: float, window: float, newest: int, oldest: int, recent: int, raised: int
    ) -> tuple[float, float]:
        """Return the period around ``instant`` in which the status is the same.

        It ends with the next test, and when a test or an alert leaves the window. Alerts start and end with tests.
        """
        since = max(self._visible(newest), self.start(oldest - 1) + window)
        until = min(self._visible(newest + 1), self.start(oldest) + window)
        if recent:
            since = max(since, self._raised[recent - 1] + window)
        if raised > recent:
            until = min(until, self._raised[recent] + window)
        return min(since, instant), until


def _add_run(runs: list[tuple[int, int]], first: int, last: int) -> None:
    """Append a run of failures, and join it with the previous one if no test lies between them."""
    if last < first:
        return
    if runs and first <= runs[-1][1] + 1:
        runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
    else:
        runs.append((first, last))


def build_monitors(sites: Iterable[Site], timer: float) -> list[CsvMonitor]:
    """Return the monitors of ``sites``, whose tests are spread over a timer."""
    ordered = list(sites)
    return [CsvMonitor(site, place, len(ordered), timer) for place, site in enumerate(ordered)]
