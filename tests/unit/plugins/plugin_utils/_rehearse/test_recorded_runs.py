# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate with a journal and the replay of its record give the same verdict, reasons and times."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import INTERRUPTED
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse import recorded_runs
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.history import GapError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.recorded_runs import (
    find_differences,
    replay_run,
    replay_runs,
)

from .live_gate import RECIPES, LiveGate

VARIED = int(os.environ.get("KF_TEST_VARIED_WORLDS", "40"))
"""Number of random worlds with varied accounts."""

EVALUATION_ENDS_THE_WAIT = 152
"""A world with a gate whose own evaluation uses up the rest of its wait."""


@pytest.mark.parametrize("seed", range(5 * len(RECIPES)))
def test_the_replay_of_a_recorded_gate_equals_it(tmp_path: Path, seed: int) -> None:
    live = LiveGate(tmp_path / "journal.sqlite", seed)
    runs = live.deploy()
    reader = JournalReader.open(str(tmp_path / "journal.sqlite"))
    recorded = reader.runs()
    assert [run.run for run in recorded] == [run.run for run in runs]
    baseline = recorded[0].result["baseline"]
    for run in recorded:
        polls = list(reader.observations(run=run.run))
        replay = replay_run(run, polls, baseline if run.baseline_run else None, reader.account)
        assert find_differences(run.result, replay.result) == []
        assert replay.result["waited"] == run.result["waited"]
        assert replay.ended == run.ended
        assert len(polls) == run.result["samples"]
    entries = replay_runs(reader, recorded, recorded)
    assert [entry["differences"] for entry in entries] == [[], [], []]
    assert [entry["replayed_verdict"] for entry in entries] == [run.verdict for run in runs]


@pytest.mark.parametrize("seed", [*range(VARIED), EVALUATION_ENDS_THE_WAIT])
def test_the_replay_of_a_gate_in_a_varied_account_equals_it(tmp_path: Path, seed: int) -> None:
    runs = LiveGate(tmp_path / "journal.db", seed, is_varied=True).deploy()
    with JournalReader.open(str(tmp_path / "journal.db")) as reader:
        entries = replay_runs(reader, reader.runs(), reader.runs())
        assert [(entry["run"], entry["differences"]) for entry in entries] == [(run.run, []) for run in runs]
        for run, entry in zip(runs, entries, strict=True):
            assert (entry["replayed_verdict"], entry["replayed_gate_rc"]) == (run.verdict, run.gate_rc)


@pytest.fixture
def deployed(tmp_path: Path) -> JournalReader:
    LiveGate(tmp_path / "journal.sqlite", 0).deploy()
    return JournalReader.open(str(tmp_path / "journal.sqlite"))


def test_a_gate_whose_polls_the_journal_lacks_is_not_replayed(
    deployed: JournalReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = deployed.runs()
    polls = {run.run: list(deployed.observations(run=run.run)) for run in runs}
    polls[runs[1].run] = []
    polls[runs[2].run].pop()
    monkeypatch.setattr(deployed, "observations", lambda run: iter(polls[run]))
    entries = replay_runs(deployed, runs, runs)
    assert [entry["differences"] for entry in entries] == [[], ["polls"], ["polls"]]
    assert [entry["replayed_verdict"] for entry in entries][1:] == [None, None]


def test_a_gate_whose_baseline_the_journal_lacks_is_not_replayed(deployed: JournalReader) -> None:
    runs = deployed.runs()
    entries = replay_runs(deployed, runs[1:], runs[1:])
    assert [entry["differences"] for entry in entries] == [["baseline"], ["baseline"]]


def test_the_replay_of_an_interrupted_gate_is_interrupted_as_well(deployed: JournalReader) -> None:
    before = deployed.runs()[0]
    polls = list(deployed.observations(run=before.run))
    reason = {"code": INTERRUPTED, "verdict": "inconclusive"}
    for number in range(len(polls)):
        result = {**before.result, "reasons": [reason], "samples": number}
        run = before._replace(result=result, options={**before.options, "clean_tests": 100, "timeout": 9000.0})
        replay = replay_run(run, polls[:number], None, deployed.account)
        assert replay.outcome.interrupted
        assert replay.outcome.samples == number
        assert [one["code"] for one in replay.result["reasons"]] == [INTERRUPTED]
        assert replay.ended == before.ended
        with pytest.raises(GapError):
            replay_run(run._replace(result={**result, "samples": number + 1}), polls[:number], None, deployed.account)


def test_another_result_is_a_difference_and_other_times_within_a_second_are_none() -> None:
    result = {"verdict": "pass", "waited": 30.0, "msg": "one", "baseline": {"taken_at": "now"}, "owed": []}
    recorded = {**result, "msg": "two", "waited": 30.6, "baseline": {"taken_at": "now", "run": "1"}}
    assert find_differences(recorded, result) == []
    changed = {**recorded, "verdict": "block", "waited": 32.0, "baseline": {"taken_at": "then"}, "owed": None}
    assert find_differences(changed, result) == ["baseline", "owed", "verdict", "waited"]


def test_a_replay_never_polls_more_often_than_the_gate_did() -> None:
    client = recorded_runs.RecordedClient([Observation(1.0, 2.0, statuses=[])], recorded_runs.VirtualClock(1.0))
    assert client.service_time() is None
    assert list(client.configs()) == []
    assert list(client.statuses()) == []
    with pytest.raises(GapError):
        client.statuses()
