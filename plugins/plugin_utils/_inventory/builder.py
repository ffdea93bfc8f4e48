# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the inventory of a source: reads its options, loads its monitors, and adds hosts, variables and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import to_safe_group_name

from ...module_utils._ansible.queries import build_selector
from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ...module_utils._api.settings import split_options
from ...module_utils._domain.text import join_names, sanitize
from .._system.console import Console, ProgressLine
from .cache import SnapshotLoader
from .groups import (
    ALL_MONITORS,
    STATUS_GROUPS,
    KeyedGroups,
    filter_by_status,
    list_child_groups,
    list_groups_of,
    select_status_groups,
)
from .host_names import assign_names, parse_hostnames, select_name
from .hosts import HostVariablesBuilder, add_host, add_members, make_variable_names, paused_garbage_collection
from .options import read_options
from .snapshot import MonitorRecord

Variables = Mapping[str, Any]
NamedMonitors = Sequence[tuple[str, MonitorRecord]]


def build_inventory(plugin: Any, path: str, use_cache: bool) -> None:
    """Add the monitors of the source at ``path`` to the inventory of ``plugin``.

    Raises AnsibleParserError. If the source is required or its options are invalid, calls ``plugin.fail_run`` first.
    """
    try:
        options = read_options(_read_config(plugin, path), plugin._vars or {}, plugin.templar)
        plugin.required = options["required"]
        settings, options = split_options(options)
        with paused_garbage_collection(), ProgressLine(Console(plugin.display), "kf_monitors") as progress:
            progress.enter("fetching the monitors")
            snapshot = SnapshotLoader(plugin, settings, options, path).load(use_cache)
            select = build_selector(options)
            selected, warnings = select(snapshot.monitors, lambda monitor: monitor.type)
            monitors = filter_by_status(selected, options)
            progress.enter(f"adding {len(monitors):,} hosts")
            warnings += InventoryBuilder(plugin, options, monitors).build()
        for warning in warnings:
            plugin.display.warning(warning)
    except (KnowledgeFrontError, AnsibleError) as error:
        is_invalid = not isinstance(error, KnowledgeFrontError) or isinstance(error, ConfigurationError)
        if plugin.required or is_invalid:
            plugin.fail_run()
        raise AnsibleParserError(str(error)) from None


def _read_config(plugin: Any, path: str) -> Mapping[str, Any]:
    try:
        config: Mapping[str, Any] = plugin._read_config_data(path)
    except AttributeError:
        raise AnsibleParserError(f"{path} contains no options: write them as a YAML dictionary") from None
    return config


class InventoryBuilder:
    """Adds ``monitors`` to the inventory of ``plugin``.

    ``options`` are those of this collection; ``plugin.get_option`` returns those of Ansible.
    """

    def __init__(self, plugin: Any, options: Mapping[str, Any], monitors: Sequence[MonitorRecord]) -> None:
        self._plugin, self._inventory = plugin, plugin.inventory
        self._options, self._monitors = options, monitors
        self._strict = bool(plugin.get_option("strict"))
        self._compose = plugin.get_option("compose")
        variables = HostVariablesBuilder(options["with_status"])
        self._variables: dict[str, Variables] = {monitor.id: variables.build(monitor) for monitor in monitors}
        self._selected_names = make_variable_names(options["fields"])
        self._status_groups = select_status_groups(options)

    def build(self) -> list[str]:
        """Add hosts, variables and groups, and return warnings.

        Raises AnsibleParserError for names that cannot be assigned, and AnsibleError as Ansible does with ``strict``.
        """
        child_groups = list_child_groups(self._monitors, self._status_groups)
        reserved = {*self._inventory.groups, *self._list_composed_groups(), ALL_MONITORS, *STATUS_GROUPS, *child_groups}
        names = self._assign_names(reserved)
        hosts = sorted(((names[monitor.id], monitor) for monitor in self._monitors), key=lambda named: named[0])
        for host, monitor in hosts:
            self._add_host(host, self._variables[monitor.id])
        self._add_to_user_groups(hosts)
        self._add_to_fixed_groups(hosts, child_groups)
        return self._warn_of_unknown_fields()

    def _assign_names(self, groups: set[str]) -> dict[str, str]:
        try:
            sources = parse_hostnames(self._options["hostnames"])
            wanted = {monitor.id: select_name(monitor, sources, self._evaluate) for monitor in self._monitors}
            may_append = self._options["on_collision"] == "append_id"
            return assign_names(wanted, groups.union(C.LOCALHOST), may_append)
        except ValueError as error:
            raise AnsibleParserError(str(error)) from None

    def _evaluate(self, expression: str, monitor: MonitorRecord) -> Any:
        try:
            return self._plugin._compose(expression, self._variables[monitor.id])
        except AnsibleError as error:
            if not self._strict:
                return None
            detail = sanitize(" ".join(str(error).split()))
        raise AnsibleParserError(
            f"cannot evaluate the expression {sanitize(expression, 80)} in hostnames for the monitor "
            f"{sanitize(monitor.label, 80)} ({detail}): correct it, or set strict to false"
        )

    def _list_composed_groups(self) -> set[str]:
        return {to_safe_group_name(name) for name in self._plugin.get_option("groups") or ()}

    def _add_host(self, host: str, variables: Variables) -> None:
        names = self._selected_names
        selected = {name: value for name, value in variables.items() if name in names} if names else variables
        add_host(self._inventory, host, selected)
        if self._compose:
            self._plugin._set_composite_vars(self._compose, variables, host, self._strict)

    def _add_to_user_groups(self, hosts: NamedMonitors) -> None:
        """Add hosts to conditional groups, whose names are reserved, and then to keyed groups."""
        plugin = self._plugin
        conditions, entries = plugin.get_option("groups"), plugin.get_option("keyed_groups")
        if conditions:
            for host, monitor in hosts:
                plugin._add_host_to_composed_groups(conditions, self._variables[monitor.id], host, self._strict)
        if entries:
            keyed_groups = KeyedGroups(plugin, entries, self._is_constant)
            for host, monitor in hosts:
                keyed_groups.add(host, self._variables[monitor.id])

    def _is_constant(self, name: str) -> bool:
        """Whether every host has the value of this variable that its monitor has: nothing overrides or omits it."""
        plugin = self._plugin
        if self._selected_names and name not in self._selected_names:
            return False
        if plugin.get_option("use_extra_vars") and name in plugin._vars:
            return False
        return name not in (plugin.get_option("compose") or ())

    def _add_to_fixed_groups(self, hosts: NamedMonitors, child_groups: Sequence[str]) -> None:
        self._inventory.add_group(ALL_MONITORS)
        for group in child_groups:
            self._inventory.add_group(group)
            self._inventory.add_child(ALL_MONITORS, group)
        members: dict[str, list[str]] = {}
        for host, monitor in hosts:
            for group in list_groups_of(monitor, self._status_groups):
                members.setdefault(group, []).append(host)
        for group, names in members.items():
            add_members(self._inventory, group, names)

    def _warn_of_unknown_fields(self) -> list[str]:
        known: set[str] = set().union(*self._variables.values())
        unknown = [field for field in self._options["fields"] if not make_variable_names([field]) & known]
        return [f"fields: no monitor has {join_names(unknown)}"] if unknown and known else []
