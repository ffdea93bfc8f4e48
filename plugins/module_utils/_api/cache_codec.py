# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How answers are kept: what a selection looks at comes first and at once, the rest monitor by monitor when asked for.

The first line is a JSON list with a row for each monitor, and each line after it is one monitor as the service sent it.
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
        """What the service sent, as in an answer that was just read."""
        fields: dict[str, Any] = json.loads(self._line)
        return fields


class CachedStatus(_CachedMonitor):
    """What a question needs of a monitor's status."""

    __slots__ = ("alert_active", "failing", "tested")

    def __init__(
        self, line: bytes, identity: str, label: str, alert_active: bool, failing: bool, tested: float | None
    ) -> None:
        super().__init__(line, identity, label)
        self.alert_active = alert_active
        self.failing = failing
        self.tested = tested


class CachedConfig(_CachedMonitor):
    """What a question needs of a monitor's configuration."""

    __slots__ = ("active", "timer", "type")

    def __init__(
        self, line: bytes, identity: str, label: str, kind: str | None, active: bool, timer: float | None
    ) -> None:
        super().__init__(line, identity, label)
        self.type = kind
        self.active = active
        self.timer = timer


def serialize_statuses(statuses: Iterable[MonitorStatus]) -> bytes:
    found = list(statuses)
    rows = [[status.id, status.label, status.alert_active, status.failing, status.tested] for status in found]
    return _kept(rows, [status.fields for status in found])


def serialize_configs(configs: Iterable[MonitorConfig]) -> bytes:
    found = list(configs)
    rows = [[config.id, config.label, config.type, config.active, config.timer] for config in found]
    return _kept(rows, [config.fields for config in found])


def parse_statuses(content: bytes) -> list[CachedStatus]:
    """Return what serialize_statuses was given."""
    rows, lines = _read(content)
    return [CachedStatus(line, *row) for row, line in zip(rows, lines)]


def parse_configs(content: bytes) -> list[CachedConfig]:
    """Return what serialize_configs was given."""
    rows, lines = _read(content)
    return [CachedConfig(line, *row) for row, line in zip(rows, lines)]


def _kept(rows: list[list[Any]], documents: Iterable[Mapping[str, Any]]) -> bytes:
    compact = json.JSONEncoder(separators=(",", ":")).encode
    return "\n".join([compact(rows), *map(compact, documents)]).encode("ascii")


def _read(content: bytes) -> tuple[list[list[Any]], list[bytes]]:
    head, *lines = content.split(b"\n")
    return json.loads(head), lines
