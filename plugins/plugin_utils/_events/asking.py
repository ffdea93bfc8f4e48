# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked in one look at the service, and which answers are no valid ones although they could be read."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ...module_utils._ansible.selection import make_selector, parse_selection
from ...module_utils._api.client import Client
from ...module_utils._api.deletion import confirm_deleted
from ...module_utils._api.errors import ConfigurationError, ServiceError
from ...module_utils._domain.monitor import MonitorStatus
from ...module_utils._domain.selection import PatternError
from ...module_utils._domain.service_defaults import LONGEST_WINDOW, WINDOW
from ...module_utils._domain.text import agree, sanitize
from .memory import MonitorState, SourceState, StatusReading, StoredConfig
from .sample import Sample

if TYPE_CHECKING:
    from typing import Any

    from ...module_utils._ansible.selection import Selector
    from ...module_utils._domain.selection import N

MOST_CONFIRMED = 50
"""Monitors that are asked for one by one in one look, since a list lacks them; the others have to wait for the next."""

OVERLAP = 5
"""Seconds by which a longer window begins before the last look."""


class Question:
    """Asks the same question again and again, for configurations only every so many times or when they are needed.

    The first time, a pattern that selects nothing is a mistake. Later it means that monitors were removed.
    """

    def __init__(
        self,
        client: Client,
        options: Mapping[str, Any],
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._warn = warn
        self._clock = clock
        self._selection = parse_selection(options)
        self._choose: Selector | None = make_selector(self._selection, options["on_unmatched"])
        self._every: int = options["config_every"]
        self._until_configs = 0
        self._known_to_list: frozenset[str] = frozenset()
        self._others: frozenset[str] = frozenset()
        self._without_config: frozenset[str] = frozenset()

    def now(self) -> tuple[float, float]:
        """Return the earliest and the latest that it can be for the service, by our clock while it told none."""
        return self._client.service_time() or (self._clock(), self._clock())

    def ask(self, memory: SourceState) -> Sample:
        """Return what the service tells. Raises KnowledgeFrontError, also for answers that contradict each other."""
        self._client.authenticate()
        window = self._window(memory)
        statuses = self._fetch_statuses(memory, window)
        earliest, latest = self.now()
        configs: dict[str, StoredConfig] | None = None
        others: dict[str, StoredConfig] = {}
        gone: frozenset[str] = frozenset()
        if self._configs_due(statuses, memory):
            listed = self._fetch_configs(memory)
            configs = self._chosen(listed, memory)
            if not statuses and configs:
                raise ServiceError(
                    f"the status answer names no monitor, while {len(configs)} "
                    f"{agree(len(configs), 'is', 'are')} configured: it is not whole",
                    code="empty_answer",
                )
            others = {config.id: config for config in listed if config.id not in configs}
            gone, all_confirmed = self._gone(memory, configs.keys() | others.keys() | statuses.keys())
            self._known_to_list = frozenset(config.id for config in listed)
            self._without_config = frozenset(statuses.keys() - self._known_to_list)
            self._until_configs = self._every if all_confirmed else 1
            self._others = frozenset(others)
        self._until_configs -= 1
        unselected = {identity: config for identity, config in others.items() if identity in memory.monitors}
        return Sample(self._selected(statuses), configs, earliest, latest, window, gone, unselected)

    def _fetch_statuses(self, memory: SourceState, window: int) -> dict[str, StatusReading]:
        readings: dict[str, StatusReading] = {}

        def take(status: MonitorStatus) -> None:
            reading = StatusReading.of(status, memory.monitors.get(status.id))
            readings[reading.id] = reading

        self._client.each_status(take, window)
        return readings

    def _fetch_configs(self, memory: SourceState) -> list[StoredConfig]:
        configs: list[StoredConfig] = []
        self._client.each_config(lambda config: configs.append(StoredConfig.of(config, memory.monitors.get(config.id))))
        return configs

    def _window(self, memory: SourceState) -> int:
        """Return a window that reaches back to the last look, and never before the beginning of that look's own."""
        if memory.sampled is None:
            return WINDOW
        since = math.ceil(self.now()[1] - memory.sampled) + OVERLAP
        return min(LONGEST_WINDOW, max(WINDOW, since))

    def _configs_due(self, statuses: Mapping[str, StatusReading], memory: SourceState) -> bool:
        if self._until_configs <= 0:
            return True
        if not statuses and (memory.monitors or self._known_to_list):
            return True
        return bool(statuses.keys() - self._known_to_list - self._without_config)

    def _chosen(self, listed: list[StoredConfig], memory: SourceState) -> dict[str, StoredConfig]:
        if self._choose is not None:
            candidates: dict[str, StoredConfig | MonitorState] = {
                **memory.monitors,
                **{config.id: config for config in listed},
            }
            _rest, warnings = self._choose(list(candidates.values()), lambda monitor: monitor.type)
            for warning in warnings:
                self._warn(warning)
            self._choose = None
        return {config.id: config for config in self._select(listed, lambda config: config.type)}

    def _select(self, monitors: Sequence[N], kind_of: Callable[[N], str | None]) -> list[N]:
        try:
            return self._selection.choose(monitors, kind_of).monitors
        except PatternError as error:
            raise ConfigurationError(str(error), code="pattern") from None

    def _gone(self, memory: SourceState, there: Iterable[str]) -> tuple[frozenset[str], bool]:
        missing = sorted(memory.monitors.keys() - set(there))
        asked = missing[:MOST_CONFIRMED]
        still = confirm_deleted(self._client, asked)
        if still is not None:
            raise ServiceError(
                f"the list of configurations lacks the monitor {sanitize(still, 80)}, which the service still has, so "
                "that it was cut short",
                code="cut_short",
            )
        return frozenset(asked), len(asked) == len(missing)

    def _selected(self, statuses: Mapping[str, StatusReading]) -> dict[str, StatusReading]:
        told = [status for identity, status in statuses.items() if identity not in self._others]
        if self._selection and self._without_config:
            unnamed = [status for status in told if status.id in self._without_config]
            kept = {status.id for status in self._select(unnamed, lambda status: None)}
            told = [status for status in told if status.id in kept or status.id not in self._without_config]
        return {status.id: status for status in told}


def selection_named(options: Mapping[str, Any]) -> list[list[str]]:
    """Return what tells one selection from another."""
    return [sorted(options[name]) for name in ("include", "exclude", "types")]
