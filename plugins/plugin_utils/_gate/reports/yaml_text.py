# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write text of unknown origin into YAML that users paste into their variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ....module_utils._domain.text import sanitize

TEMPLATE = re.compile(r"\{(?=[{%#])")
"""The beginning of a template in a value that Ansible reads."""

PATTERN = re.compile(r"^~|[*?\[]|\{(?=[{%#])")
"""Parts of a name that have a meaning in ``Patterns``, or that begin a template."""


def quote(text: str) -> str:
    """Return ``text`` as a double-quoted YAML scalar on one line, which YAML reads as the same text."""
    return f'"{"".join(map(_escape, text))}"'


def _escape(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def sanitize_yaml(text: object, limit: int) -> str:
    """Return ``text`` as one line of at most about ``limit`` characters, for a comment or a sentence in YAML.

    A blank separates the braces that would begin a template.
    """
    return TEMPLATE.sub("{ ", sanitize(text, limit))


def exact_pattern(name: str) -> str:
    """Return a pattern that matches the id or label ``name`` only.

    Characters with a meaning in patterns, and braces that would begin a template, are in brackets.
    """
    return PATTERN.sub(lambda found: f"[{found.group()}]", name)


MAX_LABEL = 120
"""Characters of a label that selects a monitor. The id selects a monitor with a longer label."""


def pattern_for(monitor_id: str, label: str, names: Mapping[str, int]) -> str | None:
    """Return a pattern that selects only this monitor, or None: its label if that is printable, else its id.

    ``names`` maps each id and label to the number of monitors in scope that have it.
    """
    if label.strip() and names.get(label, 0) == 1 and sanitize(label, MAX_LABEL) == label == exact_pattern(label):
        return label
    pattern = exact_pattern(monitor_id)
    alone = names.get(monitor_id, 0) == 1 and (pattern == monitor_id or pattern not in names)
    return pattern if alone and monitor_id.strip() else None
