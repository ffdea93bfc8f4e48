# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that runs for long goes on when its journal cannot be written, and writes again when it can."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    JournalError,
    Observation,
    PollError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording.appender import Appender

from .._gate.monitors_at_hand import NOW, config, status
from .._journal.replacements import INTACT, REPLACEMENTS, UNUSABLE

GOOD = Observation(NOW, NOW, statuses=[status()], configs=[config()])
FAILED = Observation(NOW, NOW, error=PollError("network", "no answer"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def appender(path: Path, warnings: list[str] | None = None) -> Appender:
    return Appender(str(path), "account", None, ([] if warnings is None else warnings).append, now=lambda: NOW + 100)


def times(path: Path) -> list[float]:
    with JournalReader.open(str(path), "account") as reader:
        return [found.taken_at - NOW for found in reader.observations()]


def at(seconds: float, poll: Observation = GOOD) -> Observation:
    return poll._replace(requested_at=NOW + seconds, taken_at=NOW + seconds)


def test_polls_are_appended(path: Path) -> None:
    writer = appender(path)
    for seconds in range(3):
        writer.append(at(seconds))
    writer.close()
    assert (times(path), writer.appended, writer.lost, writer.error) == ([0, 1, 2], 3, 0, None)


def test_a_failed_poll_creates_no_journal(path: Path) -> None:
    writer = appender(path)
    writer.append(FAILED)
    assert (path.exists(), writer.appended, writer.lost) == (False, 0, 0)
    writer.append(at(1))
    writer.append(at(2, FAILED))
    writer.close()
    assert times(path) == [1, 2]


def test_closing_twice_is_harmless_and_a_poll_opens_it_again(path: Path) -> None:
    writer = appender(path)
    for seconds in range(2):
        writer.append(at(seconds))
        writer.close()
        writer.close()
    assert times(path) == [0, 1]


@pytest.mark.parametrize("obstacle", [Path.mkdir, lambda path: path.write_bytes(b"no database" * 999)])
def test_an_obstacle_is_reported_once_and_recording_resumes_without_it(
    path: Path, obstacle: Callable[[Path], object]
) -> None:
    warnings: list[str] = []
    obstacle(path)
    writer = appender(path, warnings)
    for seconds in range(3):
        writer.append(at(seconds))
    assert (len(warnings), writer.lost, writer.appended) == (1, 3, 0)
    assert isinstance(writer.error, JournalError)
    path.rmdir() if path.is_dir() else path.unlink()
    writer.append(at(4))
    writer.close()
    assert (times(path), writer.error, writer.lost, len(warnings)) == ([4], None, 3, 1)


def test_a_crash_in_the_journal_loses_one_poll(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    writer = appender(path, warnings)
    with monkeypatch.context() as broken:
        broken.setattr(Journal, "append", lambda *_given: 1 / 0)
        writer.append(at(0))
    writer.append(at(1))
    writer.close()
    assert (times(path), writer.lost) == ([1], 1)
    assert [warning.split(":")[1].strip() for warning in warnings] == [
        "writing the journal crashed (ZeroDivisionError)"
    ]


def test_a_journal_that_was_replaced_is_opened_again_for_the_same_poll(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = appender(path)
    writer.append(at(0))
    append, calls = Journal.append, []

    def replaced_once(journal: Journal, poll: Observation) -> None:
        calls.append(poll)
        if len(calls) == 1:
            raise JournalError("it was replaced", "journal_replaced")
        append(journal, poll)

    monkeypatch.setattr(Journal, "append", replaced_once)
    writer.append(at(1))
    writer.close()
    assert (times(path), writer.lost) == ([0, 1], 0)


@pytest.mark.parametrize("opens_again", [False, True])
@pytest.mark.parametrize("case", REPLACEMENTS)
def test_a_journal_that_is_replaced_is_one_warning(path: Path, case: str, opens_again: bool) -> None:
    replace, outcome = REPLACEMENTS[case]
    path = path.parent / "folder" / "journal.sqlite"
    path.parent.mkdir()
    warnings: list[str] = []
    writer = Appender(str(path), "account", None, warnings.append, now=lambda: time.time() + 10**9)
    for seconds in range(3):
        writer.append(at(seconds))
    if opens_again:
        writer.close()
    replace(path, "account")
    polls = [at(seconds, GOOD._replace(statuses=[status(id=f"n{seconds}")])) for seconds in range(3, 6)]
    for one in polls:
        writer.append(one)
    writer.close()
    assert len(warnings) == (outcome != INTACT)
    assert (writer.appended, writer.lost) == ((3, 3) if outcome == UNUSABLE else (6, 0))
    assert (writer.error is None) == (outcome != UNUSABLE)
    if outcome == UNUSABLE:
        return
    with JournalReader.open(str(path), "account") as reader:
        found = [one.statuses for one in reader.observations()]
        present = reader.count_present(writer.receipts)
    assert found[-3:] == [one.statuses for one in polls]
    assert (present == 6) == (outcome == INTACT)
    assert present >= 3


def test_the_times_of_the_service_decide_whether_a_journal_is_from_the_future(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[float] = []
    real = Journal.open

    def watch(*given: object, now: float, **more: object) -> Journal:
        opened.append(now)
        return real(*given, now=now, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "open", watch)
    writer = appender(path)
    writer.append(GOOD._replace(clock=(3600.0, 3601.0)))
    writer.close()
    assert opened == [NOW + 100 + 3601]
