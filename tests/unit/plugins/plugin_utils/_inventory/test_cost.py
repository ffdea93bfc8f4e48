# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processor time of an inventory of monitors, as a ratio to setting the same variables one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible.inventory import manager
from ansible.inventory.data import InventoryData
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.builder import InventoryBuilder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.hosts import HostVariablesBuilder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.snapshot import MonitorRecord
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._inventory.monitor_records import (
    NOW,
    make_snapshot,
)

NUMBER, ROUNDS = 1_000, 3
OPTIONS = {
    "with_status": True,
    "statuses": [],
    "fields": [],
    "hostnames": ["label"],
    "on_collision": "append_id",
}


class Plugin:
    trusted_by_default = False

    def __init__(self, inventory: Any) -> None:
        self.inventory = inventory

    def get_option(self, name: str) -> Any:
        return None


def wrapped() -> Any:
    """Return an empty inventory as ansible-core gives it to a plugin."""
    from ansible._internal._datatag._tags import Origin

    return manager._InventoryDataWrapper(InventoryData(), Plugin(None), Origin(description="test"))


def monitors() -> list[MonitorRecord]:
    config = {"type": "http", "timer": 60, "time_zone": "UTC", "description": "d", "config": {"url": "https://a/"}}
    status = {"last_test": {"utc_mktime": NOW - 5, "error": ""}, "fail_count": 0, "test_count": 30}
    names = [{"id": f"m{number}", "label": f"Monitor {number}"} for number in range(NUMBER)]
    return make_snapshot(
        [{**name, **config} for name in names], [{"monitor": name["id"], **status} for name in names]
    ).monitors


def processor_time(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@pytest.mark.skipif(not hasattr(manager, "_InventoryDataWrapper"), reason="this ansible-core records no sources")
def test_bulk_insertion_costs_less_than_single_variables() -> None:
    found = monitors()
    variables = {monitor.id: HostVariablesBuilder(True).build(monitor) for monitor in found}

    def fill() -> None:
        InventoryBuilder(Plugin(wrapped()), OPTIONS, found).build()

    def set_one_by_one() -> None:
        inventory = wrapped()
        for host, values in variables.items():
            inventory.add_host(host)
            for name, value in values.items():
                inventory.set_variable(host, name, value)

    ratios = [processor_time(fill) / processor_time(set_one_by_one) for _round in range(ROUNDS)]
    assert min(ratios) <= 0.9
