# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gate runs and debts as rows of their tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .columns import MAX_TEXT_LENGTH
from .database import Database
from .encoding import MAX_SIZE, compress, decode, decompress, encode, from_json, to_finite, to_json
from .new_rows import check_run
from .observation import Debt, GateRun

MAX_DOCUMENTS = 100_000
"""Runs or debts that are read."""

MAX_TOTAL_SIZE = 256 * 2**20
"""Bytes of all documents that are read at once, compressed."""


def insert_run(path: str, database: Database, run: GateRun) -> None:
    """Write a gate run, which replaces one with the same ``run``. Raises JournalError."""

    def to_row() -> tuple[Any, ...]:
        check_run(run.run)
        check_run(run.baseline_run)
        body = compress(to_json([dict(run.options), dict(run.result)]))
        times = to_finite(run.began), to_finite(run.ended)
        return (run.run, run.phase, *times, run.verdict, run.decision, run.gate_rc, run.baseline_run, body)

    row = encode(path, to_row)
    database.execute(f"INSERT OR REPLACE INTO runs VALUES ({', '.join('?' * len(row))})", row)


def insert_debt(path: str, database: Database, debt: Debt) -> None:
    """Write a debt, unless there is one of the same run. Raises JournalError."""

    def to_row() -> tuple[Any, ...]:
        check_run(debt.run)
        return (debt.run, debt.scope, to_finite(debt.created), debt.state, compress(to_json(dict(debt.document))))

    database.execute("INSERT OR IGNORE INTO debts VALUES (?, ?, ?, ?, ?)", encode(path, to_row))


def read_runs(path: str, database: Database, since: float | None, until: float | None) -> list[GateRun]:
    """Return the runs that began from ``since`` to ``until``, by their beginning. Raises JournalError."""
    columns = "run phase began ended verdict decision gate_rc baseline_run body"
    statement = f"{_select('runs', columns)} WHERE began BETWEEN ? AND ? ORDER BY began, run LIMIT {MAX_DOCUMENTS}"
    bounds = (-math.inf if since is None else since, math.inf if until is None else until)
    return decode(path, lambda: [_to_run(*row) for row in _fetch(database, statement, bounds)])


def read_debts(path: str, database: Database, scope: str | None) -> list[Debt]:
    """Return the debts of ``scope``, or all, by their creation. Raises JournalError."""
    statement = f"{_select('debts', 'run scope created document state')} WHERE scope = ifnull(?, scope)"
    statement = f"{statement} ORDER BY created, run LIMIT {MAX_DOCUMENTS}"
    return decode(path, lambda: [_to_debt(*row) for row in _fetch(database, statement, (scope,))])


def _fetch(database: Database, statement: str, values: Sequence[Any]) -> list[Any]:
    """Return the rows, before any of them is decoded, so that writers do not wait for that. Raises ValueError."""
    rows = []
    size = 0
    for row in database.iterate(statement, values):
        size += sum(len(value) for value in row if isinstance(value, bytes))
        if size > MAX_TOTAL_SIZE:
            raise ValueError("too large")
        rows.append(row)
    return rows


def _select(table: str, columns: str) -> str:
    """Return a statement in which values that are too large are NULL."""
    parts = [
        f"CASE WHEN length({name}) <= {MAX_SIZE if name in ('body', 'document') else MAX_TEXT_LENGTH} THEN {name} END"
        for name in columns.split()
    ]
    return f"SELECT {', '.join(parts)} FROM {table}"


def _to_run(
    run: Any, phase: Any, began: Any, ended: Any, verdict: Any, decision: Any, gate_rc: Any, baseline: Any, body: Any
) -> GateRun:
    _check_texts(run, phase, verdict, decision)
    if baseline is not None:
        _check_texts(baseline)
    options, result = from_json(decompress(body))
    is_code = isinstance(gate_rc, int) and not isinstance(gate_rc, bool)
    if not isinstance(options, dict) or not isinstance(result, dict) or not is_code:
        raise ValueError("run")
    times = to_finite(began), to_finite(ended)
    return GateRun(run, phase, *times, options, verdict, decision, gate_rc, result, baseline)


def _to_debt(run: Any, scope: Any, created: Any, packed: Any, state: Any) -> Debt:
    _check_texts(run, scope, state)
    document = from_json(decompress(packed))
    if not isinstance(document, dict):
        raise ValueError("debt")
    return Debt(run, scope, to_finite(created), document, state)


def _check_texts(*values: object) -> None:
    if not all(isinstance(value, str) for value in values):
        raise ValueError("text")
