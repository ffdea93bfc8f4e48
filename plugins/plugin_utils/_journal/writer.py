# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends observations, gate runs and debts to a journal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import TracebackType

from .database import LOCK_TIMEOUT, Database
from .documents import insert_debt, insert_run, read_debts
from .encoding import INVALID, encode
from .new_rows import Tables, to_row, to_tables
from .observation import OWED, Debt, GateRun, JournalError, Observation, Receipt
from .opening import is_journal_of, open_for_writing
from .references import References
from .retention import DAY, count_present, delete_older
from .rows import INSERT, SELECT, Row, State, apply

MAX_REPLAYED = 15
"""Rows that a process reads before its first one. After more of them, that row is complete, which takes less time."""


class Journal:
    """A journal that is open for writing. Every method raises JournalError.

    Its code is ``REPLACED`` if the path names another file now, or if another program has changed the content. Open the
    journal again then.
    """

    def __init__(self, path: str, account: str, database: Database, days: float | None) -> None:
        self._path = path
        self._account = account
        self._database = database
        self._days = days
        self._references = References(database)
        self._state: State | None = None
        self._newest: Receipt | None = None
        self._offset = 0.0

    @classmethod
    def open(
        cls, path: str, account: str, *, days: float | None = None, now: float, timeout: float = LOCK_TIMEOUT
    ) -> Journal:
        """Open the journal of ``account`` at ``path``, which is created for this user alone if it is absent.

        ``account`` is an ``account_fingerprint``. What is more than ``days`` older than a new observation is deleted.
        ``now`` is the time by the service's clock as far as it is known, else by ours. ``timeout`` is the number of
        seconds to wait for other processes, in each call.
        """
        return cls(path, account, open_for_writing(path, account, now, timeout), days)

    @property
    def timeout(self) -> float:
        return self._database.timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self._database.timeout = seconds

    def append(self, observation: Observation) -> Receipt:
        """Append a poll in one transaction. What was appended survives the end of the process and of the machine."""
        tables = encode(self._path, lambda: to_tables(observation))
        if observation.clock is not None:
            self._offset = observation.clock[1]
        try:
            with self._transaction():
                receipt, state = encode(self._path, lambda: self._append(observation, tables))
        except BaseException:
            self._references.clear()
            raise
        self._state = state
        self._newest = receipt
        return receipt

    def append_run(self, run: GateRun) -> None:
        """Append the evaluation of a gate. It replaces one with the same ``run``."""
        with self._transaction():
            insert_run(self._path, self._database, run)

    def add_debt(self, debt: Debt) -> None:
        """Add a proof that is owed. A debt of the same run that is already there stays as it is."""
        with self._transaction():
            insert_debt(self._path, self._database, debt)

    def contains(self, receipt: Receipt) -> bool:
        """Whether the poll of ``receipt`` is in the file, or was deleted because of its age."""
        return count_present(self._path, self._database, [receipt]) == 1

    def debts(self, scope: str | None = None) -> list[Debt]:
        """Return the debts of ``scope``, or all, whatever their state, by their creation."""
        return read_debts(self._path, self._database, scope)

    def close_debt(self, run: str, state: str) -> bool:
        """Set the state of a debt that is owed. Return False if there is none, or if it was closed before."""
        with self._transaction():
            update = "UPDATE debts SET state = ? WHERE run = ? AND state = ?"
            return self._database.execute(update, (state, run, OWED)).rowcount == 1

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """Begin a transaction after a check that the content is that which this object has read and written."""
        with self._database.transaction():
            is_same = is_journal_of(self._database, self._account)
            if not is_same or (self._newest is not None and not self.contains(self._newest)):
                raise self._database.replaced()
            yield

    def _append(self, observation: Observation, tables: Tables) -> tuple[Receipt, State | None]:
        """Write the row of an observation and return its receipt and the state after it, within a transaction."""
        database = self._database
        number = (database.fetch_value("SELECT max(id) FROM observations") or 0) + 1
        at = observation.taken_at + self._offset
        row, state = to_row(observation, tables, number, at, self._read_state(), self._references)
        database.execute(INSERT, row)
        if self._days is not None:
            delete_older(database, at - self._days * DAY)
        return Receipt(number, at), state

    def _read_state(self) -> State | None:
        """Return the newest state in the journal. Only the rows that other writers appended are read.

        Without a valid one, the next row is complete, so that the journal can be read from there on. So it is if too
        many rows had to be read.
        """
        group = self._database.fetch_value("SELECT max(complete) FROM observations")
        state = self._state if self._state is not None and self._state.group == group else None
        last = state.id if state is not None else 0
        if state is None and self._count_rows(group) > MAX_REPLAYED:
            return None
        try:
            rows = self._database.fetch_all(f"{SELECT} WHERE complete = ? AND id > ? ORDER BY id", (group, last))
            for row in rows:
                state = apply(state, Row(*row), self._references)
        except JournalError:
            raise
        except INVALID:
            return None
        return state

    def _count_rows(self, group: int | None) -> int:
        return int(self._database.fetch_value("SELECT count(*) FROM observations WHERE complete = ?", (group,)))
