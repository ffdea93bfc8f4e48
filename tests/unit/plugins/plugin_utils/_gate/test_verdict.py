# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import (
    read_baseline,
    take_baseline,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import KnownProblem, Override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import PHASES, REACTIONS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    EXEMPT,
    VERDICTS,
    add_earlier_reasons,
    decide,
    evaluate,
    evaluate_unavailable,
    map_reactions,
)

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, then, view

ALERT = status(id="a", label="Alerting", alert_active=True, alerted=NOW - 60)
FAILING = failing(id="f", label="Failing")
SILENT = failing(id="s", label="Silent", fail_count=3, test_count=3)
BLIND = status(id="b", label="Blind", last_test=MonitorTest(NOW - 9999, None))
CLEAN = status(id="c", label="Clean")
PENDING = status(id="p", label="Pending", last_test=MonitorTest(NOW - 1, None))
AFTER = {"phase": "after", "settle": 0, "max_masked": "100%"}
DURING = {"phase": "during", "max_masked": "100%"}
FRESH = status(id="c", label="Clean", last_test=MonitorTest(NOW, None))


def evaluate_all(found, of_baseline=None, unprovable=None, **given):
    taken = found if isinstance(found, Sample) else sample(*found)
    rests_on = view(policy(**given), taken, baseline=of_baseline)
    return evaluate(taken, rests_on._replace(unprovable=unprovable or {}))


def accepts(pattern, expires=None, **fields):
    return KnownProblem(pattern, "under repair", expires, Patterns([pattern]), **fields)


