# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of the gate: poll the service until the verdict is final or the wait ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration
from ...module_utils._domain.timing import MIN_POLL_INTERVAL, poll_interval
from .baseline import Baseline
from .evidence import Evidence
from .forecast import Forecast, forecast, forecast_unaccepted, select_known, select_returned
from .policy import BEFORE, IGNORE, LATE, PLAN, WARN, Policy
from .sample import Sample, Unavailable
from .states import PENDING, View
from .verdict import (
    ERROR,
    INCONCLUSIVE,
    PASS,
    RC,
    RC_CONFIGURATION,
    Evaluation,
    Reason,
    add_earlier_reasons,
    evaluate,
    evaluate_unavailable,
    explain_clock,
)

WITHOUT_FORECAST = 600.0
"""Seconds to wait for the first valid response, from which the wait is predicted."""

MAX_POLLS = 500

INTERRUPTED = "interrupted"
"""The code of the reason that a wait was interrupted."""


class Poll(NamedTuple):
    """One poll of the service: the seconds since the first poll, the verdict, and the number of monitors by state."""

    seconds: float
    verdict: str
    counts: dict[str, int]


class Needed(NamedTuple):
    """The option that is too small for any proof, and a value of it that is sufficient."""

    option: str
    seconds: int


@dataclass
class Outcome:
    """The last evaluation and how it came about. ``waited`` is in seconds, ``sample`` the newest valid sample.

    ``forecast`` was made at the first valid sample, and ``proof`` then for phase ``after``. ``view`` is the input of
    the evaluation of ``sample``. ``needed`` is set if an option made a proof impossible.
    """

    evaluation: Evaluation
    waited: float = 0.0
    samples: int = 0
    forecast: Forecast | None = None
    proof: Forecast | None = None
    sample: Sample | None = None
    view: View | None = None
    polls: list[Poll] = field(default_factory=list)
    interrupted: bool = False
    needed: Needed | None = None


class WaitStatus(NamedTuple):
    """The state of a wait, for progress messages. ``left`` and ``waited`` are in seconds."""

    evaluation: Evaluation
    forecast: Forecast | None
    waited: float
    left: float


