# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the gate for every sequence of responses of a small world, without those that it would not wait for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import Decision, decide

from .required_evidence import Answer, Terms
from .small_world import POLL, START, UNAVAILABLE, OutOfAnswers, SmallWorld

DEPLOYMENT = 100.0

PROOF = {"clean_tests": 1, "recovery_tests": 2, "failing_after": 2}
OPTIONS = {"settle": 0.0, "poll": float(POLL), **PROOF}

Round = tuple[str, ...]


class Case(NamedTuple):
    """A run of the gate after a deployment: the classes of the responses, the responses, and the result."""

    first: Round
    rounds: tuple[Round, ...]
    baseline: Answer
    answers: list[Answer | None]
    terms: Terms
    decision: Decision

    @property
    def proceeds(self) -> bool:
        return bool(self.decision.result["decision"] == "proceed")


def cases(first: Round, classes: Sequence[str], polls: int) -> Iterator[Case]:
    """Yield a case for every series of at most ``polls`` answers after a baseline of the classes ``first``.

    Monitors that began alike are alike, so that of two series that differ in their names only one is tried.
    """
    yield from _cases(Deployment(first), (), classes, polls)


def _cases(deployment: Deployment, rounds: tuple[Round, ...], classes: Sequence[str], polls: int) -> Iterator[Case]:
    case = deployment.ask(rounds, polls)
    if case is not None:
        yield case
        return
    alike = len(set(deployment.first)) == 1 and all(len(set(earlier)) == 1 for earlier in rounds)
    choose = itertools.combinations_with_replacement if alike else _product
    for following in [*choose(classes, len(deployment.first)), (UNAVAILABLE,)]:
        yield from _cases(deployment, (*rounds, following), classes, polls)


def _product(classes: Sequence[str], count: int) -> Iterator[Round]:
    return itertools.product(classes, repeat=count)


class Deployment:
    """A deployment before which the gate ran once, with a response of the classes ``first``."""

    def __init__(self, first: Round) -> None:
        self.first = first
        world = SmallWorld([first])
        self._baseline = decide({"phase": "before"}, world).result["baseline"]

    def ask(self, rounds: tuple[Round, ...], polls: int) -> Case | None:
        """Return the result of the gate after ``rounds``, None if it would wait for more."""
        world, began = SmallWorld([self.first, *rounds]), START + DEPLOYMENT
        world.statuses()
        (taken,) = world.answers
        assert taken is not None
        world.clock.now = began
        options = {**OPTIONS, "phase": "after", "baseline": self._baseline, "timeout": (polls - 1) * float(POLL)}
        try:
            decision = decide(options, world)
        except OutOfAnswers:
            return None
        return Case(self.first, rounds, taken, world.answers[1:], terms_of(began, options), decision)


def terms_of(anchor: float, options: Mapping[str, Any]) -> Terms:
    return Terms(anchor, **{name: options[name] for name in PROOF})
