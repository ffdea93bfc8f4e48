# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.arguments import CONNECTION
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._connection import option_definitions
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory import hosts
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.hosts import (
    HostVariablesBuilder,
    make_variable_name,
    make_variable_names,
    mark_unsafe,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    NOW,
    make_record,
)

CONFIG = {"id": "m", "label": "Mail", "type": "smtp", "timer": 60, "config": {"host": "a"}, "new field": [1]}
STATUS = {"monitor": "m", "label": "Mail", "alert_active": True, "last_test": {"error": "no", "utc_mktime": NOW - 10}}
OF_CONFIG = {
    "kf_id": "m",
    "kf_label": "Mail",
    "kf_type": "smtp",
    "kf_timer": 60,
    "kf_config": {"host": "a"},
    "kf_new_field": [1],
}


@pytest.mark.parametrize(
    ("config", "status", "with_status", "variables"),
    [
        (CONFIG, None, False, OF_CONFIG),
        (
            CONFIG,
            STATUS,
            True,
            {
                **OF_CONFIG,
                "kf_alert_active": True,
                "kf_failing": True,
                "kf_stale": False,
                "kf_status": {**STATUS, "id": "m"},
            },
        ),
        (
            CONFIG,
            None,
            True,
            {**OF_CONFIG, "kf_alert_active": None, "kf_failing": None, "kf_stale": True, "kf_status": None},
        ),
        (
            None,
            {"label": "Mail"},
            True,
            {
                "kf_id": "m",
                "kf_label": "Mail",
                "kf_alert_active": False,
                "kf_failing": False,
                "kf_stale": True,
                "kf_status": {"monitor": "m", "alert_active": False, "label": "Mail", "id": "m"},
            },
        ),
    ],
)
def test_all_fields_become_variables(
    config: Mapping[str, Any] | None, status: Mapping[str, Any] | None, with_status: bool, variables: dict[str, Any]
) -> None:
    assert HostVariablesBuilder(with_status).build(make_record(config, status)) == variables


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("label", "kf_label"),
        ("config", "kf_config"),
        ("a-b c", "kf_a_b_c"),
        ("Caf\u00e9", "kf_Caf_"),
        ("{{ x }}", "kf____x___"),
        ("", "kf_"),
        ("monitor", "kf_monitor"),
        ("client_secret", "kf_monitor_client_secret"),
        ("client-id", "kf_monitor_client_id"),
        ("api_url", "kf_monitor_api_url"),
        ("base_url", "kf_monitor_base_url"),
        ("timeout", "kf_monitor_timeout"),
        ("status", "kf_monitor_status"),
        ("alert_active", "kf_monitor_alert_active"),
        ("failing", "kf_monitor_failing"),
        ("stale", "kf_monitor_stale"),
        ("stale ", "kf_stale_"),
    ],
)
def test_a_field_gets_a_valid_variable_name(field: str, name: str) -> None:
    assert make_variable_name(field) == name


def test_no_field_becomes_a_connection_option() -> None:
    hostile = dict.fromkeys(CONNECTION, "http://127.0.0.1/") | {name.replace("_", "-"): "x" for name in CONNECTION}
    read = {source["name"] for definition in option_definitions().values() for source in definition["vars"]}
    variables = HostVariablesBuilder(True).build(make_record({**CONFIG, **hostile}, STATUS))
    assert len(read) == len(CONNECTION)
    assert not read & set(variables)


@pytest.mark.parametrize("field", ["failing", "stale", "alert_active", "status"])
def test_no_field_replaces_a_status_variable(field: str) -> None:
    honest, posing = make_record(CONFIG, STATUS), make_record({**CONFIG, field: "all is well"}, STATUS)
    expected = HostVariablesBuilder(True).build(honest) | {f"kf_monitor_{field}": "all is well"}
    assert HostVariablesBuilder(True).build(posing) == expected


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ([], set()),
        (["id", "label"], {"kf_id", "kf_label"}),
        (["status", "stale"], {"kf_status", "kf_stale"}),
        (["timeout", "new field"], {"kf_monitor_timeout", "kf_new_field"}),
        (["monitor_status"], {"kf_monitor_status"}),
    ],
)
def test_fields_have_the_names_of_the_service(fields: list[str], names: set[str]) -> None:
    assert make_variable_names(fields) == names


TEMPLATE = "{{ 1 + 1 }}"


@pytest.mark.parametrize(
    ("value", "dangerous"),
    [
        (TEMPLATE, True),
        ("{% if x %}", True),
        ("{# x #}", True),
        ([TEMPLATE], True),
        ([["x", [TEMPLATE]]], True),
        ({"a": {"b": TEMPLATE}}, True),
        ({TEMPLATE: 1}, True),
        ({"a": {TEMPLATE: 1}}, True),
        ("plain", False),
        ("", False),
        (7, False),
        (True, False),
        (None, False),
        ([], False),
        ({"a": ["b", 1, None]}, False),
    ],
)
def test_templates_are_detected_at_any_depth(value: Any, dangerous: bool) -> None:
    assert hosts._may_be_template(value) is dangerous
    assert mark_unsafe(value) == value
    assert (mark_unsafe(value) is value) or dangerous


def test_text_is_marked_if_ansible_trusts_all_text(monkeypatch: pytest.MonkeyPatch) -> None:
    unsafe_proxy = pytest.importorskip("ansible.utils.unsafe_proxy")
    marks = []
    monkeypatch.setattr(hosts, "TRUSTS_ALL_TEXT", True)
    monkeypatch.setattr(unsafe_proxy, "wrap_var", lambda value: marks.append(value) or value)
    config = {**CONFIG, "label": TEMPLATE, "config": {"a": [TEMPLATE]}}
    variables = HostVariablesBuilder(True).build(make_record(config, STATUS))
    assert marks == [TEMPLATE, {"a": [TEMPLATE]}]
    assert variables["kf_label"] == TEMPLATE


@pytest.mark.skipif(not hosts.TRUSTS_ALL_TEXT, reason="this ansible-core trusts no text that is not marked")
def test_a_marked_text_is_unsafe_for_ansible() -> None:
    from ansible.utils.unsafe_proxy import AnsibleUnsafe

    assert isinstance(mark_unsafe(TEMPLATE), AnsibleUnsafe)


def test_text_is_not_marked_if_ansible_trusts_no_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "TRUSTS_ALL_TEXT", False)
    monkeypatch.setitem(sys.modules, "ansible.utils.unsafe_proxy", None)
    config = {**CONFIG, "label": TEMPLATE}
    assert HostVariablesBuilder(True).build(make_record(config, STATUS))["kf_label"] == TEMPLATE
