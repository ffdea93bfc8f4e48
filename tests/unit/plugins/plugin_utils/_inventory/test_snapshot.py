# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.snapshot import Snapshot, asking
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitors_told import (
    NOW,
    snapshot,
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
def test_a_monitor_that_only_one_answer_holds_is_not_lost(configs: Any, statuses: Any, found: Any) -> None:
    monitors = snapshot(configs, statuses).monitors
    assert [(monitor.id, monitor.label, monitor.type, monitor.stale) for monitor in monitors] == found
    assert all(monitor.fields["id"] == monitor.id for monitor in monitors)


def test_without_statuses_there_are_configurations() -> None:
    assert [(monitor.id, monitor.status) for monitor in snapshot([A, B, C], None).monitors] == [
        ("a", None),
        ("b", None),
        ("c", None),
    ]


class Service:
    def __init__(self) -> None:
        self.asked: list[Any] = []

    def configs(self) -> list[Any]:
        self.asked.append("configs")
        return [1]

    def statuses(self, everything: bool = False) -> list[Any]:
        self.asked.append(everything)
        return [2]


@pytest.mark.parametrize(
    ("with_status", "statuses", "asked"), [(True, [2], ["configs", True]), (False, None, ["configs"])]
)
def test_only_what_is_wanted_is_asked(with_status: bool, statuses: Any, asked: list[Any]) -> None:
    service: Any = Service()
    answered = asking(lambda: NOW)(service, {"with_status": with_status})
    assert answered.result["snapshot"] == Snapshot(NOW, [1], statuses)  # type: ignore[list-item]
    assert service.asked == asked
