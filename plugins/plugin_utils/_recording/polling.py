# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Poll the whole account for a journal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ...module_utils._api.errors import KnowledgeFrontError, needs_correction
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus, join_monitors
from ...module_utils._domain.timing import MIN_POLL_INTERVAL, poll_interval
from .._gate.policy import BEFORE, Policy
from .._gate.sample import find_wide_window
from .._journal.observation import SINGLE_POLL_COVERS, Observation, PollError

if TYPE_CHECKING:
    from ...module_utils._api.client import Client

CONFIG_EVERY = 10
"""Polls between two requests for configurations."""

CONFIG_SETTLES = 60.0
"""Seconds after which configurations are requested again if they and the statuses contain different monitors."""

DEFAULT_POLICY = Policy.of(BEFORE, 0.0)
"""Decides which monitors test too rarely for the default window."""


class Poller:
    """Polls every monitor of the account.

    ``interval`` is the number of seconds between two polls, by default the shortest timer within bounds. With ``once``
    and without an interval, nothing is known about the next poll. ``error`` is the error of the last poll, None if it
    succeeded.
    """

    def __init__(
        self,
        client: Client,
        interval: float | None,
        once: bool,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._interval = interval
        self._once = once
        self._now = now
        self._clock = clock
        self._configs: list[MonitorConfig] | None = None
        self._configs_at = 0.0
        self._polls_until_configs = 0
        self.error: KnowledgeFrontError | None = None

    @property
    def interval(self) -> float:
        if self._interval is not None:
            return self._interval
        if self._configs is None:
            return MIN_POLL_INTERVAL
        return poll_interval(config.timer for config in self._configs if config.timer)

    def poll(self) -> Observation:
        """Return what one poll received, or why it failed."""
        requested_at = self._now()
        self.error = None
        try:
            statuses = self._client.statuses(everything=True)
            configs = self._fetch_configs(statuses)
            wide, window = fetch_wide(self._client, configs, statuses)
        except KnowledgeFrontError as error:
            self.error = error
            return self._observation(requested_at)._replace(error=describe_error(error))
        complete = self._observation(requested_at)
        return complete._replace(statuses=statuses, configs=configs, wide=wide, wide_window=window)

    def _observation(self, requested_at: float) -> Observation:
        taken_at = self._now()
        is_single = self._once and self._interval is None
        covers = SINGLE_POLL_COVERS if is_single else periodic_cover(self.interval)
        return Observation(requested_at, taken_at, clock_bounds(self._client.service_time(), taken_at), covers=covers)

    def _fetch_configs(self, statuses: Sequence[MonitorStatus]) -> list[MonitorConfig]:
        """Return the configurations, the same list as before if they did not change."""
        known = self._configs
        if known is not None and not self._are_configs_due(known, statuses):
            self._polls_until_configs -= 1
            return known
        found = [config._replace(fields={}) for config in self._client.configs()]
        self._configs = found if known is None or found != known else known
        self._configs_at, self._polls_until_configs = self._clock(), CONFIG_EVERY - 1
        return self._configs

    def _are_configs_due(self, known: Sequence[MonitorConfig], statuses: Sequence[MonitorStatus]) -> bool:
        if self._polls_until_configs <= 0:
            return True
        differ = {config.id for config in known} != {status.id for status in statuses}
        return differ and self._clock() - self._configs_at >= CONFIG_SETTLES


def fetch_wide(
    client: Client, configs: Sequence[MonitorConfig], statuses: Sequence[MonitorStatus]
) -> tuple[Mapping[str, MonitorStatus], int | None]:
    """Return the statuses, by id, of monitors that test too rarely for the default window, and the window used.

    Raises KnowledgeFrontError. A replay may begin at any poll, so each one is treated as the first.
    """
    needed, window = find_wide_window(join_monitors(configs, statuses), DEFAULT_POLICY, is_first=True)
    if not needed:
        return {}, None
    found: dict[str, MonitorStatus] = {}

    def add(status: MonitorStatus) -> None:
        if status.id in needed:
            found[status.id] = status

    client.stream_statuses(add, window)
    return found, window


def clock_bounds(service_time: tuple[float, float] | None, taken_at: float) -> tuple[float, float] | None:
    """Return the bounds of the seconds by which the service's clock was ahead of ours at ``taken_at``."""
    return None if service_time is None else (service_time[0] - taken_at, service_time[1] - taken_at)


def describe_error(error: KnowledgeFrontError) -> PollError:
    """Return ``error`` as a journal holds it."""
    return PollError(error.code, str(error), needs_correction(error), error.retry_after)


def periodic_cover(interval: float) -> float:
    """Return the seconds that a poll covers if the next one follows after ``interval`` seconds."""
    return 2 * interval + 60.0
