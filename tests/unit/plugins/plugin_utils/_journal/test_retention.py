# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old content is deleted, and what remains can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import new_rows, retention
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    DELIVERED,
    FAILED,
    Debt,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from hypothesis import given, settings
from hypothesis import strategies as st

from .recorded_polls import BEGIN, config, failed_poll, gate_run, histories, open_journal, poll, read, record, status

MINUTES = 60 / retention.DAY


@pytest.fixture(autouse=True)
def short_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_rows, "MAX_GROUP_LENGTH", 5)


def count(path: Path, table: str) -> int:
    with open_journal(path) as journal:
        return int(journal._database.fetch_value(f"SELECT count(*) FROM {table}"))


@pytest.mark.parametrize("days", [10 * MINUTES, 30 * MINUTES, 1.0])
def test_the_days_of_the_journal_are_complete(tmp_path: Path, days: float) -> None:
    history = [poll(60 * number) if number % 4 else failed_poll(60 * number) for number in range(100)]
    record(tmp_path / "j", history, days=days)
    found = read(tmp_path / "j")
    assert found == history[-len(found) :]
    limit = int(days / MINUTES)
    assert min(limit, 99) <= len(found) - 1 <= limit + 2 * 7


def test_without_days_nothing_is_deleted(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(retention.DAY * number) for number in range(50)])
    assert len(read(tmp_path / "j")) == 50


def test_a_first_limit_deletes_a_little_with_each_poll(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(60 * number) for number in range(100)])
    for number, expected in ((100, 81), (101, 62), (102, 43), (110, 24), (111, 16)):
        record(tmp_path / "j", [poll(60 * number)], days=10 * MINUTES)
        assert len(read(tmp_path / "j")) <= expected
    assert read(tmp_path / "j")[-1] == poll(60 * 111)


def test_what_only_deleted_polls_need_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "j"
    history = []
    for number in range(100):
        names = [f"m{number // 10}", "web"]
        found = [status(name) for name in names]
        history.append(poll(60 * number, found, configs=[config(name) for name in names], wide={"web": found[1]}))
    record(path, history, days=15 * MINUTES)
    assert count(path, "layouts") <= 4
    assert count(path, "configs") <= 4
    assert count(path, "monitors") <= 5
    found = read(path)
    assert found == history[-len(found) :]


def test_layouts_that_change_all_the_time_are_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MAX_LAYOUTS", 3)
    history = [poll(60 * number, [status(f"m{number}")]) for number in range(60)]
    record(tmp_path / "j", history, days=10 * MINUTES)
    assert count(tmp_path / "j", "monitors") == 60
    found = read(tmp_path / "j")
    assert found == history[-len(found) :]


def test_a_layout_that_was_deleted_can_come_back(tmp_path: Path) -> None:
    """The other writer deletes what this one has in memory."""
    path = tmp_path / "j"
    first, second = [status("a")], [status("b")]
    with open_journal(path) as journal, open_journal(path, days=10 * MINUTES) as other:
        journal.append(poll(0, first, configs=[config("a")]))
        for number in range(1, 40):
            other.append(poll(60 * number, second))
        assert count(path, "layouts") == 1
        journal.append(poll(2400, first, configs=[config("a")]))
    assert read(path)[-1] == poll(2400, first, configs=[config("a")])


def test_runs_and_closed_debts_are_deleted(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with open_journal(path, days=1.0) as journal:
        for number, state in enumerate(("owed", DELIVERED, FAILED)):
            journal.append_run(gate_run(f"r{number}", BEGIN + number))
            journal.add_debt(Debt(f"r{number}", "scope", BEGIN + number, {}, state))
        journal.append_run(gate_run("new", BEGIN + retention.DAY))
        journal.append(poll(retention.DAY + 3600))
        assert [debt.run for debt in journal.debts()] == ["r0"]
    with JournalReader.open(str(path)) as reader:
        assert [run.run for run in reader.runs()] == ["new"]


def test_a_poll_with_a_wrong_time_deletes_nothing_that_is_newer(tmp_path: Path) -> None:
    history = [poll(60 * number) for number in range(30)]
    with open_journal(tmp_path / "j", days=10 * MINUTES) as journal:
        for observation in history:
            journal.append(observation)
        before = len(read(tmp_path / "j"))
        for number in range(20):
            journal.append(poll(-BEGIN + 60 * number, clock=None))
    assert len(read(tmp_path / "j")) == before


@given(histories(), st.floats(1, 200), st.integers(1, 4))
@settings(max_examples=50)
def test_any_history_ends_as_it_was_recorded(
    tmp_path_factory: pytest.TempPathFactory, history: list[Observation], minutes: float, group: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    history = [observation._replace(clock=(0.0, 0.0)) for observation in history]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(new_rows, "MAX_GROUP_LENGTH", group)
        record(path, history, days=minutes * MINUTES)
    found = read(path)
    assert found == history[-len(found) :]
    newest = [entry for entry in history if entry.taken_at >= history[-1].taken_at - minutes * 60]
    assert len(found) >= len(newest)
