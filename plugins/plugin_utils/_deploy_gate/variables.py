# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's variables of every host that the gate decides for: known names, and one value for all hosts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ...module_utils._domain.text import join_names, sanitize
from .arguments import HANDED_BASELINE, OPTIONS, PREFIX, RESULT

Variables = Mapping[str, Any]
Render = Callable[[str, Any], Any]

KNOWN = (*OPTIONS, RESULT, HANDED_BASELINE)
COMPARED = (*OPTIONS, HANDED_BASELINE)
TEMPLATE_MARKS = ("{{", "{%", "#jinja2:")


class VariablesError(ValueError):
    """A variable of the role that is unknown, set from outside, unreadable, or not the same for all hosts."""


def refuse_replaced_result(outside: Collection[str]) -> None:
    """Raise VariablesError if ``outside``, the names that outrank what a task registers, holds the role's result."""
    if RESULT in outside:
        raise VariablesError(
            f"{RESULT} is set by extra variables or by parameters of the role, which would replace the result: "
            "the role sets it, so remove it there"
        )


def refuse_unknown_names(variables_by_host: Mapping[str, Variables]) -> None:
    """Raise VariablesError for a variable with the role's prefix that is no option, and suggest the nearest name."""
    hosts_by_name: dict[str, list[str]] = {}
    for host, variables in variables_by_host.items():
        for name in variables:
            if name.startswith(PREFIX) and name not in KNOWN:
                hosts_by_name.setdefault(name, []).append(host)
    if not hosts_by_name:
        return
    sentences = []
    for name in sorted(hosts_by_name)[:5]:
        nearest = get_close_matches(name.removeprefix(PREFIX), [option.removeprefix(PREFIX) for option in OPTIONS], 1)
        advice = f"did you mean {PREFIX}{nearest[0]}?" if nearest else "ansible-doc -t role lists the options"
        some = "" if len(hosts_by_name[name]) == len(variables_by_host) else f" (set for {_names(hosts_by_name[name])})"
        sentences.append(f"{sanitize(name, 80)}{some} is not an option of the role deploy_gate: {advice}")
    raise VariablesError("; ".join(sentences))


def read_options(variables_by_host: Mapping[str, Variables], host: str, render: Render) -> dict[str, Any]:
    """Return the rendered options of ``host`` that are set, by variable name, as they are for all hosts.

    ``render`` returns a value with its templates resolved for a host, None if it is omitted, and raises ValueError.
    It is called for other hosts only if their values can differ.
    Raises VariablesError with the variables and the hosts that differ.
    """
    own = _raw(variables_by_host[host])
    options = _rendered(host, own, render)
    differing: dict[str, list[str]] = {}
    templated = any(map(_has_template, own.values()))
    for other, variables in variables_by_host.items():
        raw = _raw(variables)
        if other == host or (not templated and raw == own):
            continue
        found = _rendered(other, raw, render)
        for name in options.keys() | found.keys():
            if options.get(name) != found.get(name):
                differing.setdefault(name, []).append(other)
    if differing:
        raise VariablesError(_difference(differing, host))
    return options


def _raw(variables: Variables) -> dict[str, Any]:
    return {name: variables[name] for name in COMPARED if name in variables}


def _rendered(host: str, raw: Variables, render: Render) -> dict[str, Any]:
    found = {}
    for name, value in raw.items():
        try:
            rendered = render(host, value)
        except ValueError as error:
            raise VariablesError(f"{name} cannot be read for {sanitize(host, 80)}: {sanitize(error, 300)}") from None
        if rendered is not None:
            found[name] = rendered
    return found


def _has_template(value: Any) -> bool:
    if isinstance(value, str):
        return any(mark in value for mark in TEMPLATE_MARKS)
    if isinstance(value, Mapping):
        return any(_has_template(part) for pair in value.items() for part in pair)
    return isinstance(value, (list, tuple)) and any(map(_has_template, value))


def _difference(differing: Mapping[str, Sequence[str]], host: str) -> str:
    told = [f"{name} (for {_names(differing[name])})" for name in sorted(differing)]
    return (
        "the gate decides once for all hosts that play together, and these differ from those for "
        f"{sanitize(host, 80)}: {join_names(told)}; give all hosts the same value, "
        "or put the hosts into plays of their own"
    )


def _names(hosts: Sequence[str]) -> str:
    return join_names([sanitize(host, 80) for host in hosts])
