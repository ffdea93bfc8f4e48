# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policy files: parse them without evaluating templates, edit single entries, and render new files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import yaml

from ...module_utils._domain.text import quantity, sanitize
from ...module_utils._domain.timestamps import duration, utc
from .._gate.reports.grouping import MonitorEntry
from .._gate.reports.yaml_text import TEMPLATE, quote, sanitize_yaml
from .adoption import KnownEntry

PREFIXES = ("deploy_gate_", "kf_")
KNOWN = "deploy_gate_known"
SELECTION_VARIABLES = {"include": "deploy_gate_include", "exclude": "deploy_gate_exclude", "types": "deploy_gate_types"}
VAULT = "$ANSIBLE_VAULT"

MAX_SLOW_NAMED = 50
"""Slow monitors listed in the comment of a new file. The result lists all."""

HEAD = """\
# Policy of the role knowledgefront.monitoring.deploy_gate, written by knowledgefront.monitoring.adopt on {day}.
# Use it with -e @FILE. Entries whose reason begins with "Adopted on" can be pruned; all others stay as you write them.
"""


class PolicyFileError(ValueError):
    """The file is not a policy, or cannot be edited safely."""


class LocatedEntry(NamedTuple):
    """An entry with its first and last line in the file, counted from 0."""

    entry: KnownEntry
    first: int
    last: int


class PolicyFile(NamedTuple):
    """A parsed policy. ``known`` has the entries of ``deploy_gate_known``, None if the file does not set it."""

    text: str
    nodes: Mapping[str, yaml.Node]
    known: list[LocatedEntry] | None

    @property
    def entries(self) -> list[KnownEntry]:
        return [placed.entry for placed in self.known or ()]

    def selection(self) -> dict[str, list[str]]:
        """Return the include, exclude and types in the file. Raises PolicyFileError for templates in them."""
        found = {}
        for option, variable in SELECTION_VARIABLES.items():
            if variable in self.nodes:
                found[option] = _parse_patterns(self.nodes[variable], variable)
        return found


def parse_policy(text: str) -> PolicyFile:
    """Return the policy in ``text``. Raises PolicyFileError if it is not a policy, so that no other file is changed."""
    if text.startswith(VAULT):
        raise PolicyFileError("it is encrypted with Ansible Vault; a policy has no secrets, so store it as plain text")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise PolicyFileError(f"it is not one YAML document{where}") from None
    if root is None or _is_null(root):
        return PolicyFile(text, {}, None)
    nodes = _parse_variables(root)
    return PolicyFile(text, nodes, _parse_known(nodes.get(KNOWN), text.split("\n")))


