# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import read_baseline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import Override, parse_known
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.forecast import Forecast
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate, Outcome, WaitStatus
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import Evaluation, decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.output import (
    Progress,
    diff_baseline,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import (
    abridge_failure,
    gate_result,
)

from .._gate.monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, then

ALERT = status(id="a", label="A\x1b", alert_active=True, alerted=NOW - 60, last_test=MonitorTest(NOW, "down"))
AWAY = Unavailable("the service is away", "timeout")
OVERRIDE = Override("the shop is down", "ann", None, None)


def run_gate(response, then=None, once=True, **given):
    """Return the outcome of a gate that gets ``response``, a sample or an error, and its policy."""
    clock = iter(range(0, 10**6, 30))

    def poll():
        if isinstance(response, Exception):
            raise response
        return response

    of_policy = policy(**given)
    return Gate(
        of_policy, then, poll, lambda: next(clock), lambda _: None, lambda _: None, once=once
    ).decide(), of_policy


def result(response, verbose=False, then=None, once=True, **given):
    outcome, of_policy = run_gate(response, then, once, **given)
    decision = decide(outcome.evaluation, of_policy, NOW)
    return gate_result(outcome, decision, of_policy, then, verbose, "account")


@pytest.mark.parametrize(
    ("answer", "given", "failed", "verified"),
    [
        (sample(status()), {}, False, False),
        (sample(ALERT), {}, True, False),
        (sample(ALERT), {"on_existing_alert": "warn"}, False, False),
        (sample(ALERT), {"enforce": False}, False, False),
        (sample(ALERT), {"override": OVERRIDE}, False, False),
        (sample(status()), {"phase": "plan"}, False, False),
        (sample(ALERT), {"phase": "after"}, True, False),
        (AWAY, {}, True, False),
        (AWAY, {"override": OVERRIDE}, False, False),
    ],
)
def test_the_task_fails_exactly_when_the_decision_is_stop_and_carries_the_same(answer, given, failed, verified):
    found = result(answer, **given)
    assert found["failed"] == failed == (found["decision"] == "stop") == (found["gate_rc"] != 0)
    assert found["verified"] is verified
    assert not found["changed"]
    assert set(found) == set(result(sample(status())))
    json.dumps(found)


def test_an_order_leaves_the_verdict_and_is_found():
    found = result(sample(ALERT), override=OVERRIDE)
    assert (found["verdict"], found["decision"], found["bypassed"]) == ("block", "proceed", True)


def test_clean_monitors_are_returned_only_with_verbose_result():
    assert [entry["id"] for entry in result(sample(ALERT, status()))["monitors"]] == ["a"]
    assert [entry["id"] for entry in result(sample(ALERT, status()), verbose=True)["monitors"]] == ["a", "m1"]


def test_the_message_alone_tells_who_since_when_what_and_what_to_do():
    message = result(sample(ALERT))["msg"]
    for part in ("A\\x1b has an active alert for 1 min, since 2027-01-15T07:59:00Z", "down", "To unblock: repair"):
        assert part in message
    assert "\x1b" not in message


def test_a_reason_about_the_gate_itself_is_said_once_with_what_to_do():
    message = result(AWAY)["msg"]
    assert message.count("the service is away") == 1
    assert "To unblock: try again" in message


LONG = "upstream connect error or disconnect/reset before headers " * 40


@pytest.mark.parametrize("errors", [1, 7, 300], ids="{} errors".format)
@pytest.mark.parametrize("phase", ["before", "after"])
def test_many_reasons_make_a_screen_and_the_data_is_complete(errors, phase):
    alerts = [
        status(
            id=str(number),
            label=f"{number} " + "L" * 200,
            alert_active=True,
            last_test=MonitorTest(NOW - number, f"{number % errors} {LONG}"),
        )
        for number in range(300)
    ]
    returned = result(sample(*alerts), phase=phase)
    assert len(returned["msg"]) < 10_000
    assert 1 < len(returned["lines"]) <= 20
    assert len(json.dumps(abridge_failure(returned))) < 10_000
    assert max(map(len, returned["lines"])) <= 500
    assert len(returned["reasons"]) == len(returned["monitors"]) == 300
    assert sum(len(entry["snippet"]) for entry in returned["unblock"]) < 20_000
    assert sum(entry["snippet"].count("\n") for entry in returned["unblock"]) < 60


def test_a_failure_that_is_not_registered_leaves_out_details_and_if_large_all_data():
    small = result(sample(ALERT))
    abridged = abridge_failure(small)
    assert set(small) - set(abridged) == {"lines", "monitors", "baseline"}
    assert abridged["abridged"].endswith("to get lines, monitors, baseline")
    empty = {**small, "lines": [], "monitors": [], "baseline": None}
    assert abridge_failure(empty) == empty
    alerts = [status(id=str(number), label=f"M{number}", alert_active=True) for number in range(300)]
    large = result(sample(*alerts))
    returned = abridge_failure(large)
    assert set(large) - set(returned) == {"lines", "unblock", "reasons", "monitors", "baseline", "changes"}
    assert all(large[name] == returned[name] for name in returned if name != "abridged")
    assert (
        returned["abridged"]
        == "register the result or write a report to get lines, unblock, reasons, monitors, baseline"
    )
    passing = {**large, "failed": False}
    assert abridge_failure(passing) == passing


def test_the_message_names_the_options_that_help():
    assert "options that help: fixes, known, on_existing_alert" in result(sample(ALERT))["msg"]


@pytest.mark.parametrize(
    ("response", "given", "offers"),
    [
        (sample(ALERT), {}, True),
        (sample(ALERT), {"enforce": False}, True),
        (sample(ALERT), {"override": OVERRIDE}, True),
        (sample(ALERT), {"on_existing_alert": "warn"}, False),
        (sample(ALERT), {"on_existing_alert": "ignore"}, False),
        (sample(status(), timer=86400.0), {"phase": "plan"}, True),
        (sample(status(), timer=86400.0), {"phase": "plan", "on_unprovable": "ignore"}, False),
        (AWAY, {"on_unavailable": "warn"}, False),
        (AWAY, {}, True),
    ],
)
def test_options_are_offered_only_where_something_stops_or_would(response, given, offers):
    assert bool(result(response, **given)["unblock"]) is offers


def test_a_pass_has_nothing_to_unblock():
    returned = result(sample(status()))
    assert (returned["lines"], returned["unblock"]) == ([], [])


def test_a_service_that_is_away_can_be_tolerated():
    assert [(entry["option"], entry["states"]) for entry in result(AWAY)["unblock"]] == [
        ("on_unavailable", ["timeout"])
    ]
    refused = Unavailable("the credentials are refused", "credentials", final=True)
    assert result(refused)["unblock"] == []


def test_a_passing_gate_over_many_monitors_returns_little_but_its_baseline():
    many = sample(*(status(id=str(number), label=f"M{number}") for number in range(10_000)))
    found = result(many)
    assert len(json.dumps(found.pop("baseline"))) < 200_000
    assert len(json.dumps(found)) < 3000


PROVED = status(last_test=MonitorTest(NOW + 30, None))
DAILY = monitor(
    status(id="d", label="Daily", last_test=MonitorTest(NOW, None)), config(id="d", label="Daily", timer=86400.0)
)


def with_daily(*statuses):
    return sample(*statuses, at=NOW + 30)._replace(
        monitors=[*sample(*statuses, at=NOW + 30).monitors, DAILY], taken_at=NOW + 30
    )


@pytest.mark.parametrize(
    ("response", "given", "verdict", "verified"),
    [
        (sample(PROVED, at=NOW + 30), {"phase": "after"}, "pass", True),
        (sample(PROVED, status(id="b"), at=NOW + 30), {"phase": "after"}, "inconclusive", False),
        (with_daily(PROVED), {"phase": "after"}, "warn", False),
        (sample(status()), {"phase": "before"}, "pass", False),
        (sample(status()), {"phase": "during"}, "pass", False),
        (sample(status(last_test=MonitorTest(NOW, None))), {"phase": "during"}, "pass", True),
        (sample(status(last_test=MonitorTest(NOW, None)), status(id="b")), {"phase": "during"}, "pass", False),
        (sample(status(last_test=MonitorTest(NOW - 1, None))), {"phase": "after", "clean_tests": 0}, "pass", False),
        (sample(PROVED, at=NOW + 30), {"phase": "plan"}, "pass", False),
        (AWAY, {"phase": "after", "on_unavailable": "warn"}, "warn", False),
    ],
)
def test_a_result_is_verified_when_a_test_since_the_anchor_proved_every_monitor(response, given, verdict, verified):
    found = result(response, once=given["phase"] != "after" or verdict != "warn" or response is AWAY, **given)
    assert (found["verdict"], found["verified"]) == (verdict, verified)


def test_an_accepted_problem_is_not_verified():
    known = parse_known({"monitor": "Web", "reason": "it is being replaced"})
    found = result(
        sample(failing(NOW), status(id="b", last_test=MonitorTest(NOW, None))), phase="during", known=(known,)
    )
    assert (found["verdict"], found["verified"], found["masked"]) == ("warn", False, 1)


def test_a_monitor_that_tests_too_rarely_is_owed():
    found = result(with_daily(PROVED), once=False, phase="after")
    assert found["owed"] == [{"monitor": "d", "label": "Daily", "timer": 86400.0, "due": "2027-01-16T08:00:00Z"}]
    assert (found["decision"], found["counts"]["unproved"]) == ("proceed", 1)
    assert result(AWAY)["owed"] == []


def test_a_monitor_outside_every_window_is_owed_at_an_unknown_time():
    unseen = monitor(status(last_test=None), config(timer=86400.0))
    assert [entry["due"] for entry in result(Sample([unseen], NOW), phase="during")["owed"]] == [None]


@pytest.mark.parametrize("phase", ["before", "plan"])
@pytest.mark.parametrize(
    ("given", "seconds", "tests", "caught"),
    [
        ({}, 50.0, 1, {"1": 1.0, "0.5": 0.5, "0.1": 0.1}),
        ({"clean_tests": 4}, 230.0, 4, {"1": 1.0, "0.5": 0.938, "0.1": 0.344}),
    ],
)
def test_before_the_deployment_a_result_says_what_the_proof_will_be_worth(phase, given, seconds, tests, caught):
    response = Sample([*sample(status()).monitors, DAILY], NOW)
    assert result(response, phase=phase, **given)["proof"] == {
        "seconds": seconds,
        "clean_tests": tests,
        "provable": 1,
        "unprovable": [
            {"monitor": "d", "label": "Daily", "timer": 86400.0, "seconds": 30.0 + 86400.0 * tests},
        ],
        "caught": caught,
    }


@pytest.mark.parametrize(
    ("response", "phase"), [(sample(status()), "during"), (sample(PROVED), "after"), (AWAY, "before")]
)
def test_without_a_proof_to_come_a_result_has_none(response, phase):
    assert result(response, phase=phase)["proof"] is None


def test_a_plan_names_the_monitors_that_may_not_be_provable():
    response = Sample([*sample(status()).monitors, DAILY], NOW)
    assert result(response, phase="plan")["summary"].count("; 1 of 2 monitors may not be provable") == 1


@pytest.mark.parametrize(
    ("of_status", "given", "problem"),
    [
        (status(), {}, None),
        (ALERT, {}, "alert"),
        (ALERT, {"on_existing_alert": "ignore"}, "alert"),
        (ALERT, {"advisory": Patterns(["a"])}, "alert"),
        (failing(fail_count=3, test_count=3), {}, "silent"),
        (failing(), {}, "failed_test"),
        (failing(), {"alert_after": 1}, "silent"),
        (status(last_test=MonitorTest(NOW - 181, None)), {}, "stale"),
        (status(last_test=MonitorTest(NOW - 181, None)), {"stale_factor": 9.0}, None),
        (status(last_test=None), {}, "never_tested"),
    ],
)
def test_the_baseline_has_the_problem_of_each_monitor_whatever_the_policy_makes_of_it(of_status, given, problem):
    taken = read_baseline(result(sample(of_status), **given))
    assert [one.problem for one in taken.monitors.values()] == [problem]
    assert (taken.account, taken.selection, taken.taken_at) == ("account", "selection", NOW)


def test_the_baseline_knows_a_run_of_failures_that_several_polls_showed():
    polls = [sample(failing(NOW + at, alert_active=at < 3), at=NOW + at) for at in range(4)]
    of_policy = policy(timeout=100.0, poll=1.0)
    clock = iter(range(999))

    def poll():
        return polls.pop(0) if len(polls) > 1 else polls[0]

    outcome = Gate(of_policy, None, poll, lambda: next(clock), lambda _: None, lambda _: None).decide()
    taken = gate_result(outcome, decide(outcome.evaluation, of_policy, NOW), of_policy, None, False)
    assert read_baseline(taken).monitors["m1"].problem == "silent"


def test_a_monitor_has_its_times_in_utc_and_its_error():
    entry = result(sample(ALERT))["monitors"][0]
    assert (entry["alert_since"], entry["last_test"], entry["error"]) == (
        "2027-01-15T07:59:00Z",
        "2027-01-15T08:00:00Z",
        "down",
    )


def test_a_monitor_without_status_or_configuration_is_found_too():
    entries = result(Sample([monitor(None, config()), monitor(status(id="x", last_test=None))], NOW))["monitors"]
    assert [(entry["state"], entry["last_test"], entry["timer"]) for entry in entries] == [
        ("missing", None, 60.0),
        ("blind", None, None),
    ]


@pytest.mark.parametrize(
    ("seen", "found"),
    [
        (
            sample(status(last_test=MonitorTest(NOW - 10, None))),
            "plan: the evidence takes 50 s (Web takes longest); an alert",
        ),
        (sample(status(last_test=MonitorTest(NOW + 30, None)), at=NOW + 30), "plan: the evidence is already complete"),
    ],
)
def test_a_plan_says_how_long_the_proof_takes(seen, found):
    assert result(seen, phase="plan")["summary"].startswith(found)


def test_a_plan_says_whether_an_alert_could_have_been_raised():
    assert "could not have been raised" in result(sample(status()), phase="plan")["summary"]
    assert "could have been raised" in result(sample(status()), phase="plan", clean_tests=5)["summary"]


def test_the_forecast_is_returned_as_numbers():
    assert result(sample(status()), phase="plan")["predicted"] == {
        "seconds": 50.0,
        "monitor": "m1",
        "label": "Web",
        "detection_seconds": 210.0,
        "alert_possible": False,
    }
    assert result(AWAY)["predicted"] is None


THEN = [then(timer=300.0), then(id="gone", label="Gone", problem="alert"), then(id="x", label="X", timer=None)]


def test_configuration_changes_since_the_baseline_are_returned():
    seen = sample(status(), status(id="new"))
    seen.monitors.append(monitor(status(id="x")))
    assert result(seen, then=baseline(*THEN))["changes"] == [
        {"monitor": "m1", "label": "Web", "field": "timer", "before": 300.0, "after": 60.0}
    ]


@pytest.mark.parametrize("then", [None, baseline()])
def test_without_a_baseline_that_names_monitors_nothing_has_changed(then):
    assert result(sample(status()), then=then)["changes"] == []


def test_the_difference_shows_the_baseline_against_now():
    seen = sample(ALERT, status())
    seen.monitors.append(monitor(None, config(id="x", label="X", timer=None)))
    lines = diff_baseline(seen, baseline(*THEN))
    assert lines[:2] == ["--- baseline", "+++ now"]
    assert [line for line in lines[3:] if line[0] != " "] == [
        "-Gone: tests every 1 min, alert active",
        "-Web: tests every 5 min, no alert",
        "+A\\x1b: tests every 1 min, alert active",
        "+Web: tests every 1 min, no alert",
    ]
    assert " X: timer unknown, no alert" in lines


@pytest.mark.parametrize("then", [None, baseline()])
def test_nothing_does_not_differ_from_nothing(then):
    assert diff_baseline(None, then) == []


def test_progress_says_each_change_once_and_nothing_raw():
    lines = []
    progress = Progress(lines.append)
    blocked = run_gate(sample(ALERT, status()))[0]
    away = run_gate(AWAY)[0].evaluation
    slowest = Forecast(90.0, monitor(status(label="Slow\x1b")), None)
    progress(WaitStatus(blocked.evaluation, blocked.forecast, 0.0, 60.0))
    progress(WaitStatus(blocked.evaluation, blocked.forecast, 10.0, 50.0))
    progress(WaitStatus(away, None, 20.0, 40.0))
    progress(WaitStatus(blocked.evaluation, slowest, 30.0, 120.0))
    blocking = "1 of 2 monitors: existing alert 1 (A\\x1b)"
    assert lines == [
        f"kf_gate waits, 0 s so far, for {blocking}; it gives up in 1 min",
        "kf_gate waits, 20 s so far, for the service is away; it gives up in 40 s",
        f"kf_gate waits, 30 s so far, for {blocking}; "
        "it expects to be done in 1 min 30 s (Slow\\x1b takes longest); it gives up in 2 min",
    ]


def test_progress_says_something_even_without_a_reason():
    lines = []
    Progress(lines.append)(WaitStatus(Evaluation("warn", []), None, 0.0, 5.0))
    assert len(lines) == 1


def test_an_outcome_without_a_sample_has_no_baseline_to_hand_on():
    of_policy = policy()
    outcome = Outcome(Evaluation("error", [], gate_rc=13))
    assert gate_result(outcome, decide(outcome.evaluation, of_policy, NOW), of_policy, None, False)["baseline"] is None
