# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an event is made of: its kind, its stable id, its times and a sentence."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.changes import FieldChange
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import utc
from .hosts import hosts_of
from .memory import MonitorState, Outage

Event = dict[str, Any]

RAISED, CLEARED = "alert_raised", "alert_cleared"
SILENT, BACK = "monitor_silent", "monitor_back"
ADDED, REMOVED, CHANGED = "monitor_added", "monitor_removed", "monitor_changed"
LOST, FOUND = "api_lost", "api_back"
KINDS = (RAISED, CLEARED, SILENT, BACK, ADDED, REMOVED, CHANGED, LOST, FOUND)


class Happening(NamedTuple):
    """An event that has not been written down yet, with the moment it is sorted by."""

    at: float
    event: Event


def identity(*parts: str) -> str:
    """Return 32 hexadecimal digits for what tells one event from all others."""
    text = json.dumps(parts, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def digest(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode("ascii")).hexdigest()


def of_monitor(
    kind: str,
    known: MonitorState,
    at: float,
    now: float,
    unique: tuple[str, ...],
    sentence: str,
    before: Any,
    after: Any,
    between_polls: bool = False,
) -> Happening:
    """Return what happened to a monitor ``at`` a moment and was seen ``now``; ``sentence`` follows its label."""
    event: Event = {
        "kind": kind,
        "id": identity(kind, known.id, *unique),
        "time": utc(at),
        "seen": utc(now),
        "message": f"{sanitize(known.label, 80)} {sentence}",
        "monitor": {"id": known.id, "label": known.label, "type": known.type},
        "before": before,
        "after": after,
        "between_polls": between_polls,
    }
    hosts = hosts_of(known.fields)
    if hosts:
        event["meta"] = {"hosts": hosts}
    return Happening(at, event)


def change_told(change: FieldChange) -> dict[str, Any]:
    return {"field": change.field, "kind": change.kind, "before": change.before, "after": change.after}


def of_api(kind: str, outage: Outage, now: float, before: Mapping[str, Any] | None) -> Event:
    """Return the begin or the end of an outage."""
    lost = {"reachable": False, "error": {"code": outage.code, "message": outage.message}}
    return {
        "kind": kind,
        "id": identity(kind, f"{outage.since:.3f}"),
        "time": utc(outage.since if kind == LOST else now),
        "seen": utc(now),
        "message": (
            f"the API gives no valid answer: {sanitize(outage.message, 500)}"
            if kind == LOST
            else f"the API answers again, after an outage since {utc(outage.since)}"
        ),
        "before": before if kind == LOST else lost,
        "after": lost if kind == LOST else {"reachable": True, "error": None},
        "between_polls": False,
    }
