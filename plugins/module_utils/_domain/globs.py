# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a glob such as ``Primary *`` is as a regular expression, the same with every release of Python."""

from __future__ import annotations

import fnmatch

ENDS = ("(?s:", r")\Z", r")\z")
"""What Python puts around the expression of a glob."""


def glob_expression(glob: str) -> str:
    """Return the regular expression that matches what ``glob`` does, with ``.*`` for each star.

    Newer releases write something else for stars, which only Python's own machine can match.
    """
    parts = [_translated(part) for part in _between_stars(glob)]
    return f"(?s:{'.*'.join(parts)})\\Z"


def _translated(glob: str) -> str:
    """Return the expression of a glob without stars."""
    expression = fnmatch.translate(glob)
    return expression[len(ENDS[0]) : -len(ENDS[1])]


def _between_stars(glob: str) -> list[str]:
    """Split a glob at its stars, several in a row being one; those within brackets are characters."""
    parts, begin, at = [], 0, 0
    while at < len(glob):
        if glob[at] == "*":
            parts.append(glob[begin:at])
            while at < len(glob) and glob[at] == "*":
                at += 1
            begin = at
        else:
            at = _behind_brackets(glob, at) if glob[at] == "[" else at + 1
    return [*parts, glob[begin:]]


def _behind_brackets(glob: str, at: int) -> int:
    """Return where the set ends that begins at ``at``, or the next place when it is none."""
    first = at + 1
    if glob[first : first + 1] == "!":
        first += 1
    end = glob.find("]", first + 1)
    return end + 1 if end >= 0 else at + 1
