# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the row of an observation: complete, or as changes of the newest statuses in the journal."""

from __future__ import annotations

from typing import NamedTuple

from ...module_utils._domain.timestamps import validate_epoch
from .encoding import encode_error, to_finite
from .observation import Observation
from .references import References
from .rows import MAX_RUN_LENGTH, Row, State
from .status_table import MAX_MONITORS, StatusTable, encode_table, to_table

MAX_GROUP_LENGTH = 30
"""Rows from a complete one up to the next."""

MAX_GROUP_TIME = 1800.0
"""Seconds after which the next row is complete."""


class Tables(NamedTuple):
    """The statuses of an observation; None for a poll without any."""

    statuses: StatusTable | None
    wide: StatusTable | None


def to_tables(observation: Observation) -> Tables:
    """Return the tables of ``observation``. Raises ValueError, TypeError or OverflowError for what cannot be stored."""
    for seconds in (observation.requested_at, observation.taken_at, *(observation.clock or ())):
        validate_epoch(to_finite(seconds))
    to_finite(observation.covers)
    check_run(observation.run)
    if any(name != status.id for name, status in observation.wide.items()):
        raise ValueError("id")
    tables = Tables(
        None if observation.statuses is None else to_table(observation.statuses),
        to_table(list(observation.wide.values())) if observation.wide else None,
    )
    for table in tables:
        if table is not None and len(table.layout.ids) > MAX_MONITORS:
            raise ValueError("too many monitors")
    return tables


def check_run(run: str | None) -> None:
    """Raise ValueError for the id of a run that could not be read again."""
    if run is not None and (len(run) > MAX_RUN_LENGTH or not run.isascii()):
        raise ValueError("run")


def to_row(
    observation: Observation, tables: Tables, number: int, at: float, state: State | None, references: References
) -> tuple[Row, State | None]:
    """Return the row with the id ``number``, and the state after it. ``state`` is the newest one in the journal."""
    statuses, wide = tables
    before = state or State()
    if statuses is not None and (state is None or _needs_complete(state, at)):
        before = State(0, number, at)
    group = before.group
    wide_before = None if statuses is None else before.wide
    configs = observation.configs
    least, most = observation.clock or (None, None)
    row = Row(
        number,
        at,
        None if statuses is None else group,
        observation.requested_at,
        observation.taken_at,
        least,
        most,
        observation.covers,
        observation.run,
        None if configs is None else references.write_configs(configs, number, group),
        None if statuses is None else references.write_layout(statuses.layout, 2 * number, group),
        None if statuses is None else encode_table(statuses, before.statuses),
        observation.wide_window,
        None if wide is None else references.write_layout(wide.layout, 2 * number + 1, group),
        None if wide is None else encode_table(wide, wide_before),
        None if observation.error is None else encode_error(observation.error),
    )
    if statuses is None:
        return row, state
    after = before._replace(id=number, length=before.length + 1, statuses=statuses, wide=wide or before.wide)
    return row, after


def _needs_complete(state: State, at: float) -> bool:
    return state.length >= MAX_GROUP_LENGTH or abs(at - state.began_at) >= MAX_GROUP_TIME
