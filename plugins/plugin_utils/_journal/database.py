# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SQLite database of a journal: opening, checks, transactions, and errors as sentences.

The journal mode is ``TRUNCATE``. A write-ahead log needs memory that processes share, which network file systems do
not offer; a rollback journal needs locks only. It stays beside the file with no content, so that nobody else can put
one there.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from .observation import JournalError
from .private_file import sanitize_path

if TYPE_CHECKING:
    import sqlite3

LOCK_TIMEOUT = 10.0
"""Seconds to wait for other writers."""

SETTINGS = ("temp_store = MEMORY", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0")
FOR_WRITING = ("journal_mode = TRUNCATE", "synchronous = FULL")

LOCKED, REPLACED, UNWRITABLE = "journal_locked", "journal_replaced", "journal_unwritable"
"""Codes of errors that may end without a change of the options."""


class Reason(NamedTuple):
    """What a message of SQLite means. Every release of Python reports the message, some also a code."""

    part: str
    sentence: str
    code: str


IN_USE = "is in use by another process; try again later, or check that no process holds it"
REASONS = (
    Reason("locked", IN_USE, code=LOCKED),
    Reason("busy", IN_USE, code=LOCKED),
    Reason("full", "cannot be written: the disk is full; free some space", code=UNWRITABLE),
    Reason(
        "readonly",
        "cannot be written: the file or its folder is read-only; make both writable",
        code=UNWRITABLE,
    ),
    Reason(
        "unable to open",
        "cannot be opened: check the permissions of the file and of its folder",
        code=UNWRITABLE,
    ),
    Reason(
        "I/O error",
        "cannot be read or written: the disk is full or reports an error; check it",
        code=UNWRITABLE,
    ),
    Reason("not a database", "is not a journal: name another file, or move this one away", code="journal_invalid"),
    Reason("", "is damaged; move it away, and a new one is started", code="journal_invalid"),
)
"""The first one whose part is in the message counts."""


class Database:
    """An open journal. Every method raises JournalError. One thread at a time may use it."""

    def __init__(self, path: str, *, is_writable: bool, timeout: float = LOCK_TIMEOUT) -> None:
        self._path = os.path.abspath(path)
        self._is_writable = is_writable
        self.timeout = timeout
        self._file = _identify_file(self._path)
        self._connection = self._connect("rw" if is_writable else "ro")
        try:
            for setting in (*SETTINGS, *(FOR_WRITING if is_writable else ())):
                self.execute(f"PRAGMA {setting}")
            self._check_file()
        except BaseException:
            self.close()
            raise

    def execute(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        with self._errors():
            return self._connection.execute(statement, values)

    def fetch_all(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._errors():
            return self._connection.execute(statement, values).fetchall()

    def fetch_value(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """Return the first value of the first row, None if there is no row."""
        rows = self.fetch_all(statement, values)
        return rows[0][0] if rows else None

    def iterate(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Any]:
        """Yield the rows one by one. The file stays locked for writers until the iterator ends or is released."""
        cursor = self.execute(statement, values)
        try:
            while True:
                with self._errors():
                    row = cursor.fetchone()
                if row is None:
                    return
                yield row
        finally:
            cursor.close()

    @contextlib.contextmanager
    def transaction(self, kind: str = "IMMEDIATE") -> Iterator[None]:
        """Commit what the body does, or nothing of it. ``timeout`` limits the whole wait for locks.

        Of a writable file, an error with the code ``REPLACED`` means that the path does not name it any more. What was
        committed may be in the earlier file then.
        """
        self._check_file()
        deadline = time.monotonic() + self.timeout
        self._limit_wait(self.timeout)
        # A program that writes over the file may leave the number by which SQLite recognizes changes as it was.
        self.execute("PRAGMA shrink_memory")
        self.execute(f"BEGIN {kind}")
        try:
            yield
            self._limit_wait(deadline - time.monotonic())
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self._check_file()

    def replaced(self) -> JournalError:
        """Return the error for a path that names another file than the open one, or a file with other content."""
        return JournalError(f"the journal {sanitize_path(self._path)} was moved or replaced: open it again", REPLACED)

    def close(self) -> None:
        import sqlite3

        with contextlib.suppress(sqlite3.Error):
            self._connection.close()

    def _check_file(self) -> None:
        if self._is_writable and _identify_file(self._path) != self._file:
            raise self.replaced()

    def _connect(self, mode: str) -> sqlite3.Connection:
        sqlite3 = import_sqlite(self._path)
        address = f"file:{quote(os.fsencode(self._path))}?mode={mode}"
        with self._errors():
            return sqlite3.connect(
                address, timeout=self.timeout, isolation_level=None, check_same_thread=False, uri=True
            )

    def _limit_wait(self, seconds: float) -> None:
        self.execute(f"PRAGMA busy_timeout = {max(0, int(seconds * 1000))}")

    def _roll_back(self) -> None:
        """Undo the transaction. SQLite may have done so itself, and a journal that fails here is undone when opened."""
        import sqlite3

        with contextlib.suppress(sqlite3.Error):
            self._connection.rollback()

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        import sqlite3

        try:
            yield
        except (OverflowError, UnicodeError) as error:
            raise JournalError(
                f"the journal {sanitize_path(self._path)} cannot store a value ({type(error).__name__}): it is out of "
                "range or too large",
                "journal_value",
            ) from None
        except (sqlite3.Error, sqlite3.Warning, MemoryError) as error:
            text = str(error)
            [reason, *_others] = [reason for reason in REASONS if reason.part in text]
            raise JournalError(f"the journal {sanitize_path(self._path)} {reason.sentence}", reason.code) from None


def describe_replacement(path: str) -> str:
    """Return the sentence about a journal that was opened again because its file had been replaced."""
    return (
        f"the journal {sanitize_path(path)} was moved, replaced or cut while it was written, so that it lacks earlier "
        "polls: move or restore journals only while nothing writes them"
    )


def _identify_file(path: str) -> tuple[int, int] | None:
    """Return the device and the number of the file or the link that the path names, None if there is none."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def import_sqlite(path: str) -> Any:
    """Return the module ``sqlite3``. Raises JournalError if Python was built without it."""
    try:
        import sqlite3
    except Exception as error:  # noqa: BLE001 - a broken library can raise anything
        raise JournalError(
            f"the journal {sanitize_path(path)} cannot be used, because this Python has no sqlite3 "
            f"({type(error).__name__}): install a Python with SQLite",
            "journal_sqlite",
        ) from None
    return sqlite3
