# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The harness ``gate``: the real client, sampler and gate on the responses of a story; every pass must be proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns, Selection
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import (
    Baseline,
    fingerprint,
    read_baseline,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate, Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import PHASES, REACTIONS, Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.output import Progress
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.sampling import Sampler

from .assertions import assert_sentence
from .client_harness import TIMEOUT, create_client
from .gate_result import check_result
from .proof import Demands, prove
from .story import read_story
from .story_service import StoryService
from .transcript import polls_of

NUMERIC_OPTIONS: dict[str, tuple[type, float]] = {
    "settle": (float, 1e6),
    "clean_tests": (int, 5),
    "timeout": (float, 300.0),
    "timeout_max": (float, 300.0),
    "poll": (float, 300.0),
    "alert_after": (int, 1000),
    "failing_after": (int, 10),
    "recovery_tests": (int, 10),
    "stale_factor": (float, 1e6),
    "stale_grace": (float, 1e6),
    "max_blocking": (int, 10),
    "min_monitors": (int, 10),
}
"""Options that a task of a story can set, with limits that keep the fuzzer fast."""

MIN_POLL = 20.0
MAX_TASKS = 4


def check_gate(data: bytes) -> None:
    """Run the gates of a story in order on one service, each with the baseline of the last ``before``."""
    story = read_story(data)
    service = StoryService(story.responses)
    tasks = story.tasks if isinstance(story.tasks, list) else [{}]
    baseline: Mapping[str, Any] | None = None
    named: frozenset[str] = frozenset()
    for task in [task for task in tasks if isinstance(task, dict)][:MAX_TASKS]:
        position = len(service.exchanges)
        result = _run_gate(task, service, baseline if task.get("with_baseline") is True else None, named)
        if result is not None and result["phase"] == "before" and result["baseline"] is not None:
            baseline, named = result["baseline"], _ids_in_baseline(service, position, task)


def _ids_in_baseline(service: StoryService, position: int, task: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids in the baseline: those of the newest usable poll."""
    polls = [poll for poll in polls_of(service.exchanges[position:]) if poll is not None]
    return frozenset(polls[-1].scope(_include(task))) if polls else frozenset()


def _run_gate(
    task: Mapping[str, Any], service: StoryService, given: Mapping[str, Any] | None, named: frozenset[str]
) -> dict[str, Any] | None:
    include, position, began = _include(task), len(service.exchanges), service.now()
    policy = _policy(task, began)
    if policy is None:
        return None
    baseline = read_baseline(given) if given is not None else None
    lines: list[str] = []
    patterns: tuple[list[str], list[str], list[str]] = (include, [], [])
    clocks = {"now": service.now, "clock": service.clock}
    sampler = Sampler(
        create_client(service), Selection(*patterns), policy, "warn", fingerprint(*patterns), lines.append, **clocks
    )
    gate = Gate(policy, baseline, sampler, service.clock, service.sleep, Progress(lines.append))
    outcome = gate.decide()
    if outcome.evaluation.verdict == "pass" and policy.phase != "plan":
        before = named if baseline is not None and baseline.selection == fingerprint(*patterns) else frozenset()
        prove(service.exchanges[position:], _demands(policy, include, before))
    for line in lines:
        assert_sentence(line)
    return _check_outcome(outcome, policy, baseline, began)


def _check_outcome(outcome: Outcome, policy: Policy, baseline: Baseline | None, began: float) -> dict[str, Any]:
    limit = policy.timeout_max if policy.timeout is None else policy.timeout
    assert 0 <= outcome.waited <= limit + 3 * TIMEOUT, f"waited {outcome.waited} s of {limit} s"
    decision = decide(outcome.evaluation, policy, began + outcome.waited)
    result = gate_result(outcome, decision, policy, baseline, verbose=True)
    assert result["decision"] == "stop" or result["verdict"] in ("pass", "warn") or not policy.enforce
    assert not result["verified"] or (result["verdict"] == "pass" and policy.phase != "plan")
    if result["decision"] == "stop":
        assert result["failed"] and result["gate_rc"] in (10, 11, 12, 13)
        assert result["reasons"] and all(reason["unblock"] for reason in result["reasons"])
    check_result(result, outcome, policy, baseline, began, decision.notes)
    return result


def _include(task: Mapping[str, Any]) -> list[str]:
    """Return the names that are not patterns, which the oracle does not support."""
    given = task.get("include")
    names = given if isinstance(given, list) else []
    return [name for name in names if isinstance(name, str) and name.strip() and not set("~*?[") & set(name)]


def _policy(task: Mapping[str, Any], now: float) -> Policy | None:
    given: dict[str, Any] = {"poll": MIN_POLL}
    for name, (kind, most) in NUMERIC_OPTIONS.items():
        value = task.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9:
            given[name] = kind(min(value, most))
    given["poll"] = max(given["poll"], MIN_POLL)
    for name in Policy._fields:
        if name.startswith("on_") and task.get(name) in REACTIONS:
            given[name] = task[name]
    if isinstance(task.get("max_masked"), str):
        given["max_masked"] = task["max_masked"]
    given["full_detection"] = task.get("full_detection") is True
    given["enforce"] = task.get("enforce") is not False
    if task.get("with_baseline") is True:
        given["deploy_started"] = now
    given |= {name: Patterns(_include({"include": task.get(name)})) for name in ("advisory", "fixes")}
    phase = task.get("phase")
    try:
        return Policy.of(phase if phase in PHASES else PHASES[0], now, **given)
    except ValueError as error:
        assert_sentence(str(error))
        return None


def _demands(policy: Policy, include: list[str], before: frozenset[str]) -> Demands:
    return Demands(
        anchor=policy.since + policy.settle,
        clean_tests=policy.clean_tests,
        alert_after=policy.alert_after,
        failing_after=policy.failing_after,
        recovery_tests=policy.recovery_tests,
        full_detection=policy.full_detection,
        stale_factor=policy.stale_factor,
        stale_grace=policy.stale_grace,
        min_monitors=policy.min_monitors,
        include=include,
        before=before,
    )
