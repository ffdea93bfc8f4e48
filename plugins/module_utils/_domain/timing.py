# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Staleness of monitors and the interval between polls, in seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

STALE_FACTOR, STALE_GRACE = 2.0, 60.0
"""A test is stale when it is older than STALE_FACTOR times the timer plus STALE_GRACE seconds."""

UNTESTED, FUTURE, UNTIMED, OLD = "untested", "future", "untimed", "old"

MIN_POLL_INTERVAL, MAX_POLL_INTERVAL = 15.0, 60.0

MAX_BACKOFF, MAX_RETRY_AFTER = 300.0, 3600.0
"""Maximum seconds between two polls in an outage, unless the interval is longer or the service sends Retry-After."""


def staleness(
    started: float | None, timer: float | None, now: float, factor: float = STALE_FACTOR, grace: float = STALE_GRACE
) -> str | None:
    """Return why the newest test, which ``started`` then, does not show the state at ``now``; None if it does.

    ``timer`` is the interval between two tests. Without one, it is unknown when a test is due.
    """
    if started is None:
        return UNTESTED
    if started > now + grace:
        return FUTURE
    if timer is None:
        return UNTIMED
    return OLD if now - started > factor * timer + grace else None


def poll_interval(timers: Iterable[float]) -> float:
    """Return the interval between two polls: the shortest of ``timers``, within the limits above."""
    return min(MAX_POLL_INTERVAL, max(MIN_POLL_INTERVAL, min(timers, default=MAX_POLL_INTERVAL)))


def outage_interval(interval: float, failures: int, retry_after: float | None, draw: Callable[[], float]) -> float:
    """Return the interval between two polls after a number of ``failures`` in a row, with exponential backoff.

    ``draw`` returns a random number from 0 to 1: pollers that failed together do not retry together.
    """
    limit = max(interval, MAX_BACKOFF)
    backoff = min(limit, interval * 2.0 ** min(failures - 1, 16)) * (0.75 + 0.25 * draw())
    return max(min(retry_after or 0.0, MAX_RETRY_AFTER), backoff)
