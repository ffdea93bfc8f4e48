# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations of monitoring, in seconds: staleness of a test and poll interval."""

from __future__ import annotations

from collections.abc import Iterable

FACTOR, GRACE = 2.0, 60.0
"""A test is stale when it is older than FACTOR times the timer plus GRACE seconds."""

UNTESTED, FUTURE, UNTIMED, OLD = "untested", "future", "untimed", "old"

SHORTEST_POLL, LONGEST_POLL = 15.0, 60.0


def staleness(
    started: float | None, timer: float | None, now: float, factor: float = FACTOR, grace: float = GRACE
) -> str | None:
    """Return why the newest test, which began at ``started``, does not show the state at ``now``; None if it does.

    ``timer`` is the interval between two tests. Without one, nobody knows when a test is due.
    """
    if started is None:
        return UNTESTED
    if started > now + grace:
        return FUTURE
    if timer is None:
        return UNTIMED
    return OLD if now - started > factor * timer + grace else None


def poll_interval(timers: Iterable[float]) -> float:
    """Return the interval between two polls: the shortest of ``timers``, within SHORTEST_POLL and LONGEST_POLL."""
    return min(LONGEST_POLL, max(SHORTEST_POLL, min(timers, default=LONGEST_POLL)))
