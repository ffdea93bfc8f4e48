# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.groups import (
    BY_STATUS,
    filter_by_status,
    fixed_groups,
    groups_of,
    status_groups,
    type_group,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitors_told import (
    NOW,
    told,
)

WEB = {"type": "http", "timer": 60}
RECENT = {"utc_mktime": NOW - 60}


@pytest.mark.parametrize(
    ("config", "status", "groups"),
    [
        (WEB, {"last_test": RECENT}, ["kf_type_http"]),
        ({"type": None, "timer": 60}, {"last_test": RECENT}, ["kf_monitors"]),
        ({"type": "", "timer": 60}, {"last_test": RECENT}, ["kf_monitors"]),
        (WEB, {"last_test": RECENT, "alert_active": True}, ["kf_type_http", "kf_alerting"]),
        (WEB, {"last_test": {**RECENT, "error": "no"}}, ["kf_type_http", "kf_failing"]),
        (WEB, {"last_test": RECENT, "last_failed": RECENT}, ["kf_type_http", "kf_failing"]),
        (WEB, {"last_test": {"utc_mktime": NOW - 180}}, ["kf_type_http"]),
        (WEB, {"last_test": {"utc_mktime": NOW - 181}}, ["kf_type_http", "kf_stale"]),
        (WEB, {"last_test": {"utc_mktime": NOW + 61}}, ["kf_type_http", "kf_stale"]),
        (WEB, {}, ["kf_type_http", "kf_stale"]),
        ({"type": "http"}, {"last_test": RECENT}, ["kf_type_http", "kf_stale"]),
        (WEB, None, ["kf_type_http", "kf_stale"]),
        (None, {"last_test": RECENT}, ["kf_monitors", "kf_stale"]),
        (None, {"last_test": RECENT, "alert_active": True}, ["kf_monitors", "kf_alerting", "kf_stale"]),
    ],
)
def test_groups_say_what_is_known(
    config: Mapping[str, Any] | None, status: Mapping[str, Any] | None, groups: list[str]
) -> None:
    assert groups_of(told(config, status), BY_STATUS) == groups


def test_without_a_status_nobody_is_said_to_be_stale() -> None:
    assert groups_of(told(WEB), ()) == ["kf_type_http"]


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("http", "kf_type_http"),
        ("DNS Query", "kf_type_DNS_Query"),
        ("../../x", "kf_type_______x"),
        ("{{ 1 }}", "kf_type____1___"),
        ("x" * 300, "kf_type_" + "x" * 100),
    ],
)
def test_the_group_of_a_type_has_a_name_that_ansible_accepts(kind: str, group: str) -> None:
    assert type_group(kind) == group


@pytest.mark.parametrize(
    ("with_status", "statuses", "groups"),
    [
        (False, [], []),
        (True, [], ["kf_alerting", "kf_failing", "kf_stale"]),
        (True, ["alerting"], ["kf_alerting"]),
        (True, ["stale", "failing"], ["kf_stale", "kf_failing"]),
    ],
)
def test_groups_exist_even_when_empty_but_not_when_they_would_be_incomplete(
    with_status: bool, statuses: list[str], groups: list[str]
) -> None:
    by_status = status_groups({"with_status": with_status, "statuses": statuses})
    assert fixed_groups([told(WEB), told({**WEB, "type": None}), told(None, {})], by_status) == [
        "kf_type_http",
        *groups,
    ]
    assert fixed_groups([], by_status) == groups


ALERT = {"last_test": RECENT, "alert_active": True}
FAILED = {"last_test": {**RECENT, "error": "no"}}
FINE = {"last_test": RECENT}


@pytest.mark.parametrize(
    ("statuses", "status", "is_kept"),
    [
        ([], FINE, True),
        (["alerting"], FINE, False),
        (["alerting"], ALERT, True),
        (["alerting"], FAILED, False),
        (["alerting"], None, False),
        (["failing"], FAILED, True),
        (["failing"], ALERT, False),
        (["failing"], None, False),
        (["stale"], FINE, False),
        (["stale"], {}, True),
        (["stale"], None, True),
        (["alerting", "stale"], ALERT, True),
        (["alerting", "stale"], FAILED, False),
    ],
)
def test_monitors_with_any_of_the_statuses_are_kept(statuses: list[str], status: Any, is_kept: bool) -> None:
    monitor = told(WEB, status)
    found = filter_by_status([monitor], {"with_status": True, "statuses": statuses})
    assert list(found) == ([monitor] if is_kept else [])
