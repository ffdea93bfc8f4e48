# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import WARN
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import (
    _gate_outcome,
    render_junit,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    VERDICTS,
    evaluate_unavailable,
)

from ..monitors_at_hand import failing, policy, status
from .example_documents import (
    DOCUMENTS,
    HOSTILE,
    alerting,
    away,
    blocked,
    clean,
    evaluate_policy,
    hostile,
    interrupted,
    many,
    overridden,
    passed,
    planned,
    report,
)

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parents[4] / "fixtures" / "junit-10.xsd"))


def suite(document):
    return ElementTree.fromstring(render_junit(document)).find("testsuite")


def outcomes(document):
    return {case.get("name"): case[0].tag if len(case) else None for case in suite(document).iter("testcase")}


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_report_is_valid_junit_with_a_case_for_each_monitor(make):
    document = make()
    SCHEMA.validate(render_junit(document))
    element = suite(document)
    cases = list(element.iter("testcase"))
    assert int(element.get("tests")) == len(cases) == document["monitors_total"] + 1
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(element.get(counted)) == sum(case.find(tag) is not None for case in cases)
    assert float(element.get("time")) == document["waited"]
    assert element.get("timestamp") == document["began"]


def test_a_verdict_selects_the_outcome_of_a_case():
    found = outcomes(blocked())
    assert [found[name] for name in ("Primary shop", "Checkout payment step 3", "Login")] == ["failure"] * 3
    assert (found["Intranet DNS"], found["Old mail relay"]) == ("error", "skipped")
    assert (found["Beta site"], found["Page 3"], found["gate"]) == ("skipped", None, "failure")


def test_a_skipped_case_has_the_reason():
    skipped = [case for case in suite(blocked()).iter("skipped") if case.get("type") == "known"]
    assert "accepted in known: being replaced this week" in skipped[0].get("message")


@pytest.mark.parametrize(
    ("verdict", "decision", "outcome"),
    [
        ("block", "stop", "failure"),
        ("inconclusive", "stop", "error"),
        ("error", "stop", "error"),
        ("a verdict of tomorrow", "stop", "error"),
        ("block", "proceed", "system-out"),
        ("warn", "proceed", "system-out"),
        ("pass", "proceed", "system-out"),
    ],
)
def test_the_case_of_the_gate_fails_if_and_only_if_the_gate_stops(verdict, decision, outcome):
    document = {**passed(), "decision": decision}
    document = {**document, "verdict": verdict} if verdict in VERDICTS else document
    case = _gate_outcome({**document, "verdict": verdict}, None)
    assert case[0] == outcome
    if verdict in VERDICTS:
        assert outcomes(document)["gate"] == outcome


@pytest.mark.parametrize("state", ["existing_problem", "unproved", "known", "a_state_of_tomorrow"])
@pytest.mark.parametrize("verdict", ["warn", None])
def test_a_monitor_without_proof_does_not_pass(state, verdict):
    document = passed()
    document["monitors"][0] = {**document["monitors"][0], "state": state, "verdict": verdict, "message": "is slow"}
    case = list(suite(document).iter("testcase"))[1]
    assert (case[0].tag, case[0].get("type")) == ("skipped", state)
    assert "is slow" in case[0].get("message")


def test_a_failure_has_the_reason_and_the_remedy():
    failure = next(one for one in suite(blocked()).iter("failure") if one.get("type") == "new_alert")
    assert "HTTP 503" in failure.get("message")
    assert "To unblock: roll back" in failure.text


@pytest.mark.parametrize("reaction", ["warn", "ignore"])
def test_a_monitor_without_tests_is_skipped(reaction):
    of_policy = policy(on_blind=reaction)
    assert outcomes(report(evaluate_policy(of_policy, status(last_test=None)), of_policy))["Web"] == "skipped"


def test_an_ignored_monitor_is_skipped():
    of_policy = policy(on_existing_alert="ignore")
    assert outcomes(report(evaluate_policy(of_policy, alerting("a", "A")), of_policy))["A"] == "skipped"


def test_an_override_comes_first_and_does_not_change_a_case():
    element = suite(overridden())
    assert element.get("failures") == "1"
    first = element.find("properties")[0]
    assert (first.get("name"), first.get("value").split(" by ")[0]) == ("banner", "THE GATE IS OVERRIDDEN")
    assert element.find("testcase/system-out").text.startswith("THE GATE IS OVERRIDDEN by Ada")


@pytest.mark.parametrize(("make", "outcome"), [(away, "error"), (interrupted, "error"), (passed, "system-out")])
def test_a_problem_of_the_gate_has_its_own_case(make, outcome):
    assert outcomes(make())["gate"] == outcome


def test_a_tolerated_unavailable_service_is_skipped():
    of_policy = policy(on_unavailable=WARN)
    document = report(evaluate_unavailable(Unavailable("the service is away", "timeout"), of_policy), of_policy)
    assert outcomes(document) == {"gate": "skipped"}


def test_a_plan_passes_no_monitor():
    assert {name: tag for name, tag in outcomes(planned()).items() if name != "gate"} == {
        f"Page {number}": "skipped" for number in range(3)
    }


def test_monitors_with_the_same_label_have_distinct_names():
    of_policy = policy()
    found = outcomes(report(evaluate_policy(of_policy, failing(id="1"), status(id="2"), *clean(1)), of_policy))
    assert set(found) == {"gate", "Web [1]", "Web [2]", "Page 0"}


def test_a_hostile_type_does_not_nest_a_class():
    of_policy = policy()
    one = report(evaluate_policy(of_policy, status()), of_policy)
    for kind, expected in ((None, "monitor"), ("Web Page", "Web_Page"), ("a.b.é/", "a_b___"), (HOSTILE, None)):
        one["monitors"][0]["type"] = kind
        name = list(suite(one).iter("testcase"))[1].get("classname")
        assert name.count(".") == 1
        assert expected in (None, name.removeprefix("knowledgefront."))


def test_hostile_text_stays_text():
    text = render_junit(hostile())
    assert "<script" not in text
    assert "\x1b" not in text and "\u202e" not in text
    assert r"\x00\x1b[31m\u202e" in text


def test_ten_thousand_monitors_have_ten_thousand_cases():
    assert suite(many(10_000, 10_000)).get("failures") == "10001"


def test_the_case_of_a_stopped_gate_says_why():
    failure = suite(blocked()).find("testcase/failure")
    assert (failure.get("type"), failure.get("message")[:34]) == ("block", "3 of 46 monitors block the deploym")


def test_a_tolerated_problem_of_the_gate_does_not_hide_that_it_stops():
    document = {**away(), "verdict": "block", "decision": "stop"}
    document["reasons"] = [{**reason, "verdict": "warn"} for reason in document["reasons"]]
    assert outcomes(document)["gate"] == "failure"


def test_the_service_is_a_property_if_the_options_could_be_read():
    names = {one.get("name"): one.get("value") for one in suite(blocked()).find("properties")}
    assert names["api_url"] == "https://monitoring.example.com"
    assert "api_url" not in {one.get("name") for one in suite({**blocked(), "scope": None}).find("properties")}
