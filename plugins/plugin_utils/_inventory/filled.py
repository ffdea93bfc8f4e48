# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How monitors become hosts: first each with its variables, then the groups that rest on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.plugins.inventory import to_safe_group_name

from ...module_utils._domain.text import join_names, sanitize
from .groups import ALL, BY_STATUS, fixed_groups, groups_of, status_groups
from .hosts import add_host, add_members
from .hostvars import HostVariables, wanted_names
from .keyed_groups import KeyedGroups
from .names import Collision, distinct
from .preferences import preferred, read_preferences
from .snapshot import Told

Variables = Mapping[str, Any]
Hosts = Sequence[tuple[str, Told]]


class Filling:
    """Fills the inventory of ``plugin`` with ``monitors``; ``options`` are ours, the plugin holds those of Ansible.

    Raises AnsibleParserError for names that cannot be given, and AnsibleError as Ansible does where ``strict`` is set.
    """

    def __init__(self, plugin: Any, options: Mapping[str, Any], monitors: Sequence[Told]) -> None:
        self._plugin, self._inventory = plugin, plugin.inventory
        self._options, self._monitors = options, monitors
        self._strict = bool(plugin.get_option("strict"))
        self._compose = plugin.get_option("compose")
        variables = HostVariables(options["with_status"])
        self._variables: dict[str, Variables] = {monitor.id: variables.of(monitor) for monitor in monitors}
        self._wanted = wanted_names(options["fields"])

    def fill(self) -> list[str]:
        """Return what the user should be warned of."""
        fixed = fixed_groups(self._monitors, status_groups(self._options))
        names = self._names({*self._inventory.groups, *self._composed_groups(), ALL, *BY_STATUS, *fixed})
        hosts = sorted(((names[monitor.id], monitor) for monitor in self._monitors), key=lambda named: named[0])
        for host, monitor in hosts:
            self._add(host, self._variables[monitor.id])
        self._construct(hosts)
        self._group(hosts, fixed)
        return self._absent()

    def _names(self, groups: set[str]) -> dict[str, str]:
        try:
            namings = read_preferences(self._options["hostnames"])
            wanted = {monitor.id: preferred(monitor, namings, self._evaluate) for monitor in self._monitors}
            may_append = self._options["on_collision"] == "append_id"
            return distinct(wanted, groups.union(C.LOCALHOST), may_append)
        except (Collision, ValueError) as error:
            raise AnsibleParserError(str(error)) from None

    def _evaluate(self, expression: str, monitor: Told) -> Any:
        try:
            return self._plugin._compose(expression, self._variables[monitor.id])
        except AnsibleError as error:
            if not self._strict:
                return None
            why = sanitize(" ".join(str(error).split()))
        raise AnsibleParserError(
            f"hostnames has an expression {sanitize(expression, 80)} that has no result for the monitor "
            f"{sanitize(monitor.label, 80)}: {why}"
        )

    def _composed_groups(self) -> set[str]:
        return {to_safe_group_name(name) for name in self._plugin.get_option("groups") or ()}

    def _add(self, host: str, variables: Variables) -> None:
        wanted = self._wanted
        chosen = {name: value for name, value in variables.items() if name in wanted} if wanted else variables
        add_host(self._inventory, host, chosen)
        if self._compose:
            self._plugin._set_composite_vars(self._compose, variables, host, self._strict)

    def _construct(self, hosts: Hosts) -> None:
        """Add hosts to the user's groups, first those of conditions: their hosts must not be called like a group."""
        plugin = self._plugin
        composed, entries = plugin.get_option("groups"), plugin.get_option("keyed_groups")
        if composed:
            for host, monitor in hosts:
                plugin._add_host_to_composed_groups(composed, self._variables[monitor.id], host, self._strict)
        if entries:
            keyed = KeyedGroups(plugin, entries, self._is_settled)
            for host, monitor in hosts:
                keyed.put(host, self._variables[monitor.id])

    def _is_settled(self, name: str) -> bool:
        """Whether each host has the value of this variable that its monitor has, whatever else a user defines."""
        plugin = self._plugin
        if self._wanted and name not in self._wanted:
            return False
        if plugin.get_option("use_extra_vars") and name in plugin._vars:
            return False
        return name not in (plugin.get_option("compose") or ())

    def _group(self, hosts: Hosts, fixed: Sequence[str]) -> None:
        self._inventory.add_group(ALL)
        for group in fixed:
            self._inventory.add_group(group)
            self._inventory.add_child(ALL, group)
        members: dict[str, list[str]] = {}
        by_status = status_groups(self._options)
        for host, monitor in hosts:
            for group in groups_of(monitor, by_status):
                members.setdefault(group, []).append(host)
        for group, names in members.items():
            add_members(self._inventory, group, names)

    def _absent(self) -> list[str]:
        known: set[str] = set().union(*self._variables.values())
        absent = [field for field in self._options["fields"] if not wanted_names([field]) & known]
        return [f"fields: no monitor has a field {join_names(absent)}"] if absent and known else []
