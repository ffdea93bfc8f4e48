# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups: those that every inventory of monitors has, and keyed groups that are evaluated once for each value."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ansible.inventory.data import InventoryData
from ansible.plugins.inventory import to_safe_group_name

from .hosts import PREFIX, add_members
from .snapshot import MonitorRecord

ALL_MONITORS = "kf_monitors"
ALERTING, FAILING, STALE = STATUS_GROUPS = ("kf_alerting", "kf_failing", "kf_stale")

MAX_TYPE_LENGTH = 100

VARIABLE_NAME = re.compile(r"kf_\w+", re.ASCII)
MISSING = object()


@lru_cache(maxsize=1024)
def make_type_group(monitor_type: str) -> str:
    """Return the name of the group for a type of monitor."""
    return str(to_safe_group_name(f"kf_type_{monitor_type[:MAX_TYPE_LENGTH]}"))


def select_status_groups(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the status groups that exist.

    Only complete groups exist, because an empty group means that no monitor has the status: none without the status,
    and only those in ``statuses`` if it is set.
    """
    if not options["with_status"]:
        return ()
    return tuple(PREFIX + name for name in options["statuses"]) or STATUS_GROUPS


def list_child_groups(monitors: Iterable[MonitorRecord], status_groups: Sequence[str]) -> list[str]:
    """Return the groups below ``kf_monitors``: those of types, then ``status_groups``."""
    types = sorted({make_type_group(monitor.type) for monitor in monitors if monitor.type})
    return [*types, *status_groups]


def list_groups_of(monitor: MonitorRecord, status_groups: Iterable[str]) -> list[str]:
    """Return the groups that contain ``monitor``; ``kf_monitors`` itself if its type is unknown."""
    type_group = make_type_group(monitor.type) if monitor.type else ALL_MONITORS
    return [type_group, *(group for group in status_groups if is_member(monitor, group))]


def filter_by_status(monitors: Sequence[MonitorRecord], options: Mapping[str, Any]) -> Sequence[MonitorRecord]:
    """Return the monitors with at least one of the ``statuses`` in ``options``, or all if that is empty."""
    if not options["statuses"]:
        return monitors
    groups = select_status_groups(options)
    return [monitor for monitor in monitors if any(is_member(monitor, group) for group in groups)]


def is_member(monitor: MonitorRecord, status_group: str) -> bool:
    """Whether ``monitor`` belongs to a status group."""
    if status_group == STALE:
        return monitor.stale
    status = monitor.status
    if status is None:
        return False
    return bool(status.alert_active if status_group == ALERTING else status.failing)


class KeyedGroups:
    """Adds hosts to the groups of the option ``keyed_groups``, whose ``entries`` are given.

    Evaluating an entry costs more than any other step for a host. If the key of an entry is the name of a variable with
    the same value for the monitor and its host (``is_constant``), the result depends on the value alone. Ansible then
    evaluates the entry for the first host with a value, and the other hosts are added to the same groups.
    """

    def __init__(self, plugin: Any, entries: Sequence[Any], is_constant: Callable[[str], bool]) -> None:
        self._plugin, self._inventory = plugin, plugin.inventory
        self._strict = bool(plugin.get_option("strict"))
        self._entries_by_value = [entry for entry in entries if _depends_on_value(entry, is_constant)]
        self._other_entries = [entry for entry in entries if not _depends_on_value(entry, is_constant)]
        self._groups: dict[tuple[int, type, Any], list[str]] = {}

    def add(self, host: str, variables: Mapping[str, Any]) -> None:
        """Add ``host`` to its groups. Raises AnsibleError as Ansible does if the option ``strict`` is set."""
        for index, entry in enumerate(self._entries_by_value):
            value = variables.get(entry["key"], MISSING)
            if value is not None and not isinstance(value, (str, int, float)):
                self._add_by_ansible(self._plugin, [entry], host, variables)
                continue
            key = index, type(value), value
            groups = self._groups.get(key)
            if groups is None:
                groups = self._groups[key] = self._create_groups(entry, host, variables)
            for group in groups:
                add_members(self._inventory, group, [host])
        if self._other_entries:
            self._add_by_ansible(self._plugin, self._other_entries, host, variables)

    def _create_groups(self, entry: Any, host: str, variables: Mapping[str, Any]) -> list[str]:
        """Create the groups of ``entry`` for this host, with their parents, and return those that contain the host.

        Lets a copy of the plugin with an empty inventory determine the names.
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


def _depends_on_value(entry: Any, is_constant: Callable[[str], bool]) -> bool:
    """Whether the groups of ``entry`` depend on nothing but the value of one constant variable."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("key"), str):
        return False
    key, parent = entry["key"], entry.get("parent_group")
    is_plain = parent is None or (isinstance(parent, str) and "{" not in parent)
    return is_plain and bool(VARIABLE_NAME.fullmatch(key)) and is_constant(key)
