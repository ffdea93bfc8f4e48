# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Escapes text of unknown origin for Markdown."""

from __future__ import annotations

import re

from ....module_utils._domain.text import sanitize

MARKUP = re.compile(r"[\\`*_\[\]~|$#!]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
REFERENCE = re.compile(r"@(?=\S)|[#!%&~](?=\w)|:(?=//|[a-z])|\b(?:www|GH|mailto)(?=[.:-])", re.IGNORECASE)
"""Matches text that code hosts turn into links, even if it is escaped, anywhere except in code."""

BLOCK = re.compile(r"[^A-Za-z0-9]|[0-9]+[.)]")
"""Matches the beginning of a line that may become a list, a quote, a heading or a rule."""

ENTITY_ONLY = re.compile(r"\\\||\\$")
"""Matches a backslash before the border of a table cell, on which renderers disagree."""


def markdown_text(value: object, limit: int) -> str:
    """Return ``value`` so that it stays text in any cell or line: no markup, no HTML and nothing that becomes a link.

    Adds no character that a reader would copy. Text that a code host would turn into a link is rendered as code.
    """
    text = sanitize(value, limit)
    if REFERENCE.search(text) or BLOCK.match(text) or ENTITY_ONLY.search(text):
        return _code(text, in_table=True) if "|" in text else _code(text)
    text = re.sub("[&<>]", lambda found: ENTITIES[found.group()], text)
    return MARKUP.sub(lambda found: f"\\{found.group()}", text)


def markdown_name(value: object, limit: int) -> str:
    """Return a label or id as code, so that it can be copied exactly as it is."""
    return _code(sanitize(value, limit) or " ", in_table=True)


def _code(text: str, *, in_table: bool = False) -> str:
    """Return ``text`` as a code span. With ``in_table``, a ``|`` in it does not end the cell."""
    if in_table and "|" in text:
        return f"<code>{''.join(map(_entity, text))}</code>"
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    padded = text.strip() and (text[0] in "` " or text[-1] in "` ")
    return f"{fence} {text} {fence}" if padded else f"{fence}{text}{fence}"


def _entity(character: str) -> str:
    plain = character.isalnum() or character == " "
    return character if plain else f"&#{ord(character)};"


def fenced(text: str, language: str = "") -> list[str]:
    """Return ``text`` as the lines of a code block, with a fence that ``text`` does not contain."""
    fence = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    return [f"{fence}{language}", *text.rstrip("\n").split("\n"), fence]
