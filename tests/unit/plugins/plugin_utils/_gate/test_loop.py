# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import MOST_LOOKS, Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import Reason

from .monitors_at_hand import NAMES, NOW, baseline, config, failing, monitor, policy, sample, status

ALERT = sample(status(alert_active=True))
CLEAN = sample(status())
AWAY = Unavailable("away", "timeout")
REFUSED = Unavailable("refused", "credentials", final=True)


class Play:
    """Gives one answer after another, the last one for ever; time passes only by sleeping."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.time = 100.0
        self.slept = []
        self.told = []

    def sample(self):
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer(NOW + self.time - 100) if callable(answer) else answer

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds

    def decide(self, of_policy, once=False, baseline=None):
        return Gate(of_policy, baseline, self.sample, lambda: self.time, self.sleep, self.told.append, once).decide()


def look_of(every, first=0.0, of=status, **changes):
    """A monitor whose newest test is the last multiple of ``every`` seconds since NOW - ``first``."""

    def look(now):
        start = NOW - first + (now - NOW + first) // every * every
        return sample(of(**changes, last_test=Check(start, None)), at=now, timer=every)

    return look


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
    outcome = Play(*answers).decide(policy(timeout=timeout, poll=10))
    assert outcome.judgement.verdict == verdict
    assert (outcome.samples, outcome.waited) == (samples, waited)
    assert [look.verdict for look in outcome.looks][-1] == verdict


@pytest.mark.parametrize(
    ("look", "given", "verdict", "waited"),
    [
        (look_of(60), {}, "pass", 60),
        (look_of(60), {"settle": 0}, "pass", 0),
        (look_of(60, first=30), {"settle": 0}, "pass", 30),
        (look_of(60, first=30), {"settle": 0, "clean_tests": 3}, "pass", 150),
        (look_of(60), {"settle": 0, "full_detection": True}, "pass", 120),
        (look_of(60, alert_active=True), {}, "block", 0),
        (look_of(60, alert_active=True), {"on_new_alert": "warn"}, "warn", 0),
        (lambda now: sample(failing(now), at=now), {}, "block", 20),
        (lambda now: sample(failing(now), at=now), {"alert_after": 99}, "block", 180),
        (lambda now: sample(status(last_test=Check(NOW, None)), at=now), {}, "inconclusive", 180),
        (lambda now: sample(status(last_test=None), at=now), {}, "inconclusive", 210),
    ],
)
def test_after_a_deployment_the_gate_waits_for_tests_that_started_since(look, given, verdict, waited):
    outcome = Play(look).decide(policy("after", poll=10, **given))
    assert (outcome.judgement.verdict, outcome.waited) == (verdict, waited)


def test_without_any_answer_a_predicted_wait_has_an_end_too():
    outcome = Play(AWAY).decide(policy("after"))
    assert (outcome.judgement.verdict, outcome.waited, outcome.forecast) == ("error", 600, None)


@pytest.mark.parametrize(
    ("phase", "given", "told"),
    [
        ("after", {"timeout": 59.0}, "set timeout to 61 or more"),
        ("after", {"timeout_max": 59.0}, "set timeout_max to 61 or more"),
        ("plan", {"timeout": 59.0}, "set timeout to 61 or more"),
        ("before", {"clean_tests": 1, "settle": 30.0}, "set timeout to 61 or more"),
    ],
)
def test_a_wait_that_cannot_be_long_enough_is_refused_at_once(phase, given, told):
    outcome = Play(look_of(60)).decide(policy(phase, **given))
    judgement = outcome.judgement
    assert (judgement.verdict, judgement.gate_rc, judgement.final, outcome.waited) == ("error", 13, True, 0)
    assert [(reason.code, reason.verdict, reason.unblock) for reason in judgement.reasons] == [
        ("timeout_too_short", "error", told)
    ]
    assert [found.monitor.label for found in judgement.standings] == ["Web"]


@pytest.mark.parametrize(
    ("given", "end"), [({"timeout": 59.5}, "timeout is 59.5 s"), ({"timeout_max": 59.0}, "timeout_max is 59 s")]
)
@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_wait_that_is_too_short_names_the_monitor_that_decides(given, end, name, shown):
    outcome = Play(look_of(60, label=name)).decide(policy("after", **given))
    told = f"the evidence takes 1 min, as {shown} tests only every 1 min, and {end}"
    assert [reason.message for reason in outcome.judgement.reasons] == [told]


def test_a_new_alert_is_told_rather_than_a_short_timeout():
    outcome = Play(look_of(60, alert_active=True)).decide(policy("after", timeout=1.0))
    assert outcome.judgement.verdict == "block"


def test_a_wait_that_is_just_long_enough_is_not_refused():
    assert Play(look_of(60)).decide(policy("after", timeout=60.0, poll=10)).judgement.verdict == "pass"


@pytest.mark.parametrize(
    "look", [look_of(60), look_of(60, alert_active=True), lambda now: sample(failing(now), at=now)]
)
def test_a_plan_looks_once_and_judges_nothing(look):
    outcome = Play(look).decide(policy("plan"))
    assert (outcome.judgement.verdict, outcome.samples, outcome.waited) == ("pass", 1, 0)
    assert outcome.forecast.seconds == pytest.approx(60, abs=0.1)


def test_a_plan_needs_an_answer():
    assert Play(AWAY).decide(policy("plan", timeout=0.0)).judgement.verdict == "error"


@pytest.mark.parametrize("look", [look_of(60), ALERT, AWAY])
def test_once_means_once(look):
    outcome = Play(look).decide(policy("after", deploy_started=NOW), once=True)
    assert (outcome.samples, outcome.waited) == (1, 0)
    assert outcome.judgement.verdict != "pass"


def test_what_the_service_asks_to_wait_is_honoured_within_the_timeout():
    play = Play(Unavailable("busy", "service", retry_after=40), CLEAN)
    play.decide(policy(timeout=300, poll=10))
    assert play.slept == [40]
    play = Play(Unavailable("busy", "service", retry_after=86400))
    assert play.decide(policy(timeout=300, poll=10)).waited == 300


@pytest.mark.parametrize(
    ("timers", "interval"),
    [([5.0], 15), ([300.0, 30.0], 30), ([300.0], 60), ([None], 60), ([], 60)],
)
def test_without_poll_the_shortest_timer_decides_within_bounds(timers, interval):
    alert = status(alert_active=True)
    seen = Sample([monitor(alert, config(timer=timer)) for timer in timers] or [monitor(alert)], NOW)
    play = Play(seen, CLEAN)
    play.decide(policy(timeout=1000))
    assert play.slept == [interval]


def test_a_failed_look_comes_again_after_the_shortest_interval():
    play = Play(AWAY, CLEAN)
    play.decide(policy(timeout=1000))
    assert play.slept == [15]


def test_progress_is_told_before_each_pause():
    play = Play(AWAY, ALERT, ALERT, CLEAN)
    play.decide(policy(timeout=60, poll=10))
    assert [(now.waited, now.left, now.forecast is not None) for now in play.told] == [
        (0, 60, False),
        (10, 50, True),
        (20, 40, True),
    ]


@pytest.mark.parametrize("answers", [[KeyboardInterrupt()], [ALERT, KeyboardInterrupt()]])
def test_an_interrupt_ends_the_wait_at_once_and_passes_nothing(answers):
    outcome = Play(*answers).decide(policy(timeout=60, poll=10))
    assert outcome.interrupted
    assert (outcome.judgement.verdict, outcome.judgement.gate_rc) == ("inconclusive", 11)
    assert outcome.judgement.reasons == [
        Reason("interrupted", "inconclusive", "the wait was interrupted", "start the gate again")
    ]
    assert outcome.judgement.final
    assert len(outcome.judgement.standings) == len(answers) - 1
    assert outcome.waited == 10 * (len(answers) - 1)


def test_a_long_wait_keeps_the_first_look_and_the_newest_ones():
    outcome = Play(ALERT).decide(policy(timeout=10.0 * MOST_LOOKS + 100, poll=10))
    assert len(outcome.looks) == MOST_LOOKS
    last = 10 * MOST_LOOKS + 100
    assert [look.seconds for look in outcome.looks[:3]] == [
        0,
        last - 10 * (MOST_LOOKS - 2),
        last - 10 * (MOST_LOOKS - 3),
    ]
    assert outcome.looks[-1].seconds == last
    assert outcome.samples == MOST_LOOKS + 11


def test_each_look_tells_what_it_saw():
    outcome = Play(ALERT, AWAY, CLEAN).decide(policy(timeout=60, poll=10))
    seen = [
        (look.seconds, look.verdict, {name for name, count in look.counts.items() if count}) for look in outcome.looks
    ]
    assert seen == [
        (0, "block", {"monitors", "existing_alert"}),
        (10, "error", set()),
        (20, "pass", {"monitors", "clean"}),
    ]
    assert outcome.sample is CLEAN


def test_progress_tells_the_newest_judgement_and_what_is_still_to_come():
    play = Play(look_of(60, first=30))
    play.decide(policy("after", poll=10, settle=0.0))
    assert [(now.judgement.verdict, now.forecast.seconds, now.forecast.monitor.label) for now in play.told] == [
        ("inconclusive", 30, "Web"),
        ("inconclusive", 20, "Web"),
        ("inconclusive", 10, "Web"),
    ]
    assert [now.left for now in play.told] == [150, 140, 130]


def test_the_baseline_tells_new_alerts_from_old_ones():
    alert = sample(status(alert_active=True, alerted=NOW - 3600))
    old = baseline(alerts={"m1": NOW - 3600})
    assert Play(alert).decide(policy("during"), baseline=old).judgement.verdict == "warn"
    assert Play(alert).decide(policy("during"), baseline=baseline()).judgement.verdict == "block"


def test_a_predicted_wait_is_cut_at_its_most():
    stuck = sample(status(last_test=Check(NOW, None)), timer=60)
    assert Play(stuck).decide(policy("after", poll=10, timeout_max=100.0)).waited == 100
    assert Play(AWAY).decide(policy("after", poll=10, timeout_max=100.0)).waited == 100


def test_without_timers_a_predicted_wait_leaves_time_for_what_is_told_late():
    unknown = Sample([monitor(status())], NOW)
    assert Play(unknown).decide(policy("after", poll=10)).waited == 60


def test_a_plan_with_no_more_time_than_it_takes_is_refused_only_for_want_of_time():
    assert Play(look_of(60)).decide(policy("plan", timeout=60.0)).judgement.final
    outcome = Play(look_of(60)).decide(policy("plan", timeout=59.0))
    assert [found.state for found in outcome.judgement.standings] == ["pending"]
