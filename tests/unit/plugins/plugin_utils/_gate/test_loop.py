# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable

from .monitors_at_hand import config, monitor, sample, status

ALERT = sample(status(alert_active=True))
CLEAN = sample(status())
AWAY = Unavailable("away", "timeout")
REFUSED = Unavailable("refused", "credentials", final=True)


class Play:
    """Gives one answer after another, the last one for ever; time passes only by sleeping."""

    def __init__(self, *answers: Sample | Unavailable) -> None:
        self.answers = list(answers)
        self.time = 100.0
        self.slept: list[float] = []
        self.told: list[float] = []

    def sample(self) -> Sample:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Unavailable):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def decide(self, policy: Policy):
        return decide(policy, self.sample, lambda: self.time, self.sleep, lambda _, left: self.told.append(left))


@pytest.mark.parametrize(
    ("answers", "timeout", "verdict", "samples", "waited"),
    [
        ([CLEAN], 0, "pass", 1, 0),
        ([CLEAN], 60, "pass", 1, 0),
        ([ALERT], 0, "block", 1, 0),
        ([ALERT, CLEAN], 0, "block", 1, 0),
        ([ALERT, CLEAN], 60, "pass", 2, 10),
        ([ALERT], 25, "block", 4, 25),
        ([AWAY], 0, "error", 1, 0),
        ([AWAY, CLEAN], 60, "pass", 2, 10),
        ([CLEAN, AWAY], 60, "pass", 1, 0),
        ([ALERT, AWAY], 15, "error", 3, 15),
        ([REFUSED, CLEAN], 60, "error", 1, 0),
        ([ALERT, REFUSED, CLEAN], 60, "error", 2, 10),
        ([ALERT, AWAY, ALERT, CLEAN], 60, "pass", 4, 30),
    ],
)
def test_the_last_look_alone_decides_and_the_wait_has_an_end(answers, timeout, verdict, samples, waited):
    outcome = Play(*answers).decide(Policy(timeout=timeout, poll=10))
    assert outcome.judgement.verdict == verdict
    assert (outcome.samples, outcome.waited) == (samples, waited)


def test_what_the_service_asks_to_wait_is_honoured_within_the_timeout():
    play = Play(Unavailable("busy", "service", retry_after=40), CLEAN)
    play.decide(Policy(timeout=300, poll=10))
    assert play.slept == [40]
    play = Play(Unavailable("busy", "service", retry_after=86400))
    assert play.decide(Policy(timeout=300, poll=10)).waited == 300


@pytest.mark.parametrize(
    ("timers", "interval"),
    [([5.0], 15), ([300.0, 30.0], 30), ([300.0], 60), ([None], 60), ([], 60)],
)
def test_without_poll_the_shortest_timer_decides_within_bounds(timers, interval):
    alert = status(alert_active=True)
    seen = Sample([monitor(alert, config(timer=timer)) for timer in timers] or [monitor(alert)], ALERT.taken_at)
    play = Play(seen, CLEAN)
    play.decide(Policy(timeout=1000))
    assert play.slept == [interval]


def test_a_failed_look_comes_again_after_the_shortest_interval():
    play = Play(AWAY, CLEAN)
    play.decide(Policy(timeout=1000))
    assert play.slept == [15]


def test_progress_is_told_before_each_pause_with_the_time_left():
    play = Play(ALERT, ALERT, CLEAN)
    play.decide(Policy(timeout=60, poll=10))
    assert play.told == [60, 50]
