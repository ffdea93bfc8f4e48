# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How text of unknown origin becomes a part of a YAML document that people paste into their variables."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ....module_utils._domain.text import sanitize

TEMPLATE = re.compile(r"\{(?=[{%#])")
"""What begins a template in a value that Ansible reads."""

PATTERN = re.compile(r"^~|[*?\[]|\{(?=[{%#])")
"""What a name may not hold to be used as a pattern as it is: see ``Patterns``, and no value may begin a template."""


def quote(text: str) -> str:
    """Return ``text`` as a double-quoted YAML scalar on one line that reads back as the same text."""
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


def break_templates(text: str) -> str:
    """Return ``text`` in which nothing begins a template: for sentences, whose blanks do not count."""
    return TEMPLATE.sub("{ ", text)


def describe(text: object, limit: int) -> str:
    """Return ``text`` as one line of at most about ``limit`` characters, for a comment or a sentence in YAML."""
    return break_templates(sanitize(text, limit))


def exact_pattern(name: str) -> str:
    """Return a pattern that matches the id or label ``name`` and no other text.

    Characters with a meaning in patterns stand in brackets, also a brace that would begin a template.
    """
    return PATTERN.sub(lambda found: f"[{found.group()}]", name)


LONGEST_NAME = 120
"""Characters of a label that is used to name a monitor. Ids name those with longer ones."""


def pattern_for(monitor_id: str, label: str, names: Mapping[str, int]) -> str | None:
    """Return a pattern that selects this monitor alone, None when there is none: by its label if people can read it.

    ``names`` counts for each text the monitors in scope whose id or label it is.
    """
    if label.strip() and names.get(label, 0) == 1 and sanitize(label, LONGEST_NAME) == label == exact_pattern(label):
        return label
    pattern = exact_pattern(monitor_id)
    alone = names.get(monitor_id, 0) == 1 and (pattern == monitor_id or pattern not in names)
    return pattern if alone and monitor_id.strip() else None
