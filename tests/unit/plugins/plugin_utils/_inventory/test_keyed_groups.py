# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares keyed groups by value with those of Ansible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.inventory import BaseInventoryPlugin, Constructable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.groups import KeyedGroups
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import trusted

HOSTS: dict[str, dict[str, Any]] = {
    "a": {
        "kf_type": "http",
        "kf_timer": 60,
        "kf_zone": "Europe/Berlin",
        "kf_config": {"x": "1"},
        "kf_tags": ["u", "v"],
    },
    "b": {"kf_type": "http", "kf_timer": 60, "kf_zone": "", "kf_config": {"x": "2"}, "kf_tags": ["u"]},
    "c": {"kf_type": "smtp", "kf_timer": 1, "kf_zone": None, "kf_config": {}, "kf_tags": []},
    "d": {"kf_type": "True", "kf_timer": True, "kf_zone": "[1, 2]", "kf_config": {"x": None}, "kf_tags": [""]},
    "e": {"kf_type": "{'a': 1}", "kf_timer": 1.0, "kf_zone": "None"},
    "f": {"kf_type": "http", "kf_timer": 0, "kf_zone": "Europe/Berlin"},
    "g": {"kf_type": "all", "kf_timer": 0, "kf_zone": "ungrouped"},
}


class Plugin(BaseInventoryPlugin, Constructable):
    def __init__(self, strict: bool, leading_separator: bool) -> None:
        super().__init__()
        self._given = {"strict": strict, "leading_separator": leading_separator, "use_extra_vars": False}
        self.parse(InventoryData(), DataLoader(), "source")
        self.evaluations: list[Any] = []
        for host, variables in HOSTS.items():
            self.inventory.add_host(host)
            for name, value in variables.items():
                self.inventory.set_variable(host, name, value)

    def get_option(self, option: str, hostvars: Any = None) -> Any:
        return self._given[option]

    def _compose(self, template: Any, variables: Any, *rest: Any) -> Any:
        self.evaluations.append(template)
        return super()._compose(template, variables, *rest)

    @property
    def groups(self) -> dict[str, tuple[set[str], set[str]]]:
        found = {name: group for name, group in self.inventory.groups.items() if name not in ("all", "ungrouped")}
        return {
            name: ({host.name for host in group.hosts}, {child.name for child in group.child_groups})
            for name, group in found.items()
        }


def by_ansible(entries: Sequence[Any], strict: bool, leading: bool) -> tuple[Any, str]:
    plugin = Plugin(strict, leading)
    try:
        for host, variables in HOSTS.items():
            plugin._add_host_to_keyed_groups(entries, variables, host, strict)
    except Exception as error:  # noqa: BLE001 - Ansible raises a bare Exception for some groups
        return None, str(error)
    return plugin.groups, ""


def by_value(entries: Sequence[Any], strict: bool, leading: bool) -> tuple[Any, str, int]:
    plugin = Plugin(strict, leading)
    keyed = KeyedGroups(plugin, entries, lambda name: True)
    try:
        for host, variables in HOSTS.items():
            keyed.add(host, variables)
    except Exception as error:  # noqa: BLE001 - Ansible raises a bare Exception for some groups
        return None, str(error), len(plugin.evaluations)
    return plugin.groups, "", len(plugin.evaluations)


KIND: Mapping[str, Any] = {"key": trusted("kf_type"), "prefix": "t"}
ENTRIES: dict[str, list[Any]] = {
    "a variable": [KIND],
    "no prefix": [{"key": trusted("kf_type")}],
    "a separator": [{**KIND, "separator": "-"}],
    "two entries": [KIND, {"key": trusted("kf_zone"), "prefix": "z"}],
    "the same twice": [KIND, KIND],
    "two entries with one group": [KIND, {"key": trusted("kf_type"), "prefix": "t"}],
    "numbers": [{"key": trusted("kf_timer"), "prefix": "n"}],
    "a default": [{"key": trusted("kf_zone"), "prefix": "z", "default_value": "nowhere"}],
    "no trailing separator": [{"key": trusted("kf_zone"), "prefix": "z", "trailing_separator": False}],
    "what excludes each other": [
        {"key": trusted("kf_zone"), "prefix": "z", "default_value": "x", "trailing_separator": False}
    ],
    "a parent": [{**KIND, "parent_group": "parent"}],
    "a parent by template": [{**KIND, "parent_group": trusted("{{ kf_zone | default('x') }}")}],
    "the group of all as parent": [{**KIND, "parent_group": "all"}],
    "a group that always exists": [{"key": trusted("kf_type"), "prefix": "", "separator": "", "parent_group": "up"}],
    "a parent of its own group": [{**KIND, "parent_group": "t_smtp"}],
    "a list": [{"key": trusted("kf_tags"), "prefix": "g"}],
    "a dictionary": [{"key": trusted("kf_config"), "prefix": "g"}],
    "an expression": [{"key": trusted("kf_type ~ kf_zone"), "prefix": "x"}],
    "something undefined": [{"key": trusted("kf_nothing"), "prefix": "x"}],
    "a number as key": [{"key": 1}],
    "no key": [{"prefix": "x"}],
    "no dictionary": ["kf_type"],
    "nothing": [{}],
}


@pytest.mark.parametrize("leading", [True, False])
@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("entries", ENTRIES.values(), ids=ENTRIES)
def test_groups_equal_those_of_ansible(entries: list[Any], strict: bool, leading: bool) -> None:
    assert by_value(entries, strict, leading)[:2] == by_ansible(entries, strict, leading)


@pytest.mark.parametrize(
    ("entries", "evaluated"), [("a variable", 5), ("a parent", 5), ("two entries", 11), ("an expression", 7)]
)
def test_an_entry_is_evaluated_once_per_value(entries: str, evaluated: int) -> None:
    assert by_value(ENTRIES[entries], False, True)[2] == evaluated


def test_a_variable_that_is_not_constant_is_evaluated_for_each_host() -> None:
    plugin = Plugin(True, True)
    keyed = KeyedGroups(plugin, [KIND], lambda name: name != "kf_type")
    for host, variables in HOSTS.items():
        plugin.inventory.set_variable(host, "kf_type", f"own_{host}")
        keyed.add(host, variables)
    assert set(plugin.groups) == {f"t_own_{host}" for host in HOSTS}


def test_an_existing_group_gets_all_hosts_with_the_value() -> None:
    plugin = Plugin(True, True)
    plugin.inventory.add_group("t_http")
    plugin.inventory.add_host("a", "t_http")
    keyed = KeyedGroups(plugin, [KIND], lambda name: True)
    for host in "abf":
        keyed.add(host, HOSTS[host])
    assert plugin.groups["t_http"][0] == {"a", "b", "f"}


def test_the_inventory_of_the_plugin_is_not_replaced() -> None:
    plugin = Plugin(False, True)
    inventories = []

    class Recorder(KeyedGroups):
        def _add_by_ansible(self, *arguments: Any) -> None:
            inventories.append(plugin.inventory)
            super()._add_by_ansible(*arguments)

    before = plugin.inventory
    keyed = Recorder(plugin, ENTRIES["two entries"], lambda name: True)
    for host, variables in HOSTS.items():
        keyed.add(host, variables)
    assert inventories
    assert all(inventory is before for inventory in inventories)
