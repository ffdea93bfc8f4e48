# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service of a simulated world, with the interface of the API client and a virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_status
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import VirtualClock

from .simulated_monitor import SimulatedMonitor
from .world import World

LATENCY = 0.3
WINDOW = 1800


Observer = Callable[[float, list[MonitorStatus]], None]
"""Called with the time and the statuses of each response."""


class SimulatedService:
    """Stands in for the API client. Statuses are documents that the real parser reads, each when it has changed.

    ``observe`` is called with each answer, for a trace.
    """

    def __init__(self, world: World, clock: VirtualClock, observe: Observer | None = None) -> None:
        self.world = world
        self.clock = clock
        self._observe = observe
        self._configs: list[MonitorConfig] | None = None
        self._listed = [_Listed(monitor) for monitor in world.monitors if monitor.has_status]

    def statuses(self, everything: bool = False, window: int = WINDOW, deadline: object = None) -> list[MonitorStatus]:
        self.clock.sleep(LATENCY)
        now, offset = self.clock.now, self.world.clock_offset
        statuses = [
            listed.status if now < listed.valid_until and listed.window == window else listed.read(now, window, offset)
            for listed in self._listed
        ]
        if self._observe is not None:
            self._observe(now, statuses)
        return statuses

    def configs(self, deadline: object = None) -> list[MonitorConfig]:
        if self._configs is None:
            entries = [monitor.config() for monitor in self.world.monitors if monitor.has_config]
            self._configs = read_configs({"monitor_list": entries})
        return self._configs

    def service_time(self) -> tuple[float, float]:
        now = self.clock.now + self.world.clock_offset
        return now - 0.5, now + 0.5


class _Listed:
    """A monitor with its newest status."""

    __slots__ = ("monitor", "status", "valid_until", "window")

    def __init__(self, monitor: SimulatedMonitor) -> None:
        self.monitor = monitor
        self.status: Any = None
        self.valid_until = float("-inf")
        self.window = 0

    def read(self, now: float, window: int, offset: float) -> MonitorStatus:
        entry, self.valid_until = self.monitor.status_at(now, window, offset)
        self.window = window
        self.status = read_status(entry, "monitor_list")
        return self.status  # type: ignore[no-any-return]
