# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A controller plugin's options, checked; connection options also from variable, environment and ansible.cfg."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleOptionsError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_bool, check_type_int, check_type_str

from ..module_utils._ansible.arguments import CONNECTION
from ..module_utils._domain.text import join_names, sanitize
from ._connection import option_names, resolve_option_path, resolve_options

if TYPE_CHECKING:
    from ansible.template import Templar

    from ..module_utils._ansible.arguments import Spec


def validate_options(
    given: Mapping[str, Any],
    variables: Mapping[str, Any],
    templar: Templar,
    spec: Spec,
    mutually_exclusive: Sequence[Sequence[str]] = (),
    renamed: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return what ``spec`` asks for: ``given`` by the user, and connection options from their sources.

    These are, in this order, the user, a variable, the environment, ansible.cfg and the default. ``renamed`` maps a
    connection option to the name it has in ``spec``, where another option needs its own.
    Raises AnsibleOptionsError with the first mistake, also for an option that ``spec`` does not know.
    """
    renamed = renamed or {}
    others = dict(given)
    for name, found in resolve_options(given, variables, templar, renamed).items():
        option = renamed.get(name, name)
        for alias in option_names(option, name):
            others.pop(alias, None)
        if found.value is not None:
            others[option] = _typed(option, found.value, CONNECTION[name]["type"], found.origin)
    others = {name: _plain(value) for name, value in others.items()}
    validated = ArgumentSpecValidator(spec, mutually_exclusive=mutually_exclusive).validate(others)
    if validated.unsupported_parameters:
        unknown = join_names(sorted(map(str, validated.unsupported_parameters)))
        raise AnsibleOptionsError(f"there is no option {unknown}; the options are {', '.join(sorted(spec))}")
    if validated.error_messages:
        raise AnsibleOptionsError(sanitize(validated.error_messages[0], 400))
    return dict(validated.validated_parameters)


def _plain(value: Any) -> Any:
    """Return ``value`` with ordinary lists and dictionaries.

    From 2.19 on, Ansible's own hold the templar with all variables, and validation copies what it is given.
    """
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(held) for key, held in value.items()}
    return value


def _text(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple, set)):
        raise TypeError
    return str(check_type_str(value))


NAMES = {"str": "text", "bool": "true or false", "int": "whole number", "path": "path"}
TYPES = {"bool": check_type_bool, "int": check_type_int, "str": _text}


def _typed(option: str, value: Any, kind: str, origin: str | None) -> Any:
    """Return ``value`` in its type. Ansible's own conversion takes any word for false and shows wrong values."""
    try:
        if kind == "path":
            return resolve_option_path(value, origin)
        return TYPES[kind](value)
    except (TypeError, ValueError):
        raise AnsibleOptionsError(f"{option} from {sanitize(origin or 'the task')} is no {NAMES[kind]}") from None
