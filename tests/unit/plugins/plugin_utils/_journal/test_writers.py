# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that write a journal at once, and processes that are killed while they write."""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import new_rows
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    JournalError,
    Observation,
)

from .processes import start
from .recorded_polls import BEGIN, config, failed_poll, gate_run, open_journal, poll, read, record, status

ROUNDS = 60


def nth_poll(writer: int, number: int, count: int = 40) -> Observation:
    """Return a poll in which every monitor differs from the poll before; some polls fail, some change the monitors."""
    after = 3.0 * number + writer / 7
    if number % 11 == 10:
        return failed_poll(after, run=f"w{writer}")
    names = [f"m{place}" for place in range(count + number // 25)]
    found = [status(name, BEGIN + after - place % 7, test_count=number) for place, name in enumerate(names)]
    wide = {"m1": found[1]} if number % 5 == 0 else {}
    return poll(after, found, configs=[config(name) for name in names], wide=wide, run=f"w{writer}")


def check_integrity(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


def write_until_killed(path: Path, first: int, report: int) -> None:
    with open_journal(path, days=0.01) as journal:
        for number in itertools.count(first):
            journal.append(nth_poll(0, number))
            os.write(report, b".")


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_loses_at_most_its_newest_poll(tmp_path: Path, seed: int) -> None:
    path, randomness = tmp_path / "j", random.Random(seed)
    recorded = 0
    for _round in range(ROUNDS // 3):
        receiver, sender = os.pipe()
        child = start(lambda first=recorded, report=sender: write_until_killed(path, first, report))
        os.close(sender)
        os.read(receiver, 1)
        recorded += 1
        time.sleep(randomness.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while data := os.read(receiver, 65536):
            recorded += len(data)
        os.close(receiver)
        found = read(path)
        check_integrity(path)
        assert found[-1] in (nth_poll(0, recorded - 1), nth_poll(0, recorded))
        recorded += found[-1] == nth_poll(0, recorded)
        assert found == [nth_poll(0, number) for number in range(recorded - len(found), recorded)]
    assert recorded > ROUNDS // 3


@pytest.mark.parametrize("writers", [2, 3])
def test_writers_at_once_lose_nothing(tmp_path: Path, writers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """They create the file at once, too, and each one appends to the changes of the others."""
    monkeypatch.setattr(new_rows, "MAX_GROUP_LENGTH", 7)
    path, count = tmp_path / "j", 60

    def write(writer: int) -> None:
        with open_journal(path, timeout=60) as journal:
            for number in range(count):
                journal.append(nth_poll(writer, number))
            journal.append_run(gate_run(f"w{writer}"))

    children = [start(lambda writer=writer: write(writer)) for writer in range(writers)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * writers
    check_integrity(path)
    for writer in range(writers):
        assert read(path, run=f"w{writer}") == [nth_poll(writer, number) for number in range(count)]


def test_polls_of_several_writers_are_read_in_order(tmp_path: Path) -> None:
    """Two writers that take their polls in one order and record them in another one."""
    first, second = open_journal(tmp_path / "j"), open_journal(tmp_path / "j")
    expected = [nth_poll(number % 2, number // 2) for number in range(60)]
    for late, early in zip(expected[1::2], expected[::2], strict=True):
        second.append(late)
        first.append(early)
    first.close()
    second.close()
    assert read(tmp_path / "j") == expected
    assert read(tmp_path / "j", BEGIN + 30, BEGIN + 60) == [
        found for found in expected if BEGIN + 30 <= found.taken_at <= BEGIN + 60
    ]


def test_a_journal_is_read_while_it_is_written_and_shortened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_rows, "MAX_GROUP_LENGTH", 5)
    path = tmp_path / "j"
    record(path, [nth_poll(0, number) for number in range(30)])

    def write() -> None:
        with open_journal(path, days=0.001) as journal:
            for number in range(30, 400):
                journal.append(nth_poll(0, number))

    child = start(write)
    counts: Counter[float] = Counter()
    is_running = True
    while is_running:
        is_running = os.waitpid(child, os.WNOHANG) == (0, 0)
        for found in read(path):
            number = round((found.taken_at - BEGIN) / 3)
            assert found == nth_poll(0, number)
            counts[number] += 1
    assert max(counts) == 399
    assert min(found.taken_at for found in read(path)) > BEGIN + 3 * 30


def copy_unfinished(path: Path, target: Path) -> None:
    """Copy the files of a journal in the middle of a transaction whose pages are partly in the file."""
    with open_journal(path) as journal:
        database = journal._database
        database.execute("PRAGMA cache_size = 2")
        database.execute("PRAGMA cache_spill = 1")
        with database.transaction():
            database.execute("UPDATE observations SET run = 'unfinished', error = zeroblob(5000)")
            for end in ("", "-journal"):
                shutil.copy(f"{path}{end}", f"{target}{end}")
            database.execute("UPDATE observations SET run = NULL, error = NULL")


def test_an_unfinished_transaction_is_undone_by_the_next_reader(tmp_path: Path) -> None:
    path, copy = tmp_path / "j", tmp_path / "copy"
    history = [nth_poll(0, number) for number in range(100)]
    record(path, history)
    copy_unfinished(path, copy)
    assert Path(f"{copy}-journal").stat().st_size > 0
    assert b"unfinished" in copy.read_bytes()
    assert read(copy) == history
    check_integrity(copy)


def test_an_unfinished_transaction_is_undone_by_the_next_writer(tmp_path: Path) -> None:
    path, copy = tmp_path / "j", tmp_path / "copy"
    history = [nth_poll(0, number) for number in range(100)]
    record(path, history)
    copy_unfinished(path, copy)
    record(copy, [nth_poll(0, 100)])
    assert read(copy) == [*history, nth_poll(0, 100)]


def test_a_transaction_that_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "j"
    interrupt = KeyboardInterrupt()

    def delete(*_values: object) -> None:
        raise interrupt

    with open_journal(path) as journal:
        journal.append(nth_poll(0, 0))
        with monkeypatch.context() as patched:
            patched.setattr(f"{new_rows.__package__}.writer.delete_older", delete)
            journal._days = 1.0
            with pytest.raises(KeyboardInterrupt):
                journal.append(nth_poll(0, 1, count=50))
        assert read(path) == [nth_poll(0, 0)]
        other = open_journal(path)
        other.append(nth_poll(0, 2, count=45))
        other.close()
        journal.append(nth_poll(0, 3, count=50))
    assert read(path) == [nth_poll(0, 0), nth_poll(0, 2, count=45), nth_poll(0, 3, count=50)]


def test_a_writer_waits_for_another_one_no_longer_than_its_timeout(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with open_journal(path) as blocking, open_journal(path, timeout=0.3) as journal:
        with blocking._database.transaction():
            began = time.monotonic()
            with pytest.raises(JournalError) as caught:
                journal.append(poll())
            assert 0.2 < time.monotonic() - began < 5
        assert caught.value.code == "journal_locked"
        journal.append(poll())
    assert read(path) == [poll()]


def test_a_commit_waits_for_a_reader_no_longer_than_the_timeout(tmp_path: Path) -> None:
    path = tmp_path / "j"
    record(path, [poll()])
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM observations").fetchall()
    with open_journal(path, timeout=0.3) as journal:
        began = time.monotonic()
        with pytest.raises(JournalError) as caught:
            journal.append(poll(60))
        assert time.monotonic() - began < 5
        assert caught.value.code == "journal_locked"
        reader.close()
        journal.append(poll(60))
    assert read(path) == [poll(), poll(60)]


def test_a_moved_journal_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with open_journal(path) as journal:
        journal.append(poll())
        path.rename(tmp_path / "moved")
        with pytest.raises(JournalError) as caught:
            journal.append(poll(60))
        record(path, [poll(120)])
        with pytest.raises(JournalError):
            journal.append(poll(180))
    assert caught.value.code == "journal_replaced"
    assert read(path) == [poll(120)]
