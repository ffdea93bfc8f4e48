# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the database of a journal: creates or migrates its tables, and refuses what is no journal of the account."""

from __future__ import annotations

from . import schema
from .database import LOCK_TIMEOUT, UNWRITABLE, Database, import_sqlite
from .encoding import decode, to_finite
from .observation import JournalError
from .private_file import check_private_file, create_private_file, sanitize_path

FUTURE_GRACE = 60.0
"""Seconds by which clocks may differ without a journal being from the future."""

OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master "
    "WHERE name NOT LIKE 'sqlite\\_autoindex\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_stat_' ESCAPE '\\' LIMIT 100"
)

ACCOUNT = "SELECT name FROM account WHERE length(name) <= 200"


def open_for_writing(path: str, account: str, now: float, timeout: float = LOCK_TIMEOUT) -> Database:
    """Return the journal of ``account``, which is created or migrated if necessary. Raises JournalError."""
    import_sqlite(path)
    create_private_file(path)
    database = Database(path, is_writable=True, timeout=timeout)
    try:
        with database.transaction("DEFERRED"):
            version = _read_version(database, path)
        if version < len(schema.MIGRATIONS):
            with database.transaction():
                _migrate(database, path, account)
        _check_account(database, path, account)
        check_time(database, path, now)
    except BaseException:
        database.close()
        raise
    return database


def open_for_reading(path: str, account: str | None) -> Database:
    """Return the journal. Raises JournalError.

    The unfinished transaction of a writer that was killed is undone first, and an older version is migrated.
    """
    import_sqlite(path)
    check_private_file(path)
    try:
        return _open_unchanged(path, account)
    except JournalError as error:
        if error.code not in (UNWRITABLE, "journal_older"):
            raise
    _prepare(path)
    return _open_unchanged(path, account)


def _open_unchanged(path: str, account: str | None) -> Database:
    database = Database(path, is_writable=False)
    try:
        with database.transaction("DEFERRED"):
            version = _read_version(database, path)
        if version == 0:
            raise JournalError(f"the journal {sanitize_path(path)} is empty: record something first", "journal_invalid")
        if version < len(schema.MIGRATIONS):
            raise JournalError(
                f"the journal {sanitize_path(path)} has an older version: record something first", "journal_older"
            )
        _check_account(database, path, account)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(path: str) -> None:
    """Undo the transaction of a writer that was killed, and migrate an older version."""
    database = Database(path, is_writable=True, timeout=LOCK_TIMEOUT)
    try:
        with database.transaction():
            version = _read_version(database, path)
            if 0 < version < len(schema.MIGRATIONS):
                _migrate(database, path, None)
    finally:
        database.close()


def is_journal_of(database: Database, account: str) -> bool:
    """Whether the file is still the journal of ``account`` in the current version. Call it within a transaction.

    Another program may have written over a file that is open.
    """
    versions = tuple(database.fetch_value(f"PRAGMA {name}") for name in ("application_id", "user_version"))
    if versions != (schema.APPLICATION, len(schema.MIGRATIONS)):
        return False
    return bool(database.fetch_value(ACCOUNT) == account)


def check_time(database: Database, path: str, now: float) -> None:
    """Raise JournalError if the newest poll is after ``now`` by both clocks. A clock was wrong when it was recorded.

    The time by the service's clock counts as far as the recorded offset of that clock explains it.
    """
    rows = database.fetch_all("SELECT at, taken_at, clock_most FROM observations ORDER BY at DESC LIMIT 1")
    if rows and decode(path, lambda: _find_newest(*rows[0])) > now + FUTURE_GRACE:
        raise JournalError(
            f"the journal {sanitize_path(path)} has polls from the future: check the clock of this machine; if it is "
            "right, move the journal away",
            "journal_future",
        )


def _find_newest(at: object, taken_at: object, clock_most: object) -> float:
    """Return the earlier reading of the time of a poll, or the later one if the two contradict each other."""
    times = to_finite(at), to_finite(taken_at)
    offset = times[0] - times[1]
    is_explained = clock_most is None or offset <= to_finite(clock_most) + FUTURE_GRACE
    return min(times) if is_explained else max(times)


def _read_version(database: Database, path: str) -> int:
    """Return the version of the file, 0 for an empty one. Raises JournalError if it is no journal or a newer one.

    Call it within a transaction: another process may migrate the file between two statements.
    """
    version = database.fetch_value("PRAGMA user_version")
    objects = database.fetch_all(OBJECTS)
    if version == 0 and not objects and database.fetch_value("PRAGMA application_id") == 0:
        return 0
    if database.fetch_value("PRAGMA application_id") != schema.APPLICATION or version < 1:
        raise _no_journal(path)
    if version > len(schema.MIGRATIONS):
        raise JournalError(
            f"the journal {sanitize_path(path)} has version {version}, but this release reads versions up to "
            f"{len(schema.MIGRATIONS)}: use the release that wrote it, or name another file",
            "journal_newer",
        )
    if set(objects) != _expected_objects(path, version):
        raise _no_journal(path)
    return int(version)


def _expected_objects(path: str, version: int) -> set[tuple[str, ...]]:
    connection = import_sqlite(path).connect(":memory:")
    try:
        for statements in schema.MIGRATIONS[:version]:
            for statement in statements:
                connection.execute(statement)
        return set(connection.execute(OBJECTS).fetchall())
    finally:
        connection.close()


def _migrate(database: Database, path: str, account: str | None) -> None:
    """Bring the tables to the current version. Another process may have done so in the meantime."""
    version = _read_version(database, path)
    for statements in schema.MIGRATIONS[version:]:
        for statement in statements:
            database.execute(statement)
    database.execute(f"PRAGMA application_id = {schema.APPLICATION}")
    database.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS)}")
    if version == 0:
        database.execute("INSERT INTO account VALUES (?)", (account,))


def _check_account(database: Database, path: str, account: str | None) -> None:
    found = database.fetch_value(ACCOUNT)
    if not isinstance(found, str):
        raise _no_journal(path)
    if account is not None and found != account:
        raise JournalError(
            f"the journal {sanitize_path(path)} belongs to another client_id or api_url: name a separate file "
            "for each account",
            "journal_account",
        )


def _no_journal(path: str) -> JournalError:
    return JournalError(
        f"the journal {sanitize_path(path)} is another file, not a journal: correct the path, or move the file away",
        "journal_invalid",
    )
