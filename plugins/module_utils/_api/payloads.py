# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service's answers say, settled once: every type, time and id that a decision can rest on is checked here.

Shapes are those of the vendor's page. Unknown fields pass through; a shape that cannot be right raises PayloadError
with its place in the document, such as ``monitor_list[3].alert_active``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from .._domain.legible import legible
from .._domain.monitor import Check, MonitorConfig, MonitorStatus
from .._domain.timestamps import believed, earliest
from .errors import PayloadError, ServiceError
from .strict_json import REPLACED, read_json

M = TypeVar("M", MonitorStatus, MonitorConfig)

LARGEST_COMPLAINT = 65536

SHORTEST_TIMER = 0.001
"""Seconds. Nothing tests more often, and times that are divided by less are no numbers any more."""


def decode(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``. Raises PayloadError when there is none, with what seems to be there."""
    try:
        document = read_json(body)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"the answer is no JSON but {_seems(body)}") from error
    if not isinstance(document, dict):
        raise PayloadError(f"the answer is {_kind(document)}, not a JSON object")
    return document


def _seems(body: bytes) -> str:
    start = body[:512].lstrip().lower()
    if not start:
        return "empty"
    if start.startswith((b"<!doctype", b"<html")):
        return "a web page"
    return f"{len(body)} bytes that are cut short or something else"


def complaint(body: bytes) -> str:
    """Return what an answer that is an error says in words, or an empty text. The service documents no error body."""
    document = _complaining(body)
    words = [document[name] for name in ("error", "error_description", "message", "detail") if name in document]
    return ": ".join(word for word in words if isinstance(word, str))


def error_of(body: bytes) -> Any:
    """Return the error that an answer names, such as ``invalid_client`` in the answers of RFC 6749; None without."""
    return _complaining(body).get("error")


def _complaining(body: bytes) -> dict[str, Any]:
    try:
        return decode(body[:LARGEST_COMPLAINT])
    except PayloadError:
        return {}


def read_statuses(document: Mapping[str, Any]) -> list[MonitorStatus]:
    """Return the monitors of a status answer. Raises PayloadError, or ServiceError when the answer is an error."""
    _refuse_error(document)
    return _read_list(document, read_status)


def read_configs(document: Mapping[str, Any]) -> list[MonitorConfig]:
    """Return the monitors of a configuration answer. Raises as read_statuses."""
    _refuse_error(document)
    return _read_list(document, _config)


def read_config(document: Mapping[str, Any], monitor_id: str) -> MonitorConfig:
    """Return the monitor of a single configuration answer. Raises as read_configs, also when it is another monitor."""
    _refuse_error(document)
    config = _config(_object(document.get("monitor"), "monitor"), "monitor")
    if config.id != monitor_id:
        raise PayloadError(f"monitor.id is {legible(config.id, 80)}, not the {legible(monitor_id, 80)} asked for")
    return config


def read_version(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the version answer as it is: its fields are not documented. Raises ServiceError when it is an error."""
    _refuse_error(document)
    return dict(document)


def _refuse_error(document: Mapping[str, Any]) -> None:
    error = document.get("error")
    if error is not None:
        raise ServiceError(f"the answer says that the call did not work: {legible(error)}", code="answered_error")


def _read_list(document: Mapping[str, Any], read: Callable[[Mapping[str, Any], str], M]) -> list[M]:
    entries = document.get("monitor_list")
    if not isinstance(entries, list):
        found = _kind(entries) if "monitor_list" in document else "missing"
        raise PayloadError(f"monitor_list is {found}, not a list")
    monitors: dict[str, M] = {}
    for index, entry in enumerate(entries):
        place = f"monitor_list[{index}]"
        monitor = read(_object(entry, place), place)
        if monitor.id in monitors:
            raise PayloadError(f"{place} is a second monitor with the id {legible(monitor.id, 80)}")
        monitors[monitor.id] = monitor
    return list(monitors.values())


def read_status(entry: Mapping[str, Any], place: str) -> MonitorStatus:
    """Return the monitor of one entry of a status answer; ``place`` is where that is. Raises PayloadError."""
    identity = _identity(entry, "monitor", place)
    alert = _optional(entry, "last_alert", place, dict)
    return MonitorStatus(
        id=identity,
        label=_optional(entry, "label", place, str) or identity,
        alert_active=_required(entry, "alert_active", place, bool),
        alert_count=_count(entry, "alert_count", place),
        fail_count=_count(entry, "fail_count", place),
        test_count=_count(entry, "test_count", place),
        alerted=_time(alert, "utc_time", None, f"{place}.last_alert") if alert else None,
        last_test=_check(entry, "last_test", place),
        last_failed=_check(entry, "last_failed", place),
        fields=entry,
    )


def _config(entry: Mapping[str, Any], place: str) -> MonitorConfig:
    identity = _identity(entry, "id", place)
    timer = _number(entry, "timer", place)
    if timer is not None and timer < SHORTEST_TIMER:
        raise PayloadError(f"{place}.timer is {timer}, not a number of seconds")
    _optional(entry, "config", place, dict)
    return MonitorConfig(
        id=identity,
        label=_optional(entry, "label", place, str) or identity,
        type=_optional(entry, "type", place, str),
        timer=timer,
        active=_optional(entry, "active", place, bool) is not False,
        fields=entry,
    )


def _check(entry: Mapping[str, Any], name: str, place: str) -> Check | None:
    fields = _optional(entry, name, place, dict)
    if not fields:
        return None
    place = f"{place}.{name}"
    error = _optional(fields, "error", place, str)
    return Check(_time(fields, "utc_time_init", "utc_mktime", place), error or None)


def _time(fields: Mapping[str, Any], text_name: str, seconds_name: str | None, place: str) -> float | None:
    text = _optional(fields, text_name, place, str)
    seconds = _number(fields, seconds_name, place) if seconds_name else None
    try:
        return earliest(text, seconds)
    except (ValueError, OverflowError) as error:
        raise PayloadError(f"{place}.{text_name} is {_kind(text)}, not a UTC time") from error


def _identity(entry: Mapping[str, Any], name: str, place: str) -> str:
    identity: str = _required(entry, name, place, str)
    if not identity:
        raise PayloadError(f"{place}.{name} is empty")
    if REPLACED in identity:
        raise PayloadError(f"{place}.{name} holds half a character, so that it could be that of another monitor")
    return identity


def _count(entry: Mapping[str, Any], name: str, place: str) -> int | None:
    count: int | None = _optional(entry, name, place, int)
    if count is not None and count < 0:
        raise PayloadError(f"{place}.{name} is negative")
    return count


def _number(entry: Mapping[str, Any], name: str, place: str) -> float | None:
    value = entry.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(value, f"{place}.{name}", "a number")
    try:
        return believed(value)
    except (ValueError, OverflowError) as error:
        raise PayloadError(f"{place}.{name} is out of range") from error


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong(value, place, "an object")
    return value


NAMES: dict[type, str] = {str: "a string", bool: "true or false", int: "a whole number", dict: "an object"}


def _required(entry: Mapping[str, Any], name: str, place: str, kind: type) -> Any:
    value = _optional(entry, name, place, kind)
    if value is None:
        raise PayloadError(f"{place}.{name} is {'null' if name in entry else 'missing'}, not {NAMES[kind]}")
    return value


def _optional(entry: Mapping[str, Any], name: str, place: str, kind: type) -> Any:
    value = entry.get(name)
    if value is None or value.__class__ is kind:
        return value
    raise _wrong(value, f"{place}.{name}", NAMES[kind])


def _wrong(value: Any, place: str, wanted: str) -> PayloadError:
    return PayloadError(f"{place} is {_kind(value)}, not {wanted}")


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return f'the string "{legible(value, 40)}"' if isinstance(value, str) else "a number"
