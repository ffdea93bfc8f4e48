# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import Then
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import Known, Override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import REACTIONS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    judge,
    rule,
    summary,
    unavailable,
)

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, view

ALERT = status(id="a", label="Alerting", alert_active=True, alerted=NOW - 60)
FAILING = failing(id="f", label="Failing")
SILENT = failing(id="s", label="Silent", fail_count=3, test_count=3)
BLIND = status(id="b", label="Blind", last_test=Check(NOW - 9999, None))
CLEAN = status(id="c", label="Clean")
PENDING = status(id="p", label="Pending", last_test=Check(NOW - 1, None))
AFTER = {"phase": "after", "settle": 0}
FRESH = status(id="c", label="Clean", last_test=Check(NOW, None))


def judged(found, then=None, **given):
    taken = sample(*found)
    return judge(taken, view(policy(**given), taken, baseline=then))


@pytest.mark.parametrize(
    ("found", "given", "verdict", "rc"),
    [
        ([CLEAN], {}, "pass", 0),
        ([ALERT, CLEAN], {}, "block", 10),
        ([ALERT, CLEAN], {"on_existing_alert": "warn"}, "warn", 0),
        ([ALERT, CLEAN], {"on_existing_alert": "ignore"}, "warn", 0),
        ([ALERT, CLEAN], {"fixes": Patterns(["a"])}, "warn", 0),
        ([ALERT, CLEAN], {"known": (Known("a", "r", None, Patterns(["a"])),)}, "warn", 0),
        ([ALERT, CLEAN], {"advisory": Patterns(["a"])}, "warn", 0),
        ([ALERT, CLEAN], {"max_blocking": 1}, "warn", 0),
        ([ALERT, SILENT], {"max_blocking": 1}, "block", 10),
        ([ALERT, BLIND], {"max_blocking": 5}, "inconclusive", 11),
        ([ALERT, CLEAN], {"phase": "during"}, "block", 10),
        ([ALERT, CLEAN], {"phase": "during", "deploy_started": NOW - 1}, "warn", 0),
        ([ALERT, CLEAN], {"phase": "during", "on_new_alert": "warn"}, "warn", 0),
        ([ALERT, FRESH], {**AFTER, "deploy_started": NOW - 1}, "warn", 0),
        ([ALERT, FRESH], {**AFTER, "deploy_started": NOW - 1, "fixes": Patterns(["a"])}, "block", 10),
        ([FRESH], AFTER, "pass", 0),
        ([FRESH, PENDING], AFTER, "inconclusive", 11),
        ([FRESH, PENDING], {**AFTER, "advisory": Patterns(["p"])}, "warn", 0),
        ([FAILING], {}, "warn", 0),
        ([FAILING], AFTER, "block", 10),
        ([FAILING], {"on_failing_test": "block"}, "block", 10),
        ([FAILING], {"on_failing_test": "ignore"}, "warn", 0),
        ([SILENT], {}, "block", 10),
        ([SILENT], {"on_silent_failure": "warn"}, "warn", 0),
        ([SILENT], {"alert_after": 4}, "warn", 0),
        ([BLIND], {}, "inconclusive", 11),
        ([BLIND], {"on_blind": "warn"}, "warn", 0),
        ([BLIND], {"on_blind": "ignore"}, "warn", 0),
        ([BLIND], {"stale_factor": 200.0}, "pass", 0),
        ([BLIND, ALERT], {}, "block", 10),
        ([BLIND, FAILING], {}, "inconclusive", 11),
        ([FAILING, CLEAN, BLIND, ALERT, SILENT], {}, "block", 10),
    ],
)
def test_the_worst_finding_is_the_verdict(found, given, verdict, rc):
    evaluation = judged(found, **given)
    assert (evaluation.verdict, evaluation.gate_rc) == (verdict, rc)
    assert evaluation.counts["monitors"] == len(found)


@pytest.mark.parametrize(
    ("found", "given", "final"),
    [
        ([CLEAN], {}, True),
        ([ALERT], {}, False),
        ([SILENT], {}, False),
        ([ALERT], {"phase": "during"}, True),
        ([ALERT], AFTER, True),
        ([ALERT, PENDING, FAILING], AFTER, True),
        ([SILENT], AFTER, True),
        ([FAILING], AFTER, False),
        ([PENDING], AFTER, False),
        ([BLIND], AFTER, False),
        ([ALERT], {**AFTER, "deploy_started": NOW, "on_existing_alert": "block"}, False),
        ([ALERT, PENDING], {**AFTER, "on_new_alert": "warn"}, False),
        ([ALERT, PENDING], {**AFTER, "max_blocking": 1}, False),
    ],
)
def test_only_what_time_cannot_mend_stops_at_once(found, given, final):
    assert judged(found, **given).final is final


def test_a_monitor_without_status_is_never_clean():
    taken = Sample([monitor(None, config())], NOW)
    evaluation = judge(taken, view(policy(), taken))
    assert (evaluation.verdict, evaluation.gate_rc) == ("inconclusive", 11)


def test_a_monitor_that_left_during_the_wait_is_missing():
    looks = [sample(CLEAN, BLIND), sample(CLEAN)]
    evaluation = judge(looks[-1], view(policy(), *looks))
    assert [(reason.code, reason.label) for reason in evaluation.reasons] == [("missing", "Blind")]
    assert evaluation.counts["monitors"] == 2


THEN = {"c": Then("Clean", 60.0, True), "x": Then("Gone", 60.0, True)}


