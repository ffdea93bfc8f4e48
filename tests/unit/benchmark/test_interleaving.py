# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who runs when, and which runs belong together."""

from __future__ import annotations

import itertools

import pytest
from ansible_collections.knowledgefront.monitoring.tests.benchmark.comparisons import (
    COMPARISONS,
    Comparison,
    Conditions,
    select_comparisons,
)
from ansible_collections.knowledgefront.monitoring.tests.benchmark.cost import Cost, MeasurementError
from ansible_collections.knowledgefront.monitoring.tests.benchmark.interleaving import Samples, groups, pairs, run
from ansible_collections.knowledgefront.monitoring.tests.benchmark.ways import WAYS

HERE, THERE = Conditions(), Conditions(monitors=1_000)


class Machine:
    """Runs ways that take so many seconds each, and notes who ran."""

    def __init__(self, **seconds: float) -> None:
        self.seconds, self.now, self.ran = seconds, 0.0, ""

    def cost(self, way: str, where: Conditions) -> Cost:
        self.ran += way
        self.now += self.seconds.get(way, 1.0)
        return Cost(len(self.ran), 1.0, 1.0)

    def run(self, *comparisons: Comparison, deadline: float = 99.0) -> Samples:
        return run(comparisons, self.cost, lambda: self.now, deadline, lambda line: None)


@pytest.mark.parametrize(
    ("comparisons", "ran"),
    [
        ([], ""),
        ([Comparison("b", "a", HERE, rounds=3)], "abbaab"),
        ([Comparison("b", "a", HERE, rounds=3), Comparison("c", "a", HERE, rounds=1)], "abcbaab"),
        ([Comparison("b", "a", HERE, rounds=1), Comparison("b", "c", HERE, rounds=2)], "abccb"),
        ([Comparison("b", "a", HERE, rounds=2), Comparison("d", "c", THERE, rounds=2)], "abcdbadc"),
    ],
)
def test_ways_are_interleaved(comparisons: list[Comparison], ran: str) -> None:
    machine = Machine()
    machine.run(*comparisons)
    assert machine.ran == ran


@pytest.mark.parametrize(
    ("deadline", "ran"),
    [
        (-1, ""),
        (0, "a"),
        (1, "ab"),
        (2, "abc"),
        (7, "abcd"),
        (15, "abcdba"),
        (16, "abcdbaab"),
        (24, "abcdbadc"),
        (99, "abcdbadcabcd"),
    ],
)
def test_a_round_beyond_the_deadline_is_not_started(deadline: float, ran: str) -> None:
    machine = Machine(c=5.0, d=5.0)
    machine.run(Comparison("b", "a", HERE, rounds=3), Comparison("d", "c", THERE, rounds=3), deadline=deadline)
    assert machine.ran == ran


def test_a_broken_run_ends_everything() -> None:
    def cost(way: str, where: Conditions) -> Cost:
        raise MeasurementError(way)

    with pytest.raises(MeasurementError, match="a"):
        run([Comparison("b", "a", HERE)], cost, itertools.count().__next__, 99, lambda line: None)


def test_pairs_are_of_the_same_round() -> None:
    machine = Machine()
    often, once = Comparison("b", "a", HERE, rounds=3), Comparison("c", "a", HERE, rounds=1)
    samples = machine.run(often, once)
    assert [[cost.wall for cost in side] for side in pairs(samples, often)] == [[2, 4, 7], [1, 5, 6]]
    assert [[cost.wall for cost in side] for side in pairs(samples, once)] == [[3], [1]]
    assert pairs(samples, Comparison("c", "a", THERE)) == ([], [])


def test_a_round_that_is_broken_off_leaves_pairs_in_step() -> None:
    often = Comparison("b", "a", HERE, rounds=3)
    slow = Machine(a=1.0, b=1.0)
    samples = slow.run(often, Comparison("d", "c", THERE), deadline=2.5)
    assert slow.ran == "abc"
    assert [len(side) for side in pairs(samples, often)] == [1, 1]
    assert pairs(samples, Comparison("d", "c", THERE)) == ([], [])


def test_every_comparison_is_of_ways_that_exist_and_is_made_once() -> None:
    compared = [(one.way, one.against, one.where) for one in COMPARISONS]
    assert len(set(compared)) == len(compared)
    assert {name for way, against, _where in compared for name in (way, against)} <= set(WAYS)
    assert all(way != against for way, against, _where in compared)
    assert all(one.rounds > 0 for one in COMPARISONS)


def test_no_way_is_left_out() -> None:
    assert {name for one in COMPARISONS for name in (one.way, one.against)} == set(WAYS)


@pytest.mark.parametrize(
    ("only", "ways"),
    [((), None), (("kf_gate",), {"kf_gate"}), (("ping",), {"ping"}), (("p*g",), {"ping"}), (("nobody",), set())],
)
def test_select_comparisons(only: tuple[str, ...], ways: set[str] | None) -> None:
    found = select_comparisons(only=only)
    assert found == list(COMPARISONS) if ways is None else {one.way for one in found} == ways


def test_quick_is_part_of_all_and_has_fewer_rounds() -> None:
    quick = select_comparisons(quick=True)
    assert 0 < len(quick) < len(COMPARISONS)
    assert max(one.rounds for one in quick) < max(one.rounds for one in COMPARISONS)
    assert {one.goal for one in quick if one.goal}
    assert max(group.where.hosts for group in groups(quick)) <= 50
