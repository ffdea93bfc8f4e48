# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import Then
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import Override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.forecast import Forecast
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate, Now, Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import Evaluation, rule
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_progress import Progress
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_result import (
    abridge_failure,
    difference,
    gate_result,
)

from ._gate.monitors_at_hand import NOW, baseline, config, monitor, policy, sample, status

ALERT = status(id="a", label="A\x1b", alert_active=True, alerted=NOW - 60, last_test=Check(NOW, "down"))
AWAY = Unavailable("the service is away", "timeout")
OVERRIDE = Override("the shop is down", "ann", None, None)


def decided(answer, **given):
    """What a gate that may look once makes of ``answer``: a sample, or an error."""

    def look():
        if isinstance(answer, Exception):
            raise answer
        return answer

    chosen = policy(**given)
    return Gate(chosen, None, look, lambda: 0.0, lambda _: None, lambda _: None, once=True).decide(), chosen


def result(answer, verbose=False, then=None, **given):
    outcome, chosen = decided(answer, **given)
    return gate_result(outcome, rule(outcome.evaluation, chosen, NOW), chosen, then, verbose)


@pytest.mark.parametrize(
    ("answer", "given", "failed", "verified"),
    [
        (sample(status()), {}, False, True),
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
    told = result(answer, **given)
    assert told["failed"] == failed == (told["decision"] == "stop") == (told["gate_rc"] != 0)
    assert told["verified"] is verified
    assert not told["changed"]
    assert set(told) == set(result(sample(status())))
    json.dumps(told)


def test_an_order_leaves_the_verdict_and_is_told():
    told = result(sample(ALERT), override=OVERRIDE)
    assert (told["verdict"], told["decision"], told["bypassed"]) == ("block", "proceed", True)


def test_only_monitors_that_are_not_clean_are_returned_unless_all_are_asked_for():
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
            last_test=Check(NOW - number, f"{number % errors} {LONG}"),
        )
        for number in range(300)
    ]
    told = result(sample(*alerts), phase=phase)
    assert len(told["msg"]) < 10_000
    assert 1 < len(told["lines"]) <= 20
    assert len(json.dumps(abridge_failure(told))) < 10_000
    assert max(map(len, told["lines"])) <= 500
    assert len(told["reasons"]) == len(told["monitors"]) == 300
    assert sum(len(entry["snippet"]) for entry in told["unblock"]) < 20_000
    assert sum(entry["snippet"].count("\n") for entry in told["unblock"]) < 60


def test_a_failure_that_nobody_registers_is_abridged_only_where_it_would_flood_the_screen():
    small = result(sample(ALERT))
    assert abridge_failure(small) == small
    alerts = [status(id=str(number), label=f"M{number}", alert_active=True) for number in range(300)]
    large = result(sample(*alerts))
    told = abridge_failure(large)
    assert set(large) - set(told) == {"lines", "unblock", "reasons", "monitors", "baseline", "changes"}
    assert all(large[name] == told[name] for name in told if name != "abridged")
    assert (
        told["abridged"] == "register the result or write a report to have lines, unblock, reasons, monitors, baseline"
    )
    passing = {**large, "failed": False}
    assert abridge_failure(passing) == passing


def test_the_message_names_the_options_that_help():
    assert "options that help: fixes, known, on_existing_alert" in result(sample(ALERT))["msg"]


def test_a_pass_has_nothing_to_unblock():
    told = result(sample(status()))
    assert (told["lines"], told["unblock"]) == ([], [])


def test_a_service_that_is_away_can_be_tolerated():
    assert [(entry["option"], entry["states"]) for entry in result(AWAY)["unblock"]] == [
        ("on_unavailable", ["timeout"])
    ]
    refused = Unavailable("the credentials are refused", "credentials", final=True)
    assert result(refused)["unblock"] == []


def test_a_passing_gate_over_many_monitors_returns_little():
    many = sample(*(status(id=str(number), label=f"M{number}") for number in range(10_000)))
    assert len(json.dumps(result(many))) < 3000


def test_a_monitor_tells_its_times_in_utc_and_its_error():
    entry = result(sample(ALERT))["monitors"][0]
    assert (entry["alert_since"], entry["last_test"], entry["error"]) == (
        "2027-01-15T07:59:00Z",
        "2027-01-15T08:00:00Z",
        "down",
    )


