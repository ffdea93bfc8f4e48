# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates the options of controller plugins, whose connection options have more sources than the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleOptionsError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_bool, check_type_int, check_type_str

from ..module_utils._ansible.arguments import CONNECTION
from ..module_utils._api.settings import Secret
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
    """Return the options of ``spec`` from ``given``, and its connection options from their sources.

    These are, in order of precedence, ``given``, variables, the environment, ansible.cfg and the default. ``renamed``
    maps a connection option to its name in ``spec``, where another option has the original name. ``client_secret`` is
    returned as a Secret. Raises AnsibleOptionsError with the first error, also for an option that ``spec`` lacks.
    """
    renamed = renamed or {}
    others = dict(given)
    for name, resolved in resolve_options(given, variables, templar, renamed).items():
        option = renamed.get(name, name)
        for alias in option_names(option, name):
            others.pop(alias, None)
        if resolved.value is not None:
            others[option] = _convert(option, resolved.value, CONNECTION[name]["type"], resolved.origin)
    others = {name: copy_plain(value) for name, value in others.items()}
    try:
        validated = ArgumentSpecValidator(spec, mutually_exclusive=mutually_exclusive).validate(others)
    except OverflowError:
        raise AnsibleOptionsError("a whole number is infinite or too large; set finite numbers") from None
    if validated.unsupported_parameters:
        unknown = join_names(sorted(map(str, validated.unsupported_parameters)))
        raise AnsibleOptionsError(f"there is no option {unknown}; the options are {', '.join(sorted(spec))}")
    if validated.error_messages:
        raise AnsibleOptionsError(sanitize(validated.error_messages[0], 400))
    options = dict(validated.validated_parameters)
    if options.get("client_secret") is not None:
        options["client_secret"] = Secret(options["client_secret"])
    return options


def copy_plain(value: Any) -> Any:
    """Return ``value`` with plain lists and dictionaries.

    From 2.19 on, those of Ansible refer to the templar with all variables, and validation copies its arguments.
    """
    if isinstance(value, list):
        return [copy_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: copy_plain(held) for key, held in value.items()}
    return value


def _convert_text(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple, set)):
        raise TypeError
    return str(check_type_str(value))


TYPE_NAMES = {"str": "a string", "bool": "true or false", "int": "an integer", "path": "a path"}
CONVERTERS = {"bool": check_type_bool, "int": check_type_int, "str": _convert_text}


def _convert(option: str, value: Any, kind: str, origin: str | None) -> Any:
    """Return ``value`` converted. Ansible's own conversion takes any word for false and prints invalid values."""
    try:
        if kind == "path":
            return resolve_option_path(value, origin)
        return CONVERTERS[kind](value)
    except (TypeError, ValueError):
        raise AnsibleOptionsError(f"{option} from {sanitize(origin or 'the task')} is not {TYPE_NAMES[kind]}") from None
