# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept in Ansible's inventory cache: answers that were read, never a token, and believed only when whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from ...module_utils._api.errors import KnowledgeFrontError, NetworkError, ServiceError
from ...module_utils._api.payloads import read_configs, read_statuses
from ...module_utils._api.settings import Settings
from ...module_utils._api.unexpected import raise_interruption
from ...module_utils._domain.timestamps import validate_epoch
from .._cache.records import Keys
from .snapshot import Snapshot

VERSION = 1

TRY_LATER = (408, 429)

Cache = MutableMapping[str, Any]


def cache_key(settings: Settings, path: str, scope: str) -> str:
    """Return the name under which the answers of a ``scope`` are kept for a source: that of one client of one service.

    It is keyed with the secret, so that other credentials find nothing, and tells nothing of it.
    """
    return f"kf_monitors_{Keys(settings).name(f'inventory {scope} {path}')}"


class Kept:
    """The snapshot under ``key``. ``caches`` return what holds it while it is fresh, and what holds it for ever."""

    def __init__(self, key: str, longest: float, fresh: Cache, for_ever: Callable[[], Cache]) -> None:
        self._key, self._longest = key, longest
        self._fresh, self._for_ever = fresh, for_ever

    def fresh(self, now: float) -> Snapshot | None:
        """Return what is kept and not older than the user wants; 0 seconds are no limit, as for Ansible."""
        found = _read(lambda: self._fresh, self._key)
        if found is None or not now - found.taken >= 0:
            return None
        return found if not self._longest or now - found.taken <= self._longest else None

    def last(self) -> Snapshot | None:
        """Return what is kept, however old it is."""
        return _read(self._for_ever, self._key)

    def keep(self, snapshot: Snapshot) -> None:
        """Ansible writes it when the source is parsed."""
        statuses = snapshot.statuses
        self._fresh[self._key] = {
            "version": VERSION,
            "taken": snapshot.taken,
            "configs": [dict(config.fields) for config in snapshot.configs],
            "statuses": None if statuses is None else [dict(status.fields) for status in statuses],
        }


def is_unavailable(error: KnowledgeFrontError) -> bool:
    """Whether ``error`` says that the service cannot be reached or cannot answer now, and nothing that a user mends."""
    if isinstance(error, ServiceError):
        return error.status is not None and (error.status >= 500 or error.status in TRY_LATER)
    return isinstance(error, NetworkError) and error.code != "certificate"


def _read(open_cache: Callable[[], Cache], key: str) -> Snapshot | None:
    """Return what keep was given; None for anything else, such as a file that somebody changed or cut short."""
    try:
        kept = open_cache().get(key)
        if not isinstance(kept, Mapping) or kept["version"] != VERSION:
            return None
        taken, statuses = kept["taken"], kept["statuses"]
        if isinstance(taken, bool):
            return None
        return Snapshot(
            validate_epoch(taken),
            read_configs({"monitor_list": kept["configs"]}),
            None if statuses is None else read_statuses({"monitor_list": statuses}),
        )
    except BaseException as error:  # noqa: BLE001 - whatever breaks in a cache, it holds nothing then
        raise_interruption(error)
        return None
