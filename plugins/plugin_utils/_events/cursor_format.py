# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of cursor files: all monitors at one poll, and a journal of the changes in later polls.

The first line names the format; frames follow. A frame is compressed JSON with its length and checksums, so that a
truncated end is detected. The frames of the base hold everything and are written at once. A transaction is appended for
a poll whose state must survive a restart; it applies only if its last frame is complete. An acknowledgement is appended
for each event that the rules received.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .event import Event
from .state import Alert, MonitorState, Outage, SourceState, StatusSnapshot, pack_fields

FORMAT, VERSION = "knowledgefront.monitoring/alert-cursor", 2
FIRST_LINE = json.dumps({"format": FORMAT, "version": VERSION}).encode("ascii") + b"\n"

BEGIN, MONITORS, STATUSES, EVENTS, COMMIT, ACKNOWLEDGED = "begin", "monitors", "statuses", "events", "commit", "acked"

BATCH_SIZE = 500
"""Monitors or events in one frame: enough to compress well, and few enough to need little memory at a time."""

HEADER = struct.Struct(">III")
"""The length of the payload, its CRC-32, and the CRC-32 of these two."""

MAX_PAYLOAD = 256 * 2**20
"""Bytes of the JSON text in one frame."""

SECTOR = 512
"""Bytes. After a power failure, the unwritten part of a file consists of whole sectors of zeros."""

COMPRESSION_LEVEL = 1
"""Of zlib: three times as fast as the default, for a file that is a tenth larger."""

UNREADABLE = "is damaged: its content cannot be read"
BAD_CHECKSUM = "is damaged: its checksum does not match"


class CorruptCursorError(ValueError):
    """A file has invalid content. The message continues a sentence that begins with the path."""


@dataclass(frozen=True)
class CursorState:
    """The content of a file: the service and selection it belongs to, the state, and the pending events."""

    service: str
    selection: str
    state: SourceState = field(default_factory=SourceState)
    outbox: Sequence[Event] = ()


def encode_cursor(cursor: CursorState) -> bytes:
    """Return the content of a file without a journal."""
    state = cursor.state
    events = {event["id"]: event for event in cursor.outbox}.values()
    begin = {
        "service": cursor.service,
        "selection": cursor.selection,
        "sampled": state.polled_at,
        "outage": outage_row(state.outage),
        "monitors": len(state.monitors),
        "events": len(events),
    }
    content = bytearray(FIRST_LINE)
    content += encode_frame([BEGIN, begin])
    for frames in (encode_monitors(state.monitors.values()), encode_events(events)):
        for frame in frames:
            content += frame
    return bytes(content)


def encode_acknowledgement(event_id: str) -> bytes:
    return encode_frame([ACKNOWLEDGED, event_id])


def outage_row(outage: Outage | None) -> list[Any] | None:
    return None if outage is None else [outage.since, outage.code, outage.message]


