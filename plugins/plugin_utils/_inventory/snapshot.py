# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors of an account at one time: fetches their configurations and status, and joins both."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ...module_utils._ansible.queries import QueryResult
from ...module_utils._api.errors import NotFoundError
from ...module_utils._domain.monitor import pair_by_id
from ...module_utils._domain.timing import staleness

if TYPE_CHECKING:
    from ...module_utils._api.cached_client import AnyConfig, AnyStatus, CachedClient


class MonitorRecord(NamedTuple):
    """The configuration and the status of one monitor; at least one of both is present.

    ``type`` is None if it is unknown. ``config`` and ``status`` are parsed on first use.
    """

    id: str
    label: str
    type: str | None
    config: AnyConfig | None
    status: AnyStatus | None
    stale: bool

    @property
    def fields(self) -> Mapping[str, Any]:
        """The configuration as the service sent it, or the id and the label of a monitor without one."""
        return self.config.fields if self.config is not None else {"id": self.id, "label": self.label}


@dataclass(frozen=True)
class Snapshot:
    """The responses of the service. ``taken`` is in epoch seconds; ``statuses`` is None if they were not requested."""

    taken: float
    configs: Sequence[AnyConfig]
    statuses: Sequence[AnyStatus] | None

    @property
    def monitors(self) -> list[MonitorRecord]:
        """All monitors that have a configuration, a status or both."""
        return [self._make_record(*pair) for pair in pair_by_id(self.configs, self.statuses or ())]

    def _make_record(
        self, source: AnyConfig | AnyStatus, config: AnyConfig | None, status: AnyStatus | None
    ) -> MonitorRecord:
        tested, timer = (status.tested if status else None), (config.timer if config else None)
        is_stale = staleness(tested, timer, self.taken) is not None
        return MonitorRecord(source.id, source.label, config.type if config else None, config, status, is_stale)


CONFIGS, EVERYTHING, ALERTING, ALERTING_AMONG_ALL = "configs", "everything", "alerting", "alerting_among_all"

MAX_SINGLE_REQUESTS = 10
"""The number of alerting monitors up to which single configurations are requested. One list is faster for more."""


def determine_scope(options: Mapping[str, Any]) -> str:
    """Return which requests ``options`` need: one of the four scopes above."""
    if not options["with_status"]:
        return CONFIGS
    if set(options["statuses"]) != {"alerting"}:
        return EVERYTHING
    # Only the list of all monitors shows whether a pattern or a type matches nothing.
    is_narrowed = options["include"] or options["exclude"] or options["types"]
    return ALERTING_AMONG_ALL if is_narrowed else ALERTING


def fetch_snapshot(
    service: CachedClient, options: Mapping[str, Any], clock: Callable[[], float] = time.time
) -> QueryResult:
    """Return a result whose ``snapshot`` holds what ``options`` need. Raises KnowledgeFrontError."""
    configs, statuses = _request(service, determine_scope(options))
    return QueryResult({"snapshot": Snapshot(clock(), configs, statuses)})


def _request(service: CachedClient, scope: str) -> tuple[Sequence[AnyConfig], Sequence[AnyStatus] | None]:
    if scope == CONFIGS:
        return service.configs(), None
    if scope == EVERYTHING:
        return service.configs(), service.statuses(everything=True)
    statuses = service.statuses()
    return service.configs() if scope == ALERTING_AMONG_ALL else _request_configs(service, statuses), statuses


def _request_configs(service: CachedClient, statuses: Sequence[AnyStatus]) -> Sequence[AnyConfig]:
    """Return the configurations of the monitors in ``statuses`` that the service has."""
    if len(statuses) <= MAX_SINGLE_REQUESTS:
        # If one does not exist any more, request the list, which defines what is active.
        with contextlib.suppress(NotFoundError):
            return [service.config(status.id) for status in statuses]
    wanted = {status.id for status in statuses}
    return [config for config in service.configs(store=False) if config.id in wanted]
