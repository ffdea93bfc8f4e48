# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of a poll, and the detection of responses that contradict each other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ...module_utils._ansible.selection import make_selector, parse_selection
from ...module_utils._api.client import Client, confirm_deleted
from ...module_utils._api.errors import ConfigurationError, ServiceError
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.selection import PatternError
from ...module_utils._domain.service_defaults import MAX_WINDOW, WINDOW
from ...module_utils._domain.text import agree, sanitize
from .state import MonitorState, PollResult, SourceState, StatusReading, StoredConfig

if TYPE_CHECKING:
    from typing import Any

    from ...module_utils._ansible.selection import Selector
    from ...module_utils._domain.selection import N
    from .recording import PollRecording

MAX_CONFIRMATIONS = 50
"""Missing monitors that one poll requests by id; the next polls request the others."""

WINDOW_OVERLAP = 5
"""Seconds by which a long window begins before the previous poll."""


class Fetcher:
    """Fetches statuses in every poll, and configurations in every ``config_every``-th poll or when they are needed.

    A pattern that matches nothing is an error in the first poll only. Later it means that monitors were removed.
    """

    def __init__(
        self,
        client: Client,
        options: Mapping[str, Any],
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        recording: PollRecording | None = None,
    ) -> None:
        self._client = client
        self._warn = warn
        self._clock = clock
        self._recording = recording
        self._selection = parse_selection(options)
        self._selector: Selector | None = make_selector(self._selection, options["on_unmatched"])
        self._config_every: int = options["config_every"]
        self._polls_until_configs = 0
        self._listed: frozenset[str] = frozenset()
        self._unselected: frozenset[str] = frozenset()
        self._unlisted: frozenset[str] = frozenset()

    def now(self) -> tuple[float, float]:
        """Return the earliest and latest time of the service's clock; the local clock before the first response."""
        return self._client.service_time() or (self._clock(), self._clock())

    def poll(self, state: SourceState) -> PollResult:
        """Return the current data. Raises KnowledgeFrontError, also for responses that contradict each other."""
        if self._recording is not None:
            self._recording.begin()
        self._client.authenticate()
        window = self._window(state)
        statuses = self._fetch_statuses(state, window)
        earliest, latest = self.now()
        configs: dict[str, StoredConfig] | None = None
        others: dict[str, StoredConfig] = {}
        deleted: frozenset[str] = frozenset()
        if self._are_configs_due(statuses, state):
            listed = self._fetch_configs(state)
            configs = self._select_configs(listed, state)
            if not statuses and configs:
                raise ServiceError(
                    f"the status response lists no monitor, but {len(configs)} "
                    f"{agree(len(configs), 'is', 'are')} configured: the response is incomplete",
                    code="empty_answer",
                )
            others = {config.id: config for config in listed if config.id not in configs}
            deleted, is_complete = self._confirm_deletions(state, configs.keys() | others.keys() | statuses.keys())
            self._listed = frozenset(config.id for config in listed)
            self._unlisted = frozenset(statuses.keys() - self._listed)
            self._polls_until_configs = self._config_every if is_complete else 1
            self._unselected = frozenset(others)
        self._polls_until_configs -= 1
        if self._recording is not None:
            self._recording.complete(window)
        unselected = {identity: config for identity, config in others.items() if identity in state.monitors}
        return PollResult(self._select_statuses(statuses), configs, earliest, latest, window, deleted, unselected)

    def _fetch_statuses(self, state: SourceState, window: int) -> dict[str, StatusReading]:
        readings: dict[str, StatusReading] = {}
        recording = self._recording

        def add(status: MonitorStatus) -> None:
            if recording is not None:
                recording.add_status(status)
            reading = StatusReading.from_status(status, state.monitors.get(status.id))
            readings[reading.id] = reading

        self._client.stream_statuses(add, window)
        return readings

    def _fetch_configs(self, state: SourceState) -> list[StoredConfig]:
        configs: list[StoredConfig] = []
        recording = self._recording

        def add(config: MonitorConfig) -> None:
            if recording is not None:
                recording.add_config(config)
            configs.append(StoredConfig.from_config(config, state.monitors.get(config.id)))

        if recording is not None:
            recording.begin_configs()
        self._client.stream_configs(add)
        if recording is not None:
            recording.end_configs()
        return configs

    def _window(self, state: SourceState) -> int:
        """Return the seconds that counts must cover: since the previous poll, and never less than its own window."""
        if state.polled_at is None:
            return WINDOW
        since = math.ceil(self.now()[1] - state.polled_at) + WINDOW_OVERLAP
        return min(MAX_WINDOW, max(WINDOW, since))

    def _are_configs_due(self, statuses: Mapping[str, StatusReading], state: SourceState) -> bool:
        if self._polls_until_configs <= 0:
            return True
        if not statuses and (state.monitors or self._listed):
            return True
        return bool(statuses.keys() - self._listed - self._unlisted)

    def _select_configs(self, listed: list[StoredConfig], state: SourceState) -> dict[str, StoredConfig]:
        if self._selector is not None:
            candidates: dict[str, StoredConfig | MonitorState] = {
                **state.monitors,
                **{config.id: config for config in listed},
            }
            _selected, warnings = self._selector(list(candidates.values()), lambda monitor: monitor.type)
            for warning in warnings:
                self._warn(warning)
            self._selector = None
        return {config.id: config for config in self._select(listed, lambda config: config.type)}

    def _select(self, monitors: Sequence[N], type_of: Callable[[N], str | None]) -> list[N]:
        try:
            return self._selection.select(monitors, type_of).monitors
        except PatternError as error:
            raise ConfigurationError(str(error), code="pattern") from None

    def _confirm_deletions(self, state: SourceState, present: Iterable[str]) -> tuple[frozenset[str], bool]:
        """Return the missing monitors that the service confirms as deleted, and whether these are all."""
        missing = sorted(state.monitors.keys() - set(present))
        requested = missing[:MAX_CONFIRMATIONS]
        existing = confirm_deleted(self._client, requested)
        if existing is not None:
            raise ServiceError(
                f"the list of configurations omits the monitor {sanitize(existing, 80)}, which still exists: the "
                "response is incomplete",
                code="cut_short",
            )
        return frozenset(requested), len(requested) == len(missing)

    def _select_statuses(self, statuses: Mapping[str, StatusReading]) -> dict[str, StatusReading]:
        selected = [status for identity, status in statuses.items() if identity not in self._unselected]
        if self._selection and self._unlisted:
            unlisted = [status for status in selected if status.id in self._unlisted]
            matching = {status.id for status in self._select(unlisted, lambda status: None)}
            selected = [status for status in selected if status.id in matching or status.id not in self._unlisted]
        return {status.id: status for status in selected}


def selection_key(options: Mapping[str, Any]) -> list[list[str]]:
    """Return a value that is equal for equal selections."""
    return [sorted(options[name]) for name in ("include", "exclude", "types")]
