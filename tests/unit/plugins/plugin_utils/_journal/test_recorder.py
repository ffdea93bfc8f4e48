# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorder never fails and never delays a gate for long, and warns once."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.recorder import Recorder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal

from .recorded_polls import ACCOUNT, BEGIN, gate_run, open_journal, poll, read, record, status
from .replacements import INTACT, REPLACEMENTS, UNUSABLE


class Watch:
    """A recorder with the warnings that it gave."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.warnings: list[str] = []
        self.recorder = Recorder(str(path), ACCOUNT, self.warnings.append, **{"now": lambda: BEGIN + 10**7, **options})

    def record(self, count: int = 3) -> None:
        for number in range(count):
            self.recorder.observe(poll(60 * number, run="r1"))
        self.recorder.finish(gate_run())
        self.recorder.close()


def test_polls_and_the_run_are_recorded(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "j")
    watch.record()
    assert watch.warnings == []
    assert read(tmp_path / "j", run="r1") == [poll(60 * number, run="r1") for number in range(3)]
    with JournalReader.open(str(tmp_path / "j")) as reader:
        assert reader.runs() == [gate_run()]


def test_nothing_is_opened_before_the_first_record(tmp_path: Path) -> None:
    Watch(tmp_path / "j").recorder.close()
    assert list(tmp_path.iterdir()) == []


def test_days_are_passed_on(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "j", days=0.5)
    for number in range(50):
        watch.recorder.observe(poll(3600 * number))
    assert len(read(tmp_path / "j")) < 16


FAILURES: dict[str, Callable[[Path, pytest.MonkeyPatch], object]] = {
    "folder": lambda path, _patch: path.mkdir(),
    "other account": lambda path, _patch: Journal.open(str(path), "other", now=BEGIN).close(),
    "no journal": lambda path, _patch: path.write_text("text " * 1000),
    "future": lambda path, _patch: record(path, [poll(2 * 10**7)], now=BEGIN + 3 * 10**7),
    "no sqlite3": lambda _path, patch: patch.setitem(sys.modules, "sqlite3", None),
    "a mistake": lambda _path, patch: patch.setattr(Journal, "append", lambda *_values: {}["absent"]),
    "no memory": lambda _path, patch: patch.setattr(Journal, "append", fail_with(MemoryError)),
}


def fail_with(error: type[BaseException]) -> Callable[..., None]:
    def fail(*_values: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize("case", FAILURES)
def test_a_failure_warns_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    FAILURES[case](tmp_path / "j", monkeypatch)
    watch = Watch(tmp_path / "j")
    watch.record(5)
    [warning] = watch.warnings
    assert str(tmp_path / "j") in warning
    assert len(warning.splitlines()) == 1
    assert "does not depend on the journal" in warning


@pytest.mark.parametrize("error", [KeyboardInterrupt, GeneratorExit, SystemExit])
def test_an_interruption_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    watch = Watch(tmp_path / "j")
    monkeypatch.setattr(Journal, "append", fail_with(error))
    with pytest.raises(error):
        watch.recorder.observe(poll())
    assert watch.warnings == []


def test_all_calls_together_wait_two_seconds(tmp_path: Path) -> None:
    path = tmp_path / "j"
    watch = Watch(path)
    with open_journal(path) as other, other._database.transaction():
        began = time.monotonic()
        watch.record(10)
        assert 1.5 < time.monotonic() - began < 3
    assert len(watch.warnings) == 1
    watch.record(2)
    assert len(read(path)) == 2
    assert len(watch.warnings) == 1


def test_a_recorder_writes_again_when_it_can(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.mkdir()
    watch = Watch(path)
    watch.recorder.observe(poll())
    path.rmdir()
    watch.recorder.observe(poll(60))
    assert read(path) == [poll(60)]
    assert len(watch.warnings) == 1


@pytest.mark.parametrize("case", REPLACEMENTS)
def test_a_journal_that_is_replaced_during_a_gate_is_one_warning(tmp_path: Path, case: str) -> None:
    replace, outcome = REPLACEMENTS[case]
    path = tmp_path / "folder" / "j"
    path.parent.mkdir()
    watch = Watch(path, now=lambda: time.time() + 10**7)
    before = [poll(60 * number, run="r1") for number in range(3)]
    after = [poll(60 * number, [status("new"), status(f"n{number}")], run="r1") for number in range(3, 6)]
    for one in before:
        watch.recorder.observe(one)
    replace(path, ACCOUNT)
    for one in after:
        watch.recorder.observe(one)
    watch.recorder.finish(gate_run())
    watch.recorder.close()
    assert len(watch.warnings) == (outcome != INTACT)
    assert all(str(path) in warning for warning in watch.warnings)
    if outcome == UNUSABLE:
        return
    assert [one.statuses for one in read(path, run="r1")][-3:] == [one.statuses for one in after]
    assert (before[-1] in read(path)) == (outcome == INTACT)


def test_the_time_of_the_service_shows_what_is_the_future(tmp_path: Path) -> None:
    """This machine's clock is 300 s behind, so that polls of another machine seem to be from the future."""
    path = tmp_path / "j"
    record(path, [poll(300)])
    late: list[Observation] = [poll(10, clock=(299.0, 300.0))]
    watch = Watch(path, now=lambda: BEGIN + 10)
    watch.recorder.observe(late[0])
    assert (len(read(path)), watch.warnings) == (2, [])
