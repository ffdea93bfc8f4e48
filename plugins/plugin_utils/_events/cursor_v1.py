# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cursor files of version 1: two lines written whole, and a line for each event that was acknowledged since."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from .cursor_frames import CorruptCursorError
from .event import Event
from .memory import Alert, MonitorState, Outage, SourceState, StatusSnapshot, pack_fields


def decode_version_1(content: bytes) -> tuple[str, str, SourceState, list[Event]]:
    """Return the service, the selection, the state and the pending events. Raises CorruptCursorError.

    The last acknowledgement may be half a line, when the machine stopped while it was written.
    """
    heading_line, _break, rest = content.partition(b"\n")
    body, end, acknowledgements = rest.partition(b"\n")
    heading = json.loads(heading_line)
    if not end or heading.get("sha256") != hashlib.sha256(body).hexdigest():
        raise CorruptCursorError("is damaged: its checksum does not fit")
    try:
        plain = json.loads(body)
        acknowledged = {json.loads(line) for line in acknowledgements.split(b"\n")[:-1]}
        pending = [event for event in plain["outbox"] if event["id"] not in acknowledged]
        return str(heading["service"]), str(heading["selection"]), _state(plain["memory"]), pending
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CorruptCursorError("is damaged: what it holds cannot be read") from None


def _state(plain: dict[str, Any]) -> SourceState:
    monitors = {}
    for identity, label, fields, kind, timer, status, alert, *others in plain["monitors"]:
        monitors[identity] = MonitorState(
            identity,
            label,
            None if fields is None else pack_fields(fields),
            kind,
            timer,
            None if status is None else StatusSnapshot(*status),
            None if alert is None else Alert(*alert),
            *others,
        )
    outage = plain["outage"]
    return SourceState(monitors, plain["sampled"], None if outage is None else Outage(*outage))
