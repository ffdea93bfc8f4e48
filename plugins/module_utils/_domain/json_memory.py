# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estimates from its bytes how much memory a JSON document takes once it is parsed.

A small value takes a hundred times its size: 240 MB of empty lists take 7 GB. The estimates were measured with
CPython 3.8 to 3.13; a document that repeats the same few keys takes less.
"""

from __future__ import annotations

import sys

ITEM_SIZE, OBJECT_SIZE, MEMBER_SIZE = 64, 256, 128
"""Bytes for a value and its place in a list, for an object, and for a member with a unique key."""

ESCAPE_SIZE = 96 if sys.version_info < (3, 9) else 0
"""Bytes for each escape in a string, which older releases store in parts."""

STRUCTURE = b',[{:"\\'
OTHERS = bytes(set(range(256)) - set(STRUCTURE))
WINDOW = 65536


def fits(body: bytes, limit: int) -> bool:
    """Return whether the values in ``body`` take no more than about ``limit`` bytes.

    The first estimate counts the contents of strings too. Only a document that exceeds it is estimated exactly.
    """
    windows = (body[start : start + WINDOW] for start in range(0, len(body), WINDOW))
    estimate = sum(_estimate(window.translate(None, OTHERS)) for window in windows)
    return estimate <= limit or _fits_exactly(body, limit)


def _estimate(structure: bytes) -> int:
    items, objects, members = (
        structure.count(b",") + structure.count(b"["),
        structure.count(b"{"),
        structure.count(b":"),
    )
    return items * ITEM_SIZE + objects * OBJECT_SIZE + members * MEMBER_SIZE + structure.count(b"\\") * ESCAPE_SIZE


def _fits_exactly(body: bytes, limit: int) -> bool:
    """As ``fits``, without the contents of strings. It splits window by window, because splitting creates objects."""
    left = limit - body.count(b"\\") * ESCAPE_SIZE
    body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    in_string = 0
    for start in range(0, len(body), WINDOW):
        parts = body[start : start + WINDOW].split(b'"')
        left -= _estimate(b"".join(parts[in_string::2]))
        if left < 0:
            return False
        in_string ^= (len(parts) - 1) & 1
    return True
