# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How text of unknown origin is put into a sentence that people read."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "..."


LOGGING_COMMAND = re.compile(r"(?<=:):(?=[A-Za-z])|(?<=#)#|(?<=section)_(?=(?:start|end):)")
"""A character of each thing by which a pipeline takes a part of its log for a command, wherever that is in a line.

``::error::`` and ``##[error]`` are commands of GitHub Actions, ``##vso[...]`` and ``##[...]`` of Azure Pipelines,
``##teamcity[...]`` of TeamCity, ``section_start:`` of GitLab CI. Those of Jenkins begin with a control character.
"""


def sanitize(value: object, limit: int = 200) -> str:
    """Return ``value`` as one line of at most ``limit`` characters that neither a terminal nor a pipeline obeys.

    Control characters, line breaks, marks that reorder text and lone surrogates appear as escapes such as ``\\x1b``,
    and so does one character of each logging command.
    """
    text = value if isinstance(value, str) else str(value)
    shown = text[: limit + 1]
    if not (shown.isascii() and shown.isprintable()):
        shown = "".join(map(_escaped, shown))
    if "::" in shown or "##" in shown or "section_" in shown:
        shown = LOGGING_COMMAND.sub(lambda found: f"\\x{ord(found.group()):02x}", shown)
    return shown if len(shown) <= limit else shown[: limit - len(ELLIPSIS)] + ELLIPSIS


def _escaped(character: str) -> str:
    if character.isprintable() and unicodedata.category(character) != "Cf":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def join_names(names: list[str], limit: int = 5) -> str:
    """Return ``names`` as an English list that stays short: the first ``limit`` and how many more there are."""
    shown = [sanitize(name, 80) for name in names[:limit]]
    if len(names) > limit:
        shown.append(f"{len(names) - limit} more")
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + " and " + shown[-1] if shown else "none"


def agree(count: int, singular: str, plural: str = "") -> str:
    """Return the form of a word that agrees with ``count``. Without ``plural``, that is ``singular`` with an s."""
    return singular if count == 1 else plural or f"{singular}s"


def quantity(count: int, singular: str, plural: str = "") -> str:
    """Return ``count`` with the form of a noun that agrees with it, such as ``1 monitor`` and ``1,500 monitors``."""
    return f"{count:,} {agree(count, singular, plural)}"
