# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate that is reused for another policy is the one that would have been replayed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse import gate_cache
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_service import CsvHistory
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.deployment_replay import (
    Course,
    Deployment,
    DeploymentReplay,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_cache import GateCache, is_equal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import (
    Replay,
    VirtualClock,
    replay_gate,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.policy_files import (
    RehearsedPolicy,
    complete_options,
)

from .naive_model import write_history

TOLERANT = {"on_existing_alert": "warn", "on_existing_problem": "warn", "max_masked": "100%"}

CHANGES: dict[str, Mapping[str, Any]] = {
    "nothing": {},
    "on_new_alert": {"on_new_alert": "warn"},
    "on_silent_failure": {"on_silent_failure": "ignore"},
    "on_existing_alert": {"on_existing_alert": "block"},
    "on_existing_problem": {"on_existing_problem": "block"},
    "on_failing_test": {"on_failing_test": "ignore"},
    "on_blind": {"on_blind": "warn"},
    "max_blocking": {"max_blocking": 2},
    "max_masked": {"max_masked": "1"},
    "failing_after 1": {"failing_after": 1},
    "failing_after 3": {"failing_after": 3},
    "recovery_tests": {"recovery_tests": 1},
    "advisory": {"advisory": ["s1*"]},
    "advisory of all": {"advisory": ["*"]},
    "clean_tests": {"clean_tests": 2},
    "stale_grace": {"stale_grace": 0},
}


def policy(name: str) -> RehearsedPolicy:
    given = {**TOLERANT, **CHANGES[name]}
    return RehearsedPolicy(name, given, complete_options(given))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> CsvHistory:
    path = tmp_path_factory.mktemp("history") / "history.csv"
    path.write_text("\n".join(write_history(seed=3)) + "\n", encoding="utf-8")
    return CsvHistory(read_csv(str(path)), 300.0)


def replay_all(history: CsvHistory, names: list[str]) -> list[list[Deployment]]:
    replay = DeploymentReplay(history, Course())
    found = []
    for number in range(1, 12):
        at = history.first + number * 3 * 3600
        history.prepare(at)
        found.append([replay.replay(policy(name), at) for name in names])
    return found


@pytest.mark.parametrize("seed", [3, 4])
def test_deployments_are_the_same_with_and_without_reuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    path = tmp_path / "history.csv"
    path.write_text("\n".join(write_history(seed)) + "\n", encoding="utf-8")
    history = CsvHistory(read_csv(str(path)), 300.0)
    replays: list[str] = []
    original = gate_cache.GateCache.find

    def find(self: GateCache, options: Mapping[str, Any], began: float, replay: Callable[[], Replay]) -> Replay:
        def count() -> Replay:
            replays.append(options["phase"])
            return replay()

        return original(self, options, began, count)

    monkeypatch.setattr(gate_cache.GateCache, "find", find)
    reused = [replay_all(history, list(CHANGES)), replay_all(history, list(reversed(CHANGES)))]
    number = len(replays)
    monkeypatch.setattr(gate_cache, "is_equal", lambda *_: False)
    replays.clear()
    alone = [replay_all(history, list(CHANGES)), replay_all(history, list(reversed(CHANGES)))]
    assert reused == alone
    assert {one.phase for found in alone[0] for one in found} >= {None, "after"}
    assert number < len(replays) / 2


@pytest.mark.parametrize(("one", "other"), list(permutations(["nothing", "clean_tests", "stale_grace"], 2)))
def test_an_option_that_is_not_known_always_has_an_effect(history: CsvHistory, one: str, other: str) -> None:
    options = [{**policy(name).of_phase("before"), "baseline": None} for name in (one, other)]
    clock = VirtualClock(history.first + 7200)
    found = replay_gate(options[0], history.client(clock), clock)
    assert is_equal(options[0], options[0], found)
    assert not is_equal(options[0], options[1], found)


def test_another_time_or_baseline_is_replayed(history: CsvHistory) -> None:
    cache = GateCache()
    options = {**policy("nothing").of_phase("before"), "baseline": None}

    def find(began: float, baseline: Any = None) -> Replay:
        clock = VirtualClock(began)
        given = {**options, "baseline": baseline}
        return cache.find(given, began, lambda: replay_gate(given, history.client(clock), clock))

    first = find(history.first + 7200)
    assert find(history.first + 7200) is first
    assert find(history.first + 7201) is not first
    assert find(history.first + 7200, first.taken_baseline) is not first
    cache.clear()
    assert find(history.first + 7200) is not first
