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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.kept import (
    Kept,
    cache_key,
    is_unavailable,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitors_told import (
    NOW,
    snapshot,
)

TOLD = snapshot([{"label": "Mail", "timer": 60, "odd": [1]}], [{"last_test": {"utc_mktime": NOW - 5}}])
HALF = snapshot([{"label": "Mail"}], None)
KEY = "kf_monitors_1"


def settings(**other: Any) -> Settings:
    known = {"api_url": "https://a", "client_id": "id", "client_secret": Secret("hunter2"), "timeout": 5, "retries": 0}
    return Settings(**{**known, **other})


def kept_as(document: Any, longest: float = 300) -> Kept:
    cache = {} if document is None else {KEY: document}
    return Kept(KEY, longest, cache, lambda: cache)


def written(of: Any = TOLD) -> dict[str, Any]:
    cache: dict[str, Any] = {}
    Kept(KEY, 300, cache, dict).keep(of)
    return dict(json.loads(json.dumps(cache[KEY])))


@pytest.mark.parametrize("of", [TOLD, HALF])
def test_what_is_kept_is_what_was_told(of: Any) -> None:
    kept = kept_as(written(of))
    assert kept.fresh(NOW) == of
    assert kept.last() == of


def test_only_what_was_told_is_written() -> None:
    assert set(written()) == {"version", "taken", "configs", "statuses"}
    assert "hunter2" not in json.dumps(written())


@pytest.mark.parametrize(
    ("longest", "age", "fresh"),
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
def test_what_is_too_old_is_not_fresh_and_still_there(longest: float, age: float, fresh: bool) -> None:
    kept = kept_as(written(), longest)
    assert (kept.fresh(NOW + age) is not None) is fresh
    assert kept.last() == TOLD


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
def test_what_is_not_whole_is_not_believed(document: Any) -> None:
    kept = kept_as(document)
    assert kept.fresh(NOW) is None
    assert kept.last() is None


class Broken(dict[str, Any]):
    def get(self, key: str, default: Any = None) -> Any:
        raise AnsibleError("The cache file was corrupt")


def test_a_file_that_ansible_cannot_read_is_as_none() -> None:
    kept = Kept(KEY, 300, Broken(), Broken)
    assert kept.fresh(NOW) is None
    assert kept.last() is None


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
def test_other_sources_and_credentials_find_nothing(other: Settings, path: str, with_status: bool) -> None:
    assert cache_key(other, path, with_status) != cache_key(settings(), "/a", True)


def test_the_same_source_and_credentials_find_the_same_whatever_else_they_ask() -> None:
    assert cache_key(settings(timeout=9, retries=3), "/a", True) == cache_key(settings(), "/a", True)
    assert cache_key(settings(), "/a", True).isidentifier()


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
def test_only_a_service_that_cannot_answer_now_is_unavailable(error: KnowledgeFrontError, unavailable: bool) -> None:
    assert is_unavailable(error) is unavailable
