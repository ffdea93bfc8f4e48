# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.snapshot import (
    MAX_SINGLE_REQUESTS,
    determine_scope,
    fetch_snapshot,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    NOW,
    make_snapshot,
)

A, B, C = ({"id": name, "label": name.upper(), "type": "http", "timer": 60} for name in "abc")


def status(name: str, age: float | None = 5, **more: Any) -> dict[str, Any]:
    tested = {} if age is None else {"last_test": {"utc_mktime": NOW - age}}
    return {"monitor": name, "label": name, **tested, **more}


@pytest.mark.parametrize(
    ("configs", "statuses", "found"),
    [
        ([A, B], [status("b"), status("a")], [("a", "A", "http", False), ("b", "B", "http", False)]),
        ([A], [status("b")], [("a", "A", "http", True), ("b", "b", None, True)]),
        ([A], [], [("a", "A", "http", True)]),
        ([], [status("b")], [("b", "b", None, True)]),
        ([A], [status("a", 180)], [("a", "A", "http", False)]),
        ([A], [status("a", 181)], [("a", "A", "http", True)]),
        ([A], [status("a", None)], [("a", "A", "http", True)]),
        ([A], [status("a", -61)], [("a", "A", "http", True)]),
        ([], [], []),
    ],
)
def test_a_monitor_with_only_a_configuration_or_status_is_included(configs: Any, statuses: Any, found: Any) -> None:
    monitors = make_snapshot(configs, statuses).monitors
    assert [(monitor.id, monitor.label, monitor.type, monitor.stale) for monitor in monitors] == found
    assert all(monitor.fields["id"] == monitor.id for monitor in monitors)


def test_configurations_alone_are_a_snapshot() -> None:
    assert [(monitor.id, monitor.status) for monitor in make_snapshot([A, B, C], None).monitors] == [
        ("a", None),
        ("b", None),
        ("c", None),
    ]


class Service:
    """A service with ``alerting`` monitors with an alert and another one. ``deleted`` has no configuration any more."""

    def __init__(self, alerting: int = 0, deleted: str | None = None) -> None:
        self.alerting = [f"m{number}" for number in range(alerting)]
        self.deleted = deleted
        self.requests: list[str] = []

    def configs(self, store: bool = True) -> list[Any]:
        self.requests.append("configs" if store else "configs, not stored")
        found = [*self.alerting, "other"]
        return [SimpleNamespace(id=monitor) for monitor in found if monitor != self.deleted]

    def config(self, monitor_id: str) -> Any:
        self.requests.append(f"config {monitor_id}")
        if monitor_id == self.deleted:
            raise NotFoundError("deleted")
        return SimpleNamespace(id=monitor_id)

    def statuses(self, everything: bool = False) -> list[Any]:
        self.requests.append("statuses of all" if everything else "statuses")
        found = [*self.alerting, "other"] if everything else self.alerting
        return [SimpleNamespace(id=monitor) for monitor in found]


OPTIONS: dict[str, Any] = {"with_status": True, "statuses": [], "include": [], "exclude": [], "types": []}
UNSTORED = "configs, not stored"
FEW = ["statuses", *(f"config m{number}" for number in range(MAX_SINGLE_REQUESTS))]


@pytest.mark.parametrize(
    ("options", "service", "requests", "found"),
    [
        ({}, Service(1), ["configs", "statuses of all"], (2, 2)),
        ({"with_status": False}, Service(1), ["configs"], (2, None)),
        ({"statuses": ["failing"]}, Service(1), ["configs", "statuses of all"], (2, 2)),
        ({"statuses": ["alerting", "stale"]}, Service(1), ["configs", "statuses of all"], (2, 2)),
        ({"statuses": ["alerting"]}, Service(0), ["statuses"], (0, 0)),
        ({"statuses": ["alerting"]}, Service(1), ["statuses", "config m0"], (1, 1)),
        ({"statuses": ["alerting", "alerting"]}, Service(1), ["statuses", "config m0"], (1, 1)),
        ({"statuses": ["alerting"]}, Service(MAX_SINGLE_REQUESTS), FEW, (MAX_SINGLE_REQUESTS, MAX_SINGLE_REQUESTS)),
        ({"statuses": ["alerting"]}, Service(11), ["statuses", UNSTORED], (11, 11)),
        ({"statuses": ["alerting"]}, Service(2, "m1"), ["statuses", "config m0", "config m1", UNSTORED], (1, 2)),
        ({"statuses": ["alerting"], "include": ["m*"]}, Service(1), ["statuses", "configs"], (2, 1)),
        ({"statuses": ["alerting"], "exclude": ["m*"]}, Service(1), ["statuses", "configs"], (2, 1)),
        ({"statuses": ["alerting"], "types": ["http"]}, Service(1), ["statuses", "configs"], (2, 1)),
    ],
)
def test_only_necessary_requests_are_sent(
    options: dict[str, Any], service: Any, requests: list[str], found: tuple[int, int | None]
) -> None:
    service.requests.clear()
    answered = fetch_snapshot(service, {**OPTIONS, **options}, lambda: NOW).result["snapshot"]
    assert service.requests == requests
    statuses = answered.statuses
    assert (len(answered.configs), None if statuses is None else len(statuses)) == found


def test_each_scope_differs() -> None:
    different = [{}, {"with_status": False}, {"statuses": ["alerting"]}, {"statuses": ["alerting"], "include": ["a"]}]
    assert len({determine_scope({**OPTIONS, **options}) for options in different}) == len(different)