def test_a_monitor_without_status_or_configuration_is_told_too():
    entries = result(Sample([monitor(None, config()), monitor(status(id="x", last_test=None))], NOW))["monitors"]
    assert [(entry["state"], entry["last_test"], entry["timer"]) for entry in entries] == [
        ("missing", None, 60.0),
        ("blind", None, None),
    ]


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (
            sample(status(last_test=Check(NOW - 10, None))),
            "plan: the evidence takes 50 s, and Web decides it; an alert",
        ),
        (sample(status(last_test=Check(NOW + 30, None)), at=NOW + 30), "plan: the evidence is there already"),
    ],
)
def test_a_plan_says_how_long_the_proof_takes(seen, told):
    assert result(seen, phase="plan")["summary"].startswith(told)


def test_a_plan_says_whether_an_alert_could_have_been_raised():
    assert "could not have been raised" in result(sample(status()), phase="plan")["summary"]
    assert "could have been raised" in result(sample(status()), phase="plan", clean_tests=5)["summary"]


def test_what_is_predicted_is_told_as_numbers():
    assert result(sample(status()), phase="plan")["predicted"] == {
        "seconds": 50.0,
        "monitor": "m1",
        "label": "Web",
        "detection_seconds": 210.0,
        "alert_possible": False,
    }
    assert result(AWAY)["predicted"] is None


THEN = {
    "m1": Then("Web", 300.0, True),
    "gone": Then("Gone", 60.0, True),
    "x": Then("X", None, True),
}


def test_what_is_configured_otherwise_than_in_the_baseline_is_told():
    seen = sample(status(), status(id="new"))
    seen.monitors.append(monitor(status(id="x")))
    assert result(seen, then=baseline(monitors=THEN))["changes"] == [
        {"monitor": "m1", "label": "Web", "field": "timer", "before": 300.0, "after": 60.0}
    ]


@pytest.mark.parametrize("then", [None, baseline()])
def test_without_a_baseline_that_names_monitors_nothing_has_changed(then):
    assert result(sample(status()), then=then)["changes"] == []


def test_the_difference_shows_the_baseline_against_now():
    seen = sample(ALERT, status())
    seen.monitors.append(monitor(None, config(id="x", label="X", timer=None)))
    shown = difference(seen, baseline(monitors=THEN, alerts={"gone": None}))
    assert shown[:2] == ["--- baseline", "+++ now"]
    assert [line for line in shown[3:] if line[0] != " "] == [
        "-Gone: tests every 1 min, alert active",
        "-Web: tests every 5 min, no alert",
        "+A\\x1b: tests every 1 min, alert active",
        "+Web: tests every 1 min, no alert",
    ]
    assert " X: timer unknown, no alert" in shown


@pytest.mark.parametrize("then", [None, baseline()])
def test_nothing_does_not_differ_from_nothing(then):
    assert difference(None, then) == []


def test_progress_says_each_change_once_and_nothing_raw():
    lines = []
    progress = Progress(lines.append)
    blocked = decided(sample(ALERT, status()))[0]
    away = decided(AWAY)[0].evaluation
    slowest = Forecast(90.0, monitor(status(label="Slow\x1b")), None)
    progress(Now(blocked.evaluation, blocked.forecast, 0.0, 60.0))
    progress(Now(blocked.evaluation, blocked.forecast, 10.0, 50.0))
    progress(Now(away, None, 20.0, 40.0))
    progress(Now(blocked.evaluation, slowest, 30.0, 120.0))
    blocking = "1 of 2 monitors: existing alert 1 (A\\x1b)"
    assert lines == [
        f"kf_gate waits, 0 s so far, for {blocking}; it gives up in 1 min",
        "kf_gate waits, 20 s so far, for the service is away; it gives up in 40 s",
        f"kf_gate waits, 30 s so far, for {blocking}; "
        "it expects to be done in 1 min 30 s, with Slow\\x1b the last; it gives up in 2 min",
    ]


def test_progress_says_something_even_without_a_reason():
    lines = []
    Progress(lines.append)(Now(Evaluation("warn", []), None, 0.0, 5.0))
    assert len(lines) == 1


def test_an_outcome_without_a_sample_has_no_baseline_to_hand_on():
    chosen = policy()
    outcome = Outcome(Evaluation("error", [], gate_rc=13))
    assert gate_result(outcome, rule(outcome.evaluation, chosen, NOW), chosen, None, False)["baseline"] is None
