# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CSV history by the documented model alone: every test of every monitor, one after another.

It imports nothing of the rehearsal, so that a shared mistake is noticed.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import Decision, decide
from ansible_collections.knowledgefront.monitoring.tests.characteristic.simulated_service import VirtualClock


class NaiveMonitor:
    """A monitor with the list of all its tests until ``end``: their starts and whether each failed."""

    def __init__(self, name: str, records: Sequence[tuple[float, bool]], offset: int, timer: int, end: float) -> None:
        self.name, self.timer, self.records = name, timer, records
        self.begins = records[0][0]
        self.tests: list[tuple[float, bool]] = []
        start = (math.floor((self.begins - offset) / timer) - 1) * timer + offset
        while start <= end:
            if start >= self.begins:
                self.tests.append((start, self._was_down(start)))
            start += timer
        self.alerts = self._find_alerts()

    def _was_down(self, instant: float) -> bool:
        state = False
        for time, down in self.records:
            if time <= instant:
                state = down
        return state

    def down_between(self, since: float, until: float) -> bool:
        """Whether a record makes the monitor down at some second of the period."""
        return self._was_down(since) or any(down for time, down in self.records if since <= time <= until)

    def _find_alerts(self) -> list[tuple[float, float, float]]:
        """Return when each alert was raised and cleared, and when its first failed test started."""
        found, run = [], []
        for start, failed in [*self.tests, (math.inf, False)]:
            if failed:
                run.append(start)
                continue
            if len(run) >= 3:
                found.append((run[2] + 1, start + 1, run[0]))
            run = []
        return found

    def status(self, now: float, window: float) -> MonitorStatus:
        visible = [test for test in self.tests if test[0] + 1 <= now]
        recent = [test for test in visible if test[0] > now - window]
        failed = [test for test in visible if test[1]]
        raised = [alert for alert in self.alerts if alert[0] <= now]
        return MonitorStatus(
            self.name,
            self.name,
            bool(raised) and now < raised[-1][1],
            sum(alert[0] > now - window for alert in raised),
            sum(test[1] for test in recent),
            len(recent),
            raised[-1][0] if raised else None,
            MonitorTest(visible[-1][0], "down" if visible[-1][1] else None) if visible else None,
            MonitorTest(failed[-1][0], "down") if failed else None,
            {},
            f"{self.name} {raised[-1][2]}" if raised else None,
        )


class NaiveService:
    """The service of a file with the columns ``site,time,down``."""

    def __init__(self, lines: Iterable[str], timer: int = 300) -> None:
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))[1:]
        records: dict[str, list[tuple[float, bool]]] = {}
        for name, time, down in rows:
            records.setdefault(name, []).append((float(time), down == "1"))
        end = max(float(row[1]) for row in rows)
        self.first, self.last = min(float(row[1]) for row in rows), end
        self.monitors = [
            NaiveMonitor(name, found, place * timer // len(records), timer, end)
            for place, (name, found) in enumerate(records.items())
        ]
        self.clock = VirtualClock(0.0)

    def statuses(self, everything: bool = False, window: int = 1800) -> list[MonitorStatus]:
        now = self.clock.now
        assert self.first <= now <= self.last
        return [monitor.status(now, window) for monitor in self._existing()]

    def configs(self) -> list[MonitorConfig]:
        return [MonitorConfig(one.name, one.name, None, float(one.timer), True, {}) for one in self._existing()]

    def service_time(self) -> tuple[float, float]:
        return self.clock.now, self.clock.now

    def _existing(self) -> list[NaiveMonitor]:
        return [monitor for monitor in self.monitors if monitor.begins <= self.clock.now]

    def deploy(self, at: float, options: Mapping[str, Any], duration: float = 600.0) -> list[Decision]:
        """Return the decisions of a deployment with one batch, until one of them stops it."""
        self.clock.now = at
        decisions = [decide({**options, "phase": "before"}, self)]
        began, baseline = self.clock.now, decisions[0].result["baseline"]
        for phase, planned in (("during", began + duration / 2), ("after", began + duration)):
            if decisions[-1].result["decision"] == "stop":
                break
            self.clock.now = max(self.clock.now, planned)
            decisions.append(decide({**options, "phase": phase, "baseline": baseline}, self))
        return decisions


def write_history(seed: int, sites: int = 12, days: float = 2.0) -> list[str]:
    """Return the lines of a random history with short and long outages, sites that begin late, and repeated records."""
    rng, first = Random(seed), 1_770_000_000
    end = first + int(days * 86400)
    records: list[tuple[int, int, int]] = [(end, 0, 0)]
    for site in range(sites):
        begins = first + (rng.randrange(3 * 3600, 86400) if site % 5 == 4 else rng.randrange(30))
        down = rng.random() < 0.1
        instant = begins
        while instant < end:
            records.append((instant, site, int(down)))
            longest = rng.choice((400, 900, 2000, 9000)) if down else rng.choice((3000, 20_000, 80_000))
            instant += rng.randrange(1, longest)
            down = not down if rng.random() < 0.9 else down
    records.sort()
    return ["# random sites", "site,time,down", *(f"s{site},{time},{down}" for time, site, down in records)]
