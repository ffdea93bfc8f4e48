# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planted faults in recorded statuses: tests that started since the fault appear as failed, and raise alerts."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...module_utils._domain.monitor import MonitorStatus, MonitorTest
from ...module_utils._domain.service_defaults import WINDOW
from .._journal.observation import Observation
from .csv_service import fails_by_hash
from .history import ALERT_AFTER, FAULT_ERROR, PlantedFault

VISIBLE_AFTER = 1.0
"""Seconds from the start of a test until an alert that it raises is active."""


class PlantedStatuses:
    """Changes the statuses of the monitors of a fault. Their tests are numbered from the first one since the fault.

    The starts of tests between two polls follow from the timer, backwards from the newest test.
    """

    def __init__(self, fault: PlantedFault) -> None:
        self._fault = fault

    def apply(self, statuses: Sequence[MonitorStatus], observation: Observation) -> list[MonitorStatus]:
        """Return ``statuses``, those of a recorded poll, with the fault."""
        timers = {config.id: config.timer for config in observation.configs or ()}
        now = observation.service_time
        return [
            self._change(status, timers.get(status.id), now) if status.id in self._fault.monitors else status
            for status in statuses
        ]

    def _change(self, status: MonitorStatus, timer: float | None, now: float) -> MonitorStatus:
        newest = status.last_test
        if newest is None or newest.started is None or newest.started < self._fault.since:
            return status
        starts = self._starts(newest.started, timer)
        failed = [fails_by_hash(self._fault.failing, status.id, number) for number in range(len(starts))]
        failed[-1] = failed[-1] or status.failing
        if not any(failed):
            return status
        last = max(number for number, is_failed in enumerate(failed) if is_failed)
        planted = MonitorTest(starts[last], FAULT_ERROR)
        recent = sum(is_failed and starts[number] > now - WINDOW for number, is_failed in enumerate(failed))
        count = None if status.fail_count is None else max(status.fail_count, recent)
        changed = status._replace(
            last_test=newest._replace(error=newest.error or FAULT_ERROR) if failed[-1] else newest,
            last_failed=_later(status.last_failed, planted),
            fail_count=count if count is None or status.test_count is None else min(count, status.test_count),
        )
        return _add_alert(changed, starts, failed)

    def _starts(self, newest: float, timer: float | None) -> list[float]:
        """Return the starts of the tests since the fault, in ascending order."""
        if not timer:
            return [newest]
        number = math.floor((newest - self._fault.since) / timer)
        return [newest - place * timer for place in range(number, -1, -1)]


def _later(one: MonitorTest | None, other: MonitorTest) -> MonitorTest:
    if one is None or one.started is None or other.started is None or one.started < other.started:
        return other
    return one


def _add_alert(status: MonitorStatus, starts: Sequence[float], failed: Sequence[bool]) -> MonitorStatus:
    """Return ``status`` with the newest alert that the failed tests raise, active unless a test passed since."""
    run, raised, first = 0, None, 0.0
    for start, is_failed in zip(starts, failed, strict=True):
        run = run + 1 if is_failed else 0
        if run == 1:
            first = start
        if run == ALERT_AFTER:
            raised = start + VISIBLE_AFTER, first
    if raised is None or status.alert_active:
        return status
    return status._replace(
        alert_active=run >= ALERT_AFTER,
        alerted=raised[0],
        alert_id=f"planted-{status.id}-{raised[1]:.0f}",
        alert_count=(status.alert_count or 0) + 1,
    )
