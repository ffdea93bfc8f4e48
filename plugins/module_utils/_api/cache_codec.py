# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The format of cached responses, of which a reader parses only the monitors that it selects.

The first line is a JSON list with the fields that a selection needs, one row per monitor. Each following line is one
monitor as the service sent it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._domain.monitor import MonitorConfig, MonitorStatus


class _CachedMonitor:
    __slots__ = ("_line", "id", "label")

    def __init__(self, line: bytes, identity: str, label: str) -> None:
        self.id = identity
        self.label = label
        self._line = line

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields as the service sent them."""
        fields: dict[str, Any] = json.loads(self._line)
        return fields


class CachedStatus(_CachedMonitor):
    """The part of MonitorStatus that queries use."""

    __slots__ = ("alert_active", "failing", "tested")

    def __init__(
        self, line: bytes, identity: str, label: str, alert_active: bool, failing: bool, tested: float | None
    ) -> None:
        super().__init__(line, identity, label)
        self.alert_active = alert_active
        self.failing = failing
        self.tested = tested


class CachedConfig(_CachedMonitor):
    """The part of MonitorConfig that queries use."""

    __slots__ = ("active", "timer", "type")

    def __init__(
        self, line: bytes, identity: str, label: str, kind: str | None, active: bool, timer: float | None
    ) -> None:
        super().__init__(line, identity, label)
        self.type = kind
        self.active = active
        self.timer = timer


def serialize_statuses(statuses: Iterable[MonitorStatus]) -> bytes:
    monitors = list(statuses)
    rows = [[status.id, status.label, status.alert_active, status.failing, status.tested] for status in monitors]
    return _serialize(rows, [status.fields for status in monitors])


def serialize_configs(configs: Iterable[MonitorConfig]) -> bytes:
    monitors = list(configs)
    rows = [[config.id, config.label, config.type, config.active, config.timer] for config in monitors]
    return _serialize(rows, [config.fields for config in monitors])


def parse_statuses(content: bytes) -> list[CachedStatus]:
    """Return the statuses that serialize_statuses wrote."""
    rows, lines = _split(content)
    return [CachedStatus(line, *row) for row, line in zip(rows, lines)]


def parse_configs(content: bytes) -> list[CachedConfig]:
    """Return the configurations that serialize_configs wrote."""
    rows, lines = _split(content)
    return [CachedConfig(line, *row) for row, line in zip(rows, lines)]


def _serialize(rows: list[list[Any]], documents: Iterable[Mapping[str, Any]]) -> bytes:
    compact = json.JSONEncoder(separators=(",", ":")).encode
    return "\n".join([compact(rows), *map(compact, documents)]).encode("ascii")


def _split(content: bytes) -> tuple[list[list[Any]], list[bytes]]:
    head, *lines = content.split(b"\n")
    return json.loads(head), lines
