# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import WARN
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.as_junit import (
    _gate_outcome,
    as_junit,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    VERDICTS,
    unavailable,
)

from ..monitors_at_hand import failing, policy, status
from .documents_at_hand import (
    DOCUMENTS,
    HOSTILE,
    alerting,
    away,
    blocked,
    clean,
    hostile,
    interrupted,
    judged,
    many,
    overridden,
    passed,
    planned,
    report,
)

SCHEMA = xmlschema.XMLSchema(str(Path(__file__).parents[4] / "fixtures" / "junit-10.xsd"))


def suite(document):
    return ElementTree.fromstring(as_junit(document)).find("testsuite")


def outcomes(document):
    return {case.get("name"): case[0].tag if len(case) else None for case in suite(document).iter("testcase")}


@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_report_is_junit_with_a_case_for_each_monitor_and_counts_that_add_up(make):
    document = make()
    SCHEMA.validate(as_junit(document))
    told = suite(document)
    cases = list(told.iter("testcase"))
    assert int(told.get("tests")) == len(cases) == document["monitors_total"] + 1
    for counted, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(told.get(counted)) == sum(case.find(tag) is not None for case in cases)
    assert float(told.get("time")) == document["waited"]


def test_blockers_fail_missing_evidence_is_an_error_and_what_is_tolerated_is_skipped():
    told = outcomes(blocked())
    assert [told[name] for name in ("Primary shop", "Checkout payment step 3", "Login")] == ["failure"] * 3
    assert (told["Intranet DNS"], told["Old mail relay"]) == ("error", "skipped")
    assert (told["Beta site"], told["Page 3"], told["gate"]) == ("skipped", None, "failure")


def test_what_is_skipped_says_why():
    skipped = [case for case in suite(blocked()).iter("skipped") if case.get("type") == "known"]
    assert "it is accepted: being replaced this week" in skipped[0].get("message")


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
def test_the_gates_own_case_fails_exactly_when_the_gate_stops(verdict, decision, outcome):
    document = {**passed(), "decision": decision}
    told = {**document, "verdict": verdict} if verdict in VERDICTS else document
    case = _gate_outcome({**told, "verdict": verdict}, None)
    assert case[0] == outcome
    if verdict in VERDICTS:
        assert outcomes(told)["gate"] == outcome


@pytest.mark.parametrize("state", ["existing_problem", "unproved", "known", "a_state_of_tomorrow"])
@pytest.mark.parametrize("verdict", ["warn", None])
def test_a_monitor_that_proves_nothing_is_never_green(state, verdict):
    document = passed()
    document["monitors"][0] = {**document["monitors"][0], "state": state, "verdict": verdict, "message": "is slow"}
    case = list(suite(document).iter("testcase"))[1]
    assert (case[0].tag, case[0].get("type")) == ("skipped", state)
    assert "is slow" in case[0].get("message")


def test_a_failure_says_why_and_what_to_do():
    failure = next(one for one in suite(blocked()).iter("failure") if one.get("type") == "new_alert")
    assert "HTTP 503" in failure.get("message")
    assert "To unblock: roll back" in failure.text


@pytest.mark.parametrize("reaction", ["warn", "ignore"])
def test_what_nobody_has_seen_is_skipped_and_does_not_pass(reaction):
    of_policy = policy(on_blind=reaction)
    assert outcomes(report(judged(of_policy, status(last_test=None)), of_policy))["Web"] == "skipped"


def test_what_is_ignored_is_skipped_and_does_not_pass():
    of_policy = policy(on_existing_alert="ignore")
    assert outcomes(report(judged(of_policy, alerting("a", "A")), of_policy))["A"] == "skipped"


def test_an_override_changes_no_case_and_is_said_first():
    told = suite(overridden())
    assert told.get("failures") == "1"
    first = told.find("properties")[0]
    assert (first.get("name"), first.get("value").split(" by ")[0]) == ("banner", "THE GATE IS OVERRIDDEN")
    assert told.find("testcase/system-out").text.startswith("THE GATE IS OVERRIDDEN by Ada")


@pytest.mark.parametrize(("make", "outcome"), [(away, "error"), (interrupted, "error"), (passed, "system-out")])
def test_what_is_about_the_gate_is_a_case_of_its_own(make, outcome):
    assert outcomes(make())["gate"] == outcome


def test_an_unavailable_service_that_is_tolerated_is_no_error_and_not_green():
    of_policy = policy(on_unavailable=WARN)
    document = report(unavailable(Unavailable("the service is away", "timeout"), of_policy), of_policy)
    assert outcomes(document) == {"gate": "skipped"}


def test_a_plan_passes_no_monitor():
    assert {name: tag for name, tag in outcomes(planned()).items() if name != "gate"} == {
        f"Page {number}": "skipped" for number in range(3)
    }


def test_monitors_of_one_name_are_told_apart():
    of_policy = policy()
    told = outcomes(report(judged(of_policy, failing(id="1"), status(id="2"), *clean(1)), of_policy))
    assert set(told) == {"gate", "Web [1]", "Web [2]", "Page 0"}


def test_classes_are_by_type_and_cannot_be_nested_by_a_hostile_one():
    of_policy = policy()
    one = report(judged(of_policy, status()), of_policy)
    for kind, expected in ((None, "monitor"), ("Web Page", "Web_Page"), ("a.b.é/", "a_b___"), (HOSTILE, None)):
        one["monitors"][0]["type"] = kind
        name = list(suite(one).iter("testcase"))[1].get("classname")
        assert name.count(".") == 1
        assert expected in (None, name.removeprefix("knowledgefront."))


def test_hostile_text_stays_text():
    text = as_junit(hostile())
    assert "<script" not in text
    assert "\x1b" not in text and "\u202e" not in text
    assert r"\x00\x1b[31m\u202e" in text


def test_ten_thousand_monitors_are_ten_thousand_cases():
    assert suite(many(10_000, 10_000)).get("failures") == "10001"
