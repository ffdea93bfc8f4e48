# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the gate waits for a verdict that time can still change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration
from ...module_utils._domain.timing import SHORTEST_POLL, poll_interval
from .acceptance import forecast_unaccepted, select_known, select_returned
from .baseline import Baseline
from .evidence import Evidence
from .forecast import Forecast, forecast
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
    evaluate,
    explain_clock,
    remember,
    unavailable,
)

WITHOUT_FORECAST = 600.0
"""Seconds to wait for a first valid response when the wait is to be predicted from it."""

MOST_POLLS = 500


class Poll(NamedTuple):
    """One poll of the service: the seconds since the first one, its verdict, and monitors by state."""

    seconds: float
    verdict: str
    counts: dict[str, int]


@dataclass
class Outcome:
    """The evaluation that counts, and how it came to it. ``waited`` is in seconds, ``sample`` the newest valid one.

    ``forecast`` is that of the first valid sample, and ``proof`` what ``after`` would need from then on. ``view`` is
    what the evaluation of ``sample`` rests on.
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


class Now(NamedTuple):
    """What people learn while the gate waits. ``left`` and ``waited`` are in seconds."""

    evaluation: Evaluation
    forecast: Forecast | None
    waited: float
    left: float


class Gate:
    """Polls the service until the verdict stands.

    ``sample`` raises Unavailable. Each evaluation rests on its own sample and on the tests seen since the anchor: a
    failed poll never falls back to an older sample. ``once`` says that the first poll decides.
    """

    def __init__(
        self,
        policy: Policy,
        baseline: Baseline | None,
        sample: Callable[[], Sample],
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[Now], None],
        once: bool = False,
    ) -> None:
        self._policy = policy
        self._baseline = baseline
        self._sample = sample
        self._clock = clock
        self._sleep = sleep
        self._progress = progress
        self._once = once
        self._evidence = Evidence(policy, baseline)
        self._last_trouble: Evaluation | None = None

    def decide(self) -> Outcome:
        """Return the first evaluation that lets the deployment through or is final, or the one at the end of the wait.

        An interrupt ends the wait at once, with an inconclusive evaluation and ``interrupted`` set.
        """
        started = self._clock()
        outcome = Outcome(Evaluation(INCONCLUSIVE, []))
        try:
            while not self._poll(outcome, started):
                left = self._limit(outcome) - outcome.waited
                self._progress(Now(outcome.evaluation, self._ahead(outcome), outcome.waited, left))
                self._sleep(min(left, max(self._interval(outcome), outcome.evaluation.retry_after or 0.0)))
        except KeyboardInterrupt:
            outcome.interrupted = True
            reason = Reason("interrupted", INCONCLUSIVE, "the wait was interrupted", "start the gate again")
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
        if len(outcome.polls) == MOST_POLLS:
            del outcome.polls[1]
        outcome.polls.append(Poll(outcome.waited, evaluation.verdict, evaluation.counts))
        polls_once = self._once or self._policy.phase == PLAN
        return evaluation.final or polls_once or outcome.waited >= self._limit(outcome)

    def _evaluate(self, outcome: Outcome) -> Evaluation:
        try:
            sample = self._sample()
        except Unavailable as error:
            return remember(unavailable(error, self._policy), self._last_trouble)
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
        """Whether something stands against the deployment, rather than that evidence is still to come."""
        stops = any(reason.verdict != WARN and reason.code != PENDING for reason in evaluation.reasons)
        return stops or self._evidence.has_unrecovered_failure

    def _predict(self, sample: Sample, outcome: Outcome) -> None:
        """Forecast the wait from the first valid sample, and before a deployment the wait for the proof afterwards."""
        if outcome.forecast is not None:
            return
        policy, evidence = self._policy, self._evidence
        view = View(policy, evidence, self._baseline, sample.taken_at, sample.clock_offset)
        outcome.forecast = outcome.proof = forecast_unaccepted(sample, policy, evidence, view)
        if policy.phase == BEFORE:
            after = policy.prepare_proof()
            outcome.proof = forecast_unaccepted(sample, after, Evidence(after), view)

    def _unprovable(self, outcome: Outcome) -> Mapping[str, float]:
        return outcome.forecast.due if outcome.forecast is not None and not self._once else {}

    def _ahead(self, outcome: Outcome) -> Forecast | None:
        """Return what is still to be expected, from the newest valid sample."""
        sample = outcome.sample
        if sample is None:
            return None
        accepted = select_known(outcome.evaluation.assessments)
        return forecast(sample.monitors, self._policy, self._evidence, sample.service_time, accepted)

    def _limit(self, outcome: Outcome) -> float:
        """Return the seconds that the whole wait may take.

        A predicted wait has time for one test more, and for every test that a monitor needs to recover from a failure,
        or that it needs because it is no longer in a state that ``known`` accepts.
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
        """Return why the wait would be in vain, None when it is not.

        A monitor that failed takes longer: that is no reason to blame an option.
        """
        policy, sample, proof = self._policy, outcome.sample, outcome.proof
        if sample is None or proof is None or (self._once and policy.phase not in (BEFORE, PLAN)):
            return None
        if self._evidence.has_unrecovered_failure:
            return None
        if proof.is_hopeless and policy.on_unprovable != IGNORE:
            first, last = (pick(proof.unprovable.values()) - sample.service_time for pick in (min, max))
            if first - sample.clock_offset.behind <= policy.proof_limit:
                return explain_clock(sample.clock_offset)
            none = "the only monitor to prove cannot be proved in time: it takes"
            if len(proof.unprovable) > 1:
                none = f"none of {len(proof.unprovable):,} monitors can be proved in time: the first one takes"
            message = f"{none} {duration(first)}, and timeout_max is {policy.timeout_max:g} s"
            advice = f"set timeout_max to {int(last + 2 * LATE)} or more, or on_unprovable to ignore"
            return Reason("timeout_too_short", ERROR, message, advice)
        if policy.timeout is None or policy.phase == BEFORE or proof.monitor is None or proof.seconds <= policy.timeout:
            return None
        if proof.seconds - sample.clock_offset.behind <= policy.timeout:
            return explain_clock(sample.clock_offset)
        timer = max(_timers([proof.monitor]))
        message = (
            f"the evidence takes {duration(proof.seconds)}, as {sanitize(proof.monitor.label, 80)} tests only every "
            f"{duration(timer)}, and timeout is {policy.timeout:g} s"
        )
        return Reason(
            "timeout_too_short", ERROR, message, f"set timeout to {int(proof.seconds + timer + LATE)} or more"
        )

    def _interval(self, outcome: Outcome) -> float:
        """Return the seconds between two polls: no more often than the most frequent monitor tests, within bounds."""
        if self._policy.poll is not None:
            return self._policy.poll
        if outcome.sample is None:
            return SHORTEST_POLL
        return poll_interval(_timers(outcome.sample.monitors))


def _timers(monitors: list[Monitor]) -> list[float]:
    return [monitor.timer for monitor in monitors if monitor.timer]
