# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    AccessError,
    ConfigurationError,
    CredentialsError,
    KnowledgeFrontError,
    NetworkError,
    NotFoundError,
    PayloadError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.cache import (
    InventoryCache,
    is_unavailable,
    make_cache_key,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    NOW,
    make_snapshot,
)

COMPLETE = make_snapshot([{"label": "Mail", "timer": 60, "odd": [1]}], [{"last_test": {"utc_mktime": NOW - 5}}])
WITHOUT_STATUS = make_snapshot([{"label": "Mail"}], None)
KEY = "kf_monitors_1"


def settings(**other: Any) -> Settings:
    known = {"api_url": "https://a", "client_id": "id", "client_secret": Secret("hunter2"), "timeout": 5, "retries": 0}
    return Settings(**{**known, **other})


def make_cache(document: Any, max_age: float = 300) -> InventoryCache:
    cache = {} if document is None else {KEY: document}
    return InventoryCache(KEY, max_age, cache, lambda: cache)


def written(of: Any = COMPLETE) -> dict[str, Any]:
    cache: dict[str, Any] = {}
    InventoryCache(KEY, 300, cache, dict).set(of)
    return dict(json.loads(json.dumps(cache[KEY])))


@pytest.mark.parametrize("of", [COMPLETE, WITHOUT_STATUS])
def test_a_stored_snapshot_is_read_unchanged(of: Any) -> None:
    cache = make_cache(written(of))
    assert cache.get(NOW) == of
    assert cache.get_expired() == of


def test_an_entry_contains_responses_only() -> None:
    assert set(written()) == {"version", "taken", "configs", "statuses"}
    assert "hunter2" not in json.dumps(written())


@pytest.mark.parametrize(
    ("max_age", "age", "fresh"),
    [
        (300, 0, True),
        (300, 300, True),
        (300, 300.5, False),
        (300, -1, False),
        (0, 1e9, True),
        (0, -1, False),
        (1, 2, False),
    ],
)
def test_an_expired_entry_is_returned_only_on_request(max_age: float, age: float, fresh: bool) -> None:
    cache = make_cache(written(), max_age)
    assert (cache.get(NOW + age) is not None) is fresh
    assert cache.get_expired() == COMPLETE


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in written().items() if key != name}


@pytest.mark.parametrize(
    "document",
    [
        None,
        "text",
        [],
        {},
        without("version"),
        without("taken"),
        without("configs"),
        without("statuses"),
        {**written(), "version": 2},
        {**written(), "version": "1"},
        {**written(), "taken": None},
        {**written(), "taken": "now"},
        {**written(), "taken": True},
        {**written(), "taken": float("nan")},
        {**written(), "taken": float("inf")},
        {**written(), "taken": 10**400},
        {**written(), "configs": None},
        {**written(), "configs": {}},
        {**written(), "configs": [1]},
        {**written(), "configs": [{"label": "no id"}]},
        {**written(), "configs": [{"id": "m", "timer": "often"}]},
        {**written(), "configs": [{"id": "m"}, {"id": "m"}]},
        {**written(), "statuses": [{"monitor": "m"}]},
        {**written(), "statuses": "none"},
        {**written(), "statuses": [{"monitor": "m", "alert_active": "false"}]},
    ],
)
def test_an_invalid_entry_is_ignored(document: Any) -> None:
    cache = make_cache(document)
    assert cache.get(NOW) is None
    assert cache.get_expired() is None


class Broken(dict[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        raise AnsibleError("The cache file was corrupt")


def test_a_file_that_ansible_cannot_read_is_ignored() -> None:
    cache = InventoryCache(KEY, 300, Broken(), Broken)
    assert cache.get(NOW) is None
    assert cache.get_expired() is None


@pytest.mark.parametrize(
    ("other", "path", "with_status"),
    [
        (settings(api_url="https://b"), "/a", True),
        (settings(client_id="other"), "/a", True),
        (settings(client_secret=Secret("hunter3")), "/a", True),
        (settings(validate_certs=False), "/a", True),
        (settings(ca_path="/ca"), "/a", True),
        (settings(), "/b", True),
        (settings(), "/a", False),
    ],
)
def test_other_sources_and_credentials_have_another_key(other: Settings, path: str, with_status: bool) -> None:
    assert make_cache_key(other, path, with_status) != make_cache_key(settings(), "/a", True)


def test_other_options_do_not_change_the_key() -> None:
    assert make_cache_key(settings(timeout=9, retries=3), "/a", True) == make_cache_key(settings(), "/a", True)
    assert make_cache_key(settings(), "/a", True).isidentifier()


@pytest.mark.parametrize(
    ("error", "unavailable"),
    [
        (NetworkError("x"), True),
        (NetworkError("x", code="timeout"), True),
        (NetworkError("x", code="certificate"), False),
        (ServiceError("x", status=500), True),
        (ServiceError("x", status=503), True),
        (ServiceError("x", status=429), True),
        (ServiceError("x", status=408), True),
        (ServiceError("x", status=400), False),
        (ServiceError("x", status=404), False),
        (ServiceError("x", status=200, code="answered_error"), False),
        (ServiceError("x"), False),
        (PayloadError("x", status=200), False),
        (PayloadError("x"), False),
        (CredentialsError("x", status=401), False),
        (AccessError("x", status=403), False),
        (ConfigurationError("x"), False),
        (NotFoundError("x", status=404), False),
        (KnowledgeFrontError("x", status=503), False),
    ],
)
def test_temporary_errors_mean_unavailable(error: KnowledgeFrontError, unavailable: bool) -> None:
    assert is_unavailable(error) is unavailable
