# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal with the right tables and any content: one sentence, and no more memory than a journal may take."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import documents, references
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Debt, JournalError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

from .recorded_polls import ACCOUNT, BEGIN, config, failed_poll, gate_run, open_journal, poll, read, record, status

MIB = 2**20
LARGEST_MEMORY = 400 * MIB


def pack(value: Any) -> bytes:
    return zlib.compress(json.dumps(value).encode())


BOMB = zlib.compress(bytes(1024 * MIB), 9)
"""A gigabyte of zeros in a megabyte."""

ROW, LAYOUT, CONFIGS, MONITOR, RUN, DEBT = (
    f"UPDATE {table} SET {{}} = ?" for table in ("observations", "layouts", "configs", "monitors", "runs", "debts")
)

INVALID: dict[str, tuple[str, object]] = {
    "statuses that are a bomb": (ROW.format("statuses"), BOMB),
    "statuses that are too large": (ROW.format("statuses"), bytes(17 * MIB)),
    "statuses that are text": (ROW.format("statuses"), "text"),
    "statuses that are a number": (ROW.format("statuses"), 7),
    "no statuses": (ROW.format("statuses"), None),
    "wide statuses that are a bomb": (ROW.format("wide"), BOMB),
    "wide statuses that are text": (ROW.format("wide"), "text"),
    "no layout": (ROW.format("layout"), None),
    "an unknown layout": (ROW.format("layout"), 999),
    "a layout that is text": (ROW.format("layout"), "one"),
    "a layout of infinity": (ROW.format("layout"), float("inf")),
    "an unknown wide layout": (ROW.format("wide_layout"), 999),
    "unknown configurations": (ROW.format("configs"), 999),
    "a time that is text": (ROW.format("at"), "soon"),
    "a time of infinity": (ROW.format("at"), float("inf")),
    "a time that is data": (ROW.format("taken_at"), b"now"),
    "a large time": (ROW.format("requested_at"), bytes(17 * MIB)),
    "no finite clock": (ROW.format("clock_most"), float("-inf")),
    "a cover of infinity": (ROW.format("covers"), float("inf")),
    "a window of infinity": (ROW.format("wide_window"), float("inf")),
    "a run that is data": (ROW.format("run"), b"r1"),
    "an error that is text": (ROW.format("error"), "network"),
    "an error of another form": (ROW.format("error"), b"[1]"),
    "an error of other types": (ROW.format("error"), b'[1,2,3,"4"]'),
    "an error with NaN": (ROW.format("error"), b'["network","",false,NaN]'),
    "a nested error": (ROW.format("error"), b"[" * 100_000),
    "places that are a bomb": (LAYOUT.format("places"), BOMB),
    "places that are text": (LAYOUT.format("places"), "[1]"),
    "a negative place": (LAYOUT.format("places"), pack([-1, -1])),
    "an unknown place": (LAYOUT.format("places"), pack([1, 2**70])),
    "places of other types": (LAYOUT.format("places"), pack([1.0, "2"])),
    "places in an object": (LAYOUT.format("places"), pack({"1": 1})),
    "too many places": (LAYOUT.format("places"), pack([1] * 200_001)),
    "other places": (LAYOUT.format("places"), pack([1])),
    "a name that is no UTF-8": (MONITOR.format("label"), b"\xff"),
    "a name that is text": (MONITOR.format("label"), "WEB"),
    "a long name": (MONITOR.format("label"), bytes(300_000)),
    "configurations that are a bomb": (CONFIGS.format("body"), BOMB),
    "configurations with a timer of NaN": (CONFIGS.format("body"), zlib.compress(b'[["a"],["A"],[null],[NaN],[true]]')),
    "configurations without ids": (CONFIGS.format("body"), pack([[None], ["A"], [None], [1.0], [True]])),
    "configurations of other types": (CONFIGS.format("body"), pack([["a"], ["A"], [7], [1.0], [True]])),
    "configurations with too few columns": (CONFIGS.format("body"), pack([["a"]])),
    "configurations with columns of different lengths": (CONFIGS.format("body"), pack([["a"], [], [], [], []])),
    "configurations in an object": (CONFIGS.format("body"), pack({"a": 1})),
    "a run that is a bomb": (RUN.format("body"), BOMB),
    "a run that is a list": (RUN.format("body"), pack([[], []])),
    "a run that is too short": (RUN.format("body"), pack([{}])),
    "a run with a code of another type": (RUN.format("gate_rc"), "zero"),
    "a run with a phase of another type": (RUN.format("phase"), b"after"),
    "a run with a baseline of another type": (RUN.format("baseline_run"), b"r0"),
    "a run without an end": (RUN.format("ended"), float("inf")),
    "a debt that is a bomb": (DEBT.format("document"), BOMB),
    "a debt that is a list": (DEBT.format("document"), pack([])),
    "a debt with a state of another type": (DEBT.format("state"), b"owed"),
}

