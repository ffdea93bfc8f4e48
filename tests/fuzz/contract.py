# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented responses of the API as a JSON Schema, and the times in them; independent of the code under test."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Entry = Mapping[str, Any]

IDENTITY = {"status": "monitor", "configs": "id"}
"""The field that identifies a monitor, by kind of response."""

NAME = {"type": "string", "minLength": 1}
TEXT = {"type": ["string", "null"]}
COUNT = {"type": ["integer", "null"], "minimum": 0}
UTC_TIME = {"type": ["string", "null"], "format": "utc-time"}
TEST = {
    "type": ["object", "null"],
    "properties": {"error": TEXT, "utc_time_init": UTC_TIME, "utc_mktime": {"type": ["number", "null"]}},
}
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "status": {
        "monitor": NAME,
        "label": TEXT,
        "alert_active": {"type": "boolean"},
        "alert_count": COUNT,
        "fail_count": COUNT,
        "test_count": COUNT,
        "last_test": TEST,
        "last_failed": TEST,
        "last_alert": {"type": ["object", "null"], "properties": {"utc_time": UTC_TIME}},
    },
    "configs": {
        "id": NAME,
        "label": TEXT,
        "type": TEXT,
        "timer": {"type": ["number", "null"], "exclusiveMinimum": 0},
        "active": {"type": ["boolean", "null"]},
        "config": {"type": ["object", "null"]},
    },
}
REQUIRED = {"status": ["monitor", "alert_active"], "configs": ["id"]}

FORMATS = FormatChecker(formats=())


class InvalidJSON(ValueError):
    """A body that is not JSON, or that has duplicate keys."""


@FORMATS.checks("utc-time")
def _is_utc_time(value: object) -> bool:
    return not isinstance(value, str) or parse_time(value) is not None


def _schema(kind: str) -> Draft202012Validator:
    monitor = {"type": "object", "properties": FIELDS[kind], "required": REQUIRED[kind]}
    response = {
        "type": "object",
        "properties": {"error": {"type": "null"}, "monitor_list": {"type": "array", "items": monitor}},
        "required": ["monitor_list"],
    }
    return Draft202012Validator(response, format_checker=FORMATS)


SCHEMAS = {kind: _schema(kind) for kind in FIELDS}


def parse_json(body: bytes) -> Any:
    """Return the value of a JSON document in UTF-8. Raises InvalidJSON."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            raise InvalidJSON("duplicate key")
        return members

    def refuse(constant: str) -> None:
        raise InvalidJSON(f"{constant} is not JSON")

    try:
        return json.loads(body.decode("utf-8-sig"), object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise InvalidJSON(str(error)) from error


def parse_monitors(status: int, body: bytes, kind: str) -> dict[str, Entry] | None:
    """Return the monitors of a ``status`` or ``configs`` response by id, None unless it is complete and valid."""
    try:
        document = parse_json(body)
    except InvalidJSON:
        return None
    if status != 200 or not SCHEMAS[kind].is_valid(document):
        return None
    entries = document["monitor_list"]
    monitors = {entry[IDENTITY[kind]]: entry for entry in entries}
    return monitors if len(monitors) == len(entries) else None


def parse_time(text: str) -> float | None:
    """Return the epoch seconds of a time in ISO 8601, which is in UTC without an offset; None if it is invalid."""
    try:
        time = datetime.fromisoformat(text)
        return time.replace(tzinfo=time.tzinfo or timezone.utc).timestamp()
    except (ValueError, OverflowError):
        return None


def readings(test: Entry | None) -> list[float]:
    """Return both UTC readings of the start of a test in epoch seconds, as far as they are present."""
    if not test:
        return []
    text, seconds = test.get("utc_time_init"), test.get("utc_mktime")
    values = [None if text is None else parse_time(text), None if seconds is None else float(seconds)]
    return [value for value in values if value is not None and math.isfinite(value)]


def start_of(test: Entry | None) -> float | None:
    """Return the start of a test in epoch seconds: the earlier reading, as evidence must not count too early."""
    return min(readings(test), default=None)
