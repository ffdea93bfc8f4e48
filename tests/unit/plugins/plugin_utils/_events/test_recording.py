# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The argument ``journal`` of the event source: what is recorded, and that a journal changes no event."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    KnowledgeFrontError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.fetching import Fetcher
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.recording import PollRecording
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import SourceState
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import account_fingerprint
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import STATUS, Play, answered

from simulator.faults import fault_from
from simulator.server import Simulator
from simulator.world import World

from .recorded_world import monitor
from .running_source import SOURCE, RunningSource
from .test_fetching import AT_NOON, GRANTED, OPTIONS, configs, state_of, statuses

Script = Callable[..., Play]


def poll(play: Play, state: SourceState, polls: int = 1, **options: Any) -> list[Observation]:
    """Return what a fetcher recorded in a number of polls."""
    recorded: list[Observation] = []
    recording = PollRecording(play.client, recorded.append)
    fetcher = Fetcher(play.client, {**OPTIONS, **options}, lambda _warning: None, recording=recording)
    for _number in range(polls):
        error: KnowledgeFrontError | None = None
        try:
            fetcher.poll(state)
        except KnowledgeFrontError as raised:
            error = raised
        recording.append(error, 30.0)
    return recorded


def ids(observation: Observation) -> list[str]:
    return [status.id for status in observation.statuses or ()]


def test_the_whole_account_is_recorded_whatever_is_selected(script: Script) -> None:
    play = script(GRANTED, statuses("a", "b"), configs("a", "b", secret="x" * 50), statuses("a", "b"))
    first, second = poll(play, state_of("a"), polls=2, include=["a"])
    assert [ids(first), ids(second)] == [["a", "b"]] * 2
    assert [config.id for config in first.configs or ()] == ["a", "b"]
    assert second.configs is first.configs
    assert all(not one.fields for one in [*(first.statuses or ()), *(first.configs or ())])
    assert (first.covers, first.run, first.error) == (120.0, None, None)
    assert first.clock is not None
    assert first.clock[0] < first.clock[1]


def test_unchanged_configurations_stay_the_same_object(script: Script) -> None:
    play = script(
        GRANTED,
        *[step for _poll in range(2) for step in (statuses("a"), configs("a"))],
        statuses("a"),
        configs("a", timer=60),
    )
    first, second, third = poll(play, state_of("a"), polls=3, config_every=1)
    assert second.configs is first.configs
    assert [config.timer for config in third.configs or ()] == [60]


def test_the_default_window_is_recorded_after_an_outage(script: Script) -> None:
    """The counts of a longer window are not those that a gate would have received."""
    play = script(GRANTED, statuses("a"), configs("a"), statuses("b"))
    [found] = poll(play, state_of(polled_at=AT_NOON - 3600))
    assert [request.params.get("t") for request in play.transport.requests if STATUS in request.url] == ["3606", "1800"]
    assert ids(found) == ["b"]


def test_a_monitor_that_tests_rarely_is_recorded_in_a_wide_window(script: Script) -> None:
    play = script(GRANTED, statuses("slow", "new"), configs("slow", timer=3600), statuses("slow", "new"))
    [found] = poll(play, state_of("slow"))
    assert ([*found.wide], found.wide_window) == (["slow"], 7260)


@pytest.mark.parametrize("polled_at", [AT_NOON, AT_NOON - 3600])
def test_what_only_the_journal_needs_can_fail_alone(script: Script, polled_at: float) -> None:
    play = script(GRANTED, statuses("slow"), configs("slow", timer=3600), answered(STATUS, {}, 400))
    recorded: list[Observation] = []
    recording = PollRecording(play.client, recorded.append)
    fetcher = Fetcher(play.client, OPTIONS, lambda _warning: None, recording=recording)
    assert {*fetcher.poll(state_of("slow", polled_at=polled_at)).statuses} == {"slow"}
    recording.append(None, 30.0)
    assert recorded[0].statuses is None
    assert recorded[0].error is not None
    assert recorded[0].error.code == "service"


