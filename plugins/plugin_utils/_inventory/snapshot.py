# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service told of all monitors at one moment."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ...module_utils._ansible.answers import Answer
from ...module_utils._api.errors import NotFoundError
from ...module_utils._domain.monitor import paired
from ...module_utils._domain.timing import staleness

if TYPE_CHECKING:
    from ...module_utils._api.cached_client import AnyConfig, AnyStatus, CachedClient


class Told(NamedTuple):
    """One monitor. ``type`` is None when nobody told it; what the two answers hold is read when it is asked for."""

    id: str
    label: str
    type: str | None
    config: AnyConfig | None
    status: AnyStatus | None
    stale: bool

    @property
    def fields(self) -> Mapping[str, Any]:
        """The configuration as the service sent it; of a monitor without one, what is known instead."""
        return self.config.fields if self.config is not None else {"id": self.id, "label": self.label}


@dataclass(frozen=True)
class Snapshot:
    """``taken`` is in epoch seconds; ``statuses`` is None when they were not asked for."""

    taken: float
    configs: Sequence[AnyConfig]
    statuses: Sequence[AnyStatus] | None

    @property
    def monitors(self) -> list[Told]:
        """The monitors that at least one of the two answers holds, whether they were tested as often as they should."""
        return [self._told(*told) for told in paired(self.configs, self.statuses or ())]

    def _told(self, named: AnyConfig | AnyStatus, config: AnyConfig | None, status: AnyStatus | None) -> Told:
        tested, timer = (status.tested if status else None), (config.timer if config else None)
        stale = staleness(tested, timer, self.taken) is not None
        return Told(named.id, named.label, config.type if config else None, config, status, stale)


CONFIGS, EVERYTHING, ALERTING, ALERTING_AMONG_ALL = "configs", "everything", "alerting", "alerting among all"

MOST_SINGLE = 10
"""Alerting monitors whose configurations are requested one by one. For more of them, one request for all is quicker."""


def scope_of(options: Mapping[str, Any]) -> str:
    """Return which monitors and what of them has to be requested for ``options``."""
    if not options["with_status"]:
        return CONFIGS
    if set(options["statuses"]) != {"alerting"}:
        return EVERYTHING
    # Only among all monitors can a pattern or a type be called unmatched.
    narrowed = options["include"] or options["exclude"] or options["types"]
    return ALERTING_AMONG_ALL if narrowed else ALERTING


def asking(clock: Callable[[], float]) -> Callable[[CachedClient, Mapping[str, Any]], Answer]:
    """Return the question for everything that an inventory is made of; its answer's ``snapshot`` is one."""

    def question(service: CachedClient, options: Mapping[str, Any]) -> Answer:
        configs, statuses = _request(service, scope_of(options))
        return Answer({"snapshot": Snapshot(clock(), configs, statuses)})

    return question


def _request(service: CachedClient, scope: str) -> tuple[Sequence[AnyConfig], Sequence[AnyStatus] | None]:
    if scope == CONFIGS:
        return service.configs(), None
    if scope == EVERYTHING:
        return service.configs(), service.statuses(everything=True)
    statuses = service.statuses()
    return service.configs() if scope == ALERTING_AMONG_ALL else _request_configs(service, statuses), statuses


def _request_configs(service: CachedClient, statuses: Sequence[AnyStatus]) -> Sequence[AnyConfig]:
    """Return the configurations of the monitors in ``statuses``, as far as the service has them."""
    if len(statuses) <= MOST_SINGLE:
        # One that is no longer there is a matter of the list: only that says which monitors are active.
        with contextlib.suppress(NotFoundError):
            return [service.config(status.id) for status in statuses]
    wanted = {status.id for status in statuses}
    return [config for config in service.configs(store=False) if config.id in wanted]