class Gate:
    """Polls the service until the verdict is final or the wait ends.

    ``sample`` may raise Unavailable. Each evaluation is based on its own sample and on the tests since the anchor: a
    failed poll never falls back to an older sample. With ``once``, the first poll decides. ``progress`` is called
    before each wait; without it, the rest of the wait is not predicted. ``evidence`` is that of an earlier task for the
    same policy.
    """

    def __init__(
        self,
        policy: Policy,
        baseline: Baseline | None,
        sample: Callable[[], Sample],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[WaitStatus], None] | None,
        once: bool = False,
        evidence: Evidence | None = None,
    ) -> None:
        self._policy = policy
        self._baseline = baseline
        self._sample = sample
        self._clock = clock
        self._sleep = sleep
        self._progress = progress
        self._once = once
        self._evidence = Evidence(policy, baseline) if evidence is None else evidence
        self._last_trouble: Evaluation | None = None
        self._wait_limit = 0.0

    def decide(self) -> Outcome:
        """Return the outcome with the first final evaluation, or with the one at the end of the wait.

        An interrupt ends the wait immediately with an inconclusive evaluation and ``interrupted`` set.
        """
        started = self._clock()
        outcome = Outcome(Evaluation(INCONCLUSIVE, []))
        try:
            while not self._poll(outcome, started):
                left = self._wait_limit - outcome.waited
                if self._progress is not None:
                    self._progress(WaitStatus(outcome.evaluation, self._forecast_rest(outcome), outcome.waited, left))
                self._sleep(min(left, max(self._interval(outcome), outcome.evaluation.retry_after or 0.0)))
        except KeyboardInterrupt:
            outcome.interrupted = True
            reason = Reason(INTERRUPTED, INCONCLUSIVE, "the wait was interrupted", "run the gate again")
            outcome.evaluation = Evaluation(
                INCONCLUSIVE, [reason], outcome.evaluation.assessments, RC[INCONCLUSIVE], final=True
            )
        outcome.waited = self._clock() - started
        return outcome

    def _poll(self, outcome: Outcome, started: float) -> bool:
        """Evaluate another sample and return whether it was the last one."""
        outcome.evaluation = self._evaluate(outcome)
        outcome.samples += 1
        outcome.waited = self._clock() - started
        evaluation = outcome.evaluation
        if len(outcome.polls) == MAX_POLLS:
            del outcome.polls[1]
        outcome.polls.append(Poll(outcome.waited, evaluation.verdict, evaluation.counts))
        polls_once = self._once or self._policy.phase == PLAN
        if evaluation.final or polls_once:
            return True
        self._wait_limit = self._limit(outcome)
        return outcome.waited >= self._wait_limit

    def _evaluate(self, outcome: Outcome) -> Evaluation:
        try:
            sample = self._sample()
        except Unavailable as error:
            return add_earlier_reasons(evaluate_unavailable(error, self._policy), self._last_trouble)
        self._evidence.observe(sample)
        outcome.sample = sample
        self._predict(sample, outcome)
        refused = self._refuse(outcome)
        view = outcome.view = View(
            self._policy,
            self._evidence,
            self._baseline,
            sample.taken_at,
            sample.clock_offset,
            self._unprovable(outcome),
        )
        evaluation = evaluate(sample, view)
        self._last_trouble = evaluation if self._is_troubled(evaluation) else None
        if self._policy.phase == PLAN and refused is None:
            return Evaluation(PASS, [], evaluation.assessments, final=True)
        if refused is not None and not (evaluation.final and evaluation.gate_rc):
            return Evaluation(ERROR, [refused], evaluation.assessments, RC_CONFIGURATION, final=True)
        return evaluation

    def _is_troubled(self, evaluation: Evaluation) -> bool:
        """Whether there is a reason to stop other than missing evidence."""
        stops = any(reason.verdict != WARN and reason.code != PENDING for reason in evaluation.reasons)
        return stops or self._evidence.has_unrecovered_failure

    def _predict(self, sample: Sample, outcome: Outcome) -> None:
        """Forecast the wait at the first valid sample; before a deployment also the wait for the proof afterwards."""
        if outcome.forecast is not None:
            return
        policy, evidence = self._policy, self._evidence
        view = View(policy, evidence, self._baseline, sample.taken_at, sample.clock_offset)
        outcome.forecast = outcome.proof = forecast_unaccepted(sample, policy, evidence, view)
        if policy.phase == BEFORE:
            after = policy.prepare_proof()
            evidence = Evidence(after)
            evidence.restore(after.anchor + max(0.0, sample.clock_offset.most), {})
            outcome.proof = forecast_unaccepted(sample, after, evidence, view)

    def _unprovable(self, outcome: Outcome) -> Mapping[str, float]:
        return outcome.forecast.due if outcome.forecast is not None and not self._once else {}

    def _forecast_rest(self, outcome: Outcome) -> Forecast | None:
        """Return the forecast at the newest valid sample, None without one."""
        sample = outcome.sample
        if sample is None:
            return None
        accepted = select_known(outcome.evaluation.assessments)
        return forecast(sample.monitors, self._policy, self._evidence, sample.service_time, accepted)

    def _limit(self, outcome: Outcome) -> float:
        """Return the limit of the whole wait in seconds.

        A predicted wait includes one more test, and the tests that monitors need to recover from a failure or after
        leaving a state that ``known`` accepts.
        """
        policy = self._policy
        if policy.timeout is not None:
            return policy.timeout
        if outcome.forecast is None:
            return min(WITHOUT_FORECAST, policy.timeout_max)
        monitors = outcome.sample.monitors if outcome.sample else []
        left_out = {*outcome.forecast.due, *select_known(outcome.evaluation.assessments)}
        another_round = max(_timers([monitor for monitor in monitors if monitor.id not in left_out]), default=0.0)
        seconds = outcome.forecast.seconds + another_round
        returned = select_returned(outcome.evaluation.assessments, outcome.forecast)
        if returned and outcome.sample is not None:
            ahead = forecast(returned, policy, self._evidence, outcome.sample.service_time)
            seconds = max(seconds, outcome.waited + ahead.seconds + max(_timers(returned), default=0.0))
        recovery = self._evidence.seconds_to_recover()
        if recovery:
            seconds = max(seconds, outcome.waited + recovery)
        return min(policy.timeout_max, seconds + LATE)

    def _refuse(self, outcome: Outcome) -> Reason | None:
        """Return the reason if the options make a proof impossible, else None.

        Does not blame an option while a monitor recovers from a failure, which takes longer.
        """
        policy, sample, proof = self._policy, outcome.sample, outcome.proof
        if sample is None or proof is None or (self._once and policy.phase not in (BEFORE, PLAN)):
            return None
        if self._evidence.has_unrecovered_failure:
            return None
        if proof.is_hopeless and policy.on_unprovable != IGNORE:
            first, last = (pick(proof.unprovable.values()) - sample.service_time for pick in (min, max))
            # The proof follows in phase after, which has a timeout of its own.
            if first - sample.clock_offset.behind <= policy.prepare_proof().proof_limit:
                return explain_clock(sample.clock_offset)
            none = "the only monitor to prove cannot be proved in time: its proof takes"
            if len(proof.unprovable) > 1:
                none = f"none of {len(proof.unprovable):,} monitors can be proved in time: the first proof takes"
            message = f"{none} {duration(first)}, but timeout_max is {policy.timeout_max:g} s"
            outcome.needed = Needed("timeout_max", int(last + 2 * LATE))
            advice = f"set timeout_max to {outcome.needed.seconds} or more, or on_unprovable to ignore"
            return Reason("timeout_too_short", ERROR, message, advice)
        if policy.timeout is None or policy.phase == BEFORE or proof.monitor is None or proof.seconds <= policy.timeout:
            return None
        if proof.seconds - sample.clock_offset.behind <= policy.timeout:
            return explain_clock(sample.clock_offset)
        timer = max(_timers([proof.monitor]))
        message = (
            f"the evidence takes {duration(proof.seconds)}, as {sanitize(proof.monitor.label, 80)} tests only every "
            f"{duration(timer)}, but timeout is {policy.timeout:g} s"
        )
        outcome.needed = Needed("timeout", int(proof.seconds + timer + LATE))
        return Reason("timeout_too_short", ERROR, message, f"set timeout to {outcome.needed.seconds} or more")

    def _interval(self, outcome: Outcome) -> float:
        """Return the seconds until the next poll: ``poll``, or the shortest timer within bounds."""
        if self._policy.poll is not None:
            return self._policy.poll
        if outcome.sample is None:
            return MIN_POLL_INTERVAL
        return poll_interval(_timers(outcome.sample.monitors))


def _timers(monitors: list[Monitor]) -> list[float]:
    return [monitor.config.timer for monitor in monitors if monitor.config is not None and monitor.config.timer]
