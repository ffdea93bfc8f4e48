# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts and their variables: builds the variables of a monitor and adds hosts to an inventory in bulk."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import ansible.template

from ...module_utils._ansible.arguments import CONNECTION
from .snapshot import MonitorRecord

PREFIX, RESERVED_PREFIX = "kf_", "kf_monitor_"

STATUS_FIELDS = ("alert_active", "failing", "stale", "status")
"""Fields that come from the status or are derived from it."""

OPTION_NAMES = {name for option, spec in CONNECTION.items() for name in (option, *spec.get("aliases", ()))}
"""Connection options. A host variable of this name would decide where a task of the host sends the secret."""

NON_IDENTIFIER = re.compile(r"\W", re.ASCII)

TRUSTS_ALL_TEXT = not hasattr(ansible.template, "trust_as_template")
"""Whether ansible-core evaluates any text that is not marked as unsafe. Versions from 2.19 do not."""


class HostVariablesBuilder:
    """Builds the variables of hosts. Computes each variable name once, because monitors have the same fields."""

    def __init__(self, with_status: bool) -> None:
        self._with_status = with_status
        self._names: dict[str, str] = {}

    def build(self, monitor: MonitorRecord) -> dict[str, Any]:
        """Return all variables of ``monitor`` by name."""
        names = self._names
        variables: dict[str, Any] = {}
        for field, value in monitor.fields.items():
            name = names.get(field) or names.setdefault(field, make_variable_name(field))
            variables[name] = value
        if self._with_status:
            status = monitor.status
            variables["kf_alert_active"] = None if status is None else status.alert_active
            variables["kf_failing"] = None if status is None else status.failing
            variables["kf_stale"] = monitor.stale
            variables["kf_status"] = None if status is None else {**status.fields, "id": status.id}
        return {name: mark_unsafe(value) for name, value in variables.items()} if TRUSTS_ALL_TEXT else variables


def make_variable_name(field: str) -> str:
    """Return the name of the variable for a field of a configuration.

    A field with the name of a connection option or of a status field gets a longer prefix.
    """
    name = NON_IDENTIFIER.sub("_", field)
    return (RESERVED_PREFIX if name in OPTION_NAMES or name in STATUS_FIELDS else PREFIX) + name


def make_variable_names(fields: Sequence[str]) -> frozenset[str]:
    """Return the names of the variables that the option ``fields`` selects."""
    return frozenset(PREFIX + field if field in STATUS_FIELDS else make_variable_name(field) for field in fields)


def mark_unsafe(value: Any) -> Any:
    """Return ``value``, marked as unsafe if any text in it can be a template. For ansible-core before 2.19."""
    if not _may_be_template(value):
        return value
    # Imported here because newer releases do not need this module.
    from ansible.utils.unsafe_proxy import wrap_var

    return wrap_var(value)


def _may_be_template(value: Any) -> bool:
    if isinstance(value, str):
        return "{" in value
    if isinstance(value, Mapping):
        return any("{" in key or _may_be_template(item) for key, item in value.items())
    if isinstance(value, list):
        return any(map(_may_be_template, value))
    return False


def add_host(inventory: Any, name: str, variables: Mapping[str, Any]) -> None:
    """Add a host with ``variables``, whose names are valid, to the inventory.

    Sets the variables at the host itself. On ansible-core 2.19 and newer, ``set_variable`` of the inventory copies
    every value to record its source, which takes longer than all other steps. Text without that record is not trusted
    as a template on any release.
    """
    inventory.add_host(name)
    host = inventory.hosts[name]
    if host.vars.keys().isdisjoint(variables):
        host.vars.update(variables)
        return
    # Another source has set some of them: Ansible defines how values are merged.
    for variable, value in variables.items():
        host.set_variable(variable, value)


def add_members(inventory: Any, group: str, names: Iterable[str]) -> None:
    """Add existing hosts to an existing group."""
    add, hosts = inventory.groups[group].add_host, inventory.hosts
    for name in names:
        add(hosts[name])


@contextmanager
def paused_garbage_collection() -> Iterator[None]:
    """Disable the cyclic garbage collector while millions of permanent objects are created.

    Each collection visits every object, so that its cost grows faster than their number.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
