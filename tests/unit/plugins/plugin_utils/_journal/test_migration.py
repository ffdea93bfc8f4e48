# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An older journal is migrated, also by a reader. No older version was released, so that these are made up."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import opening, schema
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.database import Database
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import JournalError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

from .processes import start
from .recorded_polls import ACCOUNT, open_journal, poll, read, record

PAGE = Path(__file__).parents[5] / "docs" / "docsite" / "rst" / "journal.rst"

NOTES = "CREATE TABLE notes (text TEXT)"
NEXT = (*schema.MIGRATIONS, (NOTES, "INSERT INTO notes SELECT 'migrated' FROM account"))
AFTER_NEXT = (*NEXT, ("ALTER TABLE notes ADD COLUMN author TEXT",))


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A journal of today's version, which the next release finds."""
    record(tmp_path / "j", [poll(), poll(60)])
    return tmp_path / "j"


def notes(path: Path) -> list[object]:
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()
        return [*version, *connection.execute("SELECT * FROM notes").fetchall()]
    finally:
        connection.close()


def test_a_writer_migrates(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", NEXT)
    record(older, [poll(120)])
    assert notes(older) == [2, ("migrated",)]
    assert read(older) == [poll(), poll(60), poll(120)]


def test_a_reader_migrates(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", AFTER_NEXT)
    assert read(older) == [poll(), poll(60)]
    assert notes(older) == [3, ("migrated", None)]


def test_versions_are_migrated_one_after_the_other(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", NEXT)
    record(older, [])
    monkeypatch.setattr(schema, "MIGRATIONS", AFTER_NEXT)
    record(older, [])
    assert notes(older) == [3, ("migrated", None)]


def test_a_new_journal_has_the_newest_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", AFTER_NEXT)
    record(tmp_path / "j", [poll()])
    assert notes(tmp_path / "j")[0] == 3
    monkeypatch.undo()
    with pytest.raises(JournalError) as caught:
        read(tmp_path / "j")
    assert (caught.value.code, "version 3" in str(caught.value)) == ("journal_newer", True)


@pytest.mark.parametrize("is_reading", [False, True])
def test_a_migration_that_fails_leaves_the_older_version(
    older: Path, monkeypatch: pytest.MonkeyPatch, is_reading: bool
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, (NOTES, "INSERT INTO missing VALUES (1)")))
    with pytest.raises(JournalError):
        if is_reading:
            read(older)
        else:
            record(older, [])
    monkeypatch.undo()
    assert read(older) == [poll(), poll(60)]


def test_an_older_version_that_cannot_be_written_is_one_sentence(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(older) as journal, journal._database.transaction(), pytest.raises(JournalError) as caught:
        monkeypatch.setattr(schema, "MIGRATIONS", NEXT)
        monkeypatch.setattr(opening, "LOCK_TIMEOUT", 0.1)
        JournalReader.open(str(older), ACCOUNT)
    assert caught.value.code == "journal_locked"


def test_processes_migrate_at_once(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", NEXT)
    children = [start(lambda: record(older, [])) for _number in range(4)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert notes(older) == [2, ("migrated",)]


def test_the_page_describes_every_table_and_the_version() -> None:
    page = PAGE.read_text(encoding="utf-8")
    statements = [statement for statements in schema.MIGRATIONS for statement in statements]
    tables = {statement.split()[2] for statement in statements if statement.startswith("CREATE TABLE")}
    chapter = page.partition("\nThe schema\n---")[2]
    assert set(re.findall(r"^   \* - ``(\w+)``$", chapter, re.MULTILINE)) == tables
    assert f"This release writes version {len(schema.MIGRATIONS)}" in page
    assert f"0x{schema.APPLICATION:X}" in page


WRITER = """
import sys
from pathlib import Path
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._journal.recorded_polls import (
    poll, record
)
print(flush=True)
record(Path(sys.argv[1]), [poll()])
"""


def test_a_journal_that_another_process_creates_meanwhile_is_a_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process starts between the two statements that identify the file."""
    fetch_all = Database.fetch_all
    writers: list[subprocess.Popen[bytes]] = []

    def fetch_later(database: Database, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        if statement == opening.OBJECTS and not writers:
            command = [sys.executable, "-c", WRITER, str(tmp_path / "j")]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
            writers.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE))
            assert writers[0].stdout is not None
            writers[0].stdout.readline()
            time.sleep(0.5)
        return fetch_all(database, statement, values)

    monkeypatch.setattr(Database, "fetch_all", fetch_later)
    open_journal(tmp_path / "j").close()
    writers[0].communicate()
    assert writers[0].returncode == 0
    assert read(tmp_path / "j") == [poll()]
