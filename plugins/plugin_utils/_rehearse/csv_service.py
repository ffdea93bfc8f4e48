# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CSV history as a service: the statuses and configurations that its monitors would have had."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.service_defaults import WINDOW
from ...module_utils._domain.timestamps import utc
from .._gate_action.sampling import StatusClient
from .csv_history import CsvFile
from .csv_monitor import CsvMonitor, TimedStatus, build_monitors
from .document import CSV
from .gate_replay import VirtualClock
from .history import Gap, GapError, PlantedFault

HOUR = 3600.0


def fails_by_hash(share: float, monitor_id: str, number: int) -> bool:
    """Return whether a planted fault fails this test: always the same for the same test, in ``share`` of all cases."""
    if share >= 1.0:
        return True
    drawn = blake2b(f"{number}:{monitor_id}".encode("utf-8", "surrogatepass"), digest_size=7, usedforsecurity=False)
    return int.from_bytes(drawn.digest(), "big") < share * 2**56


class CsvHistory:
    """The monitors of a CSV file. It covers every time from its first to its last record."""

    kind = CSV

    def __init__(self, file: CsvFile, timer: float) -> None:
        self.name, self.first, self.last, self.timer = file.name, file.first, file.last, timer
        self.samples = file.rows
        self.monitors = build_monitors(file.sites, timer)
        self._by_id = {monitor.site.name: monitor for monitor in self.monitors}
        self._exist_from = sorted({monitor.exists_from for monitor in self.monitors})
        self._listed: tuple[float, float, list[CsvMonitor], list[MonitorConfig]] | None = None
        self._statuses: dict[float, StatusCache] = {}

    def gaps(self) -> Sequence[Gap]:
        return []

    def configs(self) -> Sequence[MonitorConfig]:
        return [monitor.config for monitor in self.monitors]

    def prepare(self, since: float) -> None:
        """Forget the statuses of earlier deployments."""
        self._statuses.clear()

    def client(self, clock: VirtualClock, fault: PlantedFault | None = None) -> StatusClient:
        planted = {} if fault is None else self._plant(fault)
        return CsvClient(self, clock, planted)

    def _plant(self, fault: PlantedFault) -> Mapping[str, CsvMonitor]:
        def fails(monitor_id: str, number: int) -> bool:
            return fails_by_hash(fault.failing, monitor_id, number)

        return {name: self._by_id[name].plant(fault.since, fault.until, fails) for name in fault.monitors}

    def had_outage(self, monitor_ids: Iterable[str], since: float, until: float, alert_after: int) -> bool:
        found = [self._by_id[name] for name in monitor_ids if name in self._by_id]
        return any(one.was_down(since - alert_after * one.timer, until + alert_after * one.timer) for one in found)

    def failed_shares(self, monitor_id: str) -> list[float | None]:
        monitor = self._by_id[monitor_id]
        hours = range(max(1, math.ceil((self.last - self.first) / HOUR)))
        starts = [self.first + hour * HOUR for hour in hours]
        return [monitor.failed_share(start, min(start + HOUR, self.last)) for start in starts]

    def check_covered(self, since: float, until: float) -> None:
        if since < self.first:
            raise GapError(f"the history begins at {utc(self.first)}, after {utc(since)}")
        if until > self.last:
            raise GapError(f"the history ends at {utc(self.last)}, before {utc(until)}")

    def list_monitors(self, instant: float) -> tuple[list[CsvMonitor], list[MonitorConfig]]:
        """Return the monitors that exist at ``instant``, and their configurations, the same lists while unchanged."""
        if self._listed is None or not self._listed[0] <= instant < self._listed[1]:
            since = max(start for start in self._exist_from if start <= instant)
            until = min((start for start in self._exist_from if start > instant), default=math.inf)
            monitors = [monitor for monitor in self.monitors if monitor.exists_from <= instant]
            self._listed = since, until, monitors, [monitor.config for monitor in monitors]
        return self._listed[2:]

    def statuses_at(self, instant: float, window: float) -> list[MonitorStatus]:
        """Return the statuses of all monitors, the same objects while they do not change."""
        cache = self._statuses.get(window)
        if cache is None:
            cache = self._statuses[window] = StatusCache(window)
        return cache.respond(instant, self.list_monitors(instant)[0])


class StatusCache:
    """The statuses of one deployment, so that the gates of all policies share them."""

    def __init__(self, window: float) -> None:
        self._window = window
        self._responses: dict[float, list[MonitorStatus]] = {}
        self._newest: dict[CsvMonitor, TimedStatus] = {}

    def respond(self, instant: float, monitors: Sequence[CsvMonitor]) -> list[MonitorStatus]:
        """Return the statuses of ``monitors``, the same objects while they do not change."""
        response = self._responses.get(instant)
        if response is not None:
            return response
        response, newest = [], self._newest
        for monitor in monitors:
            found = newest.get(monitor)
            if found is None or not found[1] <= instant < found[2]:
                found = newest[monitor] = monitor.status_at(instant, self._window)
            response.append(found[0])
        self._responses[instant] = response
        return response


class CsvClient:
    """Serves a history by a clock, without a delay. ``planted`` replaces monitors by their id."""

    def __init__(self, history: CsvHistory, clock: VirtualClock, planted: Mapping[str, CsvMonitor]) -> None:
        self._history = history
        self._clock = clock
        self._planted = planted

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[MonitorStatus]:
        now = self._clock.now
        self._history.check_covered(now, now)
        statuses = self._history.statuses_at(now, window)
        if self._planted:
            return [self._replace(status, now, window) for status in statuses]
        return statuses

    def _replace(self, status: MonitorStatus, now: float, window: int) -> MonitorStatus:
        planted = self._planted.get(status.id)
        return status if planted is None else planted.status_at(now, window).status

    def configs(self) -> Sequence[MonitorConfig]:
        return self._history.list_monitors(self._clock.now)[1]

    def service_time(self) -> tuple[float, float]:
        return self._clock.now, self._clock.now
