# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bodies of the documented responses as JSON, field by field as on the vendor's page.

``path`` has no prefix ``/v2``, as in the vendor's samples. Not documented and chosen here: a passed test has ``error``
null and ``flag`` true; ``last_*`` is null if there is none; ``alert_count`` counts the alerts raised inside the window;
the fields of the version; all error bodies.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from hashlib import sha224
from typing import Any

from simulator.fleet import Fleet, LiveMonitor
from simulator.timeline import MonitorState, Stretch
from simulator.world import Monitor, zone

REDACTED = "********"
_SENSITIVE = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|(api|private|access|auth)[_-]?key|credential|authorization", re.IGNORECASE
)
_MAX_TIMES = 200_000
_MAX_ENTRIES = 400_000
_JSON = json.JSONEncoder(separators=(",", ":"))
_NEVER_MADE: tuple[Any, Any, int, str] = (None, None, 0, "")


def encode(document: object) -> bytes:
    """Return the document as compact JSON in UTF-8."""
    return _JSON.encode(document).encode()


def problem(error: str, path: str, **more: object) -> bytes:
    """Return an error body; the vendor documents none."""
    return encode({"error": error, "path": path, **more})


def redacted(value: Any) -> Any:
    """Return a configuration with every value under a sensitive name, at any depth, replaced by ``********``."""
    if isinstance(value, dict):
        return {
            key: REDACTED if _SENSITIVE.search(str(key)) and item is not None else redacted(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [redacted(item) for item in value]
    return value


def configuration(live: LiveMonitor) -> dict[str, Any]:
    """Return one monitor as ``/v2/config/monitor`` shows it."""
    monitor = live.monitor
    return {
        "id": monitor.id,
        "label": monitor.label,
        "description": monitor.description,
        "type": monitor.type,
        "timer": monitor.timer,
        "time_zone": monitor.time_zone,
        "active": monitor.active,
        "config": redacted(monitor.config),
    }


class Documents:
    """Builds the responses about a fleet. A response is cached while it cannot change, for one second at most."""

    def __init__(self, fleet: Fleet, utc_mktime_offset: int = 0) -> None:
        self._fleet = fleet
        self._offset = utc_mktime_offset
        self._utc: dict[int, str] = {}
        self._local: dict[tuple[int, str], str] = {}
        self._entries: dict[tuple[str, int], tuple[Monitor, Stretch, int, str]] = {}
        self._statuses: dict[tuple[bool, int], bytes] = {}
        self._statuses_of: tuple[int, int] = (-1, -1)
        self._configurations: bytes = b""
        self._configurations_of = -1

    def status(self, everything: bool, window: int) -> bytes:
        """``GET /v2/status``: every active monitor, or those with an active alert; ``window`` in seconds."""
        with self._fleet.lock:
            now = self._fleet.now()
            if self._statuses_of != (now, self._fleet.revision):
                self._statuses_of = (now, self._fleet.revision)
                self._statuses.clear()
            key = (everything, window)
            if key not in self._statuses:
                entries = (self._entry(live, now, everything, window) for live in self._fleet.active())
                listed = ",".join(filter(None, entries))
                text = f'{{"error":null,"monitor_list":[{listed}],"path":"/status","t":{window}}}'
                self._statuses[key] = text.encode()
            return self._statuses[key]

    def _entry(self, live: LiveMonitor, now: int, everything: bool, window: int) -> str:
        """Return the entry of a monitor in the status; it is cached until its next test."""
        key = (live.monitor.id, window)
        monitor, stretch, until, text = self._entries.get(key, _NEVER_MADE)
        if now < until and monitor is live.monitor and stretch is live.timeline.current:
            return text if everything else ""
        state = self._fleet.state_at(live, now, window)
        if not everything and not state.alert_active:
            return ""
        text = _JSON.encode(self.status_entry(live, state))
        until = self._fleet.unchanged_until(live, state, window)
        if until:
            if len(self._entries) > _MAX_ENTRIES:
                self._entries.clear()
            self._entries[key] = (live.monitor, live.timeline.current, until, text)
        return text

    def configurations(self) -> bytes:
        """``GET /v2/config/monitor``."""
        with self._fleet.lock:
            self._fleet.now()
            if self._configurations_of != self._fleet.revision:
                entries = [configuration(live) for live in self._fleet.active()]
                self._configurations = encode({"monitor_list": entries, "path": "/config/monitor"})
                self._configurations_of = self._fleet.revision
            return self._configurations

    def one_configuration(self, monitor_id: str) -> bytes | None:
        """``GET /v2/config/monitor/{id}``, or None when no active monitor has that id."""
        with self._fleet.lock:
            self._fleet.now()
            live = self._fleet.get(monitor_id)
            if live is None or not live.monitor.active:
                return None
            return encode({"monitor": configuration(live), "path": f"/config/monitor/{monitor_id}"})

    def version(self) -> bytes:
        """``GET /v2/version``. The vendor does not document the field names; these are chosen here."""
        return encode({"major": 2, "minor": 0, "release_date": "2026-05-31", "path": "/version"})

    def status_entry(self, live: LiveMonitor, state: MonitorState) -> dict[str, Any]:
        """Return one monitor as ``/v2/status`` shows it."""
        monitor = live.monitor
        raised = state.last_alert
        return {
            "alert_active": state.alert_active,
            "alert_count": state.alert_count,
            "fail_count": state.fail_count,
            "label": monitor.label,
            "last_alert": None if raised is None else self._alert(live, raised),
            "last_failed": self._test(live, state.last_failed, state.last_failed_error),
            "last_test": self._test(live, state.last_test, state.last_error),
            "monitor": monitor.id,
            "test_count": state.test_count,
        }

    def _alert(self, live: LiveMonitor, raised: int) -> dict[str, Any]:
        return {
            "alert": sha224(f"{live.monitor.id} {raised}".encode("utf-8", "surrogatepass")).hexdigest(),
            "monitor": live.monitor.id,
            "time": self._local_text(raised, live.monitor.time_zone),
            "utc_time": self._utc_text(raised),
        }

    def _test(self, live: LiveMonitor, began: int | None, error: str | None) -> dict[str, Any] | None:
        if began is None:
            return None
        return {
            "error": error,
            "flag": error is None,
            "time_init": self._local_text(began, live.monitor.time_zone),
            "utc_mktime": began + self._offset,
            "utc_time_init": self._utc_text(began),
        }

    def _utc_text(self, epoch: int) -> str:
        text = self._utc.get(epoch)
        if text is None:
            if len(self._utc) > _MAX_TIMES:
                self._utc.clear()
            text = self._utc[epoch] = datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return text

    def _local_text(self, epoch: int, time_zone: str) -> str:
        text = self._local.get((epoch, time_zone))
        if text is None:
            if len(self._local) > _MAX_TIMES:
                self._local.clear()
            text = datetime.fromtimestamp(epoch, zone(time_zone)).strftime("%Y-%m-%dT%H:%M:%S")
            self._local[epoch, time_zone] = text
        return text