@pytest.mark.parametrize(
    ("found", "given", "verdict", "rc"),
    [
        ([CLEAN], {}, "pass", 0),
        ([ALERT, CLEAN], {}, "block", 10),
        ([ALERT, CLEAN], {"on_existing_alert": "warn"}, "warn", 0),
        ([ALERT, CLEAN], {"on_existing_alert": "ignore"}, "warn", 0),
        ([ALERT, CLEAN], {"fixes": Patterns(["a"])}, "warn", 0),
        ([ALERT, CLEAN], {"known": (accepts("a"),)}, "warn", 0),
        ([ALERT, CLEAN], {"advisory": Patterns(["a"])}, "warn", 0),
        ([ALERT, CLEAN], {"max_blocking": 1}, "warn", 0),
        ([ALERT, SILENT], {"max_blocking": 1}, "block", 10),
        ([ALERT, BLIND], {"max_blocking": 5}, "inconclusive", 11),
        ([ALERT, CLEAN], DURING, "block", 10),
        ([ALERT, CLEAN], {**DURING, "deploy_started": NOW - 1}, "warn", 0),
        ([ALERT, CLEAN], {**DURING, "on_new_alert": "warn"}, "warn", 0),
        ([ALERT, FRESH], {**AFTER, "deploy_started": NOW - 1}, "warn", 0),
        ([ALERT, FRESH], {**AFTER, "deploy_started": NOW - 1, "fixes": Patterns(["a"])}, "block", 10),
        ([FRESH], AFTER, "pass", 0),
        ([FRESH, PENDING], AFTER, "inconclusive", 11),
        ([FRESH, PENDING], {**AFTER, "advisory": Patterns(["p"])}, "warn", 0),
        ([FAILING], {}, "warn", 0),
        ([FAILING], AFTER, "inconclusive", 11),
        ([FAILING], {**AFTER, "clean_tests": 0}, "block", 10),
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
def test_the_worst_state_is_the_verdict(found, given, verdict, rc):
    evaluation = evaluate_all(found, **given)
    assert (evaluation.verdict, evaluation.gate_rc) == (verdict, rc)
    assert evaluation.counts["monitors"] == len(found)


@pytest.mark.parametrize(
    ("on_existing_problem", "verdict"), [("block", "block"), ("warn", "warn"), ("ignore", "warn"), (None, "warn")]
)
def test_an_existing_problem_has_its_own_reaction(on_existing_problem, verdict):
    of_baseline = baseline(then(id="b", problem="stale"), then(id="c"))
    evaluation = evaluate_all([BLIND, FRESH], of_baseline, **AFTER, on_existing_problem=on_existing_problem)
    assert (evaluation.verdict, evaluation.counts["existing_problem"]) == (verdict, 1)
    assert len(evaluation.reasons) == (on_existing_problem != "ignore")


@pytest.mark.parametrize(
    ("on_unprovable", "verdict", "rc"), [("block", "inconclusive", 11), ("warn", "warn", 0), ("ignore", "warn", 0)]
)
def test_an_unproved_monitor_has_its_own_reaction(on_unprovable, verdict, rc):
    unprovable = {"p": NOW + 86400}
    evaluation = evaluate_all([PENDING, FRESH], unprovable=unprovable, **AFTER, on_unprovable=on_unprovable)
    assert (evaluation.verdict, evaluation.gate_rc, evaluation.counts["unproved"]) == (verdict, rc, 1)


RAISED_SINCE = status(id="a", label="Alerting", alert_active=True, alerted=NOW)


@pytest.mark.parametrize(
    ("found", "given", "final"),
    [
        ([CLEAN], {}, True),
        ([ALERT], {}, False),
        ([SILENT], {}, False),
        ([RAISED_SINCE], {"phase": "during"}, True),
        ([ALERT], {"phase": "during"}, False),
        ([ALERT], AFTER, False),
        ([RAISED_SINCE], AFTER, True),
        ([RAISED_SINCE], {**AFTER, "settle": 30}, False),
        ([RAISED_SINCE, PENDING, FAILING], AFTER, True),
        ([SILENT], AFTER, False),
        ([SILENT._replace(last_test=MonitorTest(NOW, "x"))], AFTER, True),
        ([SILENT._replace(last_test=MonitorTest(NOW, "x"))], {"since": NOW - 1}, False),
        ([FAILING], AFTER, False),
        ([PENDING], AFTER, False),
        ([BLIND], AFTER, False),
        ([RAISED_SINCE], {**AFTER, "deploy_started": NOW + 9, "on_existing_alert": "block"}, False),
        ([RAISED_SINCE, PENDING], {**AFTER, "on_new_alert": "warn"}, False),
        ([RAISED_SINCE, PENDING], {**AFTER, "max_blocking": 1}, False),
        ([RAISED_SINCE, PENDING], {**AFTER, "advisory": Patterns(["a"])}, False),
    ],
)
def test_only_what_the_wait_cannot_change_stops_at_once(found, given, final):
    assert evaluate_all(found, **given).final is final


def test_a_monitor_without_status_is_never_clean():
    evaluation = evaluate_all(Sample([monitor(None, config())], NOW))
    assert (evaluation.verdict, evaluation.gate_rc) == ("inconclusive", 11)


def test_a_monitor_that_left_during_the_wait_is_missing():
    polls = [sample(CLEAN, BLIND), sample(CLEAN)]
    evaluation = evaluate(polls[-1], view(policy(), *polls))
    assert [(reason.code, reason.label) for reason in evaluation.reasons] == [("missing", "Blind")]
    assert evaluation.counts["monitors"] == 2


@pytest.mark.parametrize("number", [2, 101, 2_500])
def test_a_monitor_that_vanished_is_missing_once_also_when_another_appears(number):
    before = [status(id=f"{at:056x}", label=f"Monitor {at}") for at in range(number)]
    taken = take_baseline(sample(*before), "selection", "account", lambda _monitor: None)
    new = status(id="new", label="New")
    for polls in ([sample(*before[1:], new)], [sample(*before), sample(*before[1:], new)]):
        rests_on = view(policy("during"), *polls, baseline=read_baseline(taken))
        evaluation = evaluate(polls[-1], rests_on)
        assert [(reason.code, reason.label) for reason in evaluation.reasons] == [("missing", "Monitor 0")]
        assert (evaluation.gate_rc, evaluation.counts["monitors"]) == (11, number + 1)


def test_a_vanished_monitor_without_a_label_is_named_by_its_id():
    evaluation = evaluate_all([CLEAN], baseline(then(id="#0123", label="")), phase="during")
    assert [reason.label for reason in evaluation.reasons] == ["#0123"]


BROKEN = [failing(id=f"f{at}", label=f"Failing {at}") for at in range(10)]
QUIET = [status(id=f"c{at}", label=f"Clean {at}") for at in range(10)]
STALE = [status(id=f"c{at}", label=f"Stale {at}", last_test=MonitorTest(NOW - 999, None)) for at in range(10)]


@pytest.mark.parametrize(
    ("found", "given", "verdict", "masked"),
    [
        ([*BROKEN[:5], *QUIET[:5]], {}, "warn", 5),
        ([*BROKEN[:6], *QUIET[:5]], {}, "inconclusive", 6),
        ([*BROKEN[:6], *QUIET[:5]], {"max_masked": "60%"}, "warn", 6),
        ([*BROKEN[:6], *QUIET[:5]], {"max_masked": "6"}, "warn", 6),
        ([*BROKEN[:6], *QUIET[:5]], {"max_masked": "5"}, "inconclusive", 6),
        ([BROKEN[0], *QUIET], {"max_masked": "0"}, "inconclusive", 1),
        ([BROKEN[0], *QUIET], {"max_masked": "0%"}, "inconclusive", 1),
        (BROKEN, {"max_masked": "100%"}, "warn", 10),
        (BROKEN, {}, "inconclusive", 10),
        (BROKEN[:1], {}, "inconclusive", 1),
        (BROKEN, {"phase": "before"}, "warn", 10),
        (BROKEN, {"on_failing_test": "ignore"}, "inconclusive", 10),
        (BROKEN, {"on_failing_test": "block"}, "block", 0),
        (BROKEN, {"advisory": Patterns(["Failing*"])}, "warn", 10),
        (BROKEN, {"known": (accepts("Failing*"),)}, "warn", 10),
        ([*BROKEN[:6], *QUIET[:5]], {"known": (accepts("f0"),)}, "warn", 6),
        (STALE, {"on_blind": "warn"}, "inconclusive", 10),
        (STALE, {"on_blind": "ignore"}, "inconclusive", 10),
        ([*STALE[:1], ALERT], {"on_blind": "warn", "max_masked": "0"}, "block", 1),
    ],
)
def test_a_gate_in_which_most_monitors_prove_nothing_is_inconclusive(found, given, verdict, masked):
    evaluation = evaluate_all(found, **{"phase": "during", **given})
    assert (evaluation.verdict, evaluation.masked) == (verdict, masked)
    limited = [reason.code for reason in evaluation.reasons if reason.monitor is None]
    assert limited == (["max_masked"] if verdict == "inconclusive" or given.get("max_masked") == "0" else [])


def test_existing_problems_count_as_masked():
    of_baseline = baseline(*(then(id=one.id, problem="stale") for one in STALE))
    assert evaluate_all(STALE, of_baseline, phase="during").gate_rc == 11


def test_unproved_monitors_and_fixes_do_not_count_as_masked():
    assert {states.UNPROVED, states.KNOWN, states.FIXING} == EXEMPT
    unprovable = {one.id: NOW + 86400 for one in QUIET}
    evaluation = evaluate_all([*QUIET, FRESH], unprovable=unprovable, phase="after", settle=0)
    assert (evaluation.verdict, evaluation.masked) == ("warn", 10)


@pytest.mark.parametrize(("on_blind", "silent"), list(itertools.product(REACTIONS, REACTIONS)))
def test_missing_evidence_is_never_a_pass(on_blind, silent):
    assert evaluate_all([BLIND, CLEAN], on_blind=on_blind, on_silent_failure=silent).verdict != "pass"


@pytest.mark.parametrize("phase", PHASES)
def test_every_state_but_clean_has_a_reaction(phase):
    reactions = {map_reactions(policy(phase))[state] for state in states.ALL if state != states.CLEAN}
    assert reactions <= {"block", "warn", "inconclusive"}


def test_reasons_are_sorted_worst_first():
    evaluation = evaluate_all([FAILING, BLIND, ALERT])
    assert [reason.code for reason in evaluation.reasons] == ["existing_alert", "blind", "failing"]
    assert [reason.verdict for reason in evaluation.reasons] == ["block", "inconclusive", "warn"]


def test_reasons_about_the_whole_gate_come_before_single_monitors():
    evaluation = evaluate_all([BLIND, *BROKEN], phase="during")
    assert [reason.code for reason in evaluation.reasons][:2] == ["max_masked", "blind"]


def test_verdicts_are_ranked_from_best_to_worst():
    assert VERDICTS == ("pass", "warn", "inconclusive", "error", "block")


def test_every_state_is_counted():
    counts = evaluate_all([CLEAN, ALERT, SILENT, FAILING]).counts
    assert {state: number for state, number in counts.items() if number} == {
        "monitors": 4,
        "clean": 1,
        "existing_alert": 1,
        "silent_failure": 1,
        "failing": 1,
    }
    assert set(counts) == {"monitors", *states.ALL}


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
def test_no_response_is_never_a_pass_and_refused_credentials_always_stop(final, reaction, verdict, rc):
    error = Unavailable("no", "credentials", final=final, retry_after=40.0)
    evaluation = evaluate_unavailable(error, policy(on_unavailable=reaction))
    assert (evaluation.verdict, evaluation.gate_rc, evaluation.final) == (verdict, rc, final)
    assert (list(evaluation.assessments), evaluation.retry_after) == ([], 40.0)
    assert [reason.code for reason in evaluation.reasons] == ["credentials"]


AWAY = Unavailable("the service is away", "timeout", retry_after=40.0)
REFUSED = Unavailable("no", "access", final=True)
TOLERATED = evaluate_unavailable(AWAY, policy(on_unavailable="warn"))


@pytest.mark.parametrize(
    ("evaluation", "trouble", "rc", "codes"),
    [
        (TOLERATED, None, 0, ["timeout"]),
        (TOLERATED, evaluate_all([ALERT]), 10, ["existing_alert", "timeout"]),
        (TOLERATED, evaluate_all([BLIND, FAILING]), 11, ["blind", "failing", "timeout"]),
        (evaluate_unavailable(AWAY, policy()), evaluate_all([ALERT]), 12, ["timeout"]),
        (
            evaluate_unavailable(REFUSED, policy()),
            evaluate_all([ALERT]),
            13,
            ["access"],
        ),
    ],
)
def test_a_response_that_is_missing_does_not_clear_an_earlier_problem(evaluation, trouble, rc, codes):
    found = add_earlier_reasons(evaluation, trouble)
    assert (found.gate_rc, [reason.code for reason in found.reasons]) == (rc, codes)
    assert found.retry_after == evaluation.retry_after
    assert found.final == evaluation.final


VALID = Override("the shop is down", "ann", "OPS-1", NOW + 60)
EXPIRED = Override("the shop is down", "ann", None, NOW)
NO_RESPONSE = evaluate_unavailable(AWAY, policy())


@pytest.mark.parametrize(
    ("evaluation", "given", "decision", "rc", "bypassed", "notes"),
    [
        (evaluate_all([ALERT]), {}, "stop", 10, False, 0),
        (evaluate_all([ALERT]), {"override": VALID}, "proceed", 0, True, 1),
        (evaluate_all([ALERT]), {"override": EXPIRED}, "stop", 10, False, 1),
        (evaluate_all([CLEAN]), {"override": VALID}, "proceed", 0, False, 1),
        (evaluate_all([CLEAN]), {"override": EXPIRED}, "proceed", 0, False, 1),
        (NO_RESPONSE, {"override": VALID}, "proceed", 0, True, 1),
        (NO_RESPONSE, {}, "stop", 12, False, 0),
        (evaluate_all([ALERT]), {"enforce": False}, "proceed", 0, True, 1),
        (evaluate_all([ALERT]), {"enforce": False, "override": VALID}, "proceed", 0, True, 1),
        (evaluate_all([ALERT]), {"enforce": False, "override": EXPIRED}, "proceed", 0, True, 2),
        (evaluate_all([CLEAN]), {"enforce": False}, "proceed", 0, False, 0),
    ],
)
def test_an_order_changes_the_decision_and_never_the_verdict(evaluation, given, decision, rc, bypassed, notes):
    found = decide(evaluation, policy(**given), NOW)
    assert (found.decision, found.gate_rc, found.bypassed, len(found.notes)) == (decision, rc, bypassed, notes)
    assert found.proceeds == (decision == "proceed")


MISSING = evaluate_all(Sample([monitor(None, config(id="c"))], NOW))


@pytest.mark.parametrize(
    ("evaluation", "entry", "noted"),
    [
        (evaluate_all([ALERT]), accepts("a", NOW + 1), False),
        (evaluate_all([ALERT]), accepts("a", NOW), True),
        (evaluate_all([CLEAN, ALERT]), accepts("c"), True),
        (evaluate_all([CLEAN, ALERT]), accepts("*"), False),
        (evaluate_all([BLIND]), accepts("b"), False),
        (evaluate_all([FAILING]), accepts("f"), False),
        (evaluate_all([PENDING], **AFTER), accepts("p"), True),
        (MISSING, accepts("c"), False),
        (evaluate_all([ALERT]), accepts("z"), True),
        (NO_RESPONSE, accepts("a"), False),
        (NO_RESPONSE, accepts("a", NOW), True),
    ],
)
def test_an_exception_that_does_not_help_is_noted(evaluation, entry, noted):
    assert len(decide(evaluation, policy(known=(entry,)), NOW).notes) == noted
