# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a cursor file: all monitors at one poll, and a journal of what changed in the polls since.

After a line that names the format come frames. Those of the base hold everything and are written whole. A transaction
is appended for a poll that has to outlast a restart; it counts only with its last frame. An acknowledgement is appended
for each event that reached the rules.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from .cursor_frames import CorruptCursorError, decode_frames, encode_frame
from .event import Event
from .memory import Alert, MonitorState, Outage, SourceState, StatusSnapshot

FORMAT, VERSION = "knowledgefront.monitoring/alert-cursor", 2
FIRST_LINE = json.dumps({"format": FORMAT, "version": VERSION}).encode("ascii") + b"\n"

BATCH = 500
"""Monitors or events in one frame: enough to compress well, and few enough to take little memory at a time."""

BEGIN, MONITORS, STATUSES, EVENTS, COMMIT, ACKNOWLEDGED = "begin", "monitors", "statuses", "events", "commit", "acked"


@dataclass(frozen=True)
class CursorState:
    """What a file holds: the state of the source, the pending events, and of which service and selection it is."""

    service: str
    selection: str
    memory: SourceState = field(default_factory=SourceState)
    outbox: Sequence[Event] = ()


def encode_cursor(state: CursorState) -> bytes:
    """Return a whole file."""
    memory, outage = state.memory, state.memory.outage
    events = {event["id"]: event for event in state.outbox}.values()
    begin = {
        "service": state.service,
        "selection": state.selection,
        "sampled": memory.sampled,
        "outage": None if outage is None else [outage.since, outage.code, outage.message],
        "monitors": len(memory.monitors),
        "events": len(events),
    }
    content = bytearray(FIRST_LINE)
    content += encode_frame([BEGIN, begin])
    for frame in (*_monitor_frames(memory.monitors.values()), *_event_frames(events)):
        content += frame
    return bytes(content)


def encode_acknowledgement(event_id: str) -> bytes:
    return encode_frame([ACKNOWLEDGED, event_id])


@dataclass(frozen=True)
class Transaction:
    """What changed between two polls that were written.

    ``removed`` and ``statuses`` name monitors by their positions in the order in which the file introduces them.
    ``events`` are those that the file does not hold, ``pending`` the ids of all that are pending now.
    """

    memory: SourceState
    removed: Sequence[int]
    changed: Sequence[MonitorState]
    statuses: Sequence[tuple[int, StatusSnapshot]]
    events: Sequence[Event]
    pending: Sequence[str]

    def encode(self) -> bytes:
        outage = self.memory.outage
        commit = {
            "sampled": self.memory.sampled,
            "outage": None if outage is None else [outage.since, outage.code, outage.message],
            "removed": list(self.removed),
            "pending": list(self.pending),
        }
        frames = [*_monitor_frames(self.changed), *_status_frames(self.statuses), *_event_frames(self.events)]
        return b"".join([*frames, encode_frame([COMMIT, commit])])


def _batches(entries: Iterable[Any]) -> Iterator[list[Any]]:
    remaining = iter(entries)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _monitor_frames(monitors: Iterable[MonitorState]) -> Iterator[bytes]:
    for batch in _batches(monitors):
        rows = [
            known._replace(document=None if known.document is None else known.document.decode("ascii"))
            for known in batch
        ]
        yield encode_frame([MONITORS, rows])


def _event_frames(events: Iterable[Event]) -> Iterator[bytes]:
    for batch in _batches(events):
        yield encode_frame([EVENTS, batch])


def _status_frames(statuses: Iterable[tuple[int, StatusSnapshot]]) -> Iterator[bytes]:
    """Yield statuses column by column, which compresses best."""
    for batch in _batches(statuses):
        yield encode_frame([STATUSES, list(zip(*((position, *status) for position, status in batch), strict=True))])


