# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the role: their specification, and their values, which must be the same for all hosts of a play.

A test compares the specifications with the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ...module_utils._ansible.arguments import CONNECTION
from ...module_utils._domain.text import join_names, sanitize
from .._gate.policy import PHASES
from .._gate_action.arguments import GATE, REQUEST_TIMEOUT

if TYPE_CHECKING:
    from ...module_utils._ansible.arguments import Spec

CONNECT: Spec = {(REQUEST_TIMEOUT if name == "timeout" else name): spec for name, spec in CONNECTION.items()}

DEPLOY_GATE: Spec = {
    **CONNECT,
    "phase": {"type": "str", "choices": list(PHASES), "required": True},
}

PREFIX = "deploy_gate_"
RESULT = "deploy_gate_result"
WORKFLOW_BASELINE = "deploy_gate_handed_baseline"
"""Set by set_stats in phase before, so that later jobs of a workflow have it as an extra variable."""

OPTIONS: Spec = {
    PREFIX + name: spec for name, spec in GATE.items() if name not in {*CONNECT, "phase", "verbose_result"}
}
"""The variables of the role that are options, each with the specification of the option of the gate."""

Variables = Mapping[str, Any]
Render = Callable[[str, Any], Any]

VALID_NAMES = (*OPTIONS, RESULT, WORKFLOW_BASELINE)
COMPARED = (*OPTIONS, WORKFLOW_BASELINE)
TEMPLATE_MARKS = ("{{", "{%", "#jinja2:")


class VariablesError(ValueError):
    """A variable of the role is unknown, set from outside, unreadable, or differs between hosts."""


def refuse_replaced_result(names: Collection[str]) -> None:
    """Raise VariablesError if ``names``, of variables that outrank registered ones, contains the role's result."""
    if RESULT in names:
        raise VariablesError(
            f"{RESULT} is set by extra variables or by parameters of the role, which would replace the result of the "
            "role: remove it there"
        )


def refuse_unknown_names(variables_by_host: Mapping[str, Variables]) -> None:
    """Raise VariablesError for a variable with the role's prefix that is not an option, and suggest a similar name."""
    hosts_by_name: dict[str, list[str]] = {}
    for host, variables in variables_by_host.items():
        for name in variables:
            if name.startswith(PREFIX) and name not in VALID_NAMES:
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
    """Return the rendered options that are set, by variable name, which are the same for all hosts.

    ``render`` returns a value with its templates resolved for a host, None if it is omitted, or raises ValueError. It
    is called for hosts other than ``host`` only if their values can differ.
    Raises VariablesError that names the variables and the hosts that differ.
    """
    own = _select_options(variables_by_host[host])
    options = _render_options(host, own, render)
    differing: dict[str, list[str]] = {}
    templated = any(map(_has_template, own.values()))
    for other, variables in variables_by_host.items():
        raw = _select_options(variables)
        if other == host or (not templated and raw == own):
            continue
        found = _render_options(other, raw, render)
        for name in options.keys() | found.keys():
            if options.get(name) != found.get(name):
                differing.setdefault(name, []).append(other)
    if differing:
        raise VariablesError(_describe_difference(differing, host))
    return options


def _select_options(variables: Variables) -> dict[str, Any]:
    return {name: variables[name] for name in COMPARED if name in variables}


def _render_options(host: str, raw: Variables, render: Render) -> dict[str, Any]:
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


def _describe_difference(differing: Mapping[str, Sequence[str]], host: str) -> str:
    names = [f"{name} (for {_names(differing[name])})" for name in sorted(differing)]
    return (
        "the gate decides once for all hosts of a play, but these variables differ from those of "
        f"{sanitize(host, 80)}: {join_names(names)}; set the same value for all hosts, or use separate plays"
    )


def _names(hosts: Sequence[str]) -> str:
    return join_names([sanitize(host, 80) for host in hosts])
