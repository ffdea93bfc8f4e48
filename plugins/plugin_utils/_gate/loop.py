# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the gate waits for a verdict that time can still change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .policy import Policy
from .sample import Sample, Unavailable
from .verdict import Judgement, judge, unavailable

SHORTEST_POLL = 15.0
LONGEST_POLL = 60.0


@dataclass(frozen=True)
class Outcome:
    """The judgement that counts, the seconds waited for it and the number of samples asked for."""

    judgement: Judgement
    waited: float
    samples: int


def decide(
    policy: Policy,
    sample: Callable[[], Sample],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
    progress: Callable[[Judgement, float], None],
) -> Outcome:
    """Return the first judgement that lets the deployment through or is final, or the one at the end of the wait.

    ``sample`` raises Unavailable. Each judgement rests on its own sample alone: a failed one never reuses an older one.
    ``progress`` is told each judgement that leads to another look, and the seconds that are left.
    """
    started = clock()
    samples = 0
    while True:
        judgement, interval = _look(policy, sample)
        samples += 1
        waited = clock() - started
        left = policy.timeout - waited
        if judgement.final or left <= 0:
            return Outcome(judgement, waited, samples)
        progress(judgement, left)
        sleep(min(left, max(interval, judgement.retry_after or 0.0)))


def _look(policy: Policy, sample: Callable[[], Sample]) -> tuple[Judgement, float]:
    try:
        taken = sample()
    except Unavailable as error:
        return unavailable(error, policy), policy.poll or SHORTEST_POLL
    return judge(taken, policy), policy.poll or _interval(taken)


def _interval(sample: Sample) -> float:
    """Return the seconds between two looks: no more often than the most frequent monitor tests, within bounds."""
    timers = [monitor.config.timer for monitor in sample.monitors if monitor.config and monitor.config.timer]
    return min(LONGEST_POLL, max(SHORTEST_POLL, min(timers, default=LONGEST_POLL)))
