# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What whole and valid answers tell of monitors, read from their bytes as the API's contract documents them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from .strict_json import NoJson, strict

Entry = Mapping[str, Any]

TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
FIRST, LAST = -6e10, 1e11
"""Epoch seconds from the year 68 to the year 5138."""


def monitors(status: int, body: bytes, kind: str) -> dict[str, Entry] | None:
    """Return the monitors of a ``status`` or ``configs`` answer by id, None when it is not whole and valid."""
    try:
        document = strict(body)
    except NoJson:
        return None
    if status != 200 or not isinstance(document, dict) or document.get("error") is not None:
        return None
    entries = document.get("monitor_list")
    if not isinstance(entries, list) or not all(_fits(entry, FIELDS[kind]) for entry in entries):
        return None
    named = {entry[IDENTITY[kind]]: entry for entry in entries}
    return named if len(named) == len(entries) else None


def started(test: Any) -> float | None:
    """Return the earlier of both UTC readings of a test in epoch seconds, None when there is none."""
    return min(readings(test), default=None)


def readings(test: Any) -> list[float]:
    """Return the UTC readings of the start of a test, in epoch seconds."""
    if not test:
        return []
    values = [test[name] for name in ("utc_time_init", "utc_mktime") if test.get(name) is not None]
    moments = [epoch(value) if isinstance(value, str) else float(value) for value in values]
    return [moment for moment in moments if moment is not None]


def epoch(text: str) -> float | None:
    """Return the epoch seconds of a UTC time, None for a text that is none."""
    found = TIME.fullmatch(text)
    if found is None:
        return None
    micro, zone = int((found.group(7) or "0")[:6].ljust(6, "0")), found.group(8) or "Z"
    hours, minutes = (0, 0) if zone == "Z" else (int(zone[1:3]), int(zone[-2:]))
    offset = timedelta(hours=hours, minutes=minutes) * (-1 if zone[0] == "-" else 1)
    try:
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        moment = datetime(year, month, day, hour, minute, second, micro, timezone(offset)).timestamp()
    except (ValueError, OverflowError):
        return None
    return moment if FIRST < moment < LAST else None


def _fits(entry: Any, fields: Mapping[str, Callable[[Any], bool]]) -> bool:
    """Whether ``entry`` is an object whose documented fields have their types, so far as they are told at all."""
    if not isinstance(entry, dict):
        return False
    return all(fits(entry.get(name)) for name, fits in fields.items())


def _or_none(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or fits(value)


def _name(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return FIRST < value < LAST


def _timer(value: Any) -> bool:
    return _number(value) and value > 0 and math.isfinite(value)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _bool(value: Any) -> bool:
    return isinstance(value, bool)


def _moment(value: Any) -> bool:
    return isinstance(value, str) and epoch(value) is not None


TEST: Mapping[str, Callable[[Any], bool]] = {
    "error": _or_none(_text),
    "utc_time_init": _or_none(_moment),
    "utc_mktime": _or_none(_number),
}
IDENTITY = {"status": "monitor", "configs": "id"}
FIELDS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "status": {
        "monitor": _name,
        "label": _or_none(_text),
        "alert_active": _bool,
        **dict.fromkeys(("alert_count", "fail_count", "test_count"), _or_none(_count)),
        **dict.fromkeys(("last_test", "last_failed"), _or_none(lambda value: _fits(value, TEST))),
        "last_alert": _or_none(lambda value: _fits(value, {"utc_time": _or_none(_moment)})),
    },
    "configs": {
        "id": _name,
        "label": _or_none(_text),
        "type": _or_none(_text),
        "timer": _or_none(_timer),
        "active": _or_none(_bool),
        "config": _or_none(lambda value: isinstance(value, dict)),
    },
}
