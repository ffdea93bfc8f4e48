# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the source, checked, with connection options also from the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION, SELECTION
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import join_names, sanitize
from ...module_utils._domain.timing import FACTOR, GRACE

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

CONNECTING = ("api_url", "client_id", "client_secret", "validate_certs", "ca_path", "timeout", "retries")
"""Without those of the store: a source has one token and asks everything anew."""

ALERTS: Spec = {
    **{name: CONNECTION[name] for name in CONNECTING},
    **SELECTION,
    "interval": {"type": "float"},
    "cursor": {"type": "path"},
    "initial": {"type": "str", "choices": ["active", "none"], "default": "active"},
    "config_every": {"type": "int", "default": 10},
    "stale_factor": {"type": "float", "default": FACTOR},
    "stale_grace": {"type": "float", "default": GRACE},
    "feedback": {"type": "bool", "default": False},
}

FEEDBACK_QUEUE = "eda_feedback_queue"
"""What ansible-rulebook adds when feedback is asked for."""

BOUNDS: dict[str, tuple[float, float]] = {
    "interval": (1, 86400),
    "config_every": (1, 10**6),
    "stale_factor": (1, 10**6),
    "stale_grace": (0, 10**9),
}


def checked_arguments(given: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the options that ``given`` arguments, the environment and defaults make.

    Raises ConfigurationError with the first mistake.
    """
    environment = os.environ if environment is None else environment
    names = {alias: name for name, spec in ALERTS.items() for alias in (name, *spec.get("aliases", ()))}
    unknown = sorted(str(name) for name in given if name not in names and name != FEEDBACK_QUEUE)
    if unknown:
        raise ConfigurationError(
            f"there is no argument {join_names(unknown)}; the arguments are {', '.join(sorted(ALERTS))}"
        )
    options = {}
    for name, spec in ALERTS.items():
        origin, value = name, next((given[alias] for alias in given if names.get(alias) == name), None)
        if value is None and name in CONNECTION:
            origin = f"KF_{name.upper()}"
            value = environment.get(origin) or None
        options[name] = _default(spec) if value is None else _typed(origin, name, value, spec)
    return options


def _default(spec: Mapping[str, Any]) -> Any:
    default = spec.get("default")
    return list(default) if isinstance(default, list) else default


def _typed(origin: str, name: str, value: Any, spec: Mapping[str, Any]) -> Any:
    try:
        found: Any = TYPES[spec["type"]](value)
    except (TypeError, ValueError, OverflowError):
        shown = "" if spec.get("no_log") or isinstance(value, (dict, list)) else f" {sanitize(value, 40)!r}"
        raise ConfigurationError(f"{origin}{shown} is no {NAMES[spec['type']]}") from None
    if "choices" in spec and found not in spec["choices"]:
        raise ConfigurationError(f"{origin} must be one of {', '.join(spec['choices'])}, not {sanitize(found, 40)!r}")
    least, most = BOUNDS.get(name, (-math.inf, math.inf))
    if name in BOUNDS and not least <= found <= most:
        raise ConfigurationError(f"{origin} must be from {least} to {most}, not {sanitize(value, 40)}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, (Mapping, list, tuple, set, bool)):
        raise TypeError
    return str(value)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, (list, tuple)):
        raise TypeError
    return [_text(entry) for entry in value]


def _number(value: Any) -> float:
    number = float(_text(value))
    if not math.isfinite(number):
        raise ValueError
    return number


def _whole(value: Any) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError
    return int(number)


TRUE, FALSE = {"true", "yes", "on", "1", "y", "t"}, {"false", "no", "off", "0", "n", "f"}


def _flag(value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in TRUE | FALSE:
        raise ValueError
    return text in TRUE


def _path(value: Any) -> str | None:
    text = _text(value)
    return os.path.abspath(os.path.expanduser(os.path.expandvars(text))) if text.strip() else None


TYPES = {"str": _text, "list": _texts, "float": _number, "int": _whole, "bool": _flag, "path": _path}
NAMES = {
    "str": "text",
    "list": "list of texts",
    "float": "number",
    "int": "whole number",
    "bool": "true or false",
    "path": "path",
}
