# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choices of a simulated run: repeatable, complete when enumerated, simpler when shrunk."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.tests.simulation.choices import (
    Choices,
    TooManyChoices,
    enumerate_choices,
    shrink,
)


def test_the_same_seed_makes_the_same_choices() -> None:
    def made(seed: int) -> list[int]:
        choices = Choices.seeded(seed)
        return [choices.below(1000) for _number in range(20)]

    assert made(7) == made(7) != made(8)


def test_a_replay_repeats_and_is_plain_after_its_end() -> None:
    choices = Choices.replay([2, 1])
    assert [choices.pick("abc"), choices.pick("xyz"), choices.pick("xyz")] == ["c", "y", "x"]
    assert (choices.made, choices.bounds) == ([2, 1, 0], [3, 3, 3])


def test_a_replay_stays_below_the_bound() -> None:
    assert Choices.replay([9]).below(4) == 3


def test_chance_is_false_by_default_and_true_once() -> None:
    assert [Choices.replay([number]).chance(3) for number in range(3)] == [False, False, True]


@pytest.mark.parametrize("bound", [0, -1])
def test_a_choice_requires_an_option(bound: int) -> None:
    with pytest.raises(ValueError, match="option"):
        Choices().below(bound)


def test_an_endless_run_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Choices, "LIMIT", 10)
    choices = Choices()
    with pytest.raises(TooManyChoices, match="10"):
        while True:
            choices.below(2)


def test_every_series_is_listed_once() -> None:
    found = []

    def run(choices: Choices) -> None:
        first = choices.below(3)
        found.append((first, choices.below(2)) if first == 1 else (first,))

    assert [tuple(choices.made) for choices in enumerate_choices(run)] == found == [(0,), (1, 0), (1, 1), (2,)]


def test_a_run_without_choices_is_listed_once() -> None:
    assert len(list(enumerate_choices(lambda choices: None))) == 1


@pytest.mark.parametrize(
    ("made", "fails", "expected"),
    [
        ([5, 0, 9, 3], lambda tried: sum(tried) >= 7, [7]),
        ([1, 1, 1, 1, 1], lambda tried: tried.count(1) >= 2, [1, 1]),
        ([4, 4], lambda tried: True, []),
        ([4, 4], lambda tried: tried == [4, 4], [4, 4]),
    ],
)
def test_shrinking_keeps_the_failure(made: list[int], fails: object, expected: list[int]) -> None:
    assert callable(fails)
    assert shrink(made, fails) == expected


def test_shrinking_ends_when_its_time_is_over() -> None:
    tried: list[list[int]] = []

    def fails(candidate: list[int]) -> bool:
        tried.append(candidate)
        return False

    assert shrink([1] * 50, fails, lambda: len(tried) == 5) == [1] * 50
    assert len(tried) == 5
