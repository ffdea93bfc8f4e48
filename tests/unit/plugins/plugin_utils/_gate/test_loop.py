# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status
from .waits_at_hand import ALERT, AWAY, CLEAN, REFUSED, Play, look_of


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
    assert outcome.evaluation.verdict == verdict
    assert (outcome.samples, outcome.waited) == (samples, waited)
    assert [look.verdict for look in outcome.polls][-1] == verdict


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
    assert (outcome.evaluation.verdict, outcome.waited) == (verdict, waited)


def test_without_any_answer_a_predicted_wait_has_an_end_too():
    outcome = Play(AWAY).decide(policy("after"))
    assert (outcome.evaluation.verdict, outcome.waited, outcome.forecast) == ("error", 600, None)


def test_a_new_alert_is_told_rather_than_a_short_timeout():
    outcome = Play(look_of(60, alert_active=True)).decide(policy("after", timeout=1.0))
    assert outcome.evaluation.verdict == "block"


def test_a_wait_that_is_just_long_enough_is_not_refused():
    assert Play(look_of(60)).decide(policy("after", timeout=60.0, poll=10)).evaluation.verdict == "pass"


@pytest.mark.parametrize(
    "look", [look_of(60), look_of(60, alert_active=True), lambda now: sample(failing(now), at=now)]
)
def test_a_plan_looks_once_and_judges_nothing(look):
    outcome = Play(look).decide(policy("plan"))
    assert (outcome.evaluation.verdict, outcome.evaluation.reasons) == ("pass", [])
    assert (outcome.samples, outcome.waited) == (1, 0)
    assert outcome.forecast.seconds == pytest.approx(60, abs=0.1)


def test_a_plan_needs_an_answer():
    assert Play(AWAY).decide(policy("plan", timeout=0.0)).evaluation.verdict == "error"


def test_without_once_the_gate_waits():
    play = Play(ALERT, CLEAN)
    gate = Gate(policy(timeout=60, poll=10), None, play.sample, lambda: play.time, play.sleep, play.told.append)
    outcome = gate.decide()
    assert (outcome.evaluation.verdict, outcome.samples, outcome.interrupted) == ("pass", 2, False)


@pytest.mark.parametrize("timeout", [None, 1.0, 600.0])
@pytest.mark.parametrize(("look", "verdict"), [(look_of(60), "inconclusive"), (ALERT, "block"), (AWAY, "error")])
def test_once_means_once_and_refuses_no_wait(look, verdict, timeout):
    outcome = Play(look).decide(policy("after", deploy_started=NOW, timeout=timeout), once=True)
    assert (outcome.samples, outcome.waited, outcome.evaluation.verdict) == (1, 0, verdict)
    assert all(reason.code != "timeout_too_short" for reason in outcome.evaluation.reasons)


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


def test_the_baseline_tells_new_alerts_from_old_ones():
    alert = sample(status(alert_active=True, alerted=NOW - 3600))
    old = baseline(alerts={"m1": NOW - 3600})
    assert Play(alert).decide(policy("during"), baseline=old).evaluation.verdict == "warn"
    assert Play(alert).decide(policy("during"), baseline=baseline()).evaluation.verdict == "block"


def test_a_predicted_wait_is_cut_at_its_most():
    stuck = sample(status(last_test=Check(NOW, None)), timer=60)
    assert Play(stuck).decide(policy("after", poll=10, timeout_max=100.0)).waited == 100
    assert Play(AWAY).decide(policy("after", poll=10, timeout_max=100.0)).waited == 100


def test_a_predicted_wait_has_room_for_another_round_of_the_slowest_monitor():
    stuck = status(last_test=Check(NOW, None))
    quick, slow = config(timer=60.0), config(id="s", timer=300.0)
    taken = Sample([monitor(stuck, quick), monitor(status(id="s"), slow)], NOW)
    assert Play(taken).decide(policy("after", poll=10, settle=0.0)).waited == 290 + 300 + 60


def test_without_timers_a_predicted_wait_leaves_time_for_what_is_told_late():
    unknown = Sample([monitor(status())], NOW)
    assert Play(unknown).decide(policy("after", poll=10)).waited == 60


def test_a_plan_with_no_more_time_than_it_takes_is_refused_only_for_want_of_time():
    assert Play(look_of(60)).decide(policy("plan", timeout=60.0)).evaluation.final
    outcome = Play(look_of(60)).decide(policy("plan", timeout=59.0))
    assert [found.state for found in outcome.evaluation.assessments] == ["pending"]


def test_what_the_service_asks_to_wait_is_honoured_within_the_timeout():
    play = Play(Unavailable("busy", "service", retry_after=40), CLEAN)
    play.decide(policy(timeout=300, poll=10))
    assert play.slept == [40]
    play = Play(Unavailable("busy", "service", retry_after=86400))
    assert play.decide(policy(timeout=300, poll=10)).waited == 300