VALID: dict[str, tuple[str, object]] = {
    "a group without its beginning": (ROW.format("complete"), 10**6),
    "a negative group": (ROW.format("complete"), -1),
    "a group that is text": (ROW.format("complete"), "first"),
    "no id of a debt": ("DELETE FROM debts WHERE run <> ?", ""),
}
"""What leaves less to read, and nothing wrong."""


def make(path: Path, statement: str, value: object) -> None:
    statuses = [status(), status("db")]
    history = [
        poll(60 * number, statuses, configs=[config()], wide={"db": status("db")}, wide_window=3600, run="r1")
        for number in range(5)
    ]
    with open_journal(path) as journal:
        for observation in [*history, failed_poll(300)]:
            journal.append(observation)
        journal.append_run(gate_run(baseline_run="r0"))
        journal.add_debt(Debt("r1", "scope", BEGIN, {"owed": []}))
    connection = sqlite3.connect(path, isolation_level=None)
    if "monitors" in statement:
        connection.execute("DELETE FROM monitors WHERE place > 1")
        connection.execute("UPDATE layouts SET places = ?", (pack([1, 1]),))
    connection.execute(statement, (value,))
    connection.close()


def read_everything(path: Path) -> list[object]:
    with JournalReader.open(str(path), ACCOUNT) as reader:
        windows = [
            *reader.observations(),
            *reader.observations(BEGIN + 60, BEGIN + 200),
            *reader.observations(run="r1"),
        ]
        return [*windows, reader.gaps(), reader.runs(), reader.debts(), reader.first, reader.last]


def measure(work: Callable[[], object]) -> int:
    """Return the largest memory that ``work`` takes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("case", INVALID)
def test_invalid_content_is_one_sentence(tmp_path: Path, case: str) -> None:
    make(tmp_path / "j", *INVALID[case])

    def work() -> None:
        with pytest.raises(JournalError) as caught:
            read_everything(tmp_path / "j")
        assert caught.value.code == "journal_invalid"
        assert len(str(caught.value).splitlines()) == 1
        assert str(tmp_path / "j") in str(caught.value)

    assert measure(work) < LARGEST_MEMORY


@pytest.mark.parametrize("case", VALID)
def test_what_cannot_be_known_is_left_out(tmp_path: Path, case: str) -> None:
    make(tmp_path / "j", *VALID[case])
    assert read_everything(tmp_path / "j")


@pytest.mark.parametrize("case", [case for case in INVALID if case.endswith(("bomb", "layout", "place", "statuses"))])
def test_a_writer_starts_again_with_a_complete_poll(tmp_path: Path, case: str) -> None:
    """What it appends can be read, whatever came before."""
    path = tmp_path / "j"
    make(path, *INVALID[case])
    expected = [poll(3600 + 60 * number, [status(), status("db")], configs=[config()]) for number in range(3)]
    record(path, expected)
    assert read(path, BEGIN + 3600 - 60, BEGIN + 10**4) == expected


def test_the_names_of_a_layout_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record(tmp_path / "j", [poll(0, [status(f"m{number}") for number in range(1200)])])
    assert len(read(tmp_path / "j")[0].statuses or []) == 1200
    monkeypatch.setattr(references, "MAX_NAMES_SIZE", 1000)
    with pytest.raises(JournalError):
        read(tmp_path / "j")


def test_the_documents_that_are_read_at_once_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_journal(tmp_path / "j") as journal:
        journal.append_run(gate_run("r1"))
        journal.append_run(gate_run("r2"))
    monkeypatch.setattr(documents, "MAX_TOTAL_SIZE", 200)
    with JournalReader.open(str(tmp_path / "j")) as reader, pytest.raises(JournalError):
        reader.runs()


def test_many_large_rows_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{references.__package__}.reader.MAX_BYTES", 10)
    history = [poll(60 * number) for number in range(40)]
    record(tmp_path / "j", history)
    assert read(tmp_path / "j") == history
