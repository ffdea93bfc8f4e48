# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of the gate agrees with the design case by case, and notices a gate that does not."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.simulation.choices import Choices
from ansible_collections.knowledgefront.monitoring.tests.simulation.exploration import Violation, Watch
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate import layers, runs
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.answers import CLASSES
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.layers import BEFORE, LAYERS, PLAIN
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.runs import DEPLOYMENT, Deployment
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.service import COMPLETE, SPOILED, Answer

MISSED = "failed between polls"

STORIES = [
    (("clean", "clean", "clean"), "pass"),
    (("failed", "clean", "clean"), "pass"),
    (("clean", "same", "same", "clean"), "pass"),
    (("clean", "clean", "failed", "clean", "clean"), "pass"),
    (("clean", "clean", MISSED, "clean"), "pass"),
    (("alert", "alert", "alert"), "warn"),
    (("silent", "failed", "failed"), "warn"),
    (("stale", "same", "same"), "warn"),
    (("absent", "absent", "absent"), "warn"),
    (("inactive", "inactive", "inactive"), "warn"),
    (("clean", "same", "same", "same"), "inconclusive"),
    (("clean", "same", "failed", "clean"), "inconclusive"),
    (("clean", "same", "absent", "absent"), "inconclusive"),
    (("clean", "same", "stale", "stale"), "inconclusive"),
    (("clean", "same", "failed", "failed"), "block"),
    (("clean", "same", "alert"), "block"),
    (("silent", "alert", "alert"), "block"),
    (("clean", "failed", "failed", "failed"), "block"),
]


def play(story: tuple[str, ...]) -> dict[str, Any]:
    """Return the result of ``after`` for one monitor whose responses are of the classes of ``story``."""
    kinds = iter(story)
    deployment = Deployment({"m0": 60.0}, lambda: Answer(COMPLETE, (next(kinds),)), Watch())
    deployment.run("before", BEFORE)
    deployment.clocks.sleep(DEPLOYMENT)
    timeout = max(60.0, 60.0 * (len(story) - 2))
    return dict(deployment.run("after", {**PLAIN, "timeout": timeout, "max_masked": "100%"}))


@pytest.mark.parametrize(("story", "verdict"), STORIES, ids=str)
def test_the_gate_and_the_checker_agree_with_the_design(story: tuple[str, ...], verdict: str) -> None:
    if verdict in ("pass", "warn"):
        assert play(tuple(story) + ("clean",) * 3)["verdict"] == verdict
    else:
        assert play(story)["verdict"] == verdict


ALERT, CLEAN = ("clean", "same", "alert"), ("clean", "clean", "clean")

WRONG = [
    ({"verdict": "pass", "gate_rc": 0, "decision": "proceed"}, ALERT),
    ({"verdict": "block", "gate_rc": 10, "decision": "stop"}, CLEAN),
    ({"gate_rc": 11}, ALERT),
    ({"decision": "proceed"}, ALERT),
    ({"verified": True}, ALERT),
    ({"verified": False}, CLEAN),
    ({"masked": 7}, CLEAN),
    ({"owed": [{"monitor": "m0"}]}, CLEAN),
    ({"bypassed": True}, ALERT),
    ({"monitors": []}, CLEAN),
]


@pytest.mark.parametrize(("change", "story"), WRONG, ids=str)
def test_a_gate_that_reports_something_else_is_noticed(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], story: tuple[str, ...]
) -> None:
    genuine = runs.gate_result_of

    def report_wrongly(*arguments: Any) -> Any:
        result, polls = genuine(*arguments)
        return ({**result, **change} if arguments[2] == "after" else result), polls

    monkeypatch.setattr(runs, "gate_result_of", report_wrongly)
    with pytest.raises(Violation):
        play(story)


@pytest.mark.parametrize("whole", SPOILED)
def test_a_response_that_is_not_usable_is_none(whole: str) -> None:
    answers = iter([Answer(COMPLETE, ("clean",)), *[Answer(whole, ("clean",))] * 3])
    deployment = Deployment({"m0": 60.0}, lambda: next(answers), Watch())
    deployment.run("before", BEFORE)
    deployment.clocks.sleep(DEPLOYMENT)
    result = deployment.run("after", {**PLAIN, "timeout": 60.0})
    assert (result["verdict"], result["decision"]) == ("error", "stop")


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_a_part_of_each_layer_is_right(layer: Any) -> None:
    for seed in range(12):
        layer(Choices.seeded(seed), Watch())


def test_every_class_occurs_in_a_layer() -> None:
    assert set(layers.COMMON) | set(layers.FIRST) | set(layers.TESTS) <= set(CLASSES)
