# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a journal, also while others write it."""

from __future__ import annotations

import math
import os
import sqlite3
from collections.abc import Iterator
from types import TracebackType

from .encoding import decode_debt, decode_observation, decode_run
from .observation import Debt, Gap, GateRun, JournalError, Observation


class JournalReader:
    """A journal that is open for reading. Every method raises JournalError.

    ``first`` and ``last`` are the times of the oldest and the newest poll by the service's clock, None if there is
    none. Writers are not blocked: nothing is locked between two observations.
    """

    def __init__(self, connection: sqlite3.Connection, account: str) -> None:
        self._connection = connection
        self.account = account
        self.first, self.last = connection.execute("SELECT min(at), max(at) FROM observations").fetchone()

    @classmethod
    def open(cls, path: str, account: str | None = None, *, now: float | None = None) -> JournalReader:
        """Open the journal at ``path``.

        With ``account``, that of another one is refused. With ``now``, one with polls after ``now`` is refused.
        """
        if not os.path.isfile(path):
            raise JournalError(f"the journal {path} cannot be read", "journal_unreadable")
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            found = connection.execute("SELECT name FROM account").fetchone()[0]
            reader = cls(connection, found)
        except sqlite3.Error as error:
            raise JournalError(f"the journal cannot be used ({error})", "journal_invalid") from None
        if account not in (None, found):
            raise JournalError("the journal belongs to another account", "journal_account")
        if now is not None and reader.last is not None and reader.last > now + 60:
            raise JournalError("the journal is from the future", "journal_future")
        return reader

    def observations(
        self, since: float | None = None, until: float | None = None, run: str | None = None, *, step: float = 0.0
    ) -> Iterator[Observation]:
        """Yield the polls from ``since`` to ``until``, both included, in ascending order.

        Without ``run``, the times and the order are by the service's clock; ``service_time`` is that of an
        observation. With ``run``, they are those of its gate: ``taken_at``. Observations that are not newer than the
        previous one are left out. With ``step``, so are those less than ``step`` seconds after it.
        """
        key = (lambda found: found.taken_at) if run else (lambda found: found.service_time)
        rows = self._connection.execute("SELECT body FROM observations ORDER BY id").fetchall()
        found = sorted((decode_observation(body) for (body,) in rows), key=key)
        newest = -math.inf
        for observation in found:
            at = key(observation)
            if (
                run in (None, observation.run)
                and (since or -math.inf) <= at <= (until or math.inf)
                and at >= newest + step
                and at > newest
            ):
                yield observation
                newest = at

    def gaps(self, since: float | None = None, until: float | None = None) -> list[Gap]:
        """Return the parts of the time from ``since`` to ``until`` that no poll covers, in ascending order.

        Without them, the time is that from the first to the last poll.
        """
        gaps, covered = [], None if since is None else since
        newest = since
        for observation in self.observations():
            at = observation.service_time
            if observation.statuses is None or (until is not None and at > until):
                continue
            if covered is not None and newest is not None and at > covered:
                gaps.append(Gap(newest, at, "no poll"))
            newest, covered = at, max(covered or at, at + observation.covers)
        if until is not None and covered is not None and newest is not None and until > covered:
            gaps.append(Gap(newest, until, "no poll"))
        return gaps

    def runs(self, since: float | None = None, until: float | None = None) -> list[GateRun]:
        """Return the runs of gates that began from ``since`` to ``until``, by their beginning."""
        bounds = (-math.inf if since is None else since, math.inf if until is None else until)
        rows = self._connection.execute("SELECT body FROM runs WHERE began BETWEEN ? AND ? ORDER BY began", bounds)
        return [decode_run(body) for (body,) in rows.fetchall()]

    def debts(self, scope: str | None = None) -> list[Debt]:
        """Return the debts of ``scope``, or all, whatever their state, by their creation."""
        rows = self._connection.execute("SELECT * FROM debts ORDER BY created").fetchall()
        return [debt for debt in map(decode_debt, rows) if scope in (None, debt.scope)]

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> JournalReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