FAILURES = {
    "service": (answered(STATUS, {}, 400), False),
    "answered_error": (answered(STATUS, {"error": "no", "monitor_list": []}), False),
    "forbidden": (answered(STATUS, {}, 403), True),
}


@pytest.mark.parametrize("code", FAILURES)
def test_a_failed_poll_is_recorded_with_its_error(script: Script, code: str) -> None:
    step, final = FAILURES[code]
    [found] = poll(script(GRANTED, step), state_of("a"))
    assert (found.statuses, found.configs) == (None, None)
    assert found.error is not None
    assert (found.error.code, found.error.final) == (code, final)


def test_a_failed_poll_after_a_good_one_has_none_of_its_data(script: Script) -> None:
    play = script(GRANTED, statuses("a"), configs("a"), answered(STATUS, {}, 400), statuses("a"))
    found = poll(play, state_of("a"), polls=3)
    assert [ids(one) for one in found] == [["a"], [], ["a"]]


@pytest.fixture
def simulator() -> Any:
    running = Simulator(World([monitor("a"), monitor("b")]))
    running.start()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def allow_short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Permit shorter intervals than users can set."""
    monkeypatch.setitem(arguments.BOUNDS, "interval", (0.01, 86400))


def read(path: Path, account: str | None = None) -> list[Observation]:
    try:
        with JournalReader.open(str(path), account) as reader:
            return list(reader.observations())
    except ValueError:
        return []


def test_a_running_source_records_polls_and_outages(simulator: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    account = account_fingerprint(simulator.url, simulator.client_id)

    async def play() -> None:
        async with RunningSource(simulator, journal=str(path), journal_days=1) as running:
            await running.wait_until(lambda: len(read(path)) >= 2)
            simulator.faults.add(fault_from({"kind": "status", "code": 503, "endpoint": "status", "times": 2}))
            await running.wait_until(lambda: any(one.error for one in read(path)))
            await running.wait_until(lambda: (found := read(path)) and found[-1].statuses)

    asyncio.run(play())
    found = read(path, account)
    assert {tuple(ids(one)) for one in found} == {("a", "b"), ()}
    assert path.stat().st_mode & 0o777 == 0o600
    raw = path.read_bytes()
    assert simulator.client_secret.encode() not in raw
    assert simulator.client_id.encode() not in raw


def damage(path: Path) -> None:
    path.write_bytes(b"this is not a database" * 500)


def leave_to_another(path: Path) -> None:
    Journal.open(str(path), "another", now=AT_NOON).close()


@pytest.mark.parametrize("obstacle", [Path.mkdir, damage, leave_to_another], ids=["a folder", "no database", "another"])
def test_a_journal_that_fails_warns_once_and_changes_no_event(
    simulator: Simulator, tmp_path: Path, obstacle: Callable[[Path], object], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "journal.sqlite"
    obstacle(path)

    async def play() -> None:
        async with RunningSource(simulator, journal=str(path)) as running:
            await running.wait_until(lambda: simulator.calls.as_dict()["status"] > 2)
            simulator.fleet.fail("a")
            await running.wait_until(lambda: ("alert_raised", "a") in running.kinds())

    with caplog.at_level(logging.WARNING):
        asyncio.run(play())
    warnings = [record.getMessage() for record in caplog.records if "journal" in record.getMessage()]
    assert len(warnings) == 1
    assert warnings[0].startswith("a poll was not recorded: ")


def test_a_crash_of_the_journal_does_not_end_the_source(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(*_given: object, **_more: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Journal, "append", crash)

    async def play() -> None:
        async with RunningSource(simulator, journal=str(tmp_path / "journal.sqlite")) as running:
            await running.wait_until(lambda: simulator.calls.as_dict()["status"] > 3)

    asyncio.run(play())
    assert "writing the journal crashed (MemoryError)" in caplog.text


def test_a_source_without_a_journal_loads_nothing_of_it() -> None:
    code = (
        f"import runpy, sys\nrunpy.run_path({str(SOURCE)!r})\n"
        "print([name for name in sys.modules if '_journal.' in name or '_recording' in name or 'sqlite3' in name])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, cwd=ROOT)
    assert run.stdout.strip() == "[]"
