# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in a cursor file: two lines written whole, and a line for each event that was told since."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from .event import Event
from .memory import Memory, as_plain, from_plain

FORMAT, VERSION = "knowledgefront.monitoring/alert-cursor", 1


class Spoilt(ValueError):
    """A file that cannot be what we wrote. Its text is the end of a sentence that begins with the file's name."""


@dataclass(frozen=True)
class Kept:
    """What a file holds: the memory, the events that are still to be told, and of whom and what it is."""

    service: str
    selection: str
    memory: Memory = field(default_factory=Memory)
    outbox: Sequence[Event] = ()


def encoded(kept: Kept) -> bytes:
    body = json.dumps({"memory": as_plain(kept.memory), "outbox": list(kept.outbox)}, separators=(",", ":")).encode()
    heading = {
        "format": FORMAT,
        "version": VERSION,
        "service": kept.service,
        "selection": kept.selection,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    return json.dumps(heading).encode() + b"\n" + body + b"\n"


def mark(event_id: str) -> bytes:
    """Return the line that says that an event was told."""
    return json.dumps(event_id).encode() + b"\n"


def decoded(content: bytes) -> Kept:
    """Return what ``encoded`` was given, less what marks say was told. Raises Spoilt.

    The last mark may be half a line, when the machine stopped while it was written: its event is told again.
    """
    heading_line, _break, rest = content.partition(b"\n")
    body, end, marks = rest.partition(b"\n")
    heading = _object(heading_line)
    if heading.get("format") != FORMAT:
        raise Spoilt("is not a cursor of this source")
    if heading.get("version") != VERSION:
        raise Spoilt("was written by another version of this source")
    if not end or heading.get("sha256") != hashlib.sha256(body).hexdigest():
        raise Spoilt("is damaged: its checksum does not fit")
    try:
        plain = json.loads(body)
        memory, outbox = from_plain(plain["memory"]), plain["outbox"]
        told = {json.loads(line) for line in marks.split(b"\n")[:-1]}
        left = [event for event in outbox if event["id"] not in told]
        return Kept(str(heading["service"]), str(heading["selection"]), memory, left)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Spoilt("is damaged: what it holds cannot be read") from None


def _object(line: bytes) -> dict[str, object]:
    try:
        heading = json.loads(line)
    except (ValueError, RecursionError):
        heading = None
    if not isinstance(heading, dict):
        raise Spoilt("is empty" if not line.strip() else "is not a cursor of this source")
    return heading
