# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's time and the age of a response, derived from HTTP headers."""

from __future__ import annotations

from collections.abc import Mapping

from .._domain.timestamps import parse_http_date

MAX_RESPONSE_AGE = 60.0
"""Seconds. A response that is older than its request by more than this comes from a cache."""

RESOLUTION = 1.0
"""The resolution of a ``Date`` header, in seconds."""


class ServiceClock:
    """The offset between the service's clock and a local one that never jumps, as an interval."""

    def __init__(self) -> None:
        self._offset: tuple[float, float] | None = None
        self._is_confirmed = False

    def confirm(self) -> None:
        """Record that a response comes from the service itself: no cache stores the response to a POST request."""
        self._is_confirmed = True

    def is_suspect(self, headers: Mapping[str, str], now: float) -> bool:
        """Return whether a response may come from a cache although it has no ``Age``.

        Its ``Date`` is long before ``now``, in epoch seconds by the local clock, and no response is known to come from
        the service itself. Either the local clock is ahead or the response is old: only a confirmed response decides.
        """
        date = parse_http_date(headers.get("date", ""))
        return not self._is_confirmed and date is not None and date < now - MAX_RESPONSE_AGE

    def observe(self, headers: Mapping[str, str], sent_at: float, received_at: float) -> float:
        """Take a response into account and return its age in seconds, as far as that can be proved.

        A response is old when a cache says so, or when its ``Date`` is before that of an earlier response plus the time
        since. ``sent_at`` and ``received_at`` are on the local clock.
        """
        age = _parse_age(headers)
        date = parse_http_date(headers.get("date", ""))
        if date is None:
            return age
        least, most = date - received_at, date + RESOLUTION - sent_at
        if self._offset is not None:
            age = max(age, self._offset[0] - most)
        if age > MAX_RESPONSE_AGE:
            return age
        if self._offset is not None and max(least, self._offset[0]) <= min(most, self._offset[1]):
            least, most = max(least, self._offset[0]), min(most, self._offset[1])
        self._offset = least, most
        return age

    def now(self, local: float) -> tuple[float, float] | None:
        """Return the earliest and the latest possible time of the service in epoch seconds; None if it is unknown."""
        return None if self._offset is None else (self._offset[0] + local, self._offset[1] + local)


def _parse_age(headers: Mapping[str, str]) -> float:
    """Return the seconds that the response spent in a cache (RFC 9111, section 5.1)."""
    text = headers.get("age", "").strip()
    return float(text[:12]) if text.isascii() and text.isdigit() else 0.0