def _batches(entries: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch


def encode_monitors(monitors: Iterable[MonitorState]) -> Iterator[bytes]:
    for batch in _batches(monitors):
        rows = [
            monitor._replace(document=None if monitor.document is None else monitor.document.decode("ascii"))
            for monitor in batch
        ]
        yield encode_frame([MONITORS, rows])


def encode_events(events: Iterable[Event]) -> Iterator[bytes]:
    for batch in _batches(events):
        yield encode_frame([EVENTS, batch])


def encode_statuses(statuses: Iterable[tuple[int, StatusSnapshot]]) -> Iterator[bytes]:
    """Yield frames with one list per column, which compresses best."""
    for batch in _batches(statuses):
        yield encode_frame([STATUSES, list(zip(*((position, *status) for position, status in batch), strict=True))])


def encode_frame(value: Any) -> bytes:
    """Return a frame that holds ``value``. Raises ValueError if it is too large to be read again."""
    text = json.dumps(value, separators=(",", ":")).encode("ascii")
    if len(text) > MAX_PAYLOAD:
        raise ValueError(f"an entry is larger than {MAX_PAYLOAD // 2**20} MiB")
    payload = zlib.compress(text, COMPRESSION_LEVEL)
    head = struct.pack(">II", len(payload), zlib.crc32(payload))
    return HEADER.pack(len(payload), zlib.crc32(payload), zlib.crc32(head)) + payload


def decode_frames(content: bytes, start: int = 0) -> Iterator[Any]:
    """Yield the values of the frames in ``content`` from ``start`` on, without an incomplete last one.

    A frame is incomplete if the process or the machine stopped while it was written. Raises CorruptCursorError for
    other damage.
    """
    last, written = _written_lengths(content)
    while start + HEADER.size <= len(content) and start < last:
        length, checksum, head_checksum = HEADER.unpack_from(content, start)
        begin = start + HEADER.size
        if head_checksum != zlib.crc32(content[start : start + 8]):
            if begin > written:
                return
            raise CorruptCursorError(BAD_CHECKSUM)
        end = begin + length
        if end > len(content):
            return
        payload = content[begin:end]
        if checksum != zlib.crc32(payload):
            if end > written:
                return
            raise CorruptCursorError(BAD_CHECKSUM)
        yield _decode_payload(payload)
        start = end


def _written_lengths(content: bytes) -> tuple[int, int]:
    """Return the length of ``content`` without the zeros at its end, and without whole sectors of zeros."""
    length = len(content.rstrip(b"\0"))
    return length, min(len(content), -(-length // SECTOR) * SECTOR)


def _decode_payload(payload: bytes) -> Any:
    try:
        decompressor = zlib.decompressobj()
        text = decompressor.decompress(payload, MAX_PAYLOAD)
        if not decompressor.eof:
            raise ValueError
        return json.loads(text)
    except (ValueError, RecursionError, zlib.error):
        raise CorruptCursorError(UNREADABLE) from None


def decode_cursor(content: bytes) -> CursorState:
    """Return the content of a file of version 1 or 2. Raises CorruptCursorError.

    An incomplete end is ignored; its events are published again.
    """
    line, _separator, _rest = content.partition(b"\n")
    version = _parse_version(line)
    if version == 1:
        return _decode_version_1(content)
    if line + b"\n" != FIRST_LINE:
        is_newer = isinstance(version, int) and version > VERSION
        raise CorruptCursorError(
            "was written by a newer version of this source: update the collection"
            if is_newer
            else "was written by another version of this source"
        )
    try:
        replay = _Replay()
        for kind, value in decode_frames(content, len(FIRST_LINE)):
            replay.apply(kind, value)
        return replay.result()
    except CorruptCursorError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise CorruptCursorError(UNREADABLE) from None


def _parse_version(line: bytes) -> object:
    try:
        heading = json.loads(line)
    except (ValueError, RecursionError):
        heading = None
    if not isinstance(heading, dict) or heading.get("format") != FORMAT:
        raise CorruptCursorError("is not a cursor of this source" if line.strip() else "is empty")
    return heading.get("version")


class _Replay:
    """Applies the frames of a file in order."""

    def __init__(self) -> None:
        self._begin: Mapping[str, Any] = {}
        self._is_complete = False
        self._order: list[str] = []
        self._monitors: dict[str, MonitorState] = {}
        self._polled_at: float | None = None
        self._outage: Outage | None = None
        self._outbox: dict[str, Event] = {}
        self._staged: list[tuple[str, Any]] = []

    def result(self) -> CursorState:
        if not self._is_complete:
            raise CorruptCursorError("is damaged: its end is missing")
        state = SourceState(self._monitors, self._polled_at, self._outage)
        return CursorState(self._begin["service"], self._begin["selection"], state, list(self._outbox.values()))

    def apply(self, kind: str, value: Any) -> None:
        if kind == BEGIN:
            self._start(value)
        elif not self._begin:
            raise ValueError
        elif kind == COMMIT:
            self._commit(value)
        elif kind == ACKNOWLEDGED:
            self._outbox.pop(value, None)
        elif self._is_complete:
            self._staged.append((kind, value))
        else:
            self._apply_entries(kind, value)
        self._is_complete = self._is_complete or (
            len(self._monitors) == self._begin["monitors"] and len(self._outbox) == self._begin["events"]
        )

    def _start(self, begin: Mapping[str, Any]) -> None:
        if self._begin:
            raise ValueError
        self._begin = begin
        self._set_poll(begin)

    def _set_poll(self, poll: Mapping[str, Any]) -> None:
        self._polled_at = poll["sampled"]
        self._outage = None if poll["outage"] is None else Outage(*poll["outage"])

    def _commit(self, commit: Mapping[str, Any]) -> None:
        for position in commit["removed"]:
            del self._monitors[self._order[position]]
        for kind, value in self._staged:
            self._apply_entries(kind, value)
        self._staged.clear()
        self._outbox = {event_id: self._outbox[event_id] for event_id in commit["pending"]}
        self._set_poll(commit)

    def _apply_entries(self, kind: str, value: Any) -> None:
        if kind == MONITORS:
            for row in value:
                self._set_monitor(_parse_monitor(row))
        elif kind == STATUSES:
            for position, *status in zip(*value, strict=True):
                identity = self._order[position]
                self._monitors[identity] = self._monitors[identity]._replace(status=StatusSnapshot(*status))
        elif kind == EVENTS:
            self._outbox.update((event["id"], event) for event in value)
        else:
            raise ValueError

    def _set_monitor(self, monitor: MonitorState) -> None:
        if monitor.id not in self._monitors:
            self._order.append(monitor.id)
        self._monitors[monitor.id] = monitor


def _parse_monitor(row: Sequence[Any]) -> MonitorState:
    monitor = MonitorState(*row)
    return monitor._replace(
        document=None if monitor.document is None else monitor.document.encode("ascii"),  # type: ignore[attr-defined]
        type=None if monitor.type is None else sys.intern(monitor.type),
        status=None if monitor.status is None else StatusSnapshot(*monitor.status),
        alert=None if monitor.alert is None else Alert(*monitor.alert),
    )


def _decode_version_1(content: bytes) -> CursorState:
    """Return the content of a file of version 1: two lines, and a line for each later acknowledgement.

    The last line may be incomplete. Raises CorruptCursorError.
    """
    heading_line, _separator, rest = content.partition(b"\n")
    body, end, acknowledgements = rest.partition(b"\n")
    heading = json.loads(heading_line)
    if not end or heading.get("sha256") != hashlib.sha256(body).hexdigest():
        raise CorruptCursorError(BAD_CHECKSUM)
    try:
        document = json.loads(body)
        acknowledged = {json.loads(line) for line in acknowledgements.split(b"\n")[:-1]}
        pending = [event for event in document["outbox"] if event["id"] not in acknowledged]
        state = _parse_state_1(document["memory"])
        return CursorState(str(heading["service"]), str(heading["selection"]), state, pending)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CorruptCursorError(UNREADABLE) from None


def _parse_state_1(document: dict[str, Any]) -> SourceState:
    monitors = {}
    for identity, label, fields, monitor_type, timer, status, alert, *others in document["monitors"]:
        monitors[identity] = MonitorState(
            identity,
            label,
            None if fields is None else pack_fields(fields),
            monitor_type,
            timer,
            None if status is None else StatusSnapshot(*status),
            None if alert is None else Alert(*alert),
            *others,
        )
    outage = document["outage"]
    return SourceState(monitors, document["sampled"], None if outage is None else Outage(*outage))
