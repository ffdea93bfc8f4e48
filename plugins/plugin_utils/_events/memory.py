# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was known of the monitors when they were last asked for: all that the next answer is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.timestamps import utc


class Seen(NamedTuple):
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


def seen(status: MonitorStatus, before: Seen | None) -> Seen:
    """Return what ``status`` tells; a moment that it does not tell any more stays as it was ``before``."""
    return Seen(
        status.alert_active,
        status.alert_count,
        status.fail_count,
        status.test_count,
        before.alerted if status.alerted is None and before else status.alerted,
        before.tested if status.tested is None and before else status.tested,
        status.error if status.failing else None,
    )


class Alert(NamedTuple):
    """What tells an alert from the others of its monitor: its moment, and a number where moments are the same."""

    at: float
    number: int = 0

    def key(self) -> str:
        return f"{self.at:.3f}/{self.number}"


class Known(NamedTuple):
    """What is known of a monitor. ``fields`` is its configuration, None while only a status told of it.

    ``alert`` is the newest that was told or was there at the start, ``silent`` the newest test before the silence,
    ``changed`` how often its configuration has, and ``missing`` since when statuses lack it.
    """

    id: str
    label: str
    fields: Mapping[str, Any] | None = None
    type: str | None = None
    timer: float | None = None
    seen: Seen | None = None
    alert: Alert | None = None
    silent: float | None = None
    changed: int = 0
    missing: float | None = None

    def configured(self, config: MonitorConfig) -> Known:
        return self._replace(label=config.label, fields=config.fields, type=config.type, timer=config.timer)


@dataclass(frozen=True)
class Outage:
    """Since when the API gives no valid answer, and why."""

    since: float
    code: str
    message: str


@dataclass(frozen=True)
class Memory:
    """The monitors by their ids, and when they were asked for, which is never at a beginning."""

    monitors: Mapping[str, Known] = field(default_factory=dict)
    sampled: float | None = None
    outage: Outage | None = None


def as_plain(memory: Memory) -> dict[str, Any]:
    """Return ``memory`` as JSON can hold it."""
    outage = memory.outage
    return {
        "sampled": memory.sampled,
        "outage": None if outage is None else [outage.since, outage.code, outage.message],
        "monitors": list(memory.monitors.values()),
    }


def from_plain(plain: Mapping[str, Any]) -> Memory:
    """Return what ``as_plain`` was given. Raises TypeError, ValueError or KeyError for anything else."""
    monitors = {}
    for entry in plain["monitors"]:
        known = Known(*entry)
        monitors[known.id] = known._replace(
            seen=None if known.seen is None else Seen(*known.seen),
            alert=None if known.alert is None else Alert(*known.alert),
        )
    outage = plain["outage"]
    return Memory(monitors, plain["sampled"], None if outage is None else Outage(*outage))
