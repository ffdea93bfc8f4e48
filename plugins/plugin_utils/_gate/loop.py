# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the gate waits for a verdict that time can still change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...module_utils._domain.legible import legible
from ...module_utils._domain.monitor import Monitor
from ...module_utils._domain.pace import SHORTEST_POLL, pace
from ...module_utils._domain.timestamps import duration
from .baseline import Baseline
from .evidence import Evidence
from .forecast import Forecast, forecast
from .policy import PLAN, Policy
from .sample import Sample, Unavailable
from .states import View
from .verdict import ERROR, INCONCLUSIVE, PASS, RC, RC_CONFIGURATION, Judgement, Reason, judge, unavailable

WITHOUT_FORECAST = 600.0
"""Seconds to wait for a first valid answer when the wait is to be predicted from it."""

LATE = 60.0
"""Seconds for tests that start, end and are told late; a predicted wait has them and one failed test on top."""

MOST_LOOKS = 500


class Look(NamedTuple):
    """One look at the service: the seconds since the first one, its verdict, and monitors by state."""

    seconds: float
    verdict: str
    counts: dict[str, int]


@dataclass
class Outcome:
    """The judgement that counts, and how it came to it. ``waited`` is in seconds, ``sample`` the newest valid one."""

    judgement: Judgement
    waited: float = 0.0
    samples: int = 0
    forecast: Forecast | None = None
    sample: Sample | None = None
    looks: list[Look] = field(default_factory=list)
    interrupted: bool = False


class Now(NamedTuple):
    """What people are told while the gate waits. ``left`` and ``waited`` are in seconds."""

    judgement: Judgement
    forecast: Forecast | None
    waited: float
    left: float


class Gate:
    """Looks at the service until the verdict stands.

    ``sample`` raises Unavailable. Each judgement rests on its own sample and on the tests seen since the anchor: a
    failed look never reuses an older sample. ``once`` says that the first look decides.
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
        self._evidence = Evidence(policy.anchor, policy.clean_tests)

    def decide(self) -> Outcome:
        """Return the first judgement that lets the deployment through or is final, or the one at the end of the wait.

        An interrupt ends the wait at once, with an inconclusive judgement and ``interrupted`` set.
        """
        started = self._clock()
        outcome = Outcome(Judgement(INCONCLUSIVE, []))
        try:
            while not self._settled(outcome, started):
                left = self._limit(outcome) - outcome.waited
                self._progress(Now(outcome.judgement, self._ahead(outcome), outcome.waited, left))
                self._sleep(min(left, max(self._interval(outcome), outcome.judgement.retry_after or 0.0)))
        except KeyboardInterrupt:
            outcome.interrupted = True
            reason = Reason("interrupted", INCONCLUSIVE, "the wait was interrupted", "start the gate again")
            outcome.judgement = Judgement(
                INCONCLUSIVE, [reason], outcome.judgement.standings, RC[INCONCLUSIVE], final=True
            )
        outcome.waited = self._clock() - started
        return outcome

    def _settled(self, outcome: Outcome, started: float) -> bool:
        """Take another look and say whether it was the last one."""
        outcome.judgement = self._look(outcome)
        outcome.samples += 1
        outcome.waited = self._clock() - started
        if not outcome.judgement.final:
            outcome.judgement = self._refused(outcome) or outcome.judgement
        judgement = outcome.judgement
        if len(outcome.looks) == MOST_LOOKS:
            del outcome.looks[1]
        outcome.looks.append(Look(outcome.waited, judgement.verdict, judgement.counts))
        return judgement.final or self._once or outcome.waited >= self._limit(outcome)

    def _look(self, outcome: Outcome) -> Judgement:
        try:
            sample = self._sample()
        except Unavailable as error:
            return unavailable(error, self._policy)
        self._evidence.observe(sample)
        outcome.sample = sample
        if outcome.forecast is None:
            outcome.forecast = forecast(sample.monitors, self._policy, self._evidence, sample.service_time)
        judgement = judge(sample, View(self._policy, self._evidence, self._baseline, sample.taken_at, sample.lead))
        if self._policy.phase == PLAN:
            return Judgement(PASS, [], judgement.standings, final=self._refused(outcome) is None)
        return judgement

    def _ahead(self, outcome: Outcome) -> Forecast | None:
        """Return what is still to be expected, from the newest valid sample."""
        sample = outcome.sample
        if sample is None:
            return None
        return forecast(sample.monitors, self._policy, self._evidence, sample.service_time)

    def _limit(self, outcome: Outcome) -> float:
        """Return the seconds that the whole wait may take."""
        policy = self._policy
        if policy.timeout is not None:
            return policy.timeout
        if outcome.forecast is None:
            return min(WITHOUT_FORECAST, policy.timeout_max)
        another_round = max(_timers(outcome.sample.monitors if outcome.sample else []), default=0.0)
        return min(policy.timeout_max, outcome.forecast.seconds + another_round + LATE)

    def _refused(self, outcome: Outcome) -> Judgement | None:
        """Return the judgement that the wait cannot be long enough, if that is so, instead of waiting in vain."""
        policy, ahead = self._policy, outcome.forecast
        name, limit = ("timeout", policy.timeout) if policy.timeout is not None else ("timeout_max", policy.timeout_max)
        if self._once or ahead is None or ahead.monitor is None or ahead.seconds <= limit:
            return None
        told = (
            f"the evidence takes {duration(ahead.seconds)}, as {legible(ahead.monitor.label, 80)} tests only every "
            f"{duration(max(_timers([ahead.monitor])))}, and {name} is {limit:g} s"
        )
        reason = Reason("timeout_too_short", ERROR, told, f"set {name} to {int(ahead.seconds) + 1} or more")
        return Judgement(ERROR, [reason], outcome.judgement.standings, RC_CONFIGURATION, final=True)

    def _interval(self, outcome: Outcome) -> float:
        """Return the seconds between two looks: no more often than the most frequent monitor tests, within bounds."""
        if self._policy.poll is not None:
            return self._policy.poll
        if outcome.sample is None:
            return SHORTEST_POLL
        return pace(_timers(outcome.sample.monitors))


def _timers(monitors: list[Monitor]) -> list[float]:
    return [monitor.config.timer for monitor in monitors if monitor.config and monitor.config.timer]
