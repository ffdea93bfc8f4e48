# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service's clock showed, as far as the headers of its answers tell, for the proof of a pass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATE = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT")
OLDEST = 60.0
"""Seconds by which an answer may be older than its question and still be one to it."""


class Dated(Protocol):
    """An answer that came at ``at``, in epoch seconds by our clock."""

    @property
    def at(self) -> float:
        """When, in epoch seconds."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers, in lower case."""


@dataclass(frozen=True)
class Clock:
    """What the service's clock showed at one moment, in epoch seconds, and by how much it was ``ahead`` of ours.

    As long as no answer has told (None), both are taken to agree.
    """

    earliest: float
    latest: float
    ahead: float | None = None


def shown_by(answer: Dated, before: Clock) -> Clock:
    """Return what the clock showed when ``answer`` came; without a date it went on as it was ``before``."""
    told = _date(answer.headers)
    ahead = before.ahead if told is None else told - answer.at
    if ahead is None:
        return Clock(answer.at, answer.at)
    return Clock(answer.at + ahead - 1, answer.at + ahead + 1, ahead)


def is_old(answer: Dated, before: Clock) -> bool:
    """Whether a cache gave ``answer``, or its date lies before that of an earlier one and the time since."""
    age = answer.headers.get("age", "").strip()
    if age.isascii() and age.isdigit() and int(age[:12]) > OLDEST:
        return True
    told = _date(answer.headers)
    return told is not None and before.ahead is not None and before.ahead - (told + 1 - answer.at) > OLDEST


def _date(headers: Mapping[str, str]) -> float | None:
    found = DATE.fullmatch(headers.get("date", "").strip())
    if found is None or found.group(2) not in MONTHS:
        return None
    day, month, year, *clock = found.groups()
    hour, minute, second = map(int, clock)
    try:
        return datetime(
            int(year), MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=timezone.utc
        ).timestamp()
    except ValueError:
        return None
