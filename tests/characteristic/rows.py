# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of the operating characteristic: a world, what counts as an error in it, how often it is tried, the goal."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from . import errors, recipes
from .episode import Episode, play
from .simulated_service import Observer
from .world import World

STOPS, PASSES = "false stops", "false passes"


class Row(NamedTuple):
    """A row of the table.

    ``counts`` says what is counted; ``goal`` is the highest share of runs that may have such an error, None for what is
    only measured; ``runs`` and ``fast_runs`` are how many the full and the fast form play; ``options`` go to every
    phase of the gate, ``after_options`` to ``after`` only; ``describe`` returns what is to be listed of an episode
    beside its errors.
    """

    name: str
    title: str
    counts: str
    goal: float | None
    runs: int
    fast_runs: int
    build: recipes.Recipe
    find_errors: errors.FindErrors
    options: Mapping[str, Any] = {}
    after_options: Mapping[str, Any] = {}
    describe: errors.FindErrors | None = None


class Run(NamedTuple):
    """An episode with its errors and the details to list."""

    episode: Episode
    errors: list[str]
    notes: list[str]


def run_once(row: Row, seed: int, number: int, observe: Observer | None = None) -> Run:
    """Return run ``number`` of ``row``. The same ``seed`` and ``number`` give the same world."""
    episode = play(build_world(row, seed, number), row.options, row.after_options, observe)
    return Run(episode, row.find_errors(episode), row.describe(episode) if row.describe else [])


def build_world(row: Row, seed: int, number: int) -> World:
    world = World.create(Random(f"{seed}:{row.name}:{number}"))
    row.build(world)
    return world.complete()


def _stops(name: str, title: str, goal: float, runs: tuple[int, int], build: recipes.Recipe, **more: Any) -> Row:
    return Row(name, title, STOPS, goal, *runs, build, **{"find_errors": errors.any_stop, **more})


def _passes(
    name: str, title: str, goal: float | None, runs: tuple[int, int], build: recipes.Recipe, **more: Any
) -> Row:
    return Row(name, title, PASSES, goal, *runs, build, **{"find_errors": errors.passed, **more})


ACCEPTED = {"known": [{"monitor": "m00020", "reason": "flaps since the move of the data centre", "states": None}]}

ROWS = (
    _stops("healthy-100", "healthy, 100 monitors, 1 % of tests fail", 0.01, (1000, 60), recipes.healthy(100, 0.01)),
    _stops("healthy-1500", "healthy, 1,500 monitors, 0.5 %", 0.02, (400, 8), recipes.healthy(1500, 0.005)),
    _stops("healthy-5000", "healthy, 5,000 monitors, 0.1 %", 0.01, (400, 2), recipes.healthy(5000, 0.001)),
    _stops("clock-apart", "healthy, 100 monitors, clocks 45 or 90 s apart", 0.01, (400, 20), recipes.clock_apart),
    _stops(
        "old-problems",
        "20 of 100 monitors have an old problem of any kind",
        0.01,
        (1000, 40),
        recipes.old_problems,
        find_errors=errors.later_stop,
    ),
    _stops(
        "real-account",
        "1,500 monitors, 140 with an old problem, 0.1 %, some hourly",
        0.02,
        (400, 4),
        recipes.real_account,
        find_errors=errors.later_stop,
    ),
    _passes(
        "failed-once",
        "one failed test at the baseline, then broken for good",
        0.0,
        (1000, 60),
        recipes.failed_once_then_broken,
    ),
    _passes(
        "masked-worse",
        "stale or silently failing at the baseline, then alerting",
        0.0,
        (1000, 60),
        recipes.masked_gets_worse,
        find_errors=errors.passed_over_alert,
    ),
    _stops(
        "slow",
        "hourly and daily monitors among fast ones",
        0.0,
        (400, 20),
        recipes.slow_among_fast(False),
        find_errors=errors.later_stop_or_unnamed,
    ),
    _stops(
        "slow-forgotten",
        "the same, no last test outside the status window",
        0.0,
        (400, 20),
        recipes.slow_among_fast(True),
        find_errors=errors.later_stop_or_unnamed,
    ),
    _stops(
        "readings-apart",
        "two readings of a test's time 540 s apart",
        0.0,
        (400, 20),
        recipes.readings_apart,
        find_errors=errors.stop_by_readings,
    ),
    _passes(
        "breaks-before-proof",
        "breaks for good at a random moment before its proof",
        0.0,
        (1000, 60),
        recipes.breaks_before_proof(20, 0.0),
    ),
    _passes(
        "breaks-in-noise",
        "the same among 100 monitors, 1 % of tests fail",
        0.0,
        (1000, 30),
        recipes.breaks_before_proof(100, 0.01),
    ),
    _passes(
        "fails-half-4",
        "fails half of its tests, clean_tests 4",
        0.07,
        (1000, 60),
        recipes.fails_half,
        after_options={"clean_tests": 4},
    ),
    _passes("fails-half", "fails half of its tests, defaults", None, (1000, 60), recipes.fails_half),
    _stops(
        "restart-alert",
        "the restart raises an alert that clears within seconds",
        0.01,
        (1000, 40),
        recipes.restart_alert,
    ),
    _stops(
        "flapping",
        "an old alert that flaps, active at the baseline",
        0.01,
        (1000, 40),
        recipes.flapping,
        find_errors=errors.later_stop,
    ),
    _stops(
        "flapping-known",
        "an old alert that flaps, named in known",
        0.01,
        (1000, 40),
        recipes.flapping_at_random_times,
        options=ACCEPTED,
    ),
)
