# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolves connection options on the controller: from the task, variables, environment, ansible.cfg or default."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ansible import constants as C
from ansible.config.manager import resolve_path

from ..module_utils._ansible.arguments import CONNECTION

if TYPE_CHECKING:
    from ansible.template import Templar

SECTION = "knowledgefront"
NOT_IN_CONFIG_FILE = frozenset({"client_secret"})

FOLDER = "knowledgefront"
"""The default cache folder below ANSIBLE_HOME."""


class OptionValue:
    """An unconverted option; ``origin`` is ``Direct``, ``var: ...``, ``env: ...``, ``default`` or a file."""

    def __init__(self, value: Any, origin: str | None) -> None:
        self.value = value
        self.origin = origin


def option_definitions() -> dict[str, dict[str, Any]]:
    """Return the connection options as definitions for Ansible's configuration manager."""
    return {name: _definition(name, spec) for name, spec in CONNECTION.items()}


def _definition(name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    definition = {key: spec[key] for key in ("default", "aliases") if key in spec}
    definition["env"] = [{"name": f"KF_{name.upper()}"}]
    definition["vars"] = [{"name": f"kf_{name}"}]
    if name not in NOT_IN_CONFIG_FILE:
        definition["ini"] = [{"section": SECTION, "key": name}]
    return definition


def resolve_options(
    given: Mapping[str, Any],
    variables: Mapping[str, Any],
    templar: Templar,
    renamed: Mapping[str, str] | None = None,
    names: Collection[str] = tuple(CONNECTION),
) -> dict[str, OptionValue]:
    """Return the connection options ``names``, with the origin that has precedence, see validate_options."""
    kind, owner = "action", "knowledgefront.monitoring.connection"
    C.config.initialize_plugin_configuration_definitions(kind, owner, option_definitions())
    set_names = [f"kf_{name}" for name in names if f"kf_{name}" in variables]
    templated = {name: templar.template(variables[name]) for name in set_names}
    options = {}
    for name in names:
        option = (renamed or {}).get(name, name)
        direct = [{name: given[alias]} for alias in option_names(option, name) if alias in given]
        value, origin = C.config.get_config_value_and_origin(
            name, plugin_type=kind, plugin_name=owner, variables=templated, direct=direct[-1] if direct else None
        )
        options[name] = OptionValue(value, origin)
    return options


def option_names(option: str, name: str) -> tuple[str, ...]:
    """Return the name and aliases of the connection option ``name`` where it is called ``option``."""
    return (option, *CONNECTION[name].get("aliases", ()))


def resolve_option_path(value: Any, origin: str | None) -> str | None:
    """Return an absolute path; a path from a configuration file is relative to that file."""
    file = origin if origin and os.path.isabs(origin) else None
    return str(resolve_path(str(value), basedir=file)) if value else None


def cache_directory(options: Mapping[str, Any]) -> str:
    """Return the folder of the cache for tokens and responses."""
    return str(options["cache_dir"] or os.path.join(C.ANSIBLE_HOME, FOLDER))