@pytest.mark.parametrize(
    ("then", "found"),
    [
        (baseline(monitors=THEN), [("missing", "x", "Gone")]),
        (baseline(monitors=THEN, scope=2), [("missing", "x", "Gone")]),
        (baseline(monitors=THEN, selection="other"), []),
        (baseline(monitors={"c": THEN["c"]}, scope=2), []),
        (baseline(scope=2), [("shrunk", None, None)]),
        (baseline(scope=2, selection="other"), []),
        (baseline(scope=1), []),
        (baseline(scope=0), []),
    ],
)
def test_a_monitor_that_the_baseline_had_is_missed(then, found):
    evaluation = judged([CLEAN], then, phase="during")
    assert [(reason.code, reason.monitor, reason.label) for reason in evaluation.reasons] == found
    assert evaluation.verdict == ("inconclusive" if found else "pass")


@pytest.mark.parametrize(("on_blind", "silent"), list(itertools.product(REACTIONS, REACTIONS)))
def test_missing_evidence_is_never_a_pass(on_blind, silent):
    assert judged([BLIND, CLEAN], on_blind=on_blind, on_silent_failure=silent).verdict != "pass"


def test_reasons_stand_worst_first():
    evaluation = judged([FAILING, BLIND, ALERT])
    assert [reason.code for reason in evaluation.reasons] == ["existing_alert", "blind", "failing"]
    assert [reason.verdict for reason in evaluation.reasons] == ["block", "inconclusive", "warn"]


def test_what_the_budget_tolerates_says_so():
    assert "max_blocking is 1" in judged([ALERT, FAILING], max_blocking=1).reasons[0].message


@pytest.mark.parametrize(
    ("final", "reaction", "verdict", "rc"),
    [
        (False, "block", "error", 12),
        (False, "warn", "warn", 0),
        (False, "ignore", "warn", 0),
        (True, "block", "error", 13),
        (True, "warn", "error", 13),
        (True, "ignore", "error", 13),
    ],
)
def test_no_answer_is_never_a_pass_and_refused_credentials_always_stop(final, reaction, verdict, rc):
    evaluation = unavailable(Unavailable("no", "credentials", final=final), policy(on_unavailable=reaction))
    assert (evaluation.verdict, evaluation.gate_rc, evaluation.final) == (verdict, rc, final)
    assert list(evaluation.assessments) == []


VALID = Override("the shop is down", "ann", "OPS-1", NOW + 60)
EXPIRED = Override("the shop is down", "ann", None, NOW)
AWAY = unavailable(Unavailable("the service is away", "timeout"), policy())


@pytest.mark.parametrize(
    ("evaluation", "given", "decision", "rc", "bypassed", "told"),
    [
        (judged([ALERT]), {}, "stop", 10, False, None),
        (judged([ALERT]), {"override": VALID}, "proceed", 0, True, "OVERRIDDEN by ann, ticket OPS-1: the shop is down"),
        (judged([ALERT]), {"override": EXPIRED}, "stop", 10, False, "by ann has expired"),
        (judged([CLEAN]), {"override": VALID}, "proceed", 0, False, "is not needed"),
        (judged([CLEAN]), {"override": EXPIRED}, "proceed", 0, False, "has expired"),
        (AWAY, {"override": VALID}, "proceed", 0, True, "OVERRIDDEN"),
        (judged([ALERT]), {"enforce": False}, "proceed", 0, True, "would have stopped"),
        (judged([ALERT]), {"enforce": False, "override": VALID}, "proceed", 0, True, "OVERRIDDEN"),
        (judged([ALERT]), {"enforce": False, "override": EXPIRED}, "proceed", 0, True, "would have stopped"),
        (judged([CLEAN]), {"enforce": False}, "proceed", 0, False, None),
    ],
)
def test_an_order_changes_the_decision_and_never_the_verdict(evaluation, given, decision, rc, bypassed, told):
    decision = rule(evaluation, policy(**given), NOW)
    assert (decision.decision, decision.gate_rc, decision.bypassed) == (decision, rc, bypassed)
    assert decision.proceeds == (rc == 0)
    assert (told in decision.notes[0]) if told else not decision.notes


GONE = Sample([monitor(None, config(id="c"))], NOW)


@pytest.mark.parametrize(
    ("evaluation", "pattern", "expires", "told"),
    [
        (judged([ALERT]), "a", NOW + 1, None),
        (judged([ALERT]), "a", NOW, "has expired and does not help"),
        (judged([CLEAN]), "a", None, "matches no active alert"),
        (judged([CLEAN]), "c", None, "matches no active alert"),
        (judge(GONE, view(policy(), GONE)), "c", None, "matches no active alert"),
        (judged([ALERT]), "z", None, "matches no active alert"),
        (AWAY, "a", None, None),
        (AWAY, "a", NOW, "has expired"),
    ],
)
def test_an_exception_that_does_not_help_is_told(evaluation, pattern, expires, told):
    known = Known(pattern, "under repair", expires, Patterns([pattern]))
    notes = rule(evaluation, policy(known=(known,)), NOW).notes
    assert (told in notes[0]) if told else not notes


@pytest.mark.parametrize(
    ("evaluation", "line"),
    [
        (judged([CLEAN]), "before: proceed, pass: nothing against it at any of 1 monitors in scope"),
        (judged([ALERT, CLEAN]), "before: stop, block: 1 of 2 monitors in scope: Alerting"),
        (
            judged([BLIND], on_blind="ignore"),
            "before: proceed, warn: what was found at 1 of 1 monitors in scope is ignored",
        ),
        (AWAY, "before: stop, error: the service is away"),
    ],
)
def test_the_summary_is_the_judgement_in_one_line(evaluation, line):
    assert summary(evaluation, rule(evaluation, policy(), NOW), "before") == line
