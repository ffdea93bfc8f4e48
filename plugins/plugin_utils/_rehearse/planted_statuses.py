# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planted faults in recorded statuses: tests that started since the fault appear as failed, and raise alerts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from ...module_utils._domain.monitor import MonitorStatus, MonitorTest
from ...module_utils._domain.service_defaults import WINDOW
from .._journal.observation import Observation
from .csv_service import fails_by_hash
from .history import ALERT_AFTER, FAULT_ERROR, PlantedFault

VISIBLE_AFTER = 1.0
"""Seconds from the start of a test until an alert that it raises is active."""


class PlantedStatuses:
    """Changes the statuses of the monitors of ``fault`` in the gates of one deployment, in the order of time.

    The starts of tests between two polls follow from the timer.
    """

    def __init__(self, fault: PlantedFault) -> None:
        self.fault = fault
        self._tests: dict[str, list[_Test]] = {}

    def apply(self, statuses: Sequence[MonitorStatus], observation: Observation) -> list[MonitorStatus]:
        """Return ``statuses``, those of a recorded poll, with the fault."""
        timers = {config.id: config.timer for config in observation.configs or ()}
        now = observation.service_time
        return [
            self._change(status, timers.get(status.id), now) if status.id in self.fault.monitors else status
            for status in statuses
        ]

    def _change(self, status: MonitorStatus, timer: float | None, now: float) -> MonitorStatus:
        newest = status.last_test
        if newest is None or newest.started is None or newest.started < self.fault.since:
            return status
        tests = self._add_tests(status, newest.started, timer)
        failed = [test for test in tests if test.is_failed]
        if not failed:
            return status
        counts = status.fail_count is not None and status.test_count is not None
        recent = sum(test.start > now - WINDOW for test in failed)
        most = (status.test_count or 0) - (not tests[-1].is_failed)
        changed = status._replace(
            last_test=newest._replace(error=newest.error or FAULT_ERROR) if tests[-1].is_failed else newest,
            last_failed=_later(status.last_failed, MonitorTest(failed[-1].start, FAULT_ERROR)),
            fail_count=max(status.fail_count or 0, min(recent, most)) if counts else status.fail_count,
        )
        return _add_alert(changed, tests)

    def _add_tests(self, status: MonitorStatus, newest: float, timer: float | None) -> list[_Test]:
        """Return the tests of a monitor since the fault, in ascending order, with those since the previous poll."""
        tests = self._tests.setdefault(status.id, [])
        known = tests[-1].start if tests else self.fault.since - (timer or 0.0)
        if newest > known:
            number = _count_tests(newest - known, timer, is_first=not tests)
            for place in range(number - 1, -1, -1):
                start = newest - place * (timer or 0.0)
                if start >= self.fault.since:
                    is_own = place == 0 and status.failing
                    tests.append(_Test(start, is_own or fails_by_hash(self.fault.failing, status.id, int(start))))
        return tests


def _count_tests(seconds: float, timer: float | None, is_first: bool) -> int:
    """Return how many tests started in the last ``seconds``, of which the newest one is known to have started."""
    if not timer:
        return 1
    return max(1, math.ceil(seconds / timer) if is_first else round(seconds / timer))


class _Test(NamedTuple):
    start: float
    is_failed: bool


def _later(one: MonitorTest | None, other: MonitorTest) -> MonitorTest:
    if one is None or one.started is None or other.started is None or one.started < other.started:
        return other
    return one


def _add_alert(status: MonitorStatus, tests: Sequence[_Test]) -> MonitorStatus:
    """Return ``status`` with the newest alert that the failed tests raise, active unless a test passed since."""
    run, raised, first = 0, None, 0.0
    for test in tests:
        run = run + 1 if test.is_failed else 0
        if run == 1:
            first = test.start
        if run == ALERT_AFTER:
            raised = test.start + VISIBLE_AFTER, first
    if raised is None or status.alert_active:
        return status
    return status._replace(
        alert_active=run >= ALERT_AFTER,
        alerted=raised[0],
        alert_id=f"planted-{status.id}-{raised[1]:.0f}",
        alert_count=(status.alert_count or 0) + 1,
    )
