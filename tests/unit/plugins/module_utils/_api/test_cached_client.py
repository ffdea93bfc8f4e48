# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache import CacheEntry, Lease
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cache_codec import serialize_configs
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.cached_client import CachedClient
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings

CONFIGS = read_configs({"monitor_list": [{"id": "a"}]})


class Cache:
    """Has ``content``, or nothing, and counts what it is given to store."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.stored: list[bytes] = []

    def acquire_response(self, request: str, deadline: object) -> Any:
        entry = None if self.content is None else CacheEntry(self.content, 1.0)
        return nullcontext(Lease(entry, lambda serialize, lifetime: self.stored.append(serialize())))


class FakeClient:
    def configs(self, deadline: object) -> Any:
        return CONFIGS


@pytest.mark.parametrize(
    ("is_cached", "store", "stored"), [(False, True, 1), (False, False, 0), (True, True, 0), (True, False, 0)]
)
def test_a_response_is_stored_unless_it_is_not_to_be(
    monkeypatch: pytest.MonkeyPatch, is_cached: bool, store: bool, stored: int
) -> None:
    cache: Any = Cache(serialize_configs(CONFIGS) if is_cached else None)
    client = CachedClient(Settings("https://api.example", "id", Secret("s3cr3t")), cache)
    monkeypatch.setattr(client, "_connect", FakeClient)
    assert [config.id for config in client.configs(store=store)] == ["a"]
    assert len(cache.stored) == stored
