# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was known of the monitors at the last poll: all that the next one is compared with.

It is held for every monitor all the time, so configurations are JSON text and what does not change is shared.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.timestamps import utc


class StatusSnapshot(NamedTuple):
    """A monitor's status as far as events tell it; moments in epoch seconds, None for what the service did not tell."""

    alert_active: bool
    alert_count: int | None
    fail_count: int | None
    test_count: int | None
    alerted: float | None
    tested: float | None
    error: str | None

    def told(self) -> dict[str, Any]:
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
    """What one poll reported about a monitor's status."""

    id: str
    label: str
    snapshot: StatusSnapshot

    @classmethod
    def of(cls, status: MonitorStatus, known: MonitorState | None = None) -> StatusReading:
        """Return what events need of ``status``; texts are shared with ``known``, the state of the same monitor."""
        return cls(
            status.id if known is None else known.id,
            known.label if known is not None and known.label == status.label else status.label,
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
    """Return ``now`` with the times that it lacks taken from ``before``, which is returned if nothing changed."""
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
    def of(cls, config: MonitorConfig, known: MonitorState | None = None) -> StoredConfig:
        """Return ``config`` to be stored; what is the same in ``known``, the state of the same monitor, is shared."""
        document = pack_fields(config.fields)
        kind = None if config.type is None else sys.intern(config.type)
        if known is None:
            return cls(config.id, config.label, kind, config.timer, document)
        label = known.label if known.label == config.label else config.label
        return cls(known.id, label, kind, config.timer, known.document if known.document == document else document)

    @property
    def fields(self) -> dict[str, Any]:
        return unpack_fields(self.document)


def pack_fields(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def unpack_fields(document: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(document)
    return fields


class Alert(NamedTuple):
    """What tells an alert from the others of its monitor: its moment, and a number where moments are the same."""

    at: float
    number: int = 0

    def key(self) -> str:
        return f"{self.at:.3f}/{self.number}"


class MonitorState(NamedTuple):
    """What is known of a monitor. ``document`` is its configuration, None while only a status reported it.

    ``alert`` is the newest that was told or was there at the start, ``silent`` the newest test before the silence,
    ``changed`` how often its configuration has, and ``missing`` since when statuses lack it.
    """

    id: str
    label: str
    document: bytes | None = None
    type: str | None = None
    timer: float | None = None
    seen: StatusSnapshot | None = None
    alert: Alert | None = None
    silent: float | None = None
    changed: int = 0
    missing: float | None = None

    @property
    def fields(self) -> dict[str, Any] | None:
        """The configuration, parsed anew at each access."""
        return None if self.document is None else unpack_fields(self.document)

    def configured(self, config: StoredConfig) -> MonitorState:
        return self._replace(label=config.label, document=config.document, type=config.type, timer=config.timer)


@dataclass(frozen=True)
class Outage:
    """Since when the API gives no valid answer, and why."""

    since: float
    code: str
    message: str


@dataclass(frozen=True)
class SourceState:
    """The monitors by their ids, and when they were asked for, which is never at a beginning."""

    monitors: Mapping[str, MonitorState] = field(default_factory=dict)
    sampled: float | None = None
    outage: Outage | None = None
