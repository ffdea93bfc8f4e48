# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses and formats times, which are epoch seconds everywhere else."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

EARLIEST, LATEST = -6 * 10**10, 10**11
"""The range of valid epoch seconds, from the year 68 to the year 5138; a number beyond it is not a time."""

EPOCH = datetime(1970, 1, 1)


def parse_utc(text: str) -> float:
    """Return epoch seconds for a UTC time such as ``2026-05-31T18:51:18``; a missing offset means UTC.

    Raises ValueError.
    """
    date = datetime.fromisoformat(text[:-1] if text.endswith("Z") else text)
    if date.tzinfo is None:
        return validate_epoch((date - EPOCH).total_seconds())
    return validate_epoch(date.timestamp())


def parse_http_date(text: str) -> float | None:
    """Return epoch seconds for a header's date such as ``Sun, 31 May 2026 18:51:18 GMT``; None if it is invalid."""
    try:
        date = parsedate_to_datetime(text)
        return validate_epoch((date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)).timestamp())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def validate_epoch(seconds: float) -> float:
    """Return ``seconds`` if they can be a time. Raises ValueError for NaN, infinity and values out of range."""
    if not EARLIEST < seconds < LATEST:
        raise ValueError("out of range")
    return float(seconds)


def parse_timestamp(utc_text: str | None, utc_seconds: float | None) -> tuple[float | None, float | None]:
    """Return the earlier and the later of two UTC readings of the same time, in epoch seconds.

    The later one is None unless both differ. In the vendor's own sample they differ by nine minutes.
    Raises ValueError for an invalid reading.
    """
    readings = [parse_utc(utc_text)] if utc_text is not None else []
    if utc_seconds is not None:
        readings.append(validate_epoch(utc_seconds))
    if not readings:
        return None, None
    first, last = min(readings), max(readings)
    return first, last if last > first else None


ZONED = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\s?(Z|[+-]\d\d(?::?\d\d)?)", re.IGNORECASE)
MIN_EPOCH_OPTION = 10**9
"""Epoch seconds, in the year 2001. A smaller number is probably a date without separators."""


def parse_zoned_time(value: object) -> float:
    """Return epoch seconds for a time in an option: a date and time with ``Z`` or an offset, or epoch seconds.

    Raises ValueError, also for a time without a zone, because it may be local or UTC.
    """
    text = str(value).strip()
    match = ZONED.fullmatch(text)
    if match is None:
        seconds = validate_epoch(float(text))
        if seconds < MIN_EPOCH_OPTION:
            raise ValueError("out of range")
        return seconds
    day, clock, zone = match.groups()
    if zone in "Zz":
        zone = "+00:00"
    elif ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    clock, _dot, fraction = clock.partition(".")
    date = datetime.fromisoformat(f"{day}T{clock}{zone}")
    return validate_epoch(date.timestamp() + float(f"0.{fraction or 0}"))


CALENDAR_START, CALENDAR_END = -62135596800, 253402300799
"""The first and the last second of the years 1 to 9999, which Python can format."""


@lru_cache(maxsize=128)  # Thousands of messages name the same few times.
def utc(seconds: float) -> str:
    """Return epoch ``seconds`` as ``2026-05-31T18:51:18Z``, at most the last second of the year 9999.

    A sum of options and timers can exceed the range of valid times.
    """
    within = min(max(seconds, CALENDAR_START), CALENDAR_END)
    return datetime.fromtimestamp(within, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def duration(seconds: float) -> str:
    """Return a duration in its two largest units, such as ``3 min 20 s``."""
    left = max(0, round(seconds))
    words = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words[:2]) or "0 s"
