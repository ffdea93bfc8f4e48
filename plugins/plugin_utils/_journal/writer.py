# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Appends observations, gate runs and debts to a journal."""

from __future__ import annotations

import json
import os
import sqlite3
from types import TracebackType

from .encoding import decode_debt, encode_observation
from .observation import OWED, Debt, GateRun, JournalError, Observation

TABLES = """
CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS observations (id INTEGER PRIMARY KEY, at REAL, run TEXT, body TEXT);
CREATE TABLE IF NOT EXISTS runs (run TEXT, began REAL, body TEXT);
CREATE TABLE IF NOT EXISTS debts (run TEXT PRIMARY KEY, scope TEXT, created REAL, state TEXT, body TEXT);
"""


class Journal:
    """A journal that is open for writing. Every method raises JournalError."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: str, account: str, *, days: float | None = None, now: float, timeout: float = 10.0) -> Journal:
        """Open the journal of ``account`` at ``path``, which is created for this user alone if it is absent.

        ``account`` is an ``account_fingerprint``. Observations older than ``days`` are deleted. ``now`` is the time
        by the service's clock as far as it is known, else by ours. ``timeout`` is the number of seconds to wait for
        other writers.
        """
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
            connection = sqlite3.connect(path, timeout=timeout, isolation_level=None)
            connection.executescript(TABLES)
            connection.execute("INSERT OR IGNORE INTO account VALUES (?)", (account,))
            names = [name for (name,) in connection.execute("SELECT name FROM account")]
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"the journal cannot be used ({error})", "journal_invalid") from None
        if names != [account]:
            raise JournalError("the journal belongs to another account", "journal_account")
        return cls(connection)

    def append(self, observation: Observation) -> None:
        """Append a poll in one transaction."""
        row = (observation.service_time, observation.run, encode_observation(observation))
        self._connection.execute("INSERT INTO observations (at, run, body) VALUES (?, ?, ?)", row)

    def append_run(self, run: GateRun) -> None:
        """Append the evaluation of a gate."""
        self._connection.execute("INSERT INTO runs VALUES (?, ?, ?)", (run.run, run.began, json.dumps(run)))

    def add_debt(self, debt: Debt) -> None:
        """Add a proof that is owed. A debt of the same run that is already there stays as it is."""
        row = (debt.run, debt.scope, debt.created, debt.state, json.dumps(debt.document))
        self._connection.execute("INSERT OR IGNORE INTO debts VALUES (?, ?, ?, ?, ?)", row)

    def debts(self, scope: str | None = None) -> list[Debt]:
        """Return the debts of ``scope``, or all, whatever their state, by their creation."""
        rows = self._connection.execute("SELECT * FROM debts WHERE ? IN (NULL, scope) ORDER BY created", (scope,))
        return [decode_debt(row) for row in rows]

    def close_debt(self, run: str, state: str) -> bool:
        """Set the state of a debt that is owed. Return False if there is none, or if it was closed before."""
        update = "UPDATE debts SET state = ? WHERE run = ? AND state = ?"
        return self._connection.execute(update, (state, run, OWED)).rowcount == 1

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
