# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.groups import (
    STATUS_GROUPS,
    filter_by_status,
    list_child_groups,
    list_groups_of,
    make_type_group,
    select_status_groups,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    NOW,
    make_record,
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
def test_a_monitor_belongs_to_the_groups_of_its_type_and_status(
    config: Mapping[str, Any] | None, status: Mapping[str, Any] | None, groups: list[str]
) -> None:
    assert list_groups_of(make_record(config, status), STATUS_GROUPS) == groups


def test_without_status_groups_only_the_type_counts() -> None:
    assert list_groups_of(make_record(WEB), ()) == ["kf_type_http"]


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
def test_the_group_of_a_type_has_a_valid_name(kind: str, group: str) -> None:
    assert make_type_group(kind) == group


@pytest.mark.parametrize(
    ("with_status", "statuses", "groups"),
    [
        (False, [], []),
        (True, [], ["kf_alerting", "kf_failing", "kf_stale"]),
        (True, ["alerting"], ["kf_alerting"]),
        (True, ["stale", "failing"], ["kf_stale", "kf_failing"]),
    ],
)
def test_complete_groups_exist_even_if_they_are_empty(
    with_status: bool, statuses: list[str], groups: list[str]
) -> None:
    by_status = select_status_groups({"with_status": with_status, "statuses": statuses})
    assert list_child_groups(
        [make_record(WEB), make_record({**WEB, "type": None}), make_record(None, {})], by_status
    ) == [
        "kf_type_http",
        *groups,
    ]
    assert list_child_groups([], by_status) == groups


ALERT = {"last_test": RECENT, "alert_active": True}
FAILED = {"last_test": {**RECENT, "error": "no"}}
FINE = {"last_test": RECENT}


@pytest.mark.parametrize(
    ("statuses", "status", "is_selected"),
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
def test_monitors_with_any_of_the_statuses_are_selected(statuses: list[str], status: Any, is_selected: bool) -> None:
    monitor = make_record(WEB, status)
    found = filter_by_status([monitor], {"with_status": True, "statuses": statuses})
    assert list(found) == ([monitor] if is_selected else [])