def decode_cursor(content: bytes) -> CursorState:
    """Return what a file holds, also one of version 1. Raises CorruptCursorError.

    The end may be torn, when the process or the machine stopped while it was written: what it said is told again.
    """
    line, _break, _rest = content.partition(b"\n")
    version = _version(line)
    if version == 1:
        from .cursor_v1 import decode_version_1

        return CursorState(*decode_version_1(content))
    if line + b"\n" != FIRST_LINE:
        newer = isinstance(version, int) and version > VERSION
        raise CorruptCursorError(
            "was written by a newer version of this source: update the collection"
            if newer
            else "was written by another version of this source"
        )
    try:
        replay = _Replay()
        for kind, value in decode_frames(content, len(FIRST_LINE)):
            replay.apply(kind, value)
        return replay.state()
    except CorruptCursorError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        raise CorruptCursorError("is damaged: what it holds cannot be read") from None


def _version(line: bytes) -> object:
    try:
        heading = json.loads(line)
    except (ValueError, RecursionError):
        heading = None
    if not isinstance(heading, dict) or heading.get("format") != FORMAT:
        raise CorruptCursorError("is not a cursor of this source" if line.strip() else "is empty")
    return heading.get("version")


class _Replay:
    """Applies the frames of a file one after the other."""

    def __init__(self) -> None:
        self._begin: Mapping[str, Any] = {}
        self._is_whole = False
        self._order: list[str] = []
        self._monitors: dict[str, MonitorState] = {}
        self._sampled: float | None = None
        self._outage: Outage | None = None
        self._outbox: dict[str, Event] = {}
        self._staged: list[tuple[str, Any]] = []

    def state(self) -> CursorState:
        if not self._is_whole:
            raise CorruptCursorError("is damaged: it ends too early")
        memory = SourceState(self._monitors, self._sampled, self._outage)
        return CursorState(self._begin["service"], self._begin["selection"], memory, list(self._outbox.values()))

    def apply(self, kind: str, value: Any) -> None:
        if kind == BEGIN:
            self._start(value)
        elif not self._begin:
            raise ValueError
        elif kind == COMMIT:
            self._commit(value)
        elif kind == ACKNOWLEDGED:
            self._outbox.pop(value, None)
        elif self._is_whole:
            self._staged.append((kind, value))
        else:
            self._change(kind, value)
        self._is_whole = self._is_whole or (
            len(self._monitors) == self._begin["monitors"] and len(self._outbox) == self._begin["events"]
        )

    def _start(self, begin: Mapping[str, Any]) -> None:
        if self._begin:
            raise ValueError
        self._begin = begin
        self._set_poll(begin)

    def _set_poll(self, poll: Mapping[str, Any]) -> None:
        self._sampled = poll["sampled"]
        self._outage = None if poll["outage"] is None else Outage(*poll["outage"])

    def _commit(self, commit: Mapping[str, Any]) -> None:
        for position in commit["removed"]:
            del self._monitors[self._order[position]]
        for kind, value in self._staged:
            self._change(kind, value)
        self._staged.clear()
        self._outbox = {event_id: self._outbox[event_id] for event_id in commit["pending"]}
        self._set_poll(commit)

    def _change(self, kind: str, value: Any) -> None:
        if kind == MONITORS:
            for row in value:
                self._set_monitor(_monitor(row))
        elif kind == STATUSES:
            for position, *status in zip(*value, strict=True):
                identity = self._order[position]
                self._monitors[identity] = self._monitors[identity]._replace(seen=StatusSnapshot(*status))
        elif kind == EVENTS:
            self._outbox.update((event["id"], event) for event in value)
        else:
            raise ValueError

    def _set_monitor(self, known: MonitorState) -> None:
        if known.id not in self._monitors:
            self._order.append(known.id)
        self._monitors[known.id] = known


def _monitor(row: Sequence[Any]) -> MonitorState:
    known = MonitorState(*row)
    return known._replace(
        document=None if known.document is None else known.document.encode("ascii"),  # type: ignore[attr-defined]
        type=None if known.type is None else sys.intern(known.type),
        seen=None if known.seen is None else StatusSnapshot(*known.seen),
        alert=None if known.alert is None else Alert(*known.alert),
    )
