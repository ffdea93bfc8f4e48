# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the source between two polls, and the data of one poll.

The state of every monitor stays in memory, so configurations are stored as JSON text and unchanged values are shared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.timestamps import utc


class StatusSnapshot(NamedTuple):
    """The part of a monitor's status that events report; times in epoch seconds, None if the service omits a value."""

    alert_active: bool
    alert_count: int | None
    fail_count: int | None
    test_count: int | None
    alerted: float | None
    tested: float | None
    error: str | None

    def to_event_fields(self) -> dict[str, Any]:
        """Return the snapshot as ``before`` and ``after`` of an event hold it."""
        return {
            "alert_active": self.alert_active,
            "alert_count": self.alert_count,
            "fail_count": self.fail_count,
            "test_count": self.test_count,
            "last_alert": None if self.alerted is None else utc(self.alerted),
            "last_test": None if self.tested is None else utc(self.tested),
            "error": self.error,
        }


class StatusReading(NamedTuple):
    """The status of a monitor in one poll."""

    id: str
    label: str
    snapshot: StatusSnapshot

    @classmethod
    def from_status(cls, status: MonitorStatus, previous: MonitorState | None = None) -> StatusReading:
        """Return the part of ``status`` that events need; strings are shared with ``previous``."""
        return cls(
            status.id if previous is None else previous.id,
            previous.label if previous is not None and previous.label == status.label else status.label,
            StatusSnapshot(
                status.alert_active,
                status.alert_count,
                status.fail_count,
                status.test_count,
                status.alerted,
                status.tested,
                status.error if status.failing else None,
            ),
        )


def merge_snapshots(now: StatusSnapshot, before: StatusSnapshot | None) -> StatusSnapshot:
    """Return ``now`` with its missing times taken from ``before``, or ``before`` itself if nothing changed."""
    if before is None:
        return now
    if now.alerted is None or now.tested is None:
        now = now._replace(
            alerted=before.alerted if now.alerted is None else now.alerted,
            tested=before.tested if now.tested is None else now.tested,
        )
    return before if now == before else now


class StoredConfig(NamedTuple):
    """A monitor's configuration; ``document`` is all of it as JSON text, a third of the size of the objects."""

    id: str
    label: str
    type: str | None
    timer: float | None
    document: bytes

    @classmethod
    def from_config(cls, config: MonitorConfig, previous: MonitorState | None = None) -> StoredConfig:
        """Return ``config`` for storage; values that equal those of ``previous`` are shared with it."""
        document = pack_fields(config.fields)
        monitor_type = None if config.type is None else sys.intern(config.type)
        if previous is None:
            return cls(config.id, config.label, monitor_type, config.timer, document)
        label = previous.label if previous.label == config.label else config.label
        stored = previous.document if previous.document == document else document
        return cls(previous.id, label, monitor_type, config.timer, stored)

    @property
    def fields(self) -> dict[str, Any]:
        return unpack_fields(self.document)


def pack_fields(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def unpack_fields(document: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(document)
    return fields


class Alert(NamedTuple):
    """Identifies an alert of a monitor: its time in epoch seconds, and a number for alerts with the same time."""

    at: float
    number: int = 0

    def key(self) -> str:
        return f"{self.at:.3f}/{self.number}"


class MonitorState(NamedTuple):
    """The state of one monitor. The order of the fields is part of the cursor format.

    ``document`` is the configuration, None while only a status has reported the monitor. ``alert`` is the newest alert
    that was published or was active at the first start. ``silent_since`` is the time of the last test before silence,
    ``change_count`` the number of configuration changes, ``missing_since`` when statuses began to omit the monitor.
    """

    id: str
    label: str
    document: bytes | None = None
    type: str | None = None
    timer: float | None = None
    status: StatusSnapshot | None = None
    alert: Alert | None = None
    silent_since: float | None = None
    change_count: int = 0
    missing_since: float | None = None

    @property
    def fields(self) -> dict[str, Any] | None:
        """The configuration, parsed on each access."""
        return None if self.document is None else unpack_fields(self.document)

    def with_config(self, config: StoredConfig) -> MonitorState:
        return self._replace(label=config.label, document=config.document, type=config.type, timer=config.timer)


@dataclass(frozen=True)
class Outage:
    """When an outage of the API began, in epoch seconds, and the error that was seen first."""

    since: float
    code: str
    message: str


@dataclass(frozen=True)
class SourceState:
    """The monitors by id, the time of the last successful poll (None before the first), and the current outage."""

    monitors: Mapping[str, MonitorState] = field(default_factory=dict)
    polled_at: float | None = None
    outage: Outage | None = None

    def timers(self) -> Iterator[float]:
        """Yield the timers of the monitors, in seconds."""
        return (monitor.timer for monitor in self.monitors.values() if monitor.timer)


@dataclass(frozen=True)
class PollResult:
    """The data of one poll, by monitor id: the selected statuses and, if they were fetched, the configurations.

    The service's clock is between ``earliest`` and ``latest``, in epoch seconds. Counts cover the last ``window``
    seconds. ``deleted`` monitors no longer exist; ``unselected`` ones exist but the selection no longer matches them.
    """

    statuses: Mapping[str, StatusReading]
    configs: Mapping[str, StoredConfig] | None
    earliest: float
    latest: float
    window: int
    deleted: frozenset[str] = field(default_factory=frozenset)
    unselected: Mapping[str, StoredConfig] = field(default_factory=dict)
