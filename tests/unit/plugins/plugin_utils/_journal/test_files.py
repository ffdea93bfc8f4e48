# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be used as a journal is refused with one sentence and stays as it is; the file is private."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import database, opening, private_file
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import JournalError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal

from .conftest import DURABLE
from .processes import NOBODY, run_unprivileged
from .recorded_polls import ACCOUNT, BEGIN, open_journal, poll, read, record, status

NOW = BEGIN + 10**7


def write_database(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def change_journal(*statements: str) -> Callable[[Path], None]:
    def prepare(path: Path) -> None:
        record(path, [poll()])
        write_database(path, *statements)

    return prepare


def link_to_journal(path: Path) -> None:
    record(path.with_name("target"), [poll()])
    path.symlink_to("target")


def link_twice(path: Path) -> None:
    record(path, [poll()])
    os.link(path, path.with_name("other"))


def link_rollback_journal(path: Path) -> None:
    record(path, [poll()])
    side = Path(f"{path}-journal")
    side.unlink()
    side.symlink_to("elsewhere")


def truncate(path: Path) -> None:
    record(path, [poll(60 * number, [status(f"m{place}") for place in range(300)]) for number in range(20)])
    os.truncate(path, path.stat().st_size // 2)


def open_folder(path: Path) -> None:
    path.parent.chmod(0o777)


UNUSABLE = {
    "folder": (Path.mkdir, "journal_unreadable"),
    "fifo": (os.mkfifo, "journal_unreadable"),
    "symbolic link": (link_to_journal, "journal_insecure"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "journal_insecure"),
    "hard link": (link_twice, "journal_insecure"),
    "linked rollback journal": (link_rollback_journal, "journal_insecure"),
    "world-writable folder": (open_folder, "journal_insecure"),
    "text": (lambda path: path.write_text("monitor,time,down\n" * 100), "journal_invalid"),
    "short text": (lambda path: path.write_text("monitor"), "journal_invalid"),
    "truncated": (truncate, "journal_invalid"),
    "other database": (lambda path: write_database(path, "CREATE TABLE runs (run TEXT)"), "journal_invalid"),
    "other application": (change_journal("PRAGMA application_id = 7"), "journal_invalid"),
    "negative version": (change_journal("PRAGMA user_version = -1"), "journal_invalid"),
    "additional trigger": (
        change_journal("CREATE TRIGGER t AFTER INSERT ON observations BEGIN DELETE FROM observations; END"),
        "journal_invalid",
    ),
    "view instead of a table": (
        change_journal("ALTER TABLE observations RENAME TO old", "CREATE VIEW observations AS SELECT * FROM old"),
        "journal_invalid",
    ),
    "other columns": (change_journal("ALTER TABLE runs ADD COLUMN note TEXT"), "journal_invalid"),
    "no account": (change_journal("DELETE FROM account"), "journal_invalid"),
    "account of another type": (change_journal("UPDATE account SET name = x'00'"), "journal_invalid"),
    "newer version": (change_journal("PRAGMA user_version = 99"), "journal_newer"),
    "other account": (change_journal("UPDATE account SET name = 'other'"), "journal_account"),
    "future": (lambda path: record(path, [poll(10**7 + 61)], now=NOW + 100), "journal_future"),
    "damaged time": (change_journal("UPDATE observations SET at = 'soon', taken_at = 'soon'"), "journal_invalid"),
}


def open_reader(path: Path) -> None:
    with JournalReader.open(str(path), ACCOUNT, now=NOW) as reader:
        list(reader.observations())


def append(path: Path) -> None:
    with open_journal(path) as journal:
        for number in range(40):
            journal.append(poll(10**6 + 60 * number))


def content(path: Path) -> object:
    return path.read_bytes() if path.is_file() else path.is_symlink() or sorted(path.parent.iterdir())


@pytest.mark.parametrize("use", [open_reader, append])
@pytest.mark.parametrize("case", UNUSABLE)
def test_what_is_no_usable_journal_is_refused(tmp_path: Path, case: str, use: Callable[[Path], None]) -> None:
    prepare, code = UNUSABLE[case]
    path = tmp_path / "folder" / "j"
    path.parent.mkdir()
    prepare(path)
    before = content(path)
    with pytest.raises(JournalError) as caught:
        use(path)
    assert (caught.value.code, content(path)) == (code, before)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert str(path) in message
    assert "; " in message or ": " in message


@pytest.mark.parametrize(
    ("path", "reading", "writing"),
    [
        ("missing", "journal_unreadable", None),
        ("missing/j", "journal_unreadable", "journal_unreadable"),
        ("file/j", "journal_unreadable", "journal_unreadable"),
        ("a\0b", "journal_unreadable", "journal_unreadable"),
        ("n" * 300, "journal_unreadable", "journal_unreadable"),
        ("empty", "journal_invalid", None),
    ],
)
def test_paths_without_a_journal(tmp_path: Path, path: str, reading: str, writing: str | None) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "file").write_text("text")
    with pytest.raises(JournalError) as caught:
        JournalReader.open(f"{tmp_path}/{path}")
    assert caught.value.code == reading
    if writing is None:
        return record(tmp_path / path, [poll()])
    with pytest.raises(JournalError) as caught:
        Journal.open(f"{tmp_path}/{path}", ACCOUNT, now=NOW)
    assert caught.value.code == writing
    return None


@pytest.mark.parametrize("path", ["/j", "j", "./j", "a b%?#&.db", "\u00e9\x1b[31m.db"])
def test_any_name_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    monkeypatch.chdir(tmp_path)
    name = str(tmp_path) + path if path.startswith("/") else path
    record(Path(name), [poll()])
    assert read(Path(name)) == [poll()]
    assert sorted(os.listdir()) == sorted([os.path.basename(path), os.path.basename(path) + "-journal"])


def test_a_message_has_no_commands_for_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(JournalError) as caught:
        JournalReader.open(f"{tmp_path}/\x1b[31m\nj")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("end", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("use", [open_reader, append])
def test_files_of_another_user_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str, use: Callable[[Path], None]
) -> None:
    record(tmp_path / "j", [poll()])
    other = tmp_path / f"j{end}"
    other.touch()
    original = os.lstat

    def lstat(name: str) -> os.stat_result:
        found = original(name)
        return found if name != str(other) else os.stat_result((*found[:4], found.st_uid + 1, *found[5:]))

    monkeypatch.setattr(private_file.os, "lstat", lstat)
    with pytest.raises(JournalError) as caught:
        use(tmp_path / "j")
    assert caught.value.code == "journal_insecure"


@pytest.mark.parametrize("umask", [0, 0o077, 0o277, 0o777])
def test_the_files_are_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        record(tmp_path / "j", [poll()])
    finally:
        os.umask(before)
    for end in ("", "-journal"):
        assert stat.S_IMODE((tmp_path / f"j{end}").stat().st_mode) == 0o600


def test_access_of_others_is_withdrawn_from_an_existing_file(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll()])
    for end in ("", "-journal"):
        (tmp_path / f"j{end}").chmod(0o666)
    record(tmp_path / "j", [poll(60)])
    for end in ("", "-journal"):
        assert stat.S_IMODE((tmp_path / f"j{end}").stat().st_mode) == 0o600


