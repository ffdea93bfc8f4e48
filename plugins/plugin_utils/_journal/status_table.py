# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statuses of a response as a table of columns, and its changes from an earlier table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress as compress_places
from operator import ne
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import MonitorStatus, MonitorTest
from .columns import COUNT, FLAG, GAP, TEXT, TICKS, TIME, check_times, check_values, decode_column, encode_column
from .encoding import compress, decompress, from_json, to_json

MAX_MONITORS = 200_000
"""Monitors of a response that is read."""

KINDS = (FLAG, COUNT, COUNT, COUNT, TIME, TEXT, FLAG, TIME, TEXT, GAP, FLAG, TIME, TEXT, GAP)
"""Kinds of the columns: whether an alert is active; the counts of alerts, failed tests and tests; the start and the id
of the newest alert; then for the newest test and for the newest failed test whether there is one, its start, its error,
and by how much the later reading of its start is later.
"""

NEW = (False, None, None, None, None, None, False, None, None, None, False, None, None, None)
"""The values from which those of a new monitor are encoded."""

TEST, FAILED = 6, 10
"""The first columns of the two tests."""

NO_TEST = MonitorTest(None, None, None)
NO_FIELDS: Mapping[str, Any] = {}


class Layout(NamedTuple):
    """The ids and labels of a response in its order."""

    ids: tuple[str, ...]
    labels: tuple[str, ...]


class StatusTable(NamedTuple):
    """The statuses of a response."""

    layout: Layout
    columns: list[list[Any]]

    def statuses(self) -> list[MonitorStatus]:
        """Return the statuses. Their other fields are empty."""
        alert, alerts, failures, tests, alerted, alert_id = self.columns[:TEST]
        last_test, last_failed = (_to_tests(*self.columns[start : start + 4]) for start in (TEST, FAILED))
        fields = [NO_FIELDS] * len(alert)
        columns = (alert, alerts, failures, tests, to_seconds(alerted), last_test, last_failed, fields, alert_id)
        return list(map(MonitorStatus._make, zip(*self.layout, *columns, strict=True)))


class StatusBuilder:
    """Returns the statuses of one table after another, the same objects for the monitors that did not change.

    A replay of the gate spends its time on the changes then.
    """

    def __init__(self) -> None:
        self._newest: tuple[StatusTable, list[MonitorStatus]] | None = None

    def build(self, table: StatusTable) -> list[MonitorStatus]:
        """Return what ``table.statuses()`` returns."""
        statuses = table.statuses() if self._newest is None else _rebuild(table, *self._newest)
        self._newest = table, statuses
        return statuses


def _rebuild(table: StatusTable, before: StatusTable, statuses: list[MonitorStatus]) -> list[MonitorStatus]:
    """Return the statuses of ``table``, with those of ``before`` for the monitors that did not change."""
    places = _find_changes(table, before)
    if places is None or len(places) > len(statuses) // 2:
        return table.statuses()
    rows = [[column[place] for place in places] for column in (*table.layout, *table.columns)]
    changed = StatusTable(Layout(tuple(rows[0]), tuple(rows[1])), rows[2:]).statuses()
    statuses = list(statuses)
    for place, status in zip(places, changed, strict=True):
        statuses[place] = status
    return statuses


def _find_changes(table: StatusTable, before: StatusTable) -> list[int] | None:
    """Return the places of the monitors that differ, None if the tables cannot be compared place by place.

    A time that is a float of seconds could equal a whole number of ticks.
    """
    if table.layout != before.layout:
        return None
    changed: set[int] = set()
    for new, old in zip(table.columns, before.columns, strict=True):
        if new is not old:
            if float in map(type, new) or float in map(type, old):
                return None
            changed.update(compress_places(range(len(new)), map(ne, new, old)))
    return sorted(changed)


def to_table(statuses: Sequence[MonitorStatus]) -> StatusTable:
    """Return the table of ``statuses``, without their other fields. Raises ValueError for impossible values."""
    rows = [list(column) for column in zip(*statuses, strict=True)] or [[] for _field in MonitorStatus._fields]
    ids, labels, alert, alerts, failures, tests, alerted, last_test, last_failed, _fields, alert_id = rows
    for names in (ids, labels):
        check_values(TEXT, names)
        if None in names:
            raise ValueError("name")
    columns = [alert, alerts, failures, tests, to_ticks(alerted), alert_id]
    return StatusTable(
        Layout(tuple(ids), tuple(labels)), [*columns, *_from_tests(last_test), *_from_tests(last_failed)]
    )


