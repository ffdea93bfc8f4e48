# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is concluded from the costs of runs: ratios, goals and growth."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.benchmark.cost import Cost
from ansible_collections.knowledgefront.monitoring.tests.benchmark.goals import (
    AtMost,
    Goal,
    NoMoreThan,
    Requests,
    TimesFaster,
    Within,
)
from ansible_collections.knowledgefront.monitoring.tests.benchmark.growth import LINEAR, growth, power
from ansible_collections.knowledgefront.monitoring.tests.benchmark.ratios import Spread, ratios, spread

ONCE = {"token": 1, "status": 1}


def runs(*walls: float, memory: float = 50.0, calls: dict[str, int] | None = None) -> list[Cost]:
    return [Cost(wall, wall / 2, memory, calls or {}) for wall in walls]


@pytest.mark.parametrize(
    ("values", "expected"),
    [([2.0], Spread(2, 2, 2)), ([3, 1, 2], Spread(2, 1, 3)), ([4, 1], Spread(2.5, 1, 4)), ([0, 0], Spread(0, 0, 0))],
)
def test_a_spread_is_the_median_with_its_limits(values: list[float], expected: Spread) -> None:
    assert spread(values) == expected


@pytest.mark.parametrize("values", [[], [1.0, float("nan")], [float("inf")]])
def test_there_is_no_spread_of_nothing(values: list[float]) -> None:
    with pytest.raises(ValueError, match="measure"):
        spread(values)


def test_ratios_are_taken_run_by_run() -> None:
    # A machine that became ten times slower in between changes nothing.
    assert ratios(runs(2, 20), runs(1, 10), "wall") == [2, 2]
    assert ratios(runs(3), runs(1), "cpu") == [3]


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (runs(1, 2), runs(1), "not made in turn"),
        ([], runs(1), "not made in turn"),
        (runs(1), runs(0), "of nothing"),
        (runs(1), runs(-1), "of nothing"),
    ],
)
def test_runs_that_do_not_belong_together_are_not_compared(ours: list[Cost], theirs: list[Cost], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        ratios(ours, theirs, "wall")


@pytest.mark.parametrize(
    ("goal", "ours", "theirs", "met"),
    [
        (AtMost(1.2), runs(1.2), runs(1.0), True),
        (AtMost(1.2), runs(1.21), runs(1.0), False),
        (AtMost(1.2), runs(9, 1, 1), runs(1, 1, 1), True),
        (AtMost(1.2), runs(9, 9, 1), runs(1, 1, 1), False),
        (NoMoreThan(), runs(1), runs(1), True),
        (NoMoreThan(), runs(1.01), runs(1), False),
        (NoMoreThan(), [Cost(2.0, 0.5, 1.0)], runs(1), False),
        (NoMoreThan(), [Cost(0.5, 2.0, 1.0)], runs(1), False),
        (TimesFaster(12), runs(1), runs(12), True),
        (TimesFaster(12), runs(1), runs(11.9), False),
        (TimesFaster(12), runs(12), runs(1), False),
        (Requests(1, 1), runs(1, 1, calls=ONCE), runs(1, 1), True),
        (Requests(1, 1), [*runs(1, calls=ONCE), *runs(1, calls={**ONCE, "token": 2})], runs(1, 1), False),
        (Requests(1, 1), runs(1, calls={**ONCE, "config_monitors": 1}), runs(1), False),
        (Requests(1, 1), runs(1), runs(1), False),
        (Within(1024), runs(1, memory=1024), runs(1), True),
        (Within(1024), [*runs(1), *runs(1, memory=1025)], runs(1, 1), False),
    ],
)
def test_a_goal_is_met_or_not(goal: Goal, ours: list[Cost], theirs: list[Cost], met: bool) -> None:
    assert goal.met(ours, theirs) is met


@pytest.mark.parametrize(
    "goal", [AtMost(1), NoMoreThan(), TimesFaster(1), Requests(1, 1), Within(1)], ids=lambda goal: goal.label
)
def test_no_goal_is_met_by_nothing(goal: Goal) -> None:
    with pytest.raises(ValueError, match="nothing was measured"):
        goal.met([], [])


SIZES = (10, 1_000, 10_000, 100_000)


@pytest.mark.parametrize(
    ("what", "cost", "linear"),
    [
        ("nothing to see", lambda n: 1.1, None),
        ("noise that falls", lambda n: 1.1 - n / 1e7, None),
        ("one size above noise", lambda n: 1.1 if n < 100_000 else 1.3, None),
        ("a straight line", lambda n: 1.1 + n / 20_000, True),
        ("less than that", lambda n: 1 + n**0.7 / 500, True),
        ("n log n, which is nearly one", lambda n: 1 + n * len(str(n)) / 100_000, True),
        ("a square", lambda n: 1 + n * n / 1e8, False),
        ("a power of 1.3", lambda n: 1 + n**1.3 / 1e5, False),
    ],
)
def test_growth_is_linear_or_not(what: str, cost: Any, linear: bool | None) -> None:
    assert growth([(size, cost(size)) for size in SIZES], 1.0).linear is linear, what


def test_the_slope_is_that_of_another_thousand_and_the_first_size_costs_nothing() -> None:
    found = growth([(100_000, 6.5), (1_010, 1.6), (10, 1.5)], 1.0)
    assert found.slope == pytest.approx(5.0 / 99.99)
    assert found.power == pytest.approx(0.85, abs=0.01)
    assert growth([(10, 1.0), (1_010, 3.0)], 1.0).slope == pytest.approx(2.0)


@pytest.mark.parametrize("points", [[], [(10, 1.0)], [(10, 1.0), (10, 2.0)]])
def test_growth_needs_sizes(points: list[tuple[int, float]]) -> None:
    with pytest.raises(ValueError, match="two different sizes"):
        growth(points, 1.0)


@pytest.mark.parametrize("exponent", [0.5, 1.0, LINEAR, 2.0])
def test_a_power_is_found_again(exponent: float) -> None:
    assert power([(size, 3 * size**exponent) for size in SIZES]) == pytest.approx(exponent)


@pytest.mark.parametrize("points", [[(1, 0), (2, 1)], [(0, 1), (2, 1)], [(1, -1), (2, 1)], [(5, 1), (5, 2)]])
def test_not_everything_has_a_power(points: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="power"):
        power(points)
