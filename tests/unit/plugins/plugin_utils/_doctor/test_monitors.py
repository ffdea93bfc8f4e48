# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_statuses
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.monitors import check_monitors
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    create_context,
    problem_codes,
)

NOW = 1_780_000_000.0


def newest(ago: float | None, **fields: Any) -> dict[str, Any]:
    last_test = None if ago is None else {"utc_time_init": utc(NOW - ago), "utc_mktime": NOW - ago, **fields}
    return {"alert_active": False, "last_test": last_test}


def check(statuses: dict[str, Any], configs: dict[str, Any], service: tuple[float, float] | None = None) -> Any:
    context = create_context()
    context.statuses = read_statuses({"monitor_list": [{"monitor": name, **one} for name, one in statuses.items()]})
    context.configs = read_configs({"monitor_list": [{"id": name, **one} for name, one in configs.items()]})
    if service is not None:
        context.client = SimpleNamespace(service_time=lambda: service)  # type: ignore[assignment]
    return check_monitors(context, lambda: NOW)


@pytest.mark.parametrize(
    ("statuses", "configs", "codes"),
    [
        ({"a": newest(5)}, {"a": {"timer": 60}}, {}),
        ({"a": newest(179)}, {"a": {"timer": 60}}, {}),
        ({"a": newest(5e6)}, {"a": {}}, {}),
        ({}, {}, {"no_monitors"}),
        ({}, {"a": {}}, {"join_differs"}),
        ({"a": newest(5)}, {"b": {}}, {"join_differs"}),
        ({"a": newest(None)}, {"a": {}}, {"tests_absent"}),
        ({"a": {"alert_active": True, "last_test": {"error": None}}}, {"a": {}}, {"tests_absent"}),
        ({"a": newest(181)}, {"a": {"timer": 60}}, {"tests_old"}),
        ({"a": newest(-61)}, {"a": {"timer": 60}}, {"tests_ahead"}),
        ({"a": newest(-59)}, {"a": {"timer": 60}}, {}),
        ({"a": newest(5, utc_mktime=NOW + 535)}, {"a": {"timer": 60}}, {}),
        ({"a": newest(5, utc_mktime=NOW + 2000)}, {"a": {"timer": 60}}, {"tests_contradict"}),
        ({"a": newest(-99, utc_mktime=None), "b": newest(None)}, {"a": {}, "b": {}}, {"tests_ahead", "tests_absent"}),
    ],
)
def test_monitors_are_counted_compared_and_checked(
    statuses: dict[str, Any], configs: dict[str, Any], codes: set[str]
) -> None:
    assert problem_codes(check(statuses, configs)) == dict.fromkeys(codes, "warning")


def test_only_the_type_of_a_monitor_is_displayed() -> None:
    statuses = {"Secret Shop": {**newest(5), "label": "Secret Shop", "alert_active": True}, "b": newest(5)}
    configs = {
        "Secret Shop": {"type": "http", "label": "Secret Shop"},
        "b": {"type": "https://secret.example/with/a/path", "config": {"url": "secret.example"}},
    }
    (found,) = check(statuses, configs)
    assert found.message == "2 in the status, 1 of them alerting; 2 configurations: http 1, others 1"


def test_a_difference_between_the_lists_is_counted() -> None:
    found = check({"a": newest(5), "b": newest(5)}, {"b": {}, "c": {}, "d": {}})
    assert found[1].message == "monitors in the status only: 1, in the configurations only: 2"


def test_the_service_time_decides() -> None:
    lists = {"a": newest(0)}, {"a": {"timer": 60}}
    assert problem_codes(check(*lists, service=(NOW + 86400, NOW + 86401))) == {"tests_old": "warning"}
    assert problem_codes(check(*lists, service=(NOW - 86400, NOW - 86399))) == {"tests_ahead": "warning"}


def test_one_response_alone_is_skipped() -> None:
    context = create_context()
    context.statuses = []
    assert [one.outcome for one in check_monitors(context)] == ["skipped"]
