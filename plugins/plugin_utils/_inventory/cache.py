# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's inventory cache: stores the responses of the service, never a token, and loads them if they are valid."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from ansible.errors import AnsibleOptionsError
from ansible.plugins.inventory import get_cache_plugin

from ...module_utils._ansible.queries import run_query
from ...module_utils._api.errors import KnowledgeFrontError, NetworkError, ServiceError, raise_interruption
from ...module_utils._api.payloads import read_configs, read_statuses
from ...module_utils._api.settings import Settings
from ...module_utils._domain.timestamps import duration, validate_epoch
from .._cache.records import Keys
from .._cache.resilient import open_cache
from .snapshot import Snapshot, determine_scope, fetch_snapshot

VERSION = 1

RETRYABLE_STATUSES = (408, 429)

VOLATILE_PLUGINS = ("memory", "ansible.builtin.memory")

Storage = MutableMapping[str, Any]


def make_cache_key(settings: Settings, path: str, scope: str) -> str:
    """Return the cache key for the source at ``path``, its API, its credentials and its ``scope``.

    It is an HMAC with the secret, so that other credentials get another key and the key reveals nothing.
    """
    return f"kf_monitors_{Keys(settings).name(f'inventory {scope} {path}')}"


class InventoryCache:
    """The cache entry ``key``, which holds a Snapshot.

    ``storage`` drops entries when they expire; ``open_unexpiring`` returns a storage of the same entries that does not.
    ``max_age`` is in seconds, and 0 sets no limit, as in Ansible.
    """

    def __init__(self, key: str, max_age: float, storage: Storage, open_unexpiring: Callable[[], Storage]) -> None:
        self._key, self._max_age = key, max_age
        self._storage, self._open_unexpiring = storage, open_unexpiring

    def get(self, now: float) -> Snapshot | None:
        """Return the snapshot if it is valid and not older than ``max_age`` at ``now``, in epoch seconds."""
        snapshot = _read(lambda: self._storage, self._key)
        if snapshot is None or not now - snapshot.taken >= 0:
            return None
        return snapshot if not self._max_age or now - snapshot.taken <= self._max_age else None

    def get_expired(self) -> Snapshot | None:
        """Return the snapshot if it is valid, regardless of its age."""
        return _read(self._open_unexpiring, self._key)

    def set(self, snapshot: Snapshot) -> None:
        """Replace the entry. Ansible writes it after the source is parsed."""
        statuses = snapshot.statuses
        self._storage[self._key] = {
            "version": VERSION,
            "taken": snapshot.taken,
            "configs": [dict(config.fields) for config in snapshot.configs],
            "statuses": None if statuses is None else [dict(status.fields) for status in statuses],
        }


def _read(open_storage: Callable[[], Storage], key: str) -> Snapshot | None:
    """Return the snapshot under ``key``, or None if there is no valid one, for example in a damaged file."""
    try:
        entry = open_storage().get(key)
        if not isinstance(entry, Mapping) or entry["version"] != VERSION:
            return None
        taken, statuses = entry["taken"], entry["statuses"]
        if isinstance(taken, bool):
            return None
        return Snapshot(
            validate_epoch(taken),
            read_configs({"monitor_list": entry["configs"]}),
            None if statuses is None else read_statuses({"monitor_list": statuses}),
        )
    except BaseException as error:  # noqa: BLE001 - any failure of a cache plugin means that there is no entry
        raise_interruption(error)
        return None


def is_unavailable(error: KnowledgeFrontError) -> bool:
    """Whether ``error`` means that the service cannot be reached or cannot answer now, and the user cannot fix it."""
    if isinstance(error, ServiceError):
        return error.status is not None and (error.status >= 500 or error.status in RETRYABLE_STATUSES)
    return isinstance(error, NetworkError) and error.code != "certificate"


class SnapshotLoader:
    """Loads the snapshot of the source at ``path`` from the inventory cache or from the service."""

    def __init__(self, plugin: Any, settings: Settings, options: Mapping[str, Any], path: str) -> None:
        self._plugin, self._settings, self._options, self._path = plugin, settings, options, path

    def load(self, use_cache: bool) -> Snapshot:
        """Return a snapshot. With ``use_cache`` false, fetch it and replace the cache entry.

        Raises AnsibleOptionsError, and KnowledgeFrontError if ``on_unavailable`` does not allow an expired snapshot or
        there is none.
        """
        cache = self._open_cache()
        if cache is not None and use_cache:
            cached = cache.get(time.time())
            if cached is not None:
                return cached
        warn = self._plugin.display.warning
        try:
            responses = open_cache(self._settings, self._options, warn)
            fetched: Snapshot = run_query(fetch_snapshot, self._settings, self._options, responses).result["snapshot"]
        except KnowledgeFrontError as error:
            may_fall_back = use_cache and self._options["on_unavailable"] == "cache" and is_unavailable(error)
            expired = cache.get_expired() if cache is not None and may_fall_back else None
            if expired is None:
                raise
            age = duration(max(0.0, time.time() - expired.taken))
            warn(f"{error}; using the cached monitors from {age} ago instead")
            return expired
        if cache is not None:
            cache.set(fetched)
        return fetched

    def _open_cache(self) -> InventoryCache | None:
        """Return the cache that the options enable. Raises AnsibleOptionsError."""
        get = self._plugin.get_option
        plugin, is_fallback = get("cache_plugin"), self._options["on_unavailable"] == "cache"
        if is_fallback and (not get("cache") or plugin in VOLATILE_PLUGINS):
            raise AnsibleOptionsError(
                "on_unavailable: cache requires a persistent inventory cache: set cache to true, cache_plugin to one "
                "such as ansible.builtin.jsonfile, and cache_connection to a folder"
            )
        if not get("cache"):
            return None
        arguments = {"_uri": get("cache_connection"), "_prefix": get("cache_prefix")}

        def open_unexpiring() -> Any:
            return get_cache_plugin(plugin, **arguments, _timeout=0)

        try:
            key = make_cache_key(self._settings, self._path, determine_scope(self._options))
        except BaseException as error:  # noqa: BLE001 - the source works without its cache
            raise_interruption(error)
            self._plugin.display.warning(f"the inventory cache is not used because it failed ({type(error).__name__})")
            return None
        return InventoryCache(key, get("cache_timeout"), self._plugin._cache, open_unexpiring)
