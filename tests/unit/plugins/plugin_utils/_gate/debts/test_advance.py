# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.advance import (
    advance_debt,
    use_service_clock,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import (
    Debt,
    build_debt,
    read_debt,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import parse_known
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate, Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import evaluate_unavailable

from ..monitors_at_hand import NOW, policy
from .slow_monitors import ACCOUNT, FIRST, HOUR, SLOW, SlowWorld, before, end_after, ids, make_debt


def advance(debt: Debt, world: SlowWorld, at: float, is_last: bool = True) -> Debt:
    """Return ``debt`` after a poll at ``at``, read again from JSON as another process would."""
    assert debt.basis is not None
    owed = {str(entry["monitor"]) for entry in debt.owed}
    gate = Gate(
        debt.basis.policy,
        debt.basis.baseline,
        lambda: use_service_clock(world.sample(at, owed)),
        lambda: 0.0,
        lambda _seconds: None,
        lambda _wait: None,
        once=True,
        evidence=debt.basis.restore_evidence(),
    )
    return read_debt(json.loads(json.dumps(advance_debt(debt, gate.decide(), at, is_last))))


def play(debt: Debt, world: SlowWorld, times: Sequence[float], is_last: bool = True) -> Debt:
    for at in times:
        if debt.basis is not None:
            debt = advance(debt, world, at, is_last)
    return debt


TESTS = [FIRST + number * SLOW + 60 for number in range(20)]
"""Times shortly after each test of a slow monitor."""


def test_a_gate_owes_what_tests_too_rarely_and_knows_when_it_is_due() -> None:
    debt = make_debt(SlowWorld(x="c", y="c"))
    assert (debt.state, ids(debt.owed), debt.proofs, debt.is_rest_verified) == ("owed", ["x", "y"], [], True)
    assert {entry["due"] for entry in debt.owed} == {utc(FIRST)}
    assert not debt.is_verified


@pytest.mark.parametrize(
    ("results", "given", "states", "last_code"),
    [
        ("c", {}, ["delivered"], None),
        ("c", {"clean_tests": 2}, ["owed", "delivered"], None),
        ("c", {"clean_tests": 3}, ["owed", "owed", "delivered"], None),
        # A failed test requires at least one more clean test than usual.
        ("fc", {}, ["owed", "owed", "delivered"], None),
        ("fc", {"recovery_tests": 3}, ["owed", "owed", "owed", "delivered"], None),
        ("ff", {}, ["owed", "failed"], "failing"),
        ("fff", {"on_failing_test": "warn"}, ["owed", "owed", "failed"], "silent_failure"),
        ("ffa", {"on_failing_test": "warn", "alert_after": 4}, ["owed", "owed", "failed"], "new_alert"),
        ("fcfcfcfc", {}, ["owed", "owed", "owed", "owed", "failed"], "failing"),
        ("a", {}, ["failed"], "new_alert"),
        ("ca", {"clean_tests": 2}, ["owed", "failed"], "new_alert"),
        ("c", {"full_detection": True}, ["owed", "owed", "delivered"], None),
    ],
)
def test_evidence_adds_up_over_runs(
    results: str, given: dict[str, Any], states: list[str], last_code: str | None
) -> None:
    world = SlowWorld(x=results)
    debt = make_debt(world, **given)
    found = []
    for at in TESTS[: len(states)]:
        debt = advance(debt, world, at)
        found.append(debt.state)
    assert found == states
    assert debt.collected is not None
    codes = [reason["code"] for reason in debt.collected["reasons"] if reason["verdict"] == "block"]
    assert codes == ([last_code] if last_code else [])
    assert debt.is_verified is (states[-1] == "delivered")


@pytest.mark.parametrize("times", [[NOW + 200], [NOW + 200] * 5, [FIRST - 1], [FIRST - 1, NOW + 300]])
def test_repeated_polls_without_a_new_test_prove_nothing(times: list[float]) -> None:
    world = SlowWorld(x="c")
    debt = play(make_debt(world, clean_tests=2), world, times)
    assert (debt.state, debt.proofs) == ("owed", [])
    debt = play(debt, world, [TESTS[0]] * 4)
    assert (debt.state, debt.proofs) == ("owed", [])
    assert advance(debt, world, TESTS[1]).state == "delivered"


def test_each_monitor_is_delivered_once_and_does_not_fail_afterwards() -> None:
    world = SlowWorld(x="ca", y="fcc")
    debt = advance(make_debt(world), world, TESTS[0])
    assert (debt.state, ids(debt.proofs), ids(debt.owed)) == ("owed", ["x"], ["y"])
    assert debt.proofs[0]["tested"] == utc(FIRST)
    debt = play(debt, world, TESTS[1:])
    assert (debt.state, ids(debt.proofs), debt.owed) == ("delivered", ["x", "y"], [])
    assert debt.collected is not None
    assert sorted(one["id"] for one in debt.collected["monitors"]) == ["x", "y"]
    assert debt.basis is None


def test_a_monitor_that_fails_fails_the_debt_although_another_is_delivered() -> None:
    world = SlowWorld(x="c", y="a")
    debt = advance(make_debt(world), world, TESTS[0])
    assert (debt.state, ids(debt.proofs), ids(debt.owed)) == ("failed", ["x"], ["y"])
    assert not debt.is_verified


def test_a_failure_that_may_recover_is_final_at_the_last_poll_only() -> None:
    world = SlowWorld(x="ffc")
    debt = play(make_debt(world, recovery_tests=2), world, TESTS[:6], is_last=False)
    assert debt.state == "delivered"
    debt = play(make_debt(world, recovery_tests=2), world, TESTS[:1], is_last=False)
    assert advance(debt, world, TESTS[1], is_last=True).state == "failed"


def test_a_vanished_monitor_stays_owed_and_a_returned_one_is_proved() -> None:
    world = SlowWorld(x="c", y="c")
    debt = make_debt(world)
    world.vanished = {"x"}
    debt = advance(debt, world, TESTS[0])
    assert (debt.state, ids(debt.proofs), ids(debt.owed)) == ("owed", ["y"], ["x"])
    assert debt.collected is not None
    assert [(one["code"], one["verdict"]) for one in debt.collected["reasons"]] == [("missing", "inconclusive")]
    assert debt.owed[0]["due"] == utc(FIRST)
    world.vanished = set()
    assert advance(debt, world, TESTS[1]).state == "delivered"


def test_all_monitors_may_vanish() -> None:
    world = SlowWorld(x="c", y="c")
    debt = make_debt(world)
    world.vanished = {"x", "y"}
    debt = advance(debt, world, TESTS[0])
    assert (debt.state, debt.proofs, ids(debt.owed)) == ("owed", [], ["x", "y"])


def test_a_stale_monitor_stays_owed_even_with_a_clean_test_since() -> None:
    world = SlowWorld(x="c")
    debt = make_debt(world)
    assert debt.basis is not None
    late = TESTS[0] + 4 * SLOW
    stale = world.sample(TESTS[0], {"x"})._replace(taken_at=late)
    gate = Gate(
        debt.basis.policy,
        debt.basis.baseline,
        lambda: stale,
        lambda: 0.0,
        print,
        print,
        True,
        debt.basis.restore_evidence(),
    )
    debt = read_debt(advance_debt(debt, gate.decide(), late, True))
    assert (debt.state, debt.proofs) == ("owed", [])
    assert debt.collected is not None and debt.collected["reasons"][0]["code"] == "blind"


KNOWN = parse_known({"monitor": "Slow x", "states": ["failing"], "reason": "being replaced"})
EXPIRED = parse_known(
    {"monitor": "Slow x", "states": ["failing"], "reason": "being replaced", "expires": utc(NOW + HOUR)}
)


@pytest.mark.parametrize(("known", "state", "how"), [(KNOWN, "delivered", ["accepted"]), (EXPIRED, "failed", [])])
def test_an_accepted_problem_closes_a_debt_without_proof(known: Any, state: str, how: list[str]) -> None:
    world = SlowWorld(x="ff")
    debt = play(make_debt(world, known=(known,)), world, TESTS[:2])
    assert (debt.state, [proof["how"] for proof in debt.proofs]) == (state, how)
    assert not debt.is_verified


@pytest.mark.parametrize("offset", [0.0, 500.0, -500.0])
@pytest.mark.parametrize("later_offset", [0.0, 900.0, -900.0])
def test_another_machine_with_another_clock_continues(offset: float, later_offset: float) -> None:
    world = SlowWorld(offset, x="cc", y="ac")
    debt = make_debt(world, settle=0.0)
    world.offset = later_offset
    early = advance(debt, world, FIRST - 10)
    assert (early.state, early.proofs) == ("owed", [])
    late = advance(early, world, TESTS[0])
    assert (late.state, ids(late.proofs)) == ("failed", ["x"])


def test_a_test_before_the_anchor_is_no_evidence_on_a_machine_whose_clock_is_ahead() -> None:
    world = SlowWorld(x="c")
    debt = make_debt(world, settle=3 * HOUR)
    world.offset = -5 * HOUR
    assert advance(debt, world, TESTS[0]).state == "owed"
    assert advance(debt, world, TESTS[1]).state == "delivered"


@pytest.mark.parametrize("monitor_ids", ["xy", "x", ""])
def test_the_baseline_is_that_of_the_owed_monitors(monitor_ids: str) -> None:
    world = SlowWorld(**dict.fromkeys(monitor_ids, "c"), z="c")
    full = before(world)
    known = full._replace(monitors={name: one for name, one in full.monitors.items() if name in {*monitor_ids, "fast"}})
    debt = make_debt(world, known, clean_tests=2)
    assert debt.basis is not None and debt.basis.baseline is not None
    assert sorted(debt.basis.baseline.monitors) == sorted(monitor_ids)
    # None of the monitors that are delivered or never owed is missing later.
    debt = play(debt, world, TESTS[:2])
    assert (debt.state, debt.is_verified) == ("delivered", True)


def test_a_baseline_monitor_with_a_worse_state_is_a_new_alert() -> None:
    world = SlowWorld(x="c", y="c")
    old = {"problem": "stale"}
    debt = make_debt(world, before(world, x=old))
    assert "x" in ids(debt.owed)
    assert advance(debt, SlowWorld(x="a", y="c"), TESTS[0]).state == "failed"


@pytest.mark.parametrize(("most", "states"), [(1, ["failed"]), (2, ["owed"])])
def test_max_blocking_that_the_gate_used_up_tolerates_nothing_more(most: int, states: list[str]) -> None:
    world = SlowWorld(x="c", y="a")
    outcome, after = end_after(world, before(world), seconds=2 * HOUR + 100, max_blocking=most, clean_tests=2)
    record = build_debt(outcome, after, before(world), ACCOUNT, "run", NOW)
    assert record is not None and not record["rest_verified"] and ids(record["owed"]) == ["x"]
    debt = advance(read_debt(record), SlowWorld(x="ca"), TESTS[1])
    assert [debt.state] == states


@pytest.mark.parametrize(
    ("phase", "account", "given"),
    [("during", ACCOUNT, {}), ("after", "", {}), ("after", ACCOUNT, {"timeout_max": 9 * HOUR})],
)
def test_there_is_no_record_without_owed_proofs_that_can_be_delivered(
    phase: str, account: str, given: dict[str, Any]
) -> None:
    outcome, after = end_after(SlowWorld(x="c"), None, **given)
    assert build_debt(outcome, after._replace(phase=phase), None, account, "run", NOW) is None


def test_there_is_no_record_for_a_gate_without_a_response() -> None:
    lost = Outcome(evaluate_unavailable(Unavailable("away", "timeout"), policy("after")))
    assert build_debt(lost, policy("after"), None, ACCOUNT, "run", NOW) is None


def test_an_outcome_without_a_sample_changes_nothing() -> None:
    debt = make_debt(SlowWorld(x="c"))
    lost = Outcome(evaluate_unavailable(Unavailable("away", "timeout"), policy("after")))
    with pytest.raises(ValueError, match="nothing to evaluate"):
        advance_debt(debt, lost, NOW, True)


def test_restored_evidence_keeps_its_anchor() -> None:
    debt = make_debt(SlowWorld(x="c"))
    assert debt.basis is not None
    evidence = debt.basis.restore_evidence()
    evidence.observe(SlowWorld(9000.0, x="c").sample(NOW + 200))
    assert evidence.anchor == debt.basis.anchor == NOW + 30
    moved = Evidence(debt.basis.policy)
    moved.observe(SlowWorld(9000.0, x="c").sample(NOW + 200))
    assert moved.anchor > NOW + 9000
