# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The worlds are what their rows say, a seed repeats a run, and a gate that is wrong is counted."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.characteristic import count_errors, errors
from ansible_collections.knowledgefront.monitoring.tests.characteristic.episode import PHASES, Episode
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import Decision, complete_options
from ansible_collections.knowledgefront.monitoring.tests.characteristic.rows import (
    PASSES,
    ROWS,
    Row,
    build_world,
    run_once,
)
from ansible_collections.knowledgefront.monitoring.tests.characteristic.simulated_service import (
    SimulatedService,
    VirtualClock,
)
from ansible_collections.knowledgefront.monitoring.tests.characteristic.trace import trace

BY_NAME = {row.name: row for row in ROWS}
SMALL = [row for row in ROWS if row.fast_runs >= 20]


def row_id(row: Row) -> str:
    return row.name


def decided(decision: str, ended: float = 0.0) -> Decision:
    empty: dict[str, Any] = {"reasons": [], "monitors": [], "owed": [], "proof": None}
    result = {"decision": decision, "verdict": "x", "summary": "", **empty}
    return Decision(result, ended, ended, [])


def episode(row: Row, decision: str, number: int = 0) -> Episode:
    world = build_world(row, 1, number)
    after = world.deployed + 60
    return Episode(world, {}, {}, {phase: decided(decision, after) for phase in PHASES})


def test_names_are_unique():
    assert len(BY_NAME) == len(ROWS)


@pytest.mark.parametrize("row", SMALL, ids=row_id)
def test_one_seed_gives_one_world_and_another_seed_another(row):
    def entries(seed: int) -> list[Any]:
        world = build_world(row, seed, 3)
        service = SimulatedService(world, VirtualClock(world.deployed))
        return [status.fields for status in service.statuses(everything=True)]

    assert entries(1) == entries(1)
    assert entries(1) != entries(2)


@pytest.mark.parametrize("row", [row for row in SMALL if row.name != "readings-apart"], ids=row_id)
def test_a_gate_that_always_does_the_wrong_thing_is_counted_in_each_run(row):
    wrong = "proceed" if row.counts == PASSES else "stop"
    assert all(row.find_errors(episode(row, wrong, number)) for number in range(20))


@pytest.mark.parametrize("row", [row for row in SMALL if row.goal == 0 and row.counts == PASSES], ids=row_id)
def test_a_gate_that_stops_a_fault_is_right(row):
    assert row.find_errors(episode(row, "stop")) == []


@pytest.mark.parametrize("name", ["failed-once", "breaks-before-proof", "breaks-in-noise"])
def test_a_broken_monitor_fails_every_test_that_could_prove_it(name):
    for number in range(50):
        world = build_world(BY_NAME[name], 1, number)
        subject = world.subject
        first = subject.number_at(world.deployed + 30)
        proving = set(range(first, first + 4))
        assert proving <= set(subject.failures)


def test_one_failed_test_is_the_newest_at_the_baseline_and_no_alert_is_active():
    for number in range(50):
        world = build_world(BY_NAME["failed-once"], 1, number)
        newest = world.subject.newest_at(world.before + 0.3)
        assert newest in world.subject.failures
        assert newest - 1 not in world.subject.failures
        assert world.subject.alert_at(world.before) is None


def test_a_masked_monitor_does_not_alert_at_the_baseline_and_does_when_the_proof_ends():
    for number in range(50):
        world = build_world(BY_NAME["masked-worse"], 1, number)
        assert world.subject.alert_at(world.before + 1) is None
        assert world.subject.alert_at(world.deployed + 30) is not None


@pytest.mark.parametrize("name", ["flapping"])
def test_a_flapping_alert_is_active_at_the_baseline_and_comes_again(name):
    for number in range(50):
        world = build_world(BY_NAME[name], 1, number)
        assert world.subject.alert_at(world.before + 0.3) is not None
        assert len(world.subject.alerts) > 3


def test_the_alert_of_a_restart_clears_before_the_anchor():
    for number in range(50):
        world = build_world(BY_NAME["restart-alert"], 1, number)
        assert [span for span in world.subject.alerts if span.cleared > world.deployed + 40] == []
        assert [span for span in world.subject.alerts if span.raised > world.deployed - 20]


def test_an_option_that_the_gate_does_not_have_is_left_out():
    known = [{"monitor": "a", "reason": "it flaps since May", "made_up": 1}]
    options = complete_options({"phase": "after", "known": known, "made_up": 1})
    assert "made_up" not in options
    assert "made_up" not in options["known"][0]
    assert options["known"][0]["expires"] is None
    assert options["phase"] == "after"
    assert options["on_unmatched"]


def test_runs_are_counted_the_same_on_one_core_and_on_two():
    rows = [(BY_NAME["flapping"], 13), (BY_NAME["failed-once"], 4)]
    alone, together = (
        [tally for _row, tally in count_errors.count(rows, 7, jobs, lambda line: None)] for jobs in (1, 2)
    )
    assert alone == together
    assert [tally.runs for tally in alone] == [13, 4]


def test_a_trace_shows_each_poll_and_the_subject_in_it():
    row = BY_NAME["failed-once"]
    run = run_once(row, 1, 0)
    lines = list(trace(row, 1, 0))
    subject = run.episode.world.subject.identity
    polls = sum(len(decision.polls) for decision in run.episode.decisions.values())
    assert sum(f"{subject}: " in line for line in lines) == polls
    assert any("FAILED" in line for line in lines)
    assert lines[-1] == "errors: none"


def test_stops_that_the_world_has_without_different_readings_do_not_count():
    world = build_world(BY_NAME["healthy-100"], 1, 0)
    stopped = Episode(world, {}, {}, {phase: decided("stop") for phase in PHASES})
    agreed = errors.any_stop(stopped.repeat())
    assert errors.stop_by_readings(stopped) == [error for error in errors.any_stop(stopped) if error not in agreed]
    assert "stop in before" in errors.stop_by_readings(stopped)
