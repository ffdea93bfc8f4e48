# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares text of unknown origin for messages, and builds lists and plurals."""

from __future__ import annotations

import re
import unicodedata

ELLIPSIS = "..."

LOGGING_COMMAND = re.compile(r"(?<=:):(?=[A-Za-z])|(?<=#)#|(?<=section)_(?=(?:start|end):)")
"""Matches one character of each command that a pipeline executes when it appears anywhere in a line of its log.

``::error::`` and ``##[error]`` are commands of GitHub Actions, ``##vso[...]`` and ``##[...]`` of Azure Pipelines,
``##teamcity[...]`` of TeamCity, ``section_start:`` of GitLab CI. Those of Jenkins begin with a control character.
"""


def sanitize(value: object, limit: int = 200) -> str:
    """Return ``value`` as one line of at most ``limit`` characters that neither a terminal nor a pipeline interprets.

    It escapes control characters, line breaks, marks that reorder text, lone surrogates and one character of each
    logging command, for example as ``\\x1b``.
    """
    text = value if isinstance(value, str) else str(value)
    line = text[: limit + 1]
    if not (line.isascii() and line.isprintable()):
        line = "".join(map(_escape, line))
    if "::" in line or "##" in line or "section_" in line:
        line = LOGGING_COMMAND.sub(lambda match: f"\\x{ord(match.group()):02x}", line)
    return line if len(line) <= limit else line[: limit - len(ELLIPSIS)] + ELLIPSIS


def _escape(character: str) -> str:
    if character.isprintable() and unicodedata.category(character) != "Cf":
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def join_names(names: list[str], limit: int = 5) -> str:
    """Return ``names`` as an English list: the first ``limit`` of them and the number of the others."""
    parts = [sanitize(name, 80) for name in names[:limit]]
    if len(names) > limit:
        parts.append(f"{len(names) - limit:,} more")
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else "none"


def agree(count: int, singular: str, plural: str = "") -> str:
    """Return the form of a word that agrees with ``count``. Without ``plural``, that is ``singular`` with an s."""
    return singular if count == 1 else plural or f"{singular}s"


def quantity(count: int, singular: str, plural: str = "") -> str:
    """Return ``count`` with the form of a noun that agrees with it, such as ``1 monitor`` and ``1,500 monitors``."""
    return f"{count:,} {agree(count, singular, plural)}"
