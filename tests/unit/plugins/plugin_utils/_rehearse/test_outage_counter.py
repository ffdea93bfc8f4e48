# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal counts what an independent program counts, in its report and over seeded and recorded histories.

``KF_TEST_HISTORIES`` names a folder with more of them, CSV files of public status pages for example.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import run, validate
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

from .naive_model import write_history
from .outage_counter import Counts, Monitor, count_alerts, count_failed_deployments, read_monitors

T = TypeVar("T")

FOLDER = os.environ.get("KF_TEST_HISTORIES", "")

RECORDED = [
    ROOT / "demo" / "histories" / "shop.csv",
    ROOT / "tests" / "characteristic" / "recorded" / "generated.csv",
    *(sorted(Path(FOLDER).glob("*.csv")) if FOLDER else []),
]

IGNORED = ("existing_problem", "failing_test", "silent_failure", "blind", "unprovable")

ALERTS = {
    **{f"deploy_gate_on_{name}": "ignore" for name in IGNORED},
    "deploy_gate_on_new_alert": "block",
    "deploy_gate_on_existing_alert": "block",
    "deploy_gate_max_masked": "100%",
    "deploy_gate_clean_tests": 0,
    "deploy_gate_settle": 0,
    "deploy_gate_timeout": 0,
}
"""A policy that stops for alerts only, at its first poll."""


class Silent:
    def enter(self, stage: str) -> None:
        pass

    def track(self, items: Collection[T], stage: str) -> Iterator[T]:
        yield from items


def rehearse(folder: Path, history: Path, policy: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Return the report of one policy, and what is planned."""
    file, report = folder / "policy.yml", folder / "report.json"
    file.write_text(json.dumps(policy), encoding="utf-8")
    given = {"history": str(history), "policies": [str(file)], "reports": [str(report)], "changes": False, **options}
    run(validate(given), Silent(), True)
    document = json.loads(report.read_text(encoding="utf-8"))
    return {**document["policies"][0], "planned": document["deployments"]["covered"]}


def load(history: Path) -> list[Monitor]:
    with history.open(encoding="utf-8", newline="") as file:
        return read_monitors(file)


def choose_times(monitors: list[Monitor], seed: int, number: int = 60) -> list[float]:
    """Return times of deployments, half of them near the begin or the end of an outage."""
    rng = Random(seed)
    first = min(monitor.records[0][0] for monitor in monitors) + 3600
    last = max(monitor.records[-1][0] for monitor in monitors) - 12_000
    changes = [time for monitor in monitors for time, _down in monitor.records if first < time < last]
    near = [rng.choice(changes) + rng.randint(-1000, 2000) for _number in range(number // 2)]
    found = {float(int(time)) for time in (*near, *(rng.uniform(first, last) for _number in range(number // 2)))}
    return sorted(time for time in found if first <= time <= last)


def summarize(found: dict[str, Any]) -> Counts:
    faults = found["faults"]
    assert found["stops"]["during"] == 0
    return Counts(
        found["stops"]["before"],
        found["stops"]["after"],
        found["false_stops"],
        *((faults["caught"], faults["missed"], faults["hidden"]) if faults["planted"] else (0, 0, 0)),
        {entry["monitor"]: entry["deployments"] for entry in found["by_monitor"]},
    )


def write_seeded(folder: Path, seed: int) -> Path:
    """Write a random history, in which every second one has timers of its own."""
    lines, rng = write_history(seed, sites=8), Random(seed)
    if seed % 2:
        timers = {f"s{site}": rng.choice((60, 120, 300, 900)) for site in range(8)}
        rows = [f"{line},{timers[line.partition(',')[0]]}" for line in lines[2:]]
        lines = [lines[0], f"{lines[1]},timer", *rows]
    path = folder / "history.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def check_alerts(folder: Path, history: Path, seed: int) -> Counts:
    """Compare the counts of the policy that stops for alerts, with a planted fault of a random monitor."""
    monitors, rng = load(history), Random(seed)
    times = choose_times(monitors, seed)
    always = [monitor.name for monitor in monitors if monitor.exists(times[0])]
    planted = rng.choice(always)
    delay, share = rng.choice((-600.0, -400.0, 0.0)), rng.choice((1.0, 0.8))
    expected = count_alerts(monitors, times, 600.0, [planted], delay, share)
    plant = {"monitors": [planted], "delay": delay, "failing": share}
    found = rehearse(folder, history, ALERTS, deployments=[str(time) for time in times], batches=0, plant=plant)
    assert found["planned"] == len(times)
    assert summarize(found) == expected
    return expected


@pytest.mark.parametrize("seed", range(6))
def test_stops_and_faults_of_seeded_histories_are_those_of_the_counter(tmp_path: Path, seed: int) -> None:
    expected = check_alerts(tmp_path, write_seeded(tmp_path, seed), seed)
    assert expected.before + expected.after > 5


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("history", RECORDED, ids=lambda path: path.name)
def test_stops_and_faults_of_recorded_histories_are_those_of_the_counter(
    tmp_path: Path, history: Path, seed: int
) -> None:
    check_alerts(tmp_path, history, seed)


@pytest.mark.parametrize("seed", range(6))
def test_faults_that_fail_some_tests_are_caught_where_the_counter_catches_them(tmp_path: Path, seed: int) -> None:
    expected = check_faults(tmp_path, write_seeded(tmp_path, seed), seed)
    assert expected.caught > 5
    assert expected.missed > 5


@pytest.mark.parametrize("history", RECORDED, ids=lambda path: path.name)
def test_faults_in_recorded_histories_are_caught_where_the_counter_catches_them(tmp_path: Path, history: Path) -> None:
    check_faults(tmp_path, history, 1)


def check_faults(folder: Path, history: Path, seed: int) -> Counts:
    """Compare the counts of a policy that observes one monitor, with a fault that fails a share of its tests."""
    monitors, rng = load(history), Random(seed)
    times = choose_times(monitors, seed)
    monitor = rng.choice([one for one in monitors if one.exists(times[0]) and one.timer <= 300])
    share = rng.choice((0.3, 0.5, 0.7))
    expected = count_failed_deployments(monitor, times, 600.0, min(60.0, monitor.timer), share)
    policy = {**ALERTS, "deploy_gate_include": [monitor.name]}
    for name in ("on_failing_test", "clean_tests", "timeout"):
        del policy[f"deploy_gate_{name}"]
    plant = {"monitors": [monitor.name], "failing": share}
    found = rehearse(folder, history, policy, deployments=[str(time) for time in times], batches=0, plant=plant)
    counted = summarize(found)
    assert (counted.before, counted.after) == (expected.before, expected.after)
    assert (counted.caught, counted.missed) == (expected.caught, expected.missed)
    return expected
