# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a text in a history or a plan is not a time."""

from __future__ import annotations

import math
import re

from ...module_utils._domain.timestamps import LATEST, MIN_EPOCH_OPTION, ZONED

FORMS = "it must be epoch seconds, or a date and time with Z or an offset, such as 2026-05-31T18:51:18Z"

UNITS = ((1e3, "milliseconds", "1,000"), (1e6, "microseconds", "1,000,000"), (1e9, "nanoseconds", "1,000,000,000"))
"""Units of epoch times that are not seconds, and how many of them are a second."""

MAX_PLAUSIBLE = 10**10
"""Epoch seconds, in the year 2286. What is earlier in one of these units is probably meant in it."""

MIN_YEAR, MAX_YEAR = 69, 5137
"""The years that lie completely in the range of valid times."""

COMPACT = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?")
LOCAL = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?")
FINE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{7}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def explain_time(text: str) -> str:
    """Return why ``parse_zoned_time`` refuses ``text``, and what to write instead, as the end of a message."""
    text = text.strip()
    if COMPACT.fullmatch(text):
        return f"it looks like a date without separators; {FORMS}"
    try:
        return _explain_number(float(text))
    except ValueError:
        pass
    if LOCAL.fullmatch(text):
        return "a local time is ambiguous; add Z or an offset such as +02:00"
    if DAY.fullmatch(text):
        return f"it has no time of day; {FORMS}"
    if FINE.match(text):
        return "it has more than six digits after the seconds; cut the others"
    if not ZONED.fullmatch(text):
        return FORMS
    if not MIN_YEAR <= int(text[:4]) <= MAX_YEAR:
        return f"its year must be from {MIN_YEAR} to {MAX_YEAR}"
    return "there is no such date, time or offset; correct it"


def _explain_number(seconds: float) -> str:
    if not math.isfinite(seconds):
        return f"it is not a finite number; {FORMS}"
    if seconds < MIN_EPOCH_OPTION:
        return f"it is too small for epoch seconds after the year 2000; {FORMS}"
    for factor, unit, divisor in UNITS:
        if seconds >= LATEST and MIN_EPOCH_OPTION <= seconds / factor < MAX_PLAUSIBLE:
            return f"it looks like {unit}; divide it by {divisor}"
    return f"it is too large for epoch seconds; {FORMS}"
