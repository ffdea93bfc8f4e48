# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that the simulation of the gate found to be wrong, and their neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.simulation.exploration import Watch
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.layers import BEFORE, PLAIN
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.runs import DEPLOYMENT, Deployment
from ansible_collections.knowledgefront.monitoring.tests.simulation.gate.service import COMPLETE, Answer

SHORT = {**PLAIN, "timeout": 60.0}


def deploy(
    before: str, answers: Sequence[str], options: dict[str, Any], timer: float = 60.0, theirs: float = 0.0
) -> tuple[Any, Any]:
    """Return the results of ``before`` and ``after`` for one monitor, whose responses are of these classes."""
    kinds = chain([before], answers)
    deployment = Deployment({"m0": timer}, lambda: Answer(COMPLETE, (next(kinds),)), Watch(), has_date=theirs != 0.0)
    deployment.clocks.theirs = theirs
    given = {name: value for name, value in options.items() if name != "clean_tests"}
    first = deployment.run("before", {**BEFORE, **given, "timeout": 0.0})
    deployment.clocks.sleep(DEPLOYMENT)
    return first, deployment.run("after", {**SHORT, **options}) if answers else None


@pytest.mark.parametrize("away", ["absent", "inactive"])
@pytest.mark.parametrize(
    ("before", "back", "verdict"),
    [
        ("clean", "alerted by count", "inconclusive"),
        ("clean", "alerted between polls", "inconclusive"),
        ("clean", "clean", "pass"),
        ("alerted between polls", "clean", "pass"),
        ("alerted by count", "clean", "pass"),
    ],
)
def test_an_alert_since_the_baseline_counts_though_the_first_response_lacks_the_monitor(before, away, back, verdict):
    assert deploy(before, [away, back], {"clean_tests": 1})[1]["verdict"] == verdict


def test_full_detection_waits_for_a_monitor_whose_timer_was_unknown():
    answers = chain([("removed", "clean")], repeat(("clean", "clean")))
    deployment = Deployment({"m0": 60.0, "m1": 60.0}, lambda: Answer(COMPLETE, next(answers)), Watch())
    result = deployment.run("during", {**PLAIN, "poll": 15.0, "timeout": None, "full_detection": True})
    assert result["verdict"] == "pass" and result["waited"] >= 120.0


@pytest.mark.parametrize(
    ("options", "timer", "named"),
    [
        ({"full_detection": True, "timeout_max": 3600.0}, 1800.0, True),
        ({"full_detection": True, "timeout_max": 7200.0}, 1800.0, False),
        ({"full_detection": False, "timeout_max": 3600.0}, 1800.0, False),
        ({"full_detection": True, "alert_after": 1, "timeout_max": 3600.0}, 1800.0, False),
    ],
)
def test_full_detection_that_takes_too_long_is_announced(options, timer, named):
    first, _after = deploy("clean", [], {**options, "on_unprovable": "ignore"}, timer)
    assert bool(first["proof"]["unprovable"]) is named


@pytest.mark.parametrize("theirs", [0.0, 600.0])
def test_the_forecast_of_the_proof_counts_from_the_service_s_clock(theirs):
    first, _after = deploy("clean", [], {}, theirs=theirs)
    assert first["proof"]["seconds"] == pytest.approx(55.0, abs=2.0)
