# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares hosts that are added in bulk with hosts that Ansible adds one by one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from ansible.inventory.data import InventoryData
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.hosts import (
    add_host,
    add_members,
    paused_garbage_collection,
)


def inventory(existing: dict[str, Any] | None = None) -> InventoryData:
    made = InventoryData()
    made.current_source = "/source/a.kf_monitors.yml"
    if existing is not None:
        made.add_host("h")
        for name, value in existing.items():
            made.set_variable("h", name, value)
    return made


@pytest.mark.parametrize("existing", [None, {}, {"own": 1}, {"kf_id": "other"}, {"kf_config": {"a": 1, "b": 1}}])
@pytest.mark.parametrize("variables", [{}, {"kf_id": "m"}, {"kf_id": "m", "kf_config": {"b": 2}}, {"kf_config": None}])
def test_a_host_has_the_same_variables_as_with_ansible(existing: Any, variables: dict[str, Any]) -> None:
    expected, actual = inventory(existing), inventory(existing)
    expected.add_host("h")
    for name, value in variables.items():
        expected.set_variable("h", name, value)
    add_host(actual, "h", variables)
    assert actual.hosts["h"].vars == expected.hosts["h"].vars


def test_hosts_do_not_share_a_dictionary() -> None:
    both, variables = inventory(), {"kf_id": "m"}
    for name in "ab":
        add_host(both, name, variables)
    both.set_variable("a", "kf_id", "other")
    assert (both.hosts["b"].vars["kf_id"], variables) == ("m", {"kf_id": "m"})


@pytest.mark.parametrize("members", [[], ["a"], ["b", "a"], ["a", "a"]])
@pytest.mark.parametrize("earlier", [[], ["a"]])
def test_a_group_has_the_same_members_as_with_ansible(members: list[str], earlier: list[str]) -> None:
    made = []
    for bulk in (True, False):
        one = inventory()
        for group in ("parent", "g"):
            one.add_group(group)
        one.add_child("parent", "g")
        for host in "ab":
            one.add_host(host)
        for host in earlier:
            one.add_host(host, "g")
        if bulk:
            add_members(one, "g", members)
        else:
            for host in members:
                one.add_host(host, "g")
        one.reconcile_inventory()
        found = [host.name for host in one.groups["g"].hosts]
        made.append((found, one.get_groups_dict(), [host.get_vars() for host in one.hosts.values()]))
    assert made[0] == made[1]


@pytest.fixture(params=[True, False])
def is_collecting(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    try:
        yield request.param
    finally:
        (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_garbage_collection_is_restored(is_collecting: bool, error: type[BaseException] | None) -> None:
    caught = None
    try:
        with paused_garbage_collection():
            assert not gc.isenabled()
            if error is not None:
                raise error
    except BaseException as raised:  # noqa: BLE001 - checks the type below
        caught = type(raised)
    assert caught is error
    assert gc.isenabled() is is_collecting
