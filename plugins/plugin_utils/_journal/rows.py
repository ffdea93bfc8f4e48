# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of observations, which are complete or changes of the previous one, and the state to which they lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from .encoding import MAX_SIZE, decode_error, to_finite
from .observation import Observation
from .references import References
from .status_table import StatusTable, decode_table

MAX_RUN_LENGTH = 200
"""Characters of the id of a run."""

NUMBERS = "id at complete requested_at taken_at clock_least clock_most covers configs layout wide_window wide_layout"
LIMITS = {"run": MAX_RUN_LENGTH, "statuses": MAX_SIZE, "wide": MAX_SIZE, "error": MAX_SIZE}


class Row(NamedTuple):
    """A row of the table ``observations``, in the order of its columns."""

    id: int
    at: float
    complete: int | None
    requested_at: float
    taken_at: float
    clock_least: float | None
    clock_most: float | None
    covers: float
    run: str | None
    configs: int | None
    layout: int | None
    statuses: bytes | None
    wide_window: int | None
    wide_layout: int | None
    wide: bytes | None
    error: bytes | None


def _expression(column: str) -> str:
    """Return the SQL of a column, which is NULL if a value is not a number or too large."""
    if column in NUMBERS.split():
        return f"CASE WHEN typeof({column}) IN ('integer', 'real') THEN {column} END"
    return f"CASE WHEN length({column}) <= {LIMITS[column]} THEN {column} END"


SELECT = f"SELECT {', '.join(map(_expression, Row._fields))} FROM observations"
INSERT = f"INSERT INTO observations VALUES ({', '.join('?' * len(Row._fields))})"


class State(NamedTuple):
    """The newest statuses. ``group`` is the id of the complete row with which the changes begin, ``began_at`` its time.

    ``length`` is the number of rows since then, and ``id`` the last of them. ``wide`` is the newest wide response in
    the group, None if there was none.
    """

    id: int = 0
    group: int = 0
    began_at: float = 0.0
    length: int = 0
    statuses: StatusTable | None = None
    wide: StatusTable | None = None


def apply(state: State | None, row: Row, references: References) -> State | None:
    """Return the state after ``row``, None if it cannot be known without earlier rows. Raises as ``decode_column``."""
    if row.complete is None:
        return state
    if row.complete == row.id:
        state = State(0, row.id, row.at)
    elif state is None or state.group != row.complete:
        return None
    wide = state.wide if row.wide is None else _decode(row.wide, row.wide_layout, state.wide, references)
    statuses = _decode(row.statuses, row.layout, state.statuses, references)
    return State(row.id, state.group, state.began_at, state.length + 1, statuses, wide)


def to_observation(
    row: Row,
    state: State | None,
    configs: list[MonitorConfig] | None,
    references: References,
    build: Callable[[StatusTable], list[MonitorStatus]],
) -> Observation:
    """Return the observation of ``row``, which led to ``state``, with the statuses that ``build`` returns for a table.

    Raises as ``decode_column``.
    """
    has_statuses = row.complete is not None
    wide: StatusTable | None = None
    if row.wide is not None:
        is_known = has_statuses and state is not None
        wide = state.wide if is_known and state else _decode(row.wide, row.wide_layout, None, references)
    least, most = row.clock_least, row.clock_most
    return Observation(
        to_finite(row.requested_at),
        to_finite(row.taken_at),
        None if least is None or most is None else (to_finite(least), to_finite(most)),
        build(state.statuses) if has_statuses and state is not None and state.statuses is not None else None,
        configs,
        {status.id: status for status in (wide.statuses() if wide is not None else ())},
        None if row.wide_window is None else int(to_finite(row.wide_window)),
        None if row.error is None else decode_error(row.error),
        to_finite(row.covers),
        None if row.run is None else _text(row.run),
    )


def _decode(packed: object, layout: object, before: StatusTable | None, references: References) -> StatusTable:
    return decode_table(packed, references.layout(layout), before)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("text")
    return value
