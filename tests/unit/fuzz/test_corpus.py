# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The corpus replayed without a fuzzer, and planted mistakes that the harnesses must find."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import (
    client,
    payloads,
    schema,
    strict_json,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import loop, states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import Evaluation
from ansible_collections.knowledgefront.monitoring.tests.fuzz import gate_harness
from ansible_collections.knowledgefront.monitoring.tests.fuzz.harnesses import CORPUS, HARNESSES
from ansible_collections.knowledgefront.monitoring.tests.fuzz.proof import Unproved

INPUTS = sorted(path for path in CORPUS.rglob("*") if path.is_file())
MEMORY_LIMIT = 12_000


def name_of(path: Path) -> str:
    return path.relative_to(CORPUS).with_suffix("").as_posix()


def replay(name: str) -> None:
    HARNESSES[name.partition("/")[0]].check((CORPUS / f"{name}.bin").read_bytes())


def test_every_harness_has_a_corpus_of_small_files() -> None:
    assert {path.parent.name for path in INPUTS} == set(HARNESSES)
    assert [name_of(path) for path in INPUTS if path.stat().st_size > MEMORY_LIMIT] == []


def test_inputs_have_a_suffix_that_linters_ignore() -> None:
    assert {path.suffix for path in INPUTS} == {".bin"}


@pytest.mark.parametrize("path", INPUTS, ids=name_of)
def test_each_input_passes(path: Path) -> None:
    replay(name_of(path))


PASSING = {
    "all_clean_before_and_after": ["pass", "pass"],
    "during_with_baseline": ["pass", "pass"],
    "three_clean_tests_full_detection": ["pass"],
    "alert_clears": ["pass"],
    "alert_with_clean_tests": ["block"],
    "away_then_back": ["pass"],
    "new_alert_after": ["pass", "block"],
    "only_one_included": ["pass"],
    "ignored_and_advisory": ["warn"],
    "monitor_vanishes": ["inconclusive"],
    "a_monitor_is_renamed_out_of_the_scope": ["pass", "error"],
    "an_older_test_than_before": ["inconclusive"],
    "silent_failure": ["block"],
    "service_five_minutes_ahead": ["inconclusive"],
    "service_five_minutes_behind": ["pass", "error"],
    "answer_of_a_cache": ["error"],
    "a_test_reported_before_its_start": ["inconclusive"],
    "timer_of_three_thousand_years": ["error", "error", "pass"],
    "duplicate_member": ["error"],
    "seconds_later_than_text": ["error"],
    "same_test_twice": ["inconclusive"],
    "ids_that_differ_in_half_a_character": ["error"],
    "fails_once_and_recovers": ["pass"],
    "an_alert_came_and_went": ["pass", "pass"],
    "stale_before_and_after": ["warn", "warn"],
    "tests_once_a_day": ["error", "error"],
    "counts_alone_show_failures": ["block"],
    "two_readings_nine_minutes_apart": ["pass", "pass"],
}


@pytest.mark.parametrize("name", PASSING)
def test_a_story_has_its_verdicts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stories with a pass keep the oracle in use."""
    verdicts = []
    decided = gate_harness.gate_result

    def record(*arguments: Any, **named: Any) -> dict[str, Any]:
        result = decided(*arguments, **named)
        verdicts.append(result["verdict"])
        return result

    monkeypatch.setattr(gate_harness, "gate_result", record)
    replay(f"gate/{name}")
    assert verdicts == PASSING[name]


def without_alerts() -> tuple[Any, ...]:
    return tuple(rule for rule in states.RULES if rule.__name__ != "_alerting")


MISTAKES: dict[str, tuple[Any, str, Any, str]] = {
    "the last of two members counts": (strict_json, "_unique_members", dict, "duplicate_member"),
    "the later of two times counts": (
        payloads,
        "parse_timestamp",
        lambda text, seconds: (max(float(seconds or 0), 0.0), None),
        "seconds_later_than_text",
    ),
    "alerts are overlooked": (states, "RULES", without_alerts(), "alert_with_clean_tests"),
    "no answer is as good as any": (
        loop,
        "evaluate_unavailable",
        lambda error, policy: Evaluation("pass", [], final=True),
        "away_then_back",
    ),
    "every test counts ten times": (
        Evidence,
        "is_proved",
        lambda self, name: True,
        "same_test_twice",
    ),
    "ids are what can be shown of them": (schema, "REPLACEMENT", "\0", "ids_that_differ_in_half_a_character"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_oracle_finds_planted_mistakes_of_the_gate(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, wrong, story = MISTAKES[mistake]
    monkeypatch.setattr(owner, name, wrong)
    with pytest.raises(Unproved):
        replay(f"gate/{story}")


@pytest.mark.parametrize(
    ("owner", "name", "wrong", "path"),
    [
        (client, "redact", lambda text, secrets: text, "client/secret_said_back"),
        (client, "sanitize", lambda text, limit=200: text, "client/control_characters"),
        (strict_json, "_parse_finite", float, "payloads/number_beyond_floats"),
        (strict_json, "_replace_surrogate", lambda value: value, "payloads/half_a_character"),
        (payloads, "sanitize", lambda text, limit=200: text, "payloads/error_with_control_characters"),
    ],
)
def test_a_harness_finds_planted_mistakes(
    owner: Any, name: str, wrong: Callable[..., Any], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, wrong)
    with pytest.raises((AssertionError, ValueError)):
        replay(path)


@pytest.mark.parametrize("harness", [name for name, harness in HARNESSES.items() if harness.mutate])
def test_mutated_inputs_pass(harness: str) -> None:
    """A short, reproducible part of ./run fuzz."""
    chance = random.Random(harness)
    inputs = [path.read_bytes() for path in INPUTS if path.parent.name == harness]
    mutate = HARNESSES[harness].mutate
    assert mutate
    for _round in range(60):
        changed = mutate(chance.choice(inputs), chance)
        HARNESSES[harness].check(changed)
        inputs.append(changed)
