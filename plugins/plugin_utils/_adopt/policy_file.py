# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of a policy file: read without being run, and changed only where an exception comes or goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import yaml

from ...module_utils._domain.text import sanitize
from .._gate.reports.yaml_text import TEMPLATE, quote
from .adoption import KnownEntry

PREFIXES = ("deploy_gate_", "kf_")
KNOWN = "deploy_gate_known"
SELECTION = {"include": "deploy_gate_include", "exclude": "deploy_gate_exclude", "types": "deploy_gate_types"}
VAULT = "$ANSIBLE_VAULT"


class PolicyFileError(ValueError):
    """A file that is no policy, or none that can be changed safely, with a sentence that says what to do."""


class Placed(NamedTuple):
    """An exception in a file with its first and last line, counted from 0."""

    entry: KnownEntry
    first: int
    last: int


class PolicyFile(NamedTuple):
    """A parsed policy. ``known`` is None where the file has no such list, else the list as it stands there."""

    text: str
    nodes: Mapping[str, yaml.Node]
    known: list[Placed] | None

    @property
    def entries(self) -> list[KnownEntry]:
        return [placed.entry for placed in self.known or ()]

    def selection(self) -> dict[str, list[str]]:
        """Return the include, exclude and types that the file names. Raises PolicyFileError for templates in them."""
        found = {}
        for option, variable in SELECTION.items():
            if variable in self.nodes:
                found[option] = _texts(self.nodes[variable], variable)
        return found


def parse_policy(text: str) -> PolicyFile:
    """Return the policy in ``text``. Raises PolicyFileError for anything else, so that no other file is changed."""
    if text.startswith(VAULT):
        raise PolicyFileError("it is encrypted with Ansible Vault: a policy holds no secret, so store it in plain text")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark is not None else ""
        raise PolicyFileError(f"it is not one YAML document{where}") from None
    if root is None or _is_null(root):
        return PolicyFile(text, {}, None)
    nodes = _variables(root)
    return PolicyFile(text, nodes, _known(nodes.get(KNOWN), text.split("\n")))


def _variables(root: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise PolicyFileError("it is not a file of variables, one on each line")
    nodes: dict[str, yaml.Node] = {}
    for key, value in root.value:
        name = str(key.value)
        if not isinstance(key, yaml.ScalarNode) or not name.startswith(PREFIXES):
            raise PolicyFileError(
                f"it holds {sanitize(name, 80)}: a policy holds only variables that begin with {' or '.join(PREFIXES)}"
            )
        if name in nodes:
            raise PolicyFileError(f"it holds {sanitize(name, 80)} twice: remove one of them")
        nodes[name] = value
    return nodes


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def _known(node: yaml.Node | None, lines: Sequence[str]) -> list[Placed] | None:
    if node is None:
        return None
    if _is_null(node):
        return []
    if not isinstance(node, yaml.SequenceNode):
        raise PolicyFileError(f"{KNOWN} is not a list: write it as one, since a template cannot be extended")
    if node.flow_style and node.value:
        raise PolicyFileError(f"{KNOWN} stands in brackets: write each entry on lines of its own after a dash")
    return [_placed(item, lines) for item in node.value]


def _placed(item: yaml.Node, lines: Sequence[str]) -> Placed:
    if not isinstance(item, yaml.MappingNode):
        raise PolicyFileError(f"{KNOWN} holds an entry that is not a mapping with monitor and reason")
    fields = {str(key.value): value for key, value in item.value}
    texts = {name: str(node.value) for name, node in fields.items() if isinstance(node, yaml.ScalarNode)}
    states = fields.get("states")
    named = None
    if isinstance(states, yaml.SequenceNode):
        named = tuple(str(state.value) for state in states.value)
    elif isinstance(states, yaml.ScalarNode):
        named = tuple(state.strip() for state in str(states.value).split(","))
    entry = KnownEntry(texts.get("monitor", ""), texts.get("reason", ""), named, texts.get("expires"))
    return Placed(entry, item.start_mark.line, max(item.start_mark.line, _last_line(item)))


def _last_line(node: yaml.Node) -> int:
    """Return the last line of a node. The end of a block collection is where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    end = node.end_mark
    return end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line


def _texts(node: yaml.Node, variable: str) -> list[str]:
    items = node.value if isinstance(node, yaml.SequenceNode) else [node]
    texts = [str(item.value) for item in items if isinstance(item, yaml.ScalarNode)]
    plain = isinstance(node, yaml.SequenceNode) and len(texts) == len(items)
    if not plain or any(TEMPLATE.search(text) for text in texts):
        raise PolicyFileError(f"{variable} is not a plain list of patterns: templates are not evaluated here")
    return texts


def edit_policy(policy: PolicyFile, added: Sequence[KnownEntry], removed: Sequence[KnownEntry]) -> str:
    """Return the text with these entries added and removed and everything else as it was, comments included.

    Raises PolicyFileError when that cannot be done line by line.
    """
    lines = policy.text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    known = policy.known or []
    stays = [placed for placed in known if placed.entry not in removed]
    column = _column(policy)
    rendered = [f"{line}{ending}" for entry in added for line in render_entry(entry, column)]
    gone = {number for placed in known if placed not in stays for number in range(placed.first, placed.last + 1)}
    if known:
        at = known[-1].last + 1
        lines = [line for number, line in enumerate(lines[:at]) if number not in gone] + rendered + lines[at:]
    elif rendered and KNOWN in policy.nodes:
        at = policy.nodes[KNOWN].start_mark.line
        lines = [*lines[:at], f"{KNOWN}:{ending}", *rendered, *lines[at + 1 :]]
    elif rendered:
        while lines and not lines[-1].strip():
            lines.pop()
        lines += [f"{KNOWN}:{ending}", *rendered, ""]
    if known and not stays and not rendered:
        lines = [f"{KNOWN}: []{ending}" if line.startswith(f"{KNOWN}:") else line for line in lines]
    text = "\n".join(lines)
    _check(policy, text, [placed.entry for placed in stays] + [entry._replace(label="") for entry in added])
    return text


def _column(policy: PolicyFile) -> int:
    node = policy.nodes.get(KNOWN)
    return int(node.start_mark.column) if node is not None and policy.known else 2


def _check(policy: PolicyFile, text: str, expected: Sequence[KnownEntry]) -> None:
    """See that the new text says what it should: the list as expected, and every other variable as before."""
    others = _without_known(policy)
    try:
        changed = parse_policy(text)
    except PolicyFileError:
        changed = PolicyFile(text, {}, None)
    if _without_known(changed) != others or changed.entries != list(expected):
        raise PolicyFileError(f"{KNOWN} cannot be changed line by line: begin each entry on the line of its dash")


def _without_known(policy: PolicyFile) -> dict[str, str]:
    return {name: yaml.serialize(node) for name, node in policy.nodes.items() if name != KNOWN}


def render_entry(entry: KnownEntry, column: int) -> list[str]:
    """Return the lines of an entry whose dash stands in ``column``."""
    indent = " " * column
    return [
        f"{indent}- monitor: {quote(entry.monitor)}",
        f"{indent}  states: [{', '.join(entry.states or ())}]",
        f"{indent}  reason: {quote(entry.reason)}",
        f"{indent}  expires: {quote(entry.expires or '')}",
    ]
