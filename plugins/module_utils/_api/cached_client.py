# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client whose responses come from the cache that the tasks of a controller share, where it has them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Union

from .._domain.service_defaults import WINDOW
from .cache import Cache
from .cache_codec import parse_configs, parse_statuses, serialize_configs, serialize_statuses
from .settings import Settings
from .timeouts import Deadline

if TYPE_CHECKING:
    from .._domain.monitor import MonitorConfig, MonitorStatus
    from .cache_codec import CachedConfig, CachedStatus
    from .client import Client

    AnyStatus = Union[MonitorStatus, CachedStatus]
    AnyConfig = Union[MonitorConfig, CachedConfig]

A = TypeVar("A")
K = TypeVar("K")

MAX_ENTRY_AGE = 86400.0
"""Seconds after which a cached response is no longer used, even if a reader accepts a greater age."""


class CachedClient:
    """Has the methods of Client and raises as they do. The gate must not use it: it needs current responses.

    Every task of every host runs in a process of its own, so Client and what it imports is loaded on demand.
    """

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self._settings = settings
        self._cache = cache
        self._client: Client | None = None

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[AnyStatus]:
        """See Client.statuses."""

        def fetch(deadline: Deadline) -> list[MonitorStatus]:
            return self._connect().statuses(everything, window, deadline)

        return self._request(f"statuses {everything} {window}", fetch, serialize_statuses, parse_statuses)

    def configs(self, store: bool = True) -> Sequence[AnyConfig]:
        """See Client.configs. Without ``store``, a new response is not stored, which takes most time if it is large."""

        def fetch(deadline: Deadline) -> list[MonitorConfig]:
            return self._connect().configs(deadline)

        return self._request("configs", fetch, serialize_configs, parse_configs, store)

    def config(self, monitor_id: str) -> AnyConfig:
        """See Client.config."""

        def fetch(deadline: Deadline) -> list[MonitorConfig]:
            return [self._connect().config(monitor_id, deadline)]

        return self._request(f"config {monitor_id}", fetch, serialize_configs, parse_configs)[0]

    def version(self) -> dict[str, Any]:
        """See Client.version."""

        def serialize(version: dict[str, Any]) -> bytes:
            return json.dumps(version).encode("ascii")

        return self._request("version", lambda deadline: self._connect().version(deadline), serialize, json.loads)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.close()

    def _connect(self) -> Client:
        if self._client is None:
            from .client import Client

            self._client = Client(self._settings, cache=self._cache)
        return self._client

    def _request(
        self,
        request: str,
        fetch: Callable[[Deadline], A],
        serialize: Callable[[A], bytes],
        parse: Callable[[bytes], K],
        store: bool = True,
    ) -> A | K:
        deadline = Deadline(self._settings.timeout)
        with self._cache.acquire_response(request, deadline) as lease:
            if lease.entry is not None:
                return parse(lease.entry.content)
            response = fetch(deadline)
            if store:
                lease.store(lambda: serialize(response), MAX_ENTRY_AGE)
            return response
