# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a journal, also while others write it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import NamedTuple

from ...module_utils._domain.monitor import MonitorConfig
from .database import Database
from .documents import read_debts, read_runs
from .encoding import decode, decode_error, to_finite
from .observation import Debt, Gap, GateRun, Observation, Receipt
from .opening import check_time, open_for_reading
from .references import References
from .retention import DAY, count_present
from .rows import LIMITS, SELECT, Row, State, apply, to_observation
from .status_table import StatusBuilder
from .timeline import DISORDER, Poll, find_gaps, in_order

MAX_ROWS = 10
"""Rows that are read at once. Writers wait as long as that takes."""

MAX_BYTES = 32 * 2**20
"""Bytes after which no further row is read at once."""

INCOMPLETE = "incomplete"
"""Stands for the error of a poll that has neither statuses nor an error."""


class Item(NamedTuple):
    """A row with the state to which it leads, None if that is not known, and the configurations at that time."""

    row: Row
    state: State | None
    configs: list[MonitorConfig] | None


class JournalReader:
    """A journal that is open for reading. Every method and property raises JournalError.

    Writers continue: nothing is locked while the caller works with an observation.
    """

    def __init__(self, path: str, database: Database) -> None:
        self._path = path
        self._database = database
        self._references = References(database)
        self.account: str = database.fetch_value("SELECT name FROM account")

    @classmethod
    def open(cls, path: str, account: str | None = None, *, now: float | None = None) -> JournalReader:
        """Open the journal at ``path``.

        With ``account``, that of another one is refused. With ``now``, one with polls after ``now`` is refused.
        """
        database = open_for_reading(path, account)
        try:
            if now is not None:
                check_time(database, path, now)
            return cls(path, database)
        except BaseException:
            database.close()
            raise

    @property
    def first(self) -> float | None:
        """The time of the oldest poll by the service's clock, None if there is no poll."""
        return self._read_time("min")

    @property
    def last(self) -> float | None:
        """The time of the newest poll by the service's clock, None if there is no poll."""
        return self._read_time("max")

    def observations(
        self, since: float | None = None, until: float | None = None, run: str | None = None, *, step: float = 0.0
    ) -> Iterator[Observation]:
        """Yield the polls from ``since`` to ``until``, both included, in ascending order.

        Without ``run``, times and order are by the service's clock. With ``run``, they are those of its gate, that is
        ``taken_at``. A poll that is not newer than the one before is left out, and with ``step`` also one that is less
        than ``step`` seconds newer.
        """
        for _at, observation in self.timeline(since, until, run, step=step):
            yield observation

    def timeline(
        self, since: float | None = None, until: float | None = None, run: str | None = None, *, step: float = 0.0
    ) -> Iterator[tuple[float, Observation]]:
        """Yield the polls as ``observations`` does, each with its time.

        The time of a failed poll is known by the service's clock, too: from the offset of the poll before. A status
        that did not change is the same object as in the poll before.
        """
        earliest, latest = _bounds(since, until)
        items = self._items(earliest, latest) if run is None else self._items_of_run(run)
        emitted = -math.inf
        builder = StatusBuilder()
        for at, item in items:
            if earliest <= at <= latest and at > emitted and at - emitted >= step:
                emitted = at
                yield at, self._build(item, builder)

    def gaps(self, since: float | None = None, until: float | None = None) -> list[Gap]:
        """Return the parts of the time from ``since`` to ``until`` that no poll covers, in ascending order.

        Without them, the time is that from the first to the last complete poll.
        """
        start = "" if since is None else "WHERE id >= (SELECT min(id) FROM observations WHERE at >= ?)"
        rows = self._database.fetch_all(
            f"SELECT at, covers, complete, CASE WHEN length(error) <= {LIMITS['error']} THEN error END "
            f"FROM observations {start} ORDER BY id",
            () if since is None else (since - DAY,),
        )
        polls = decode(self._path, lambda: [_to_poll(*row) for row in rows])
        return find_gaps(polls, since, until)

    def count_present(self, receipts: Sequence[Receipt]) -> int:
        """Return how many of ``receipts`` are those of polls in the file, or of polls deleted because of their age."""
        with self._database.transaction("DEFERRED"):
            return count_present(self._path, self._database, receipts)

    def runs(self, since: float | None = None, until: float | None = None) -> list[GateRun]:
        """Return the runs of gates that began from ``since`` to ``until``, by their beginning."""
        return read_runs(self._path, self._database, since, until)

    def debts(self, scope: str | None = None) -> list[Debt]:
        """Return the debts of ``scope``, or all, whatever their state, by their creation."""
        return read_debts(self._path, self._database, scope)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> JournalReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_time(self, function: str) -> float | None:
        found = self._database.fetch_value(f"SELECT {function}(at) FROM observations")
        return None if found is None else decode(self._path, lambda: to_finite(found))

    def _items(self, earliest: float, latest: float) -> Iterator[tuple[float, Item]]:
        """Yield the rows of a period in ascending order."""
        start = self._database.fetch_value(
            "SELECT min(id) FROM observations WHERE at >= ?", (max(earliest - DISORDER, -1e300),)
        )
        if start is not None:
            timed = ((item.row.at, item) for item in self._read(start, latest + DISORDER))
            for at, item, _is_break in in_order(timed):
                yield at, item

    def _items_of_run(self, run: str) -> Iterator[tuple[float, Item]]:
        """Yield the rows of a run in the order in which they were recorded."""
        [(start, end)] = self._database.fetch_all("SELECT min(id), max(id) FROM observations WHERE run = ?", (run,))
        if start is not None:
            for item in self._read(start, math.inf, end):
                if item.row.run == run:
                    yield item.row.taken_at, item

    def _read(self, start: int, latest: float, end: int | None = None) -> Iterator[Item]:
        """Yield the rows from the id ``start`` on, up to the id ``end`` or the first one that is later than ``latest``.

        Earlier rows are read as far as the state at ``start`` depends on them.
        """
        group = self._database.fetch_value("SELECT max(complete) FROM observations WHERE complete <= ?", (start,))
        last = start - 1 if group is None else group - 1
        state: State | None = None
        while True:
            items = self._read_items(last, state)
            for item in items:
                if item.row.at > latest or (end is not None and item.row.id > end):
                    return
                is_known = item.row.complete is None or item.state is not None
                if item.row.id >= start and is_known:
                    yield item
            if not items:
                return
            last, state = items[-1].row.id, items[-1].state

    def _read_items(self, last: int, state: State | None) -> list[Item]:
        """Return the next rows after the id ``last``, with all that they refer to at that time."""
        with self._database.transaction("DEFERRED"):
            return decode(self._path, lambda: self._decode_items(self._fetch_rows(last), state))

    def _decode_items(self, rows: list[Row], state: State | None) -> list[Item]:
        items = []
        for row in rows:
            state = apply(state, row, self._references)
            configs = None if row.configs is None else self._references.configs(row.configs)
            items.append(Item(row, state, configs))
        return items

    def _fetch_rows(self, last: int) -> list[Row]:
        rows: list[Row] = []
        size = 0
        for values in self._database.iterate(f"{SELECT} WHERE id > ? ORDER BY id LIMIT {MAX_ROWS}", (last,)):
            row = Row(*values)
            to_finite(row.at), to_finite(row.taken_at)
            rows.append(row)
            size += len(row.statuses or b"") + len(row.wide or b"")
            if size > MAX_BYTES:
                break
        return rows

    def _build(self, item: Item, builder: StatusBuilder) -> Observation:
        return decode(self._path, lambda: to_observation(*item, self._references, builder.build))


def _bounds(since: float | None, until: float | None) -> tuple[float, float]:
    return -math.inf if since is None else since, math.inf if until is None else until


def _to_poll(at: object, covers: object, complete: object, error: object) -> tuple[float, Poll]:
    code = None
    if error is not None:
        code = decode_error(error).code
    elif complete is None:
        code = INCOMPLETE
    return to_finite(at), Poll(to_finite(covers), code)
