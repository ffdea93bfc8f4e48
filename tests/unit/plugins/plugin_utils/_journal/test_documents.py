# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs and debts are read as they were recorded, and a debt is closed once."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    DELIVERED,
    FAILED,
    Debt,
    JournalError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

from .processes import start
from .recorded_polls import BEGIN, gate_run, open_journal, poll

DEBT = Debt("r1", "scope", BEGIN, {"owed": [{"monitor": "slow", "due": BEGIN + 3600}]})


def test_runs_are_read_by_their_beginning(tmp_path: Path) -> None:
    runs = [
        gate_run("r3", BEGIN + 30, baseline_run="r1"),
        gate_run("r1", BEGIN),
        gate_run("r2", BEGIN + 15, gate_rc=10),
    ]
    with open_journal(tmp_path / "j") as journal:
        for run in runs:
            journal.append_run(run)
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert reader.runs() == [runs[1], runs[2], runs[0]]
        assert reader.runs(BEGIN + 10, BEGIN + 15) == [runs[2]]
        assert reader.runs(until=BEGIN - 1) == []


def test_a_run_is_replaced_by_one_with_the_same_id(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as journal:
        journal.append_run(gate_run(verdict="inconclusive"))
        journal.append_run(gate_run())
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert reader.runs() == [gate_run()]


def test_a_debt_is_added_once_and_closed_once(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as journal:
        journal.add_debt(DEBT)
        journal.add_debt(DEBT._replace(document={"owed": []}))
        journal.add_debt(Debt("r0", "other", BEGIN - 5, {}))
        assert journal.debts() == [Debt("r0", "other", BEGIN - 5, {}), DEBT]
        assert journal.debts("scope") == [DEBT]
        assert journal.debts("unknown") == []
        assert journal.close_debt("r1", DELIVERED)
        assert not journal.close_debt("r1", FAILED)
        assert not journal.close_debt("unknown", FAILED)
        journal.add_debt(DEBT)
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert reader.debts("scope") == [DEBT._replace(state=DELIVERED)]


def test_one_of_several_processes_closes_a_debt(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j") as journal:
        journal.add_debt(DEBT)

    def close() -> None:
        with open_journal(tmp_path / "j", timeout=30) as journal:
            os._exit(7 if journal.close_debt("r1", DELIVERED) else 0)

    children = [start(close) for _number in range(5)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert sorted(codes) == [0, 0, 0, 0, 7]


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("append_run", gate_run(result={"waited": math.nan})),
        ("append_run", gate_run(result={"reasons": {1, 2}})),
        ("append_run", gate_run(options={"include": object()})),
        ("append_run", gate_run(began=math.inf)),
        ("append_run", gate_run("r" * 201)),
        ("append_run", gate_run("\ud800")),
        ("append_run", gate_run(verdict="\ud800")),
        ("append_run", gate_run(gate_rc=2**70)),
        ("append_run", gate_run(baseline_run="r" * 201)),
        ("add_debt", DEBT._replace(document={"owed": math.nan})),
        ("add_debt", DEBT._replace(created=math.nan)),
        ("add_debt", DEBT._replace(scope="\ud800")),
        ("append", poll(math.nan)),
        ("append", poll(1e12)),
        ("append", poll(0, covers=math.inf)),
        ("append", poll(0, clock=(math.nan, 0.0))),
        ("append", poll(0, run="r" * 201)),
        ("append", poll(0, wide_window=2**70)),
        ("append", poll(0, wide={"other": poll().statuses[0]})),  # type: ignore[index]
        ("append", poll(0, [None])),  # type: ignore[list-item]
    ],
)
def test_what_could_not_be_read_again_is_refused(tmp_path: Path, method: str, value: Any) -> None:
    with open_journal(tmp_path / "j") as journal:
        with pytest.raises(JournalError) as caught:
            getattr(journal, method)(value)
        assert caught.value.code == "journal_value"
        journal.append(poll())
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert (list(reader.observations()), reader.runs(), reader.debts()) == ([poll()], [], [])
