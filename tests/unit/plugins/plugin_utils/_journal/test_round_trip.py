# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read is what was recorded."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import new_rows
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from hypothesis import given, settings
from hypothesis import strategies as st

from .recorded_polls import (
    ACCOUNT,
    BEGIN,
    config,
    failed_poll,
    histories,
    open_journal,
    poll,
    read,
    record,
    status,
)


def in_service_order(observations: list[Observation]) -> list[Observation]:
    """Return polls by the service's clock, of which a failed one has the offset of the one before."""
    offset, timed = 0.0, []
    for observation in observations:
        offset = observation.clock[1] if observation.clock is not None else offset
        timed.append((observation.taken_at + offset, observation))
    timed.sort(key=lambda entry: entry[0])
    return [observation for _at, observation in timed]


@given(histories(), st.integers(1, 5), st.integers(0, 12))
@settings(max_examples=100)
def test_any_history_is_read_as_it_was_recorded(
    tmp_path_factory: pytest.TempPathFactory, history: list[Observation], group: int, reopened: int
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.sqlite"
    with patch.object(new_rows, "MAX_GROUP_LENGTH", group):
        record(path, history[:reopened])
        record(path, history[reopened:])
    found = read(path)
    assert found == in_service_order(history)
    for run in ("r1", "r2"):
        assert read(path, run=run) == [observation for observation in history if observation.run == run]


def test_values_have_the_types_of_the_service(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(0, [status(alert_active=True, alert_id="a1", alerted=BEGIN)], configs=[config()])])
    [found] = read(tmp_path / "j")
    [entry] = found.statuses or []
    assert repr(entry) == repr(status(alert_active=True, alert_id="a1", alerted=BEGIN))
    assert repr(found.configs) == repr([config()])


def test_other_fields_are_left_out(tmp_path: Path) -> None:
    full = status(fields={"error": "secret"}), config()._replace(fields={"config": {"url": "https://u:secret@web"}})
    record(tmp_path / "j", [poll(0, [full[0]], configs=[full[1]], wide={"web": full[0]})])
    [found] = read(tmp_path / "j")
    assert (found.statuses, found.configs, found.wide) == ([status()], [config()], {"web": status()})
    assert b"secret" not in (tmp_path / "j").read_bytes()


def test_unchanged_configurations_are_stored_and_read_once(tmp_path: Path) -> None:
    record(tmp_path / "j", [poll(60 * number, configs=[config()]) for number in range(3)])
    with open_journal(tmp_path / "j") as journal:
        journal.append(poll(240, configs=[config()]))
        assert journal._database.fetch_value("SELECT count(*) FROM configs") == 1
    lists = [found.configs for found in read(tmp_path / "j")]
    assert all(found is lists[0] for found in lists)


@pytest.mark.parametrize("group", [1, 2, 30])
def test_a_window_is_read_without_the_beginning(tmp_path: Path, group: int) -> None:
    history = [poll(60 * number, run="r1" if number % 3 else None) for number in range(100)]
    with patch.object(new_rows, "MAX_GROUP_LENGTH", group):
        record(tmp_path / "j", history)
    for first, last in ((0, 5), (31, 31), (29, 64), (99, 99), (40, 39)):
        assert read(tmp_path / "j", BEGIN + 60 * first, BEGIN + 60 * last) == history[first : last + 1]
        found = read(tmp_path / "j", BEGIN + 60 * first, BEGIN + 60 * last, "r1")
        assert found == [poll for poll in history[first : last + 1] if poll.run]
    assert read(tmp_path / "j", BEGIN + 10_000) == []
    assert read(tmp_path / "j", run="other") == []


def test_a_step_thins_out(tmp_path: Path) -> None:
    history = [poll(60 * number) for number in range(50)]
    record(tmp_path / "j", history)
    assert read(tmp_path / "j", step=600) == history[::10]


def test_the_times_are_those_of_the_service(tmp_path: Path) -> None:
    """The clock of the machine is 300 s behind; a failed poll has no clock of its own."""
    record(tmp_path / "j", [poll(0, clock=(299.0, 300.0)), failed_poll(60), poll(120, clock=(299.0, 300.0))])
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert (reader.first, reader.last, reader.account) == (BEGIN + 300, BEGIN + 420, ACCOUNT)
        assert [at for at, _found in reader.timeline()] == [BEGIN + 300, BEGIN + 360, BEGIN + 420]
        assert len(list(reader.observations(BEGIN + 299, BEGIN + 361))) == 2


def test_a_journal_without_polls_is_empty(tmp_path: Path) -> None:
    open_journal(tmp_path / "j").close()
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert (reader.first, reader.last, list(reader.observations()), reader.gaps()) == (None, None, [], [])
        assert (reader.runs(), reader.debts()) == ([], [])
