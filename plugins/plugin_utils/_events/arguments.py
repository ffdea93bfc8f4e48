# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validation of the source's arguments; connection options may also come from the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import (
    CONNECTION,
    JOURNAL,
    MAX_JOURNAL_DAYS,
    MIN_JOURNAL_DAYS,
    SELECTION,
)
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import join_names, sanitize
from ...module_utils._domain.timing import STALE_FACTOR, STALE_GRACE

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

ARGUMENT_SPEC: Spec = {
    # A source never uses cached responses.
    **{name: spec for name, spec in CONNECTION.items() if name != "max_age"},
    **SELECTION,
    "interval": {"type": "float"},
    "cursor": {"type": "path"},
    **JOURNAL,
    "initial": {"type": "str", "choices": ["active", "none"], "default": "active"},
    "config_every": {"type": "int", "default": 10},
    "stale_factor": {"type": "float", "default": STALE_FACTOR},
    "stale_grace": {"type": "float", "default": STALE_GRACE},
    "feedback": {"type": "bool", "default": False},
}

FEEDBACK_QUEUE = "eda_feedback_queue"
"""The argument that ansible-rulebook adds for ``feedback``."""

BOUNDS: dict[str, tuple[float, float]] = {
    "interval": (1, 86400),
    "journal_days": (MIN_JOURNAL_DAYS, MAX_JOURNAL_DAYS),
    "config_every": (1, 10**6),
    "stale_factor": (1, 10**6),
    "stale_grace": (0, 10**9),
}


def validate_arguments(arguments: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return all options from ``arguments``, the environment and the defaults, in this order of precedence.

    Raises ConfigurationError for the first invalid one.
    """
    environment = os.environ if environment is None else environment
    names = {alias: name for name, spec in ARGUMENT_SPEC.items() for alias in (name, *spec.get("aliases", ()))}
    unknown = sorted(str(name) for name in arguments if name not in names and name != FEEDBACK_QUEUE)
    if unknown:
        raise ConfigurationError(
            f"unknown argument {join_names(unknown)}; valid arguments are {', '.join(sorted(ARGUMENT_SPEC))}"
        )
    options = {}
    for name, spec in ARGUMENT_SPEC.items():
        origin, value = name, next((arguments[alias] for alias in arguments if names.get(alias) == name), None)
        if value is None and name in CONNECTION:
            origin = f"KF_{name.upper()}"
            value = environment.get(origin) or None
        options[name] = _copy_default(spec) if value is None else _convert(origin, name, value, spec)
    return options


def _copy_default(spec: Mapping[str, Any]) -> Any:
    default = spec.get("default")
    return list(default) if isinstance(default, list) else default


def _convert(origin: str, name: str, value: Any, spec: Mapping[str, Any]) -> Any:
    try:
        converted: Any = CONVERTERS[spec["type"]](value)
    except (TypeError, ValueError, OverflowError):
        is_hidden = spec.get("no_log") or isinstance(value, (dict, list))
        quoted = "" if is_hidden else f", not {sanitize(value, 40)!r}"
        raise ConfigurationError(f"{origin} must be {TYPE_NAMES[spec['type']]}{quoted}") from None
    if "choices" in spec and converted not in spec["choices"]:
        raise ConfigurationError(
            f"{origin} must be one of {', '.join(spec['choices'])}, not {sanitize(converted, 40)!r}"
        )
    least, most = BOUNDS.get(name, (-math.inf, math.inf))
    if name in BOUNDS and not least <= converted <= most:
        raise ConfigurationError(f"{origin} must be from {least} to {most}, not {sanitize(value, 40)}")
    return converted


def _to_string(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple, set, bool)):
        raise TypeError
    return str(value)


def _to_list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return [_to_string(entry) for entry in value]


def _to_float(value: Any) -> float:
    number = float(_to_string(value))
    if not math.isfinite(number):
        raise ValueError
    return number


def _to_int(value: Any) -> int:
    number = _to_float(value)
    if number != int(number):
        raise ValueError
    return int(number)


TRUE, FALSE = {"true", "yes", "on", "1", "y", "t"}, {"false", "no", "off", "0", "n", "f"}


def _to_bool(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in TRUE | FALSE:
        raise ValueError
    return text in TRUE


def _to_path(value: Any) -> str | None:
    text = _to_string(value)
    return os.path.abspath(os.path.expanduser(os.path.expandvars(text))) if text.strip() else None


CONVERTERS = {
    "str": _to_string,
    "list": _to_list,
    "float": _to_float,
    "int": _to_int,
    "bool": _to_bool,
    "path": _to_path,
}
TYPE_NAMES = {
    "str": "a string",
    "list": "a list of strings",
    "float": "a number",
    "int": "an integer",
    "bool": "true or false",
    "path": "a path",
}