def _parse_variables(root: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise PolicyFileError("it is not a block mapping of variables")
    nodes: dict[str, yaml.Node] = {}
    for key, value in root.value:
        name = str(key.value)
        if not isinstance(key, yaml.ScalarNode) or not name.startswith(PREFIXES):
            raise PolicyFileError(
                f"it sets {sanitize(name, 80)}; a policy may only set variables with the prefix {' or '.join(PREFIXES)}"
            )
        if name in nodes:
            raise PolicyFileError(f"it sets {sanitize(name, 80)} twice; remove one of the two")
        nodes[name] = value
    return nodes


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _parse_known(node: yaml.Node | None, lines: Sequence[str]) -> list[LocatedEntry] | None:
    if node is None:
        return None
    if _is_null(node):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise PolicyFileError(f"{KNOWN} is not a list; replace the template by a list")
    if node.flow_style and node.value:
        raise PolicyFileError(f"{KNOWN} is a list in brackets; write it as a block list, with a dash before each entry")
    return [_locate_entry(item, lines) for item in node.value]


def _locate_entry(item: yaml.Node, lines: Sequence[str]) -> LocatedEntry:
    if not isinstance(item, yaml.MappingNode):
        raise PolicyFileError(f"{KNOWN} has an entry that is not a mapping with monitor and reason")
    fields = {str(key.value): value for key, value in item.value}
    texts = {name: str(node.value) for name, node in fields.items() if isinstance(node, yaml.ScalarNode)}
    states = fields.get("states")
    named = None
    if isinstance(states, yaml.SequenceNode):
        named = tuple(str(state.value) for state in states.value)
    elif isinstance(states, yaml.ScalarNode):
        named = tuple(state.strip() for state in str(states.value).split(","))
    entry = KnownEntry(texts.get("monitor", ""), texts.get("reason", ""), named, texts.get("expires"))
    return LocatedEntry(entry, item.start_mark.line, max(item.start_mark.line, _last_line(item)))


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a node. PyYAML reports the end of a block collection at the start of the next token."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line


def _parse_patterns(node: yaml.Node, variable: str) -> list[str]:
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    texts = [str(item.value) for item in items if isinstance(item, yaml.ScalarNode)]
    plain = isinstance(node, yaml.SequenceNode) and len(texts) == len(items)
    if not plain or any(TEMPLATE.search(text) for text in texts):
        raise PolicyFileError(
            f"{variable} is not a plain list of patterns; kf_adopt does not evaluate templates, so set it literally"
        )
    return texts


def edit_policy(policy: PolicyFile, added: Sequence[KnownEntry], removed: Sequence[KnownEntry]) -> str:
    """Return the text with entries added and removed, and everything else unchanged, comments included.

    Raises PolicyFileError if whole lines cannot be added and removed for that.
    """
    lines = policy.text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    known = policy.known or []
    remaining = [placed for placed in known if placed.entry not in removed]
    column = _column(policy)
    rendered = [f"{line}{ending}" for entry in added for line in render_entry(entry, column)]
    deleted = {number for placed in known if placed not in remaining for number in range(placed.first, placed.last + 1)}
    if known:
        at = known[-1].last + 1
        lines = [line for number, line in enumerate(lines[:at]) if number not in deleted] + rendered + lines[at:]
    elif rendered and KNOWN in policy.nodes:
        at = policy.nodes[KNOWN].start_mark.line
        lines = [*lines[:at], f"{KNOWN}:{ending}", *rendered, *lines[at + 1 :]]
    elif rendered:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [f"{KNOWN}:{ending}", *rendered, ""]
    if known and not remaining and not rendered:
        lines = [f"{KNOWN}: []{ending}" if line.startswith(f"{KNOWN}:") else line for line in lines]
    text = "\n".join(lines)
    _check(policy, text, [placed.entry for placed in remaining] + [entry._replace(label="") for entry in added])
    return text


def _column(policy: PolicyFile) -> int:
    node = policy.nodes.get(KNOWN)
    return int(node.start_mark.column) if node is not None and policy.known else 2


def _check(policy: PolicyFile, text: str, expected: Sequence[KnownEntry]) -> None:
    """Raise PolicyFileError unless the new text has the expected entries and every other variable unchanged."""
    others = _without_known(policy)
    try:
        changed = parse_policy(text)
    except PolicyFileError:
        changed = PolicyFile(text, {}, None)
    if _without_known(changed) != others or changed.entries != list(expected):
        raise PolicyFileError(f"{KNOWN} cannot be edited by line; start each entry on the line of its dash")


def _without_known(policy: PolicyFile) -> dict[str, str]:
    return {name: yaml.serialize(node) for name, node in policy.nodes.items() if name != KNOWN}


def render_entry(entry: KnownEntry, column: int) -> list[str]:
    """Return the lines of an entry whose dash is in ``column``, counted from 0."""
    indent = " " * column
    return [
        f"{indent}- monitor: {quote(entry.monitor)}",
        f"{indent}  states: [{', '.join(entry.states or ())}]",
        f"{indent}  reason: {quote(entry.reason)}",
        f"{indent}  expires: {quote(entry.expires or '')}",
    ]


def render_policy(
    taken_at: float,
    selection: Mapping[str, Sequence[str]],
    timeout_max: float,
    slow: Sequence[MonitorEntry],
    entries: Sequence[KnownEntry],
) -> str:
    """Return the text of a new policy file for the monitors of ``selection``.

    Raises PolicyFileError for a pattern that Ansible would read as a template.
    """
    lines = [f"deploy_gate_timeout_max: {timeout_max:g}", *_comment_slow(slow)]
    for option, variable in SELECTION_VARIABLES.items():
        if option == "include" or selection.get(option):
            lines.append(
                f"{variable}: [{', '.join(_quote_pattern(option, text) for text in selection.get(option, []))}]"
            )
    lines += (
        [f"{KNOWN}:", *(line for entry in entries for line in render_entry(entry, 2))] if entries else [f"{KNOWN}: []"]
    )
    return "\n".join([f"{HEAD.format(day=utc(taken_at)[:10])}---", *lines, ""])


def _quote_pattern(option: str, text: str) -> str:
    if TEMPLATE.search(text):
        raise PolicyFileError(
            f"{option}: {sanitize_yaml(text, 80)} would be a template in the file: put its first brace in square "
            "brackets"
        )
    return quote(text)


def _comment_slow(slow: Sequence[MonitorEntry]) -> list[str]:
    if not slow:
        return []
    lines = [
        f"#   {sanitize_yaml(one['label'], 80)}: every {duration(one['timer'] or 0.0)}" for one in slow[:MAX_SLOW_NAMED]
    ]
    if len(slow) > MAX_SLOW_NAMED:
        lines.append(f"#   and {len(slow) - MAX_SLOW_NAMED:,} more")
    return [f"# The proof of {quantity(len(slow), 'slow monitor')} takes longer than that:", *lines]
