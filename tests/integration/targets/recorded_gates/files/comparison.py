# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what gates returned and reported with the rehearsal of their record."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import GateRun
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import Replay
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.recorded_runs import replay_run
from plays import read, run

REHEARSE = "knowledgefront.monitoring.rehearse"

EXACT = (
    "phase",
    "verdict",
    "decision",
    "gate_rc",
    "reasons",
    "counts",
    "monitors",
    "masked",
    "owed",
    "verified",
    "bypassed",
    "samples",
    "since",
    "changes",
)
"""Keys of results and reports that a rehearsal repeats exactly."""

TOLERANCE = 1.0
"""Seconds by which durations may differ: a live gate also measures its own evaluation."""


def rehearse_runs(journal: Path) -> list[dict[str, Any]]:
    """Return what the playbook reports of the gates in ``journal``, by their beginning."""
    report = journal.with_suffix(".rehearsal.json")
    given = {"journal": str(journal), "runs": "recorded", "reports": [str(report)]}
    # Each simulator has a URL of its own, and with it an account of its own.
    run(REHEARSE, kf_client_id="", **{f"rehearse_{name}": value for name, value in given.items()})
    return list(json.loads(report.read_text(encoding="utf-8"))["runs"])


def replay_all(journal: Path) -> list[tuple[GateRun, Replay]]:
    """Return each recorded gate with its replay."""
    with JournalReader.open(str(journal)) as reader:
        runs = reader.runs()
        by_id = {found.run: found for found in runs}
        replays = []
        for found in runs:
            before = by_id.get(found.baseline_run or "")
            baseline = None if before is None else before.result["baseline"]
            polls = list(reader.observations(run=found.run))
            replays.append((found, replay_run(found, polls, baseline, reader.account)))
        return replays


def load_results(folder: Path) -> list[dict[str, Any]]:
    """Return the results of a deployment."""
    return list(json.loads((folder / "results.json").read_text(encoding="utf-8")))


def load_reports(folder: Path, phases: Sequence[str]) -> list[dict[str, Any]]:
    """Return the reports of these phases."""
    return [json.loads((folder / f"{phase}.json").read_text(encoding="utf-8")) for phase in phases]


def compare(journal: Path, live: Sequence[Mapping[str, Any]]) -> None:
    """Fail unless the rehearsal of ``journal`` repeats the results or reports in ``live``, in their order."""
    read(journal)
    rehearsed = rehearse_runs(journal)
    assert [entry["differences"] for entry in rehearsed] == [[]] * len(live), (journal.parent.name, rehearsed)
    replayed = replay_all(journal)
    assert len(live) == len(rehearsed) == len(replayed), (len(live), len(rehearsed), len(replayed))
    for expected, entry, (recorded, replay) in zip(live, rehearsed, replayed, strict=True):
        name = f"{journal.parent.name}, {expected['phase']}"
        for key in ("phase", "verdict", "gate_rc"):
            assert entry[key] == expected[key], (name, key, entry[key], expected[key])
        assert entry["replayed_verdict"] == expected["verdict"], (name, entry)
        assert entry["replayed_gate_rc"] == expected["gate_rc"], (name, entry)
        compare_result(name, expected, json.loads(json.dumps(replay.result)))
        compare_times(name, expected, entry, recorded, replay)


def compare_result(name: str, live: Mapping[str, Any], replayed: Mapping[str, Any]) -> None:
    """Compare what both decided, and for which reasons. A report has more about the same monitors than a result."""
    is_report = "looks" in live
    for key in EXACT:
        if key in live and not (is_report and key == "monitors"):
            assert replayed[key] == live[key], (name, key, replayed[key], live[key])
    if is_report:
        expected = {found["id"]: found["state"] for found in live["monitors"]}
        states = {found["id"]: found["state"] for found in replayed["monitors"]}
        assert states.items() <= expected.items(), (name, states, expected)
    predicted, expected = (found.get("predicted") or {} for found in (replayed, live))
    assert predicted == expected, (name, predicted, expected)


def compare_times(
    name: str, live: Mapping[str, Any], entry: Mapping[str, Any], recorded: GateRun, replay: Replay
) -> None:
    """Compare when the gate began and ended, how long it waited, and when it polled."""
    assert abs(replay.result["waited"] - live["waited"]) <= TOLERANCE, (name, replay.result["waited"], live["waited"])
    assert replay.began == recorded.began, (name, replay.began, recorded.began)
    assert abs(replay.ended - recorded.ended) <= TOLERANCE, (name, replay.ended, recorded.ended)
    if "looks" not in live:
        return
    assert entry["began"] == live["began"], (name, entry["began"], live["began"])
    assert abs(epoch(live["ended"]) - replay.ended) <= TOLERANCE + 1, (name, live["ended"], replay.ended)
    assert len(live["looks"]) == len(replay.outcome.polls)
    for reported, poll in zip(live["looks"], replay.outcome.polls, strict=True):
        assert (reported["verdict"], reported["counts"]) == (poll.verdict, poll.counts), (name, reported, poll)
        assert abs(reported["seconds"] - poll.seconds) <= TOLERANCE, (name, reported, poll)


def epoch(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