def encode_table(table: StatusTable, before: StatusTable | None) -> bytes:
    """Return ``table`` as changes of ``before``, or complete without it. Raises ValueError for impossible values."""
    old = align(before, table.layout)
    header: list[Any] = [len(table.layout.ids)]
    parts = []
    for place, kind in enumerate(KINDS):
        if table.columns[place] != old[place]:
            column, planes = encode_column(kind, old[place], table.columns[place])
            header.append([place, *column])
            parts.append(planes)
    return compress(b"\n".join([to_json(header), b"".join(parts)]))


def decode_table(packed: object, layout: Layout, before: StatusTable | None) -> StatusTable:
    """Return the table that ``encode_table`` encoded. Raises as ``decode_column``, and zlib.error."""
    text, _line, planes = decompress(packed).partition(b"\n")
    count, *changes = from_json(text)
    if count != len(layout.ids) or len(changes) > len(KINDS):
        raise ValueError("count")
    columns = list(align(before, layout))
    used = 0
    for place, *header in changes:
        if not isinstance(place, int) or isinstance(place, bool) or place < 0:
            raise ValueError("place")
        columns[place], size = decode_column(KINDS[place], columns[place], header, planes[used:])
        used += size
    return StatusTable(layout, columns)


def align(table: StatusTable | None, layout: Layout) -> list[list[Any]]:
    """Return the columns of ``table`` for the monitors of ``layout``, in its order."""
    if table is None:
        return [[value] * len(layout.ids) for value in NEW]
    if table.layout.ids == layout.ids:
        return table.columns
    places = {name: place for place, name in enumerate(table.layout.ids)}
    order = [places.get(name) for name in layout.ids]
    return [
        [value if place is None else column[place] for place in order]
        for column, value in zip(table.columns, NEW, strict=True)
    ]


def to_ticks(seconds: Sequence[float | None]) -> list[int | float | None]:
    """Return times in ticks. Those that are not multiples of a tick stay as they are. Raises ValueError if invalid."""
    check_times((value for value in seconds if value is not None), 1)
    whole = [None if value is None else int(value) for value in seconds]
    if whole == seconds:
        return [None if value is None else value * TICKS for value in whole]
    return [None if value is None else _to_tick(value) for value in seconds]


def _to_tick(seconds: float) -> int | float:
    ticks = round(seconds * TICKS)
    return ticks if ticks / TICKS == seconds else float(seconds)


def to_seconds(ticks: Sequence[int | float | None]) -> list[float | None]:
    return [None if value is None else value / TICKS if value.__class__ is int else value for value in ticks]


def _from_tests(tests: Sequence[MonitorTest | None]) -> list[list[Any]]:
    """Return the four columns of a test."""
    fields = list(zip(*(NO_TEST if test is None else test for test in tests), strict=True)) or [(), (), ()]
    started, latest = to_ticks(fields[0]), to_ticks(fields[2])
    gaps = [_to_gap(first, last) for first, last in zip(started, latest, strict=True)]
    return [[test is not None for test in tests], started, list(fields[1]), gaps]


def _to_gap(started: int | float | None, latest: int | float | None) -> int | float | None:
    """Return the difference of two readings in ticks, or the later one in seconds if there is no exact difference."""
    if isinstance(started, int) and isinstance(latest, int):
        return latest - started
    return latest / TICKS if isinstance(latest, int) else latest


def _to_tests(exists: Sequence[bool], started: Any, errors: Any, gaps: Any) -> list[MonitorTest | None]:
    seconds = to_seconds(started)
    latest = [
        gap if gap.__class__ is not int else (start + gap) / TICKS for start, gap in zip(started, gaps, strict=True)
    ]
    rows = map(MonitorTest._make, zip(seconds, errors, latest, strict=True))
    return [row if is_test else None for is_test, row in zip(exists, rows, strict=True)]
