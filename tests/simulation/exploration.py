# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a part of the simulation for many seeds, or for all choices, until a property does not hold."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from .choices import Choices, enumerate_choices, shrink


class Violation(AssertionError):
    """A property does not hold in a run."""


class Watch:
    """Collects the states that the runs of an exploration reach, and the log of one run."""

    def __init__(self, states: set[int] | None = None) -> None:
        self.states: set[int] = set() if states is None else states
        self.lines: list[str] = []

    def state(self, *values: Hashable) -> None:
        """Count a state: the same values are one state. Their ``repr`` must be the same in every process."""
        digest = hashlib.blake2b(repr(values).encode(), digest_size=8).digest()
        self.states.add(int.from_bytes(digest, "big"))

    def log(self, line: str) -> None:
        self.lines.append(line)

    @property
    def digest(self) -> str:
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


class Part(Protocol):
    """A part of the product in a model of what it touches, with its checker.

    ``exhaustive`` parts are run for all choices instead of for seeds.
    """

    name: str
    summary: str
    exhaustive: bool

    def run(self, choices: Choices, watch: Watch) -> None:
        """Make one run, which ends or raises."""


class Failure(NamedTuple):
    """A run in which a property does not hold: its seed if it had one, and its choices, shrunk."""

    seed: int | None
    choices: list[int]
    error: str
    log: list[str]


class Exploration(NamedTuple):
    """What was run of a part. ``complete`` if all choices were."""

    part: str
    executions: int
    states: int
    seconds: float
    complete: bool
    failure: Failure | None


def temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a new folder for the files of one run, in memory if the system has a folder there."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)


def run_once(part: Part, choices: Choices, states: set[int] | None = None) -> tuple[Watch, str | None]:
    """Return what a run did, and why it failed, None if it did not."""
    watch = Watch(states)
    try:
        part.run(choices, watch)
    except Exception as exc:  # noqa: BLE001 - whatever else a part raises is a finding too
        return watch, str(exc) if isinstance(exc, Violation) else f"{type(exc).__name__}: {exc}"
    return watch, None


SHRINKING = 60.0
"""Seconds that the search for a simpler run may take."""


def explore(
    part: Part,
    seconds: float,
    first_seed: int = 0,
    shrinking: float = SHRINKING,
    clock: Callable[[], float] = time.monotonic,
) -> Exploration:
    """Run ``part`` for ``seconds``, for the seeds from ``first_seed`` or, if it is exhaustive, for all choices.

    The search for a simpler run than a wrong one takes at most ``shrinking`` seconds.
    """
    began = clock()
    states: set[int] = set()
    executions, failure = 0, None
    runs = _all_runs(part, states) if part.exhaustive else _seeded_runs(part, states, first_seed)
    complete = False
    for seed, choices, error in runs:
        executions += 1
        if error is not None:
            failure = _shrunk(part, seed, choices, _timer(clock, shrinking))
            break
        if clock() - began >= seconds:
            break
    else:
        complete = True
    return Exploration(part.name, executions, len(states), clock() - began, complete, failure)


def _timer(clock: Callable[[], float], seconds: float) -> Callable[[], bool]:
    until = clock() + seconds
    return lambda: clock() >= until


Run = tuple["int | None", Choices, "str | None"]


def _seeded_runs(part: Part, states: set[int], first: int) -> Iterator[Run]:
    seed = first
    while True:
        choices = Choices.seeded(seed)
        error = run_once(part, choices, states)[1]
        yield seed, choices, error
        seed += 1


def _all_runs(part: Part, states: set[int]) -> Iterator[Run]:
    errors: list[str | None] = []

    def run(choices: Choices) -> None:
        errors.append(run_once(part, choices, states)[1])

    for choices in enumerate_choices(run):
        yield None, choices, errors.pop()


def _shrunk(part: Part, seed: int | None, choices: Choices, is_over: Callable[[], bool]) -> Failure:
    made = shrink(choices.made, lambda tried: run_once(part, Choices.replay(tried))[1] is not None, is_over)
    return failure_of(part, made, seed)


def failure_of(part: Part, made: Sequence[int], seed: int | None = None) -> Failure:
    """Run ``part`` with the choices ``made``, which make it fail, and return why and its log."""
    watch, error = run_once(part, Choices.replay(made))
    return Failure(seed, list(made), error or "the run does not fail when it is repeated", watch.lines)


def digests(part: Part, seeds: Iterable[int]) -> list[str]:
    """Return the digest of what each seed did, to compare one process with another."""
    return [run_once(part, Choices.seeded(seed))[0].digest for seed in seeds]
