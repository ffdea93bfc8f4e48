# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SQLite whose statements can fail, and whose processes can be killed before and after each of them.

SQLite itself is real and trusted: a transaction is atomic, and the transaction of a process that ends without a commit
is undone. Processes take answers only where a transaction begins, so none of them ever waits for a lock; a lock that is
not released in time is a statement that fails.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import database, opening

from ..choices import Choices
from ..processes import Process, Scheduler

FULL, LOCKED, BROKEN = "database or disk is full", "database is locked", "disk I/O error"
KILL_BEFORE, KILL_AFTER = "kill before", "kill after"
FAULTS = (FULL, BROKEN, KILL_BEFORE, KILL_AFTER)
AT_BOUNDARIES = (*FAULTS, LOCKED)
BOUNDARIES = ("BEGIN", "COMMIT")


class DatabaseModel:
    """Replaces the module ``sqlite3`` of the journal. One of ``one_in`` statements fails; 0 for none."""

    Error = sqlite3.Error

    def __init__(self, scheduler: Scheduler, choices: Choices, one_in: int) -> None:
        self._scheduler = scheduler
        self._choices = choices
        self._one_in = one_in
        self.faults = 0

    def connect(self, address: str, **options: Any) -> Any:
        if address == ":memory:":
            return sqlite3.connect(address)
        self.cross("connect")
        connection = Connection(self, sqlite3.connect(address, **options))
        process = self._process()
        if process is not None:
            process.at_end.append(connection.end)
        return connection

    def _process(self) -> Process | None:
        return self._scheduler.current

    def begin(self, statement: str) -> str | None:
        """Let other processes go on where a transaction begins, and return the fault of ``statement`` if it has one."""
        if self._process() is None:
            return None
        if statement.startswith("BEGIN"):
            self._scheduler.pause()
        if not self._one_in or not self._choices.chance(self._one_in):
            return None
        self.faults += 1
        return self._choices.pick(AT_BOUNDARIES if statement.startswith(BOUNDARIES) else FAULTS)

    def cross(self, statement: str) -> str | None:
        """Return the fault that follows ``statement``. Raises the one that comes before it."""
        fault = self.begin(statement)
        if fault == KILL_BEFORE:
            self.kill()
        elif fault not in (None, KILL_AFTER):
            raise sqlite3.OperationalError(fault)
        return fault

    def kill(self) -> None:
        process = self._process()
        assert process is not None
        self._scheduler.kill(process)

    def check_alive(self) -> None:
        """Raise Killed in a process that was killed."""
        process = self._process()
        if process is not None and process.killed:
            self._scheduler.pause()


class Connection:
    """A connection whose process can be killed."""

    def __init__(self, model: DatabaseModel, real: sqlite3.Connection) -> None:
        self._model = model
        self._real = real

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        self._model.check_alive()
        fault = self._model.cross(statement)
        found = self._real.execute(statement, values)
        if fault == KILL_AFTER:
            self._model.kill()
        return found

    def rollback(self) -> None:
        self._model.check_alive()
        self._real.rollback()

    def close(self) -> None:
        self._model.check_alive()
        self._real.close()

    def end(self) -> None:
        """End with the process, without a commit."""
        self._real.close()


@contextmanager
def replaced(model: DatabaseModel) -> Iterator[None]:
    """Let the journal use ``model``."""

    def import_model(_path: str) -> DatabaseModel:
        return model

    with (
        mock.patch.object(database, "import_sqlite", import_model),
        mock.patch.object(opening, "import_sqlite", import_model),
    ):
        yield