def test_the_disk_has_a_poll_when_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "FOR_WRITING", DURABLE)
    with open_journal(tmp_path / "j") as journal:
        journal.append(poll())
        fetch_value = journal._database.fetch_value
        assert fetch_value("PRAGMA synchronous") == 2
        assert fetch_value("PRAGMA journal_mode") == "truncate"
    assert (tmp_path / "j-journal").stat().st_size == 0


def test_a_write_ahead_log_is_converted(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll()])
    write_database(tmp_path / "j", "PRAGMA journal_mode = WAL")
    record(tmp_path / "j", [poll(60)])
    assert read(tmp_path / "j") == [poll(), poll(60)]
    assert not (tmp_path / "j-wal").exists()


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that a user without privileges can enter and change."""
    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    yield folder
    folder.chmod(0o700)
    shutil.rmtree(folder)


def attempt(path: Path, limit: Callable[[], object]) -> str:
    """Return the code of the error and the number of polls that can be read, after polls beyond ``limit``."""

    def work() -> str:
        record(path, [poll(60 * number) for number in range(3)])
        code = "none"
        limit()
        try:
            record(path, [poll(60 * number, [status("m" * 50_000)]) for number in range(3, 9)])
        except JournalError as error:
            code = error.code
        return f"{code} {len(read(path))}"

    return run_unprivileged(work)


@pytest.mark.parametrize("mode", [0o400, 0o444])
def test_a_read_only_file_stays_read_only(shared_folder: Path, mode: int) -> None:
    path = shared_folder / "j"
    assert attempt(path, lambda: path.chmod(mode)) == "journal_unwritable 3"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400


def test_a_file_without_permissions_is_refused(shared_folder: Path) -> None:
    path = shared_folder / "j"

    def work() -> str:
        record(path, [poll()])
        path.chmod(0)
        codes = []
        for use in (open_reader, append):
            try:
                use(path)
            except JournalError as error:
                codes.append(error.code)
        return " ".join(codes)

    assert run_unprivileged(work) == "journal_unwritable journal_unwritable"


def test_a_read_only_folder_needs_no_new_file(shared_folder: Path) -> None:
    """The rollback journal stays there, so that a journal can be written in a folder where nothing can be created."""
    assert attempt(shared_folder / "j", lambda: shared_folder.chmod(0o500)) == "none 9"


def test_a_read_only_folder_without_a_rollback_journal(shared_folder: Path) -> None:
    def limit() -> None:
        (shared_folder / "j-journal").unlink()
        shared_folder.chmod(0o500)

    assert attempt(shared_folder / "j", limit) == "journal_unwritable 3"


def test_a_new_journal_in_a_read_only_folder_is_refused(shared_folder: Path) -> None:
    shared_folder.chmod(0o500)

    def work() -> str:
        try:
            record(shared_folder / "j", [poll()])
        except JournalError as error:
            return f"{error.code} {error}"
        return "none"

    code, _space, message = run_unprivileged(work).partition(" ")
    assert code == "journal_unreadable"
    assert "permission denied" in message


def test_a_limit_of_the_file_size_loses_only_what_does_not_fit(shared_folder: Path) -> None:
    limit = 150_000
    found = attempt(shared_folder / "j", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    code, _space, count = found.partition(" ")
    assert code == "journal_unwritable"
    assert 3 <= int(count) < 9
    write_database(shared_folder / "j", "PRAGMA integrity_check")


def test_a_full_disk_loses_only_what_does_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "j"
    record(path, [poll()])
    with open_journal(path) as journal:
        pages = journal._database.fetch_value("PRAGMA page_count")
        journal._database.execute(f"PRAGMA max_page_count = {pages + 1}")
        with pytest.raises(JournalError) as caught:
            journal.append(poll(60, [status("m" * 50_000)]))
        assert (caught.value.code, "disk is full" in str(caught.value)) == ("journal_unwritable", True)
        journal._database.execute("PRAGMA max_page_count = 100000")
        journal.append(poll(120, [status("m" * 50_000)]))
    assert [found.taken_at for found in read(path)] == [BEGIN, BEGIN + 120]


@pytest.mark.parametrize("use", [open_reader, append])
def test_python_without_sqlite_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, use: Callable[[Path], None]
) -> None:
    record(tmp_path / "j", [poll()])
    monkeypatch.setitem(sys.modules, "sqlite3", None)
    with pytest.raises(JournalError) as caught:
        use(tmp_path / "j")
    assert caught.value.code == "journal_sqlite"


def test_a_broken_sqlite_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_sqlite3", None)
    monkeypatch.delitem(sys.modules, "sqlite3")
    monkeypatch.delitem(sys.modules, "sqlite3.dbapi2", raising=False)
    with pytest.raises(JournalError) as caught:
        record(tmp_path / "j", [poll()])
    assert (caught.value.code, (tmp_path / "j").exists()) == ("journal_sqlite", False)


def test_slightly_different_clocks_are_no_future(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(10**7 + 50)])
    opening.open_for_writing(str(tmp_path / "j"), ACCOUNT, NOW).close()


def test_a_machine_whose_clock_is_ahead_is_no_future(tmp_path: Path) -> None:
    """Its polls are at the right time by the service's clock, which another machine has, too."""
    record(tmp_path / "j", [poll(10**7 + 300, clock=(-301.0, -300.0))], now=NOW + 300)
    record(tmp_path / "j", [poll(10**7 + 60)])


def test_a_time_that_no_offset_explains_is_from_the_future(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(10, clock=(0.0, 1.0))])
    write_database(tmp_path / "j", "UPDATE observations SET at = at + 2e7")
    with pytest.raises(JournalError) as caught:
        opening.open_for_writing(str(tmp_path / "j"), ACCOUNT, NOW + 100)
    assert caught.value.code == "journal_future"
