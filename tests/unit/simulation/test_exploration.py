# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exploring a part: what is counted, how a wrong run is printed, kept and repeated, and which mistakes are known."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.tests.copy_of_checkout import CHECKOUT
from ansible_collections.knowledgefront.monitoring.tests.simulation.choices import Choices
from ansible_collections.knowledgefront.monitoring.tests.simulation.exploration import (
    Part,
    Violation,
    Watch,
    digests,
    explore,
    failure_of,
    run_once,
)
from ansible_collections.knowledgefront.monitoring.tests.simulation.found import Found, add_found, read_found
from ansible_collections.knowledgefront.monitoring.tests.simulation.mistakes import MISTAKES, Mistake, read_mistakes
from ansible_collections.knowledgefront.monitoring.tests.simulation.parts import PARTS

PART_NAMES = [part.name for part in PARTS]


class Sums:
    """A part that is wrong if the sum of its choices is ``wrong``."""

    name, summary = "sums", "adds its choices"

    def __init__(self, wrong: int, exhaustive: bool = False, error: type[Exception] = Violation) -> None:
        self.wrong, self.exhaustive, self.error = wrong, exhaustive, error

    def run(self, choices: Choices, watch: Watch) -> None:
        total = sum(choices.below(4) for _number in range(3))
        watch.log(f"the sum is {total}")
        watch.state(total)
        if total >= self.wrong:
            raise self.error(f"{total} is too much")


steps = itertools.count(0.0).__next__
"""A clock that advances with each reading."""


def test_all_choices_of_an_exhaustive_part_are_run() -> None:
    done = explore(Sums(99, exhaustive=True), 1e9, clock=steps)
    assert (done.executions, done.states, done.complete, done.failure) == (64, 10, True, None)


def test_an_exploration_ends_in_time() -> None:
    done = explore(Sums(99), 20, clock=steps)
    assert not done.complete and done.failure is None and 5 < done.executions < 30


@pytest.mark.parametrize("exhaustive", [False, True])
@pytest.mark.parametrize(("error", "message"), [(Violation, "7 is too much"), (KeyError, "KeyError: '7 is too much'")])
def test_a_wrong_run_is_shrunk(exhaustive: bool, error: type[Exception], message: str) -> None:
    failure = explore(Sums(7, exhaustive, error), 1e9, shrinking=1e9, clock=steps).failure
    assert failure is not None
    assert (sum(failure.choices), failure.error, failure.log) == (7, message, ["the sum is 7"])
    assert (failure.seed is None) is exhaustive


def test_a_wrong_run_is_not_shrunk_without_time() -> None:
    failure = explore(Sums(1), 1e9, shrinking=0, clock=steps).failure
    assert failure is not None and failure.seed is not None
    repeated = Choices.seeded(failure.seed)
    run_once(Sums(99), repeated)
    assert failure.choices == repeated.made


def test_a_run_that_does_not_fail_again_is_named() -> None:
    assert "does not fail" in failure_of(Sums(99), [1, 2]).error


def test_a_wrong_run_is_saved(tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    file.write_text("[]\n", encoding="utf-8")
    add_found(Found("sums", "3.3.1", "the sum is too much"), file)
    add_found(Found("sums", "0", "nothing"), file)
    assert [(found.part, found.made) for found in read_found(file)] == [("sums", [3, 3, 1]), ("sums", [0])]


@pytest.mark.parametrize("found", read_found(), ids=lambda found: f"{found.part} {found.shows}")
def test_no_run_that_was_wrong_once_is_wrong_again(found: Found) -> None:
    part = next(part for part in PARTS if part.name == found.part)
    assert run_once(part, Choices.replay(found.made))[1] is None


@pytest.mark.parametrize("part", PARTS, ids=PART_NAMES)
def test_a_seed_gives_the_same_run_in_every_process(part: Part) -> None:
    program = (
        "import sys; from ansible_collections.knowledgefront.monitoring.tests.simulation import parts, exploration; "
        "part = next(part for part in parts.PARTS if part.name == sys.argv[1]); "
        "print(' '.join(exploration.digests(part, range(4))))"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, part.name],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1] == digests(part, range(4))
    assert len(set(outputs[0])) > 1


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.part} {mistake.shows}")
def test_a_mistake_can_be_made(mistake: Mistake) -> None:
    assert mistake.part in PART_NAMES
    assert (CHECKOUT / mistake.file).read_text(encoding="utf-8").count(mistake.old) == 1
    assert mistake.new != mistake.old


@pytest.mark.parametrize(("text", "times"), [("x = 1\nx = 1\n", 2), ("y = 1\n", 0)])
def test_a_mistake_requires_its_text_once(tmp_path: Path, text: str, times: int) -> None:
    (tmp_path / "module.py").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"{times} times"):
        Mistake("sums", "a test", "module.py", "x = 1", "x = 2").apply(tmp_path)


def test_mistakes_are_read_and_made(tmp_path: Path) -> None:
    file = tmp_path / "mistakes.toml"
    entry = {"part": "sums", "shows": "a test", "file": "module.py", "old": "x = 1", "new": "x = 2"}
    file.write_text(
        "[[mistake]]\n" + "".join(f'{name} = "{value}"\n' for name, value in entry.items()), encoding="utf-8"
    )
    (tmp_path / "module.py").write_text("x = 1\n", encoding="utf-8")
    (mistake,) = read_mistakes(file)
    mistake.apply(tmp_path)
    assert (tmp_path / "module.py").read_text(encoding="utf-8") == "x = 2\n"
