# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keyed groups as Ansible makes them, evaluated once for each value instead of once for each host."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.inventory.data import InventoryData

from .hosts import add_members

NAME = re.compile(r"kf_\w+", re.ASCII)

ABSENT = object()


class KeyedGroups:
    """Puts hosts into the groups that ``plugin`` is asked for by ``entries``.

    To evaluate an entry costs more than all else that is done with a host. One whose key is just the name of a variable
    that is ``settled``, the value that its host has, means the same for each host with that value: Ansible is asked for
    the first of them, and the others follow it.
    """

    def __init__(self, plugin: Any, entries: Sequence[Any], settled: Callable[[str], bool]) -> None:
        self._plugin, self._inventory = plugin, plugin.inventory
        self._strict = bool(plugin.get_option("strict"))
        self._by_value = [entry for entry in entries if _is_by_value(entry, settled)]
        self._others = [entry for entry in entries if not _is_by_value(entry, settled)]
        self._known: dict[tuple[int, type, Any], list[str]] = {}

    def put(self, host: str, variables: Mapping[str, Any]) -> None:
        for place, entry in enumerate(self._by_value):
            value = variables.get(entry["key"], ABSENT)
            if value is not None and not isinstance(value, (str, int, float)):
                self._add_by_ansible(self._plugin, [entry], host, variables)
                continue
            what = place, type(value), value
            groups = self._known.get(what)
            if groups is None:
                groups = self._known[what] = self._add_groups(entry, host, variables)
            for group in groups:
                add_members(self._inventory, group, [host])
        if self._others:
            self._add_by_ansible(self._plugin, self._others, host, variables)

    def _add_groups(self, entry: Any, host: str, variables: Mapping[str, Any]) -> list[str]:
        """Add the groups of ``entry`` for this host, with their parents, and return those that the host belongs to.

        A copy of the plugin, with an inventory of its own, makes Ansible name them.
        """
        trial = copy.copy(self._plugin)
        trial.inventory = InventoryData()
        trial.inventory.add_host(host)
        self._add_by_ansible(trial, [entry], host, variables)
        groups = trial.inventory.groups.values()
        for group in groups:
            self._inventory.add_group(group.name)
        for group in groups:
            for child in group.child_groups:
                self._inventory.add_child(group.name, child.name)
        return [group.name for group in groups if group.hosts]

    def _add_by_ansible(self, plugin: Any, entries: Sequence[Any], host: str, variables: Mapping[str, Any]) -> None:
        plugin._add_host_to_keyed_groups(entries, variables, host, self._strict)


def _is_by_value(entry: Any, settled: Callable[[str], bool]) -> bool:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("key"), str):
        return False
    key, parent = entry["key"], entry.get("parent_group")
    constant = parent is None or (isinstance(parent, str) and "{" not in parent)
    return constant and bool(NAME.fullmatch(key)) and settled(key)
