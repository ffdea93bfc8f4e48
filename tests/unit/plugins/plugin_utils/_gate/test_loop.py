# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, then
from .waits_at_hand import ALERT, AWAY, CLEAN, REFUSED, Service, play_tests, poll_every


@pytest.mark.parametrize(
    ("responses", "timeout", "verdict", "samples", "waited"),
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
def test_the_last_poll_decides_and_the_wait_has_an_end(responses, timeout, verdict, samples, waited):
    outcome = Service(*responses).decide(policy(timeout=timeout, poll=10))
    assert outcome.evaluation.verdict == verdict
    assert (outcome.samples, outcome.waited) == (samples, waited)
    assert [poll.verdict for poll in outcome.polls][-1] == verdict


PENDING = sample(status(last_test=MonitorTest(NOW - 1, None)))
FAILED = sample(failing(NOW + 1), at=NOW + 1)


@pytest.mark.parametrize(
    ("rule", "responses", "given", "verdict", "rc"),
    [
        ("nothing was seen", [AWAY], {}, "warn", 0),
        ("an alert was seen", [ALERT, AWAY], {}, "block", 10),
        ("an alert was seen in between", [AWAY, ALERT, AWAY], {}, "block", 10),
        ("an alert was seen and has cleared", [ALERT, PENDING, AWAY], {"clean_tests": 1}, "warn", 0),
        ("a test was awaited", [PENDING, AWAY], {"clean_tests": 1}, "warn", 0),
        ("a test had failed", [FAILED, AWAY], {"clean_tests": 1}, "inconclusive", 11),
        ("a monitor was missing", [Sample([monitor(None, config())], NOW), AWAY], {}, "inconclusive", 11),
        ("a tolerated alert was seen", [ALERT, AWAY], {"on_existing_alert": "warn"}, "warn", 0),
        ("nothing tolerates credentials", [PENDING, REFUSED], {"clean_tests": 1}, "error", 13),
    ],
)
def test_a_tolerated_outage_does_not_clear_earlier_reasons(rule, responses, given, verdict, rc):
    of_policy = policy(timeout=30, poll=10, on_unavailable="warn", **given)
    evaluation = Service(*responses).decide(of_policy).evaluation
    assert (evaluation.verdict, evaluation.gate_rc) == (verdict, rc), rule


@pytest.mark.parametrize(
    ("response", "given", "verdict", "waited"),
    [
        (poll_every(60), {}, "pass", 60),
        (poll_every(60), {"settle": 0}, "pass", 0),
        (poll_every(60, first=30), {"settle": 0}, "pass", 30),
        (poll_every(60, first=30), {"settle": 0, "clean_tests": 3}, "pass", 150),
        (poll_every(60), {"settle": 0, "full_detection": True}, "pass", 120),
        (poll_every(60, alert_active=True), {"settle": 0}, "block", 0),
        (poll_every(60, alert_active=True, alerted=NOW + 40), {}, "block", 0),
        (poll_every(60, alert_active=True), {"on_new_alert": "warn", "max_masked": "1"}, "warn", 0),
        (lambda now: sample(failing(now), at=now), {}, "block", 30),
        (lambda now: sample(failing(now), at=now), {"alert_after": 99}, "block", 90),
        (lambda now: sample(status(last_test=MonitorTest(NOW, None)), at=now), {}, "inconclusive", 180),
        (lambda now: sample(status(last_test=None), at=now), {}, "inconclusive", 210),
    ],
)
def test_after_a_deployment_the_gate_waits_for_tests_that_started_since(response, given, verdict, waited):
    outcome = Service(response).decide(policy("after", poll=10, **given))
    assert (outcome.evaluation.verdict, outcome.waited) == (verdict, waited)


@pytest.mark.parametrize(
    ("rule", "results", "given", "verdict", "state", "waited"),
    [
        ("clean", "c", {}, "pass", "clean", 0),
        ("one failure recovers", "fccc", {}, "pass", "clean", 180),
        ("so do two in a row", "ffccc", {}, "pass", "clean", 240),
        ("a failure before the proof of another one", "cf", {}, "pass", "clean", 0),
        ("one that fails half of its tests is unsteady", "fcfcfcf", {}, "block", "failing", 360),
        ("one that fails for good", "f", {"alert_after": 99}, "block", "failing", 360),
        ("one that fails for good and has no alert", "f", {}, "block", "silent_failure", 120),
        (
            "one that stops testing is awaited as long as allowed",
            "f-",
            {"timeout_max": 600.0},
            "inconclusive",
            "blind",
            600,
        ),
        ("a given timeout is not extended", "fccc", {"timeout": 90.0}, "inconclusive", "pending", 90),
        ("nor refused for a failure", "fccc", {"timeout_max": 100.0}, "inconclusive", "pending", 100),
        ("nor is it longer than timeout_max", "fffffccc", {"timeout_max": 200.0}, "block", "silent_failure", 120),
        ("an alert at once", "a", {}, "block", "new_alert", 0),
        ("an alert later", "fca", {}, "block", "new_alert", 120),
        ("an alert in settle that goes on", "a", {"settle": 30.0}, "block", "new_alert", 360),
        ("an alert in settle that clears", "aaccc", {"settle": 30.0}, "pass", "clean", 240),
    ],
)
def test_the_wait_is_extended_while_a_monitor_recovers(rule, results, given, verdict, state, waited):
    service = Service(play_tests(m1=results))
    outcome = service.decide(policy("after", poll=10, **{"settle": 0.0, **given}))
    assert (outcome.evaluation.verdict, outcome.evaluation.assessments[0].state) == (verdict, state), rule
    assert outcome.waited == waited, rule


@pytest.mark.parametrize(
    ("rule", "first", "verdict", "waited"),
    [
        ("a single failure after its proof does not undo it", "cfccc", "pass", 180),
        ("not even when it is the newest test at the end", "cccf", "pass", 180),
        ("two in a row do", "cffccc", "pass", 300),
        ("an alert does", "ccaa", "block", 120),
    ],
)
def test_a_proved_monitor_stays_proved_while_another_one_is_awaited(rule, first, verdict, waited):
    outcome = Service(play_tests(m1=first, m2="fccc")).decide(policy("after", poll=10, settle=0.0))
    assert (outcome.evaluation.verdict, outcome.waited) == (verdict, waited), rule


def test_an_alert_between_two_polls_is_noticed():
    polls = [
        sample(status(last_test=MonitorTest(NOW - 1, None)), at=NOW),
        sample(status(last_test=MonitorTest(NOW + 1, None), alert_count=1), at=NOW + 10),
    ]
    outcome = Service(*polls).decide(policy("after", poll=10, settle=0.0, timeout_max=120.0))
    [found] = outcome.evaluation.assessments
    assert (outcome.evaluation.gate_rc, found.state) == (11, "pending")


def test_without_any_response_a_predicted_wait_has_an_end_too():
    outcome = Service(AWAY).decide(policy("after"))
    assert (outcome.evaluation.verdict, outcome.waited, outcome.forecast) == ("error", 600, None)


def test_a_new_alert_is_reported_rather_than_a_short_timeout():
    outcome = Service(poll_every(60, alert_active=True)).decide(policy("after", timeout=1.0, settle=0.0))
    assert outcome.evaluation.verdict == "block"


def test_a_wait_that_is_just_long_enough_is_not_refused():
    assert Service(poll_every(60)).decide(policy("after", timeout=60.0, poll=10)).evaluation.verdict == "pass"


@pytest.mark.parametrize(
    "response", [poll_every(60), poll_every(60, alert_active=True), lambda now: sample(failing(now - 1), at=now)]
)
def test_a_plan_polls_once_and_evaluates_nothing(response):
    outcome = Service(response).decide(policy("plan"))
    assert (outcome.evaluation.verdict, outcome.evaluation.reasons) == ("pass", [])
    assert (outcome.samples, outcome.waited) == (1, 0)
    assert outcome.forecast.seconds == pytest.approx(60, abs=1.1)


def test_a_plan_needs_a_response():
    service = Service(AWAY)
    assert service.decide(policy("plan")).evaluation.verdict == "error"
    assert service.slept == [], "a plan does not wait for the service either"


def test_without_once_the_gate_waits():
    service = Service(ALERT, CLEAN)
    gate = Gate(
        policy(timeout=60, poll=10), None, service.sample, lambda: service.time, service.sleep, service.progress.append
    )
    outcome = gate.decide()
    assert (outcome.evaluation.verdict, outcome.samples, outcome.interrupted) == ("pass", 2, False)


@pytest.mark.parametrize("timeout", [None, 1.0, 600.0])
@pytest.mark.parametrize(("response", "verdict"), [(poll_every(60), "inconclusive"), (ALERT, "block"), (AWAY, "error")])
def test_once_means_once_and_refuses_no_wait(response, verdict, timeout):
    outcome = Service(response).decide(policy("after", deploy_started=NOW, timeout=timeout), once=True)
    assert (outcome.samples, outcome.waited, outcome.evaluation.verdict) == (1, 0, verdict)
    assert all(reason.code != "timeout_too_short" for reason in outcome.evaluation.reasons)


@pytest.mark.parametrize(
    ("timers", "interval"),
    [([5.0], 15), ([300.0, 30.0], 30), ([300.0], 60), ([None], 60), ([], 60)],
)
def test_without_poll_the_shortest_timer_decides_within_bounds(timers, interval):
    alert = status(alert_active=True)
    seen = Sample([monitor(alert, config(timer=timer)) for timer in timers] or [monitor(alert)], NOW)
    service = Service(seen, CLEAN)
    service.decide(policy(timeout=1000))
    assert service.slept == [interval]


def test_a_failed_poll_is_repeated_after_the_shortest_interval():
    service = Service(AWAY, CLEAN)
    service.decide(policy(timeout=1000))
    assert service.slept == [15]


def test_the_baseline_tells_new_alerts_from_old_ones():
    alert = sample(status(alert_active=True, alerted=NOW - 3600))
    old = baseline(then(problem="alert", alerted=NOW - 3600))
    during = policy("during", max_masked="1")
    assert Service(alert).decide(during, baseline=old).evaluation.verdict == "warn"
    assert Service(alert).decide(during, baseline=baseline()).evaluation.verdict == "block"


def test_a_predicted_wait_is_cut_at_its_most():
    stuck = sample(status(last_test=MonitorTest(NOW, None)), timer=60)
    assert Service(stuck).decide(policy("after", poll=10, timeout_max=100.0)).waited == 100
    assert Service(AWAY).decide(policy("after", poll=10, timeout_max=100.0)).waited == 100


def test_a_predicted_wait_has_room_for_another_round_of_the_slowest_monitor():
    stuck = status(last_test=MonitorTest(NOW, None))
    quick, slow = config(timer=60.0), config(id="s", timer=300.0)
    taken = Sample([monitor(stuck, quick), monitor(status(id="s"), slow)], NOW)
    assert Service(taken).decide(policy("after", poll=10, settle=0.0)).waited == 290 + 300 + 60


def test_without_timers_a_predicted_wait_leaves_time_for_what_is_reported_late():
    unknown = Sample([monitor(status())], NOW)
    assert Service(unknown).decide(policy("after", poll=10)).waited == 60


def test_a_retry_after_is_honoured_within_the_timeout():
    service = Service(Unavailable("busy", "service", retry_after=40), CLEAN)
    service.decide(policy(timeout=300, poll=10))
    assert service.slept == [40]
    service = Service(Unavailable("busy", "service", retry_after=86400))
    assert service.decide(policy(timeout=300, poll=10)).waited == 300


SLOW = monitor(
    status(id="d", label="Daily", last_test=MonitorTest(NOW - 10, None)), config(id="d", label="Daily", timer=86400.0)
)
FAST = monitor(status(last_test=MonitorTest(NOW, None)), config())


@pytest.mark.parametrize("phase", ["before", "plan", "after"])
@pytest.mark.parametrize(
    ("found", "given", "refused"),
    [
        ([SLOW], {}, True),
        ([SLOW, FAST], {}, False),
        ([FAST], {}, False),
        ([SLOW], {"on_unprovable": "block"}, True),
        ([SLOW], {"on_unprovable": "ignore"}, False),
        ([SLOW], {"timeout_max": 100_000.0}, False),
        ([SLOW], {"advisory": Patterns(["Daily"])}, False),
    ],
)
def test_a_scope_of_which_nothing_can_be_proved_is_refused(phase, found, given, refused):
    outcome = Service(Sample(found, NOW)).decide(policy(phase, **given), once=phase != "after")
    codes = [reason.code for reason in outcome.evaluation.reasons]
    assert ("timeout_too_short" in codes) is refused
    if refused:
        assert (outcome.evaluation.verdict, outcome.evaluation.gate_rc, outcome.evaluation.final) == ("error", 13, True)


def test_a_batch_that_demands_no_tests_is_not_refused():
    assert Service(Sample([SLOW], NOW)).decide(policy("during")).evaluation.verdict == "pass"


def test_slow_monitors_are_unproved_and_not_awaited():
    at_once = policy("after", settle=0.0)
    outcome = Service(Sample([SLOW, FAST], NOW)).decide(at_once)
    assert (outcome.evaluation.verdict, outcome.evaluation.gate_rc, outcome.waited) == ("warn", 0, 0)
    assert outcome.view.unprovable == {"d": NOW + 86390}
    assert outcome.evaluation.counts["unproved"] == 1


def test_before_the_deployment_the_proof_is_that_of_after():
    outcome = Service(Sample([SLOW, FAST], NOW)).decide(policy("before"))
    assert (outcome.forecast.seconds, outcome.forecast.unprovable) == (0, {})
    assert (outcome.proof.seconds, list(outcome.proof.unprovable), outcome.proof.provable) == (60, ["d"], 1)
    assert outcome.evaluation.verdict == "pass"
