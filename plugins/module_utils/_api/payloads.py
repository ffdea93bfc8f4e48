# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses and validates the bodies of responses: every type, time and id that a decision depends on.

The schemas are those of the vendor's page. Unknown fields are passed through. A field that does not match its schema
raises PayloadError with its place in the document, such as ``monitor_list[3].alert_active``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from .._domain.monitor import MonitorConfig, MonitorStatus, MonitorTest
from .._domain.text import sanitize
from .._domain.timestamps import parse_timestamp
from .errors import PayloadError, ServiceError
from .schema import ALERT, CHECK, MONITOR_CONFIG, MONITOR_STATUS, OBJECT, Schema, SchemaError, describe_value
from .strict_json import JsonTooLargeError, UnreliableJsonError, parse_json

M = TypeVar("M", MonitorStatus, MonitorConfig)

MAX_ERROR_BODY_SIZE = 65536

STATUS = Schema(MONITOR_STATUS)
CONFIG = Schema(MONITOR_CONFIG)
LAST_ALERT = Schema(ALERT)
LAST_CHECK = Schema(CHECK)


def decode(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``. Raises PayloadError, which describes the content, if there is none."""
    with payload_errors(body):
        document = parse_json(body)
    if not isinstance(document, dict):
        raise PayloadError(f"the response is {describe_value(document)}, not a JSON object")
    return document


@contextmanager
def payload_errors(body: bytes) -> Iterator[None]:
    """Raise PayloadError for what parsing ``body`` raises."""
    try:
        yield
    except JsonTooLargeError as error:
        raise PayloadError(f"the response is too large: {error}", code="answer_too_large") from None
    except UnreliableJsonError as error:
        raise PayloadError(f"the response is JSON that cannot be relied on: {error}") from None
    except ValueError as error:
        raise PayloadError(f"the response is {_describe_body(body)}, not JSON") from error


def _describe_body(body: bytes) -> str:
    start = body[:512].lstrip().lower()
    if not start:
        return "empty"
    if start.startswith((b"<!doctype", b"<html")):
        return "HTML"
    return f"{len(body)} bytes of truncated or other data"


def read_error_message(body: bytes) -> str:
    """Return the message in an error response, or an empty text. The service does not document error bodies."""
    document = _decode_error_body(body)
    words = [document[name] for name in ("error", "error_description", "message", "detail") if name in document]
    return ": ".join(word for word in words if isinstance(word, str))


def read_error_code(body: bytes) -> Any:
    """Return the error code in a response, such as ``invalid_client`` of RFC 6749; None if there is none."""
    return _decode_error_body(body).get("error")


def _decode_error_body(body: bytes) -> dict[str, Any]:
    try:
        return decode(body[:MAX_ERROR_BODY_SIZE])
    except PayloadError:
        return {}


def read_statuses(document: Mapping[str, Any]) -> list[MonitorStatus]:
    """Return the monitors of a status response. Raises PayloadError, or ServiceError if the response is an error."""
    _refuse_error(document)
    return _read_list(document, _read_status_entry)


def read_configs(document: Mapping[str, Any]) -> list[MonitorConfig]:
    """Return the monitors of a configuration response. Raises as read_statuses."""
    _refuse_error(document)
    return _read_list(document, _read_config_entry)


def read_config(document: Mapping[str, Any], monitor_id: str) -> MonitorConfig:
    """Return the monitor of a single configuration response. Raises as read_configs, also for another monitor."""
    _refuse_error(document)
    config = _read_at("monitor", document.get("monitor"), _read_config_entry)
    if config.id != monitor_id:
        raise PayloadError(f"monitor.id is {sanitize(config.id, 80)}, not the requested {sanitize(monitor_id, 80)}")
    return config


def read_version(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the version response unchanged: its fields are not documented. Raises ServiceError if it is an error."""
    _refuse_error(document)
    return dict(document)


def _refuse_error(document: Mapping[str, Any]) -> None:
    error = document.get("error")
    if error is not None:
        raise ServiceError(f"the service reports an error: {sanitize(error)}", code="answered_error")


def read_status(entry: Mapping[str, Any], place: str) -> MonitorStatus:
    """Return the monitor of one entry of a status response; ``place`` is its place in it. Raises PayloadError."""
    return _read_at(place, entry, _read_status_entry)


def _read_list(document: Mapping[str, Any], read: Callable[[Mapping[str, Any]], M]) -> list[M]:
    entries = document.get("monitor_list")
    if not isinstance(entries, list):
        raise _missing_list_error(document)
    monitors: list[M] = []
    reader = _EntryReader(read, monitors.append)
    for entry in entries:
        reader.read(entry)
    return monitors


def _missing_list_error(document: Mapping[str, Any]) -> PayloadError:
    found = describe_value(document["monitor_list"]) if "monitor_list" in document else "missing"
    return PayloadError(f"monitor_list is {found}, not a list")


class _EntryReader(Generic[M]):
    """Reads the entries of a list one by one and passes each to ``take``. A duplicate id is an error."""

    def __init__(self, read: Callable[[Mapping[str, Any]], M], take: Callable[[M], object]) -> None:
        self._read: Callable[[Mapping[str, Any]], M] = read
        self._take: Callable[[M], object] = take
        self._ids: set[str] = set()

    def read(self, entry: Any) -> None:
        try:
            monitor = self._read(_require_object(entry))
            if monitor.id in self._ids:
                raise SchemaError(f" is a second monitor with the id {sanitize(monitor.id, 80)}")
        except SchemaError as error:
            raise PayloadError(f"monitor_list[{len(self._ids)}]{error}") from None
        self._ids.add(monitor.id)
        self._take(monitor)


def stream_statuses(body: bytes, take: Callable[[MonitorStatus], object]) -> None:
    """Pass each monitor of a status response to ``take``. Raises as ``decode`` and ``read_statuses``.

    An entry is released before the next one is parsed, so that a large response takes little more memory than its body.
    What ``take`` received is valid only when this function returns.
    """
    _stream(body, _EntryReader(_read_status_entry, take))


def stream_configs(body: bytes, take: Callable[[MonitorConfig], object]) -> None:
    """Pass each monitor of a configuration response to ``take``, as stream_statuses does."""
    _stream(body, _EntryReader(_read_config_entry, take))


def _stream(body: bytes, reader: _EntryReader[M]) -> None:
    # Imported here, because only the event source needs it.
    from .json_stream import stream_list

    with payload_errors(body):
        document = stream_list(body, "monitor_list", reader.read)
    if not isinstance(document, dict):
        raise PayloadError(f"the response is {describe_value(document)}, not a JSON object")
    _refuse_error(document)
    if not isinstance(document.get("monitor_list"), list):
        raise _missing_list_error(document)


def _read_at(place: str, entry: Any, read: Callable[[Mapping[str, Any]], M]) -> M:
    try:
        return read(_require_object(entry))
    except SchemaError as error:
        raise PayloadError(f"{place}{error}") from None


def _require_object(entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise SchemaError(f" is {describe_value(entry)}, not {OBJECT.name}")
    return entry


def _read_status_entry(entry: Mapping[str, Any]) -> MonitorStatus:
    identity, alerting, label, alerts, failures, tests, alert, last_test, last_failed = STATUS.values(entry)
    alert_id, alerted = _read_alert(alert) if alert else (None, None)
    return MonitorStatus(
        identity,
        label or identity,
        alerting,
        alerts,
        failures,
        tests,
        alerted,
        _read_test("last_test", last_test) if last_test else None,
        _read_test("last_failed", last_failed) if last_failed else None,
        entry,
        alert_id,
    )


def _read_config_entry(entry: Mapping[str, Any]) -> MonitorConfig:
    identity, label, kind, timer, active, _by_type = CONFIG.values(entry)
    if timer is not None:
        timer = float(timer)
    return MonitorConfig(identity, label or identity, kind, timer, active is not False, entry)


def _read_alert(fields: Mapping[str, Any]) -> tuple[str | None, float | None]:
    try:
        identity, text = LAST_ALERT.values(fields)
        return identity or None, _read_time("utc_time", text)[0]
    except SchemaError as error:
        raise SchemaError(f".last_alert{error}") from None


def _read_test(name: str, fields: Mapping[str, Any]) -> MonitorTest:
    try:
        message, text, seconds = LAST_CHECK.values(fields)
        started, latest = _read_time("utc_time_init", text, seconds)
        return MonitorTest(started, message or None, latest)
    except SchemaError as error:
        raise SchemaError(f".{name}{error}") from None


def _read_time(name: str, text: str | None, seconds: float | None = None) -> tuple[float | None, float | None]:
    try:
        return parse_timestamp(text, seconds)
    except (ValueError, OverflowError) as error:
        raise SchemaError(f".{name} is {describe_value(text)}, not a UTC time") from error
