# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When something happened, in seconds since the epoch, from the forms in which the service says it."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

EARLIEST, LATEST = -6 * 10**10, 10**11
"""The epoch readings that are believed, from the year 68 to the year 5138; beyond them a number is no time."""

EPOCH = datetime(1970, 1, 1)


def epoch(text: str) -> float:
    """Return epoch seconds for a UTC time such as ``2026-05-31T18:51:18``; a missing offset means UTC.

    Raises ValueError when ``text`` is no such time.
    """
    moment = datetime.fromisoformat(text[:-1] if text.endswith("Z") else text)
    if moment.tzinfo is None:
        return validate_epoch((moment - EPOCH).total_seconds())
    return validate_epoch(moment.timestamp())


def http_date(text: str) -> float | None:
    """Return epoch seconds for a date as headers have it, ``Sun, 31 May 2026 18:51:18 GMT``; None for anything else."""
    try:
        moment = parsedate_to_datetime(text)
        return validate_epoch(
            (moment if moment.tzinfo is not None else moment.replace(tzinfo=timezone.utc)).timestamp()
        )
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def validate_epoch(seconds: float) -> float:
    """Return ``seconds`` when it can be a time at all. Raises ValueError for NaN, infinity and absurd numbers."""
    if not EARLIEST < seconds < LATEST:
        raise ValueError("out of range")
    return float(seconds)


def parse_timestamp(utc_text: str | None, utc_seconds: float | None) -> tuple[float | None, float | None]:
    """Return the earlier and the later of two UTC readings of one moment, in epoch seconds.

    The later one is None unless there are two that differ. The vendor's own sample has two that differ by nine minutes.
    Raises ValueError for a reading that cannot be a time.
    """
    readings = [epoch(utc_text)] if utc_text is not None else []
    if utc_seconds is not None:
        readings.append(validate_epoch(utc_seconds))
    if not readings:
        return None, None
    first, last = min(readings), max(readings)
    return first, last if last > first else None


ZONED = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s?(Z|[+-]\d\d(?::?\d\d)?)", re.IGNORECASE)
EARLIEST_GIVEN = 10**9
"""Epoch seconds, in the year 2001. A smaller number is a date without separators rather than a time."""


def read_time(value: object) -> float:
    """Return epoch seconds for a time that a person gives: a date and time with ``Z`` or an offset, or epoch seconds.

    A time without a zone may be local or UTC, so it is refused. Raises ValueError.
    """
    text = str(value).strip()
    found = ZONED.fullmatch(text)
    if found is None:
        seconds = validate_epoch(float(text))
        if seconds < EARLIEST_GIVEN:
            raise ValueError("out of range")
        return seconds
    date, clock, zone = found.groups()
    if zone in "Zz":
        zone = "+00:00"
    elif ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    clock, _dot, fraction = clock.partition(".")
    moment = datetime.fromisoformat(f"{date}T{clock}{zone}")
    return validate_epoch(moment.timestamp() + float(f"0.{fraction or 0}"))


FIRST_SHOWN, LAST_SHOWN = -62135596800, 253402300799
"""The calendar's first and last second, in the years 1 and 9999."""


def utc(seconds: float) -> str:
    """Return epoch ``seconds`` as ``2026-05-31T18:51:18Z``, at most the calendar's last second.

    A sum of options and timers can lie far beyond what a single reading is believed to be.
    """
    shown = min(max(seconds, FIRST_SHOWN), LAST_SHOWN)
    return datetime.fromtimestamp(shown, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def duration(seconds: float) -> str:
    """Return a length of time in its two largest units, such as ``3 min 20 s``."""
    left = max(0, round(seconds))
    words = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words[:2]) or "0 s"
