# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replay the gates of one deployment under one policy: before, during and after it, with or without a planted fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._gate.baseline import Baseline
from .._gate.policy import AFTER, BEFORE, DURING
from .._gate.proof import is_verified
from .._gate_action.result import describe_reasons
from .document import CAUGHT, HIDDEN, MISSED
from .gate_cache import GateCache
from .gate_replay import Replay, ScopeCache, VirtualClock, replay_gate
from .history import Fault, History, PlantedFault
from .policy_files import RehearsedPolicy

DURATION = 600.0
"""Default seconds of a deployment."""

BATCHES = 1

Reason = Mapping[str, Any]
"""A reason as in the result of a gate."""


class Course(NamedTuple):
    """How every rehearsed deployment goes: its seconds, and its number of batches, each with a gate ``during`` it."""

    duration: float = DURATION
    batches: int = BATCHES

    def batch_times(self, began: float) -> list[float]:
        """Return the times of the gates ``during`` a deployment: between batches of equal length."""
        return [began + self.duration * place / (self.batches + 1) for place in range(1, self.batches + 1)]


@dataclass
class Deployment:
    """A deployment under a policy: what its last gate returned, or the one that stopped it in ``phase``.

    ``at`` is when the gate ``before`` began, ``ended`` when the last gate ended, in epoch seconds. ``waited`` is the
    wait in ``after``, None if it did not run. ``real_outage`` is None unless the reasons of a stop name a monitor.
    ``fault`` is ``caught``, ``missed`` or ``hidden``, None without a planted one; ``fault_phase`` is what caught it.
    """

    at: float
    ended: float = 0.0
    phase: str | None = None
    verdict: str = ""
    gate_rc: int = 0
    reasons: list[Reason] = field(default_factory=list)
    waited: float | None = None
    verified: bool = False
    real_outage: bool | None = None
    fault: str | None = None
    fault_phase: str | None = None

    @property
    def stop_reasons(self) -> list[Reason]:
        """The reasons with the verdict of a stop, empty if nothing stopped the deployment."""
        return [reason for reason in self.reasons if self.phase and reason["verdict"] == self.verdict]


class Planter(NamedTuple):
    """A fault to plant in each deployment, and the ids of its monitors."""

    fault: Fault
    monitors: frozenset[str]

    def plant(self, course: Course, began: float, longest: float) -> PlantedFault:
        """Return the fault for a deployment that ``began`` then and whose gates wait at most ``longest`` seconds."""
        ends = began + course.duration
        until = ends + max(0.0, self.fault.delay) + longest
        return PlantedFault(self.monitors, ends + self.fault.delay, until, self.fault.failing)


class DeploymentReplay:
    """Replays deployments of a history. Its methods raise GapError if the history does not cover one."""

    def __init__(self, history: History, course: Course, planter: Planter | None = None) -> None:
        self._history = history
        self._course = course
        self._planter = planter
        self._scopes = ScopeCache()
        self._gates = GateCache()
        self._at: float | None = None

    def replay(self, policy: RehearsedPolicy, at: float, needs_fault: bool = True) -> Deployment:
        """Return the deployment at ``at``. Without ``needs_fault``, no fault is planted."""
        found = Deployment(at)
        if at != self._at:
            self._at = at
            self._scopes.clear()
            self._gates.clear()
        clock = VirtualClock(at)
        before = self._run(policy, BEFORE, clock)
        _record(found, BEFORE, before)
        if not before.has_stopped:
            began, baseline = before.ended, before.taken_baseline
            batches = [(DURING, planned) for planned in self._course.batch_times(began)]
            after = began + self._course.duration
            runs = list(self._continue(policy, clock, [*batches, (AFTER, after)], baseline))
            for phase, run in runs:
                _record(found, phase, run)
            if needs_fault and self._planter is not None and runs[-1][0] == AFTER:
                fault = self._planter.plant(self._course, began, policy.longest_wait())
                if fault.since >= runs[-1][1].began:
                    batches, after = [], runs[-1][1].began
                planted = list(self._continue(policy, VirtualClock(began), [*batches, (AFTER, after)], baseline, fault))
                found.fault = _decide_fault(runs[-1][1], planted[-1][1], fault)
                found.fault_phase = planted[-1][0] if found.fault == CAUGHT else None
        self._history.check_covered(at, found.ended)
        self._find_outage(policy, found)
        return found

    def _continue(
        self,
        policy: RehearsedPolicy,
        clock: VirtualClock,
        phases: Sequence[tuple[str, float]],
        baseline: Baseline | None,
        fault: PlantedFault | None = None,
    ) -> Iterator[tuple[str, Replay]]:
        """Yield the gates of ``phases``, each with its planned time, until one of them stops the deployment."""
        for phase, planned in phases:
            clock.advance(planned)
            run = self._run(policy, phase, clock, baseline, fault)
            yield phase, run
            if run.has_stopped:
                return

    def _run(
        self,
        policy: RehearsedPolicy,
        phase: str,
        clock: VirtualClock,
        baseline: Baseline | None = None,
        fault: PlantedFault | None = None,
    ) -> Replay:
        options = policy.of_phase(phase, baseline=baseline)
        client = self._history.client(clock, fault)
        if fault is not None:
            return replay_gate(options, client, clock)
        found = self._gates.find(
            options, clock.now, lambda: replay_gate(options, client, clock, make_sampler=self._scopes.sampler)
        )
        clock.advance(found.ended)
        return found

    def _find_outage(self, policy: RehearsedPolicy, found: Deployment) -> None:
        """Set whether a monitor that a stop names was down."""
        named = {reason["monitor"] for reason in found.stop_reasons if reason["monitor"] is not None}
        if named:
            alert_after = policy.options["alert_after"]
            found.real_outage = self._history.had_outage(named, found.at, found.ended, alert_after)


def _decide_fault(plain: Replay, planted: Replay, fault: PlantedFault) -> str:
    """Return what became of a fault, from the last gates of a deployment without it and with it.

    A stop that does not name a monitor with the fault hides it, in the deployment with the fault or, no later than the
    stop that names one, in that without it.
    """
    if not planted.has_stopped:
        return MISSED
    is_hidden = plain.has_stopped and plain.ended <= planted.ended and not _names_fault(plain, fault)
    return HIDDEN if is_hidden or not _names_fault(planted, fault) else CAUGHT


def _names_fault(run: Replay, fault: PlantedFault) -> bool:
    """Whether a gate has its verdict because of a monitor with a planted fault."""
    verdict = run.outcome.evaluation.verdict
    return any(reason.verdict == verdict and reason.monitor in fault.monitors for reason in run.reasons)


def _record(found: Deployment, phase: str, run: Replay) -> None:
    """Set what a gate of a deployment returned."""
    found.ended = run.ended
    found.phase = phase if run.has_stopped else None
    found.verdict, found.gate_rc = run.outcome.evaluation.verdict, run.decision.gate_rc
    found.reasons = list(describe_reasons(run.outcome.evaluation))
    found.verified = is_verified(run.outcome, run.policy)
    if phase == AFTER:
        found.waited = round(run.outcome.waited, 1)
