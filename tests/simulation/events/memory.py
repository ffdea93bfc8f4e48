# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an object of the product keeps in memory."""

from __future__ import annotations

from collections import deque
from typing import Any

MODULE = "ansible_collections.knowledgefront.monitoring.plugins"


def reachable_texts(start: Any) -> set[str]:
    """Return the strings that objects of the product reach from ``start`` through fields and containers."""
    found: set[str] = set()
    seen: set[int] = set()
    left = [start]
    while left:
        value = left.pop()
        if isinstance(value, str):
            found.add(value)
        elif id(value) not in seen:
            seen.add(id(value))
            left += _parts(value)
    return found


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, (list, tuple, set, frozenset, deque)):
        return list(value)
    if type(value).__module__.startswith(MODULE):
        return list(getattr(value, "__dict__", {}).values())
    return []
