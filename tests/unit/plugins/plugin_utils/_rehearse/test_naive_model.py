# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statuses and stops are those that an independent program finds, which follows the documented model test by test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_service import CsvHistory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.deployment_replay import (
    Course,
    DeploymentReplay,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import VirtualClock
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.history import GapError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.policy_files import (
    RehearsedPolicy,
    complete_options,
)

from .naive_model import NaiveService, write_history

POLICIES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "tolerant": {"on_existing_alert": "warn", "on_existing_problem": "warn", "max_masked": "100%"},
    "patient": {"on_existing_alert": "warn", "clean_tests": 3, "timeout_max": 2400.0},
    "waiting": {"timeout": 1500.0, "failing_after": 1},
    "known": {
        "on_existing_problem": "warn",
        "known": [{"monitor": "s1", "reason": "it is old", "states": ["existing_alert", "new_alert"]}],
        "advisory": ["s2", "s3"],
    },
}


def load(folder: Path, seed: int) -> tuple[CsvHistory, NaiveService]:
    lines = write_history(seed)
    file = folder / "history.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return CsvHistory(read_csv(str(file)), 300.0), NaiveService(lines)


def without_texts(status: Any) -> tuple[Any, ...]:
    tests = [test and (test.started, test.error is None) for test in (status.last_test, status.last_failed)]
    return (*status[:7], *tests, status.alert_id is None)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("window", [1800, 600, 10_800])
def test_every_status_is_that_of_the_model(tmp_path: Path, seed: int, window: int) -> None:
    history, naive = load(tmp_path, seed)
    client = history.client(clock := VirtualClock(naive.first))
    while clock.now <= naive.last:
        naive.clock.now = clock.now
        assert [without_texts(one) for one in client.statuses(True, window)] == [
            without_texts(one) for one in naive.statuses(True, window)
        ]
        assert [one[:5] for one in client.configs()] == [one[:5] for one in naive.configs()]
        clock.sleep(173.0)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", POLICIES)
def test_every_deployment_stops_where_the_model_stops_it(tmp_path: Path, seed: int, name: str) -> None:
    history, naive = load(tmp_path, seed)
    policy = RehearsedPolicy(name, POLICIES[name], complete_options(POLICIES[name]))
    replay = DeploymentReplay(history, Course())
    found, expected = [], []
    at = naive.first + 7000.0
    while at < naive.last - 12_000:
        history.prepare(at)
        deployment = replay.replay(policy, at)
        reasons = [reason["message"].replace("down according to the history", "down") for reason in deployment.reasons]
        found.append((deployment.phase, deployment.verdict, deployment.gate_rc, deployment.waited, reasons))
        decisions = naive.deploy(at, policy.options)
        result = decisions[-1].result
        stopped = result["decision"] == "stop"
        expected.append(
            (
                result["phase"] if stopped else None,
                result["verdict"],
                result["gate_rc"],
                result["waited"] if result["phase"] == "after" else None,
                [reason["message"] for reason in result["reasons"]],
            )
        )
        if stopped:
            named = [one["monitor"] for one in result["reasons"] if one["verdict"] == result["verdict"]]
            alert_after = policy.options["alert_after"]
            margin = alert_after * 300
            monitors = [one for one in naive.monitors if one.name in named]
            outage = any(one.down_between(at - margin, decisions[-1].ended + margin) for one in monitors)
            assert deployment.real_outage == (outage if monitors else None)
        at += 8000.0
    assert found == expected
    assert len(found) > 15


def test_nothing_is_known_before_the_first_and_after_the_last_record(tmp_path: Path) -> None:
    history, naive = load(tmp_path, 0)
    for instant in (naive.first - 1, naive.last + 1):
        with pytest.raises(GapError, match=r"begins at|ends at"):
            history.client(VirtualClock(instant)).statuses(True)
