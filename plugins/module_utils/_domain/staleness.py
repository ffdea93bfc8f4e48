# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a monitor tests as often as it should, so that what it told is still news."""

from __future__ import annotations

FACTOR, GRACE = 2.0, 60.0
"""A test may be as old as this many times the timer, and so many seconds more."""

UNTESTED, FUTURE, UNTIMED, OLD = "untested", "future", "untimed", "old"


def staleness(
    started: float | None, timer: float | None, now: float, factor: float = FACTOR, grace: float = GRACE
) -> str | None:
    """Return why nobody can say how a monitor is ``now``; None when its newest test, which ``started`` then, tells it.

    ``timer`` is the number of seconds between two tests; without one, nobody knows when a test is due.
    """
    if started is None:
        return UNTESTED
    if started > now + grace:
        return FUTURE
    if timer is None:
        return UNTIMED
    return OLD if now - started > factor * timer + grace else None
