# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What time it is for the service, and whether an answer is from now, told from the headers of its answers."""

from __future__ import annotations

from collections.abc import Mapping

from .._domain.timestamps import http_date

OLDEST = 60.0
"""Seconds by which an answer may be older than its question: beyond that a cache has answered, and told the past."""

RESOLUTION = 1.0
"""Seconds in which a ``Date`` header counts."""


class ServiceClock:
    """The service's clock against ours, as narrow as the answers so far allow. Our own may be any that never jumps."""

    def __init__(self) -> None:
        self._ahead: tuple[float, float] | None = None
        self._is_confirmed = False

    def confirm(self) -> None:
        """Note that a response comes from the service itself: no cache keeps the response to a POST request."""
        self._is_confirmed = True

    def is_suspect(self, headers: Mapping[str, str], now: float) -> bool:
        """Whether a response may come from a cache although it has no ``Age``.

        Its ``Date`` is long before ``now``, in epoch seconds by our own clock, and no response is known to come from
        the service itself. Either our clock is ahead or the response is old: only such a response can tell.
        """
        date = http_date(headers.get("date", ""))
        return not self._is_confirmed and date is not None and date < now - OLDEST

    def observe(self, headers: Mapping[str, str], asked_at: float, answered_at: float) -> float:
        """Take an answer into account and return how many seconds old it is, as far as that can be proved.

        An answer is old when a cache says so, or when its ``Date`` is before that of an earlier answer plus the time
        since. ``asked_at`` and ``answered_at`` are on our clock.
        """
        age = _age(headers)
        told = http_date(headers.get("date", ""))
        if told is None:
            return age
        least, most = told - answered_at, told + RESOLUTION - asked_at
        if self._ahead is not None:
            age = max(age, self._ahead[0] - most)
        if age > OLDEST:
            return age
        if self._ahead is not None and max(least, self._ahead[0]) <= min(most, self._ahead[1]):
            least, most = max(least, self._ahead[0]), min(most, self._ahead[1])
        self._ahead = least, most
        return age

    def now(self, ours: float) -> tuple[float, float] | None:
        """Return the earliest and the latest epoch seconds that it can be for the service; None if it tells no time."""
        return None if self._ahead is None else (self._ahead[0] + ours, self._ahead[1] + ours)


def _age(headers: Mapping[str, str]) -> float:
    """Return the seconds that the answer was in a cache (RFC 9111, section 5.1)."""
    text = headers.get("age", "").strip()
    return float(text[:12]) if text.isascii() and text.isdigit() else 0.0
