# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often it is worth asking."""

from __future__ import annotations

from collections.abc import Iterable

SHORTEST_POLL, LONGEST_POLL = 15.0, 60.0


def pace(timers: Iterable[float]) -> float:
    """Return the seconds between two questions: no more often than the most frequent monitor tests, within bounds."""
    return min(LONGEST_POLL, max(SHORTEST_POLL, min(timers, default=LONGEST_POLL)))
