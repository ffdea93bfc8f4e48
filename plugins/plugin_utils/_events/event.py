# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events: kinds, stable ids, times, messages, and the hosts that a monitor's configuration names."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.changes import FieldChange
from ...module_utils._domain.monitor import extract_host
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import utc
from .state import MonitorState, Outage

Event = dict[str, Any]

ALERT_RAISED, ALERT_CLEARED = "alert_raised", "alert_cleared"
MONITOR_SILENT, MONITOR_BACK = "monitor_silent", "monitor_back"
MONITOR_ADDED, MONITOR_REMOVED, MONITOR_CHANGED = "monitor_added", "monitor_removed", "monitor_changed"
API_LOST, API_BACK = "api_lost", "api_back"
KINDS = (
    ALERT_RAISED,
    ALERT_CLEARED,
    MONITOR_SILENT,
    MONITOR_BACK,
    MONITOR_ADDED,
    MONITOR_REMOVED,
    MONITOR_CHANGED,
    API_LOST,
    API_BACK,
)


class PendingEvent(NamedTuple):
    """An event that is not published yet, with the time to sort it by, in epoch seconds."""

    at: float
    event: Event


def stable_id(*parts: str) -> str:
    """Return 32 hexadecimal digits that depend on ``parts`` only."""
    text = json.dumps(parts, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def hash_fields(fields: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode("ascii")).hexdigest()


def monitor_event(
    kind: str,
    monitor: MonitorState,
    at: float,
    now: float,
    unique: tuple[str, ...],
    sentence: str,
    before: Any,
    after: Any,
    between_polls: bool = False,
) -> PendingEvent:
    """Return an event about ``monitor`` that happened ``at`` and was seen ``now``, both in epoch seconds.

    ``unique`` distinguishes events of the same kind and monitor. ``sentence`` follows the label in the message.
    """
    event: Event = {
        "kind": kind,
        "id": stable_id(kind, monitor.id, *unique),
        "time": utc(at),
        "seen": utc(now),
        "message": f"{sanitize(monitor.label, 80)} {sentence}",
        "monitor": {"id": monitor.id, "label": monitor.label, "type": monitor.type},
        "before": before,
        "after": after,
        "between_polls": between_polls,
    }
    hosts = find_hosts(monitor.fields)
    if hosts:
        event["meta"] = {"hosts": hosts}
    return PendingEvent(at, event)


def change_fields(change: FieldChange) -> dict[str, Any]:
    """Return ``change`` as an entry of ``changes`` in an event."""
    return {"field": change.field, "kind": change.kind, "before": change.before, "after": change.after}


def api_event(kind: str, outage: Outage, now: float, before: Mapping[str, Any] | None) -> Event:
    """Return the event for the start or the end of an outage; ``now`` is in epoch seconds."""
    unreachable = {"reachable": False, "error": {"code": outage.code, "message": outage.message}}
    is_lost = kind == API_LOST
    return {
        "kind": kind,
        "id": stable_id(kind, f"{outage.since:.3f}"),
        "time": utc(outage.since if is_lost else now),
        "seen": utc(now),
        "message": (
            f"the API is unavailable: {sanitize(outage.message, 500)}"
            if is_lost
            else f"the API is available again after an outage since {utc(outage.since)}"
        ),
        "before": before if is_lost else unreachable,
        "after": unreachable if is_lost else {"reachable": True, "error": None},
        "between_polls": False,
    }


HOST_FIELDS = ("url", "host", "hostname", "address", "name")
"""The fields of ``config`` that name the monitored host. ``server`` is the resolver that is queried."""

LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*\Z")

GROUP = re.compile(r"all|ungrouped|[a-z0-9]*_[a-z0-9_]*")
"""Group names: those of every inventory, and names with an underscore and no dot."""

CONTROLLER = re.compile(r"(.*\.)?localhost[46]?(\.localdomain[46]?)?|ip6-(localhost|loopback)")

NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)")
"""The last part of a name cannot be a number: resolvers read ``127.1`` and ``0x7f000001`` as addresses."""


def find_hosts(fields: Mapping[str, Any] | None) -> list[str]:
    """Return the distinct hosts in a configuration; Ansible interprets none of them as a pattern or a group."""
    config = (fields or {}).get("config")
    if not isinstance(config, Mapping):
        return []
    texts = [value for name in HOST_FIELDS if isinstance(value := config.get(name), str)]
    return list(dict.fromkeys(filter(None, map(_parse_host, texts))))


def _parse_host(text: str) -> str | None:
    # URL parsing drops line breaks.
    if not text.isprintable():
        return None
    host = text.strip() if _is_address(text.strip()) else extract_host(text.strip()).rstrip(".")
    return _parse_address(host) if _is_address(host) else _parse_name(host)


def _parse_name(host: str) -> str | None:
    """Return ``host`` if it is the name of a single machine other than the controller."""
    if not NAME.fullmatch(host) or GROUP.fullmatch(host) or CONTROLLER.fullmatch(host):
        return None
    return None if NUMBER.fullmatch(host.rpartition(".")[2]) else host


def _parse_address(text: str) -> str | None:
    """Return an address in canonical form, None for one with a zone and for those of the controller itself.

    A zone can hold any character, such as a comma that begins another pattern.
    """
    address = ipaddress.ip_address(text)
    inner = getattr(address, "ipv4_mapped", None) or address
    if "%" in text or inner.is_loopback or inner.is_unspecified:
        return None
    return str(address)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
