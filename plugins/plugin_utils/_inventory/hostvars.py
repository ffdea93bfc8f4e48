# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of a monitor's host."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import ansible.template

from ...module_utils._ansible.arguments import CONNECTION
from .snapshot import Told

PREFIX, ASIDE = "kf_", "kf_monitor_"

STATUS = ("alert_active", "failing", "stale", "status")
"""What is joined from the status, or judged by it."""

READ_BY_PLUGINS = {name for option, spec in CONNECTION.items() for name in (option, *spec.get("aliases", ()))}
"""As variables of a host, these would decide where its tasks send the secret."""

NO_NAME = re.compile(r"\W", re.ASCII)

TRUSTS_ALL_TEXT = not hasattr(ansible.template, "trust_as_template")
"""Before 2.19 any text is a template unless it is marked."""


class HostVariables:
    """Makes variables, each name once: thousands of monitors have the same fields."""

    def __init__(self, with_status: bool) -> None:
        self._with_status = with_status
        self._names: dict[str, str] = {}

    def of(self, monitor: Told) -> dict[str, Any]:
        """Return all variables of ``monitor``."""
        names = self._names
        variables: dict[str, Any] = {}
        for field, value in monitor.fields.items():
            name = names.get(field) or names.setdefault(field, variable_of(field))
            variables[name] = value
        if self._with_status:
            status = monitor.status
            variables["kf_alert_active"] = None if status is None else status.alert_active
            variables["kf_failing"] = None if status is None else status.failing
            variables["kf_stale"] = monitor.stale
            variables["kf_status"] = None if status is None else {**status.fields, "id": status.id}
        return {name: marked(value) for name, value in variables.items()} if TRUSTS_ALL_TEXT else variables


def variable_of(field: str) -> str:
    """Return the name of the variable for a field of a configuration.

    What a plugin would read as an option, or would be taken for a status, is put aside under a longer name.
    """
    name = NO_NAME.sub("_", field)
    return (ASIDE if name in READ_BY_PLUGINS or name in STATUS else PREFIX) + name


def wanted_names(fields: Sequence[str]) -> frozenset[str]:
    """Return the names of the variables for the option ``fields``."""
    return frozenset(PREFIX + field if field in STATUS else variable_of(field) for field in fields)


def marked(value: Any) -> Any:
    """Return ``value``, as text that is no template if there is anything in it that looks like one."""
    if not _may_be_template(value):
        return value
    # Only where text has to be marked: newer releases have no such module.
    from ansible.utils.unsafe_proxy import wrap_var

    return wrap_var(value)


def _may_be_template(value: Any) -> bool:
    if isinstance(value, str):
        return "{" in value
    if isinstance(value, Mapping):
        return any("{" in key or _may_be_template(held) for key, held in value.items())
    if isinstance(value, list):
        return any(map(_may_be_template, value))
    return False
