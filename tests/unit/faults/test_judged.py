# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of the fault matrix finds what it is there to find."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import ADVICE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.runner import CHECKS
from ansible_collections.knowledgefront.monitoring.tests.faults import judged
from ansible_collections.knowledgefront.monitoring.tests.faults.__main__ import FAULTS
from ansible_collections.knowledgefront.monitoring.tests.faults.diagnoses import DIAGNOSES, Diagnosis, diagnosis
from ansible_collections.knowledgefront.monitoring.tests.faults.entry_points import ENTRY_POINTS
from ansible_collections.knowledgefront.monitoring.tests.faults.fault import ANSWERS, STATUS, Fault, Judged, Refused
from ansible_collections.knowledgefront.monitoring.tests.faults.judged import cells
from ansible_collections.knowledgefront.monitoring.tests.faults.play import Observation, Performance
from ansible_collections.knowledgefront.monitoring.tests.faults.stage import SCENES
from ansible_collections.knowledgefront.monitoring.tests.faults.table import complaints, table
from ansible_collections.knowledgefront.monitoring.tests.faults.worlds import labels

from simulator.faults import fault_from

ENTRIES = {entry.name: entry for entry in ENTRY_POINTS}
SAYS = "failed to get the status: the answer is empty"
NOTHING = Fault("nothing", None)
EMPTY = Fault("an empty answer", Refused("payload", "is empty"), STATUS)
ODD = Fault("an odd answer", Refused("(payload|network)", "is empty|is odd"), STATUS)
VOID = Fault("an empty 200, answer", Refused("payload", "is empty"), ANSWERS)
NAMED = ("failed status.empty", "failed configurations.empty", "failed version.empty")
STALE = Fault("old tests", Judged({"before": ("inconclusive",)}), STATUS, world="quiet")


def seen(failed: bool, result: dict[str, Any], seconds: float = 1.0, **calls: int) -> Observation:
    return Observation(failed, result, seconds, calls)


def monitors(*told: str) -> dict[str, Any]:
    return {"monitors": [{"label": label} for label in told]}


def gate(verdict: str, rc: int, failed: bool | None = None, code: str = "payload", says: str = SAYS) -> Observation:
    stops = verdict not in ("pass", "warn")
    told = {"code": code, "message": says}
    result = {"verdict": verdict, "decision": "stop" if stops else "proceed", "gate_rc": rc, "reasons": [told]}
    return seen(stops if failed is None else failed, {**result, "samples": 1, "summary": "in short"})


def role(proceeded: bool, **changes: Any) -> Observation:
    result = {"verdict": "pass", "decision": "proceed", "gate_rc": 0, "proceeded": proceeded, **changes}
    return seen(False, {"msg": result})


def doctor(*found: str, failed: bool | None = None, advice: str | None = "Do this.") -> Observation:
    """Return what a doctor says: each finding is ``outcome check.code``."""
    rows = []
    for one in found:
        outcome, _blank, place = one.partition(" ")
        check, _dot, code = place.partition(".")
        rows.append({"check": check, "outcome": outcome, "code": code, "advice": advice})
    fails = any(row["outcome"] == "failed" for row in rows)
    return seen(fails if failed is None else failed, {"rows": rows})


def outcomes(fault: Fault, entry: str, observation: Observation, output: str = "", secrets: str = "") -> list[str]:
    found = cells(Performance(fault, {entry: observation}, output, secrets))
    return [cell.outcome for cell in found if cell.entry in (entry, "all")]


ALL = sorted(labels("quiet"))
FEW = Fault("an empty status", Judged({"before": ("inconclusive",)}), STATUS, world="quiet")
LACKS = "the status and the configurations disagree about 2 of 2 monitors (A and B): nothing was written"


def adopted(monitors: int = 2, added: int = 0, **problems: int) -> Observation:
    entries = [{"monitor": str(number)} for number in range(added)]
    return seen(False, {"monitors": monitors, "problems": problems, "added": entries, "not_adopted": []})


@pytest.mark.parametrize(
    ("rule", "fault", "entry", "observation", "outcome"),
    [
        ("the right monitors", NOTHING, "status_info", seen(False, monitors(*ALL)), judged.RIGHT),
        ("too few of them", NOTHING, "status_info", seen(False, monitors(ALL[0])), judged.FALSE_PASS),
        ("none of them", NOTHING, "status_info", seen(False, monitors()), judged.FALSE_PASS),
        ("others", NOTHING, "monitor_info", seen(False, monitors("x", "y")), judged.FALSE_PASS),
        ("a failure without a fault", NOTHING, "lookup_status", seen(True, {"msg": "away"}), judged.WRONG),
        ("a version without its date", NOTHING, "version_info", seen(False, {"version": {}}), judged.FALSE_PASS),
        ("a fault elsewhere", EMPTY, "version_info", seen(False, {"version": {"release_date": "x"}}), judged.RIGHT),
        ("a clean error", EMPTY, "status_info", seen(True, {"msg": SAYS, "error_code": "payload"}), judged.ERROR),
        ("a lookup has no code", EMPTY, "lookup_status", seen(True, {"msg": SAYS}), judged.ERROR),
        ("one of two codes", ODD, "status_info", seen(True, {"msg": SAYS, "error_code": "payload"}), judged.ERROR),
        ("a lookup has neither", ODD, "lookup_status", seen(True, {"msg": SAYS}), judged.ERROR),
        ("an answer all the same", EMPTY, "status_info", seen(False, monitors(*ALL)), judged.FALSE_PASS),
        ("no alerts", EMPTY, "lookup_status", seen(False, {"msg": []}), judged.FALSE_PASS),
        ("another code", EMPTY, "status_info", seen(True, {"msg": SAYS, "error_code": "network"}), judged.WRONG),
        ("no code", EMPTY, "status_info", seen(True, {"msg": SAYS}), judged.WRONG),
        ("another sentence", EMPTY, "status_info", seen(True, {"msg": "no", "error_code": "payload"}), judged.WRONG),
        ("two lines", EMPTY, "lookup_status", seen(True, {"msg": f"{SAYS}\nso"}), judged.WRONG),
        ("a gate that passes", NOTHING, "gate_before", gate("pass", 0), judged.RIGHT),
        ("a gate that stops without a fault", NOTHING, "gate_before", gate("block", 10), judged.WRONG),
        ("a gate that stops for it", EMPTY, "gate_before", gate("error", 12), judged.ERROR),
        ("a gate that passes in spite of it", EMPTY, "gate_before", gate("pass", 0), judged.FALSE_PASS),
        ("a gate that warns of it", EMPTY, "gate_before", gate("warn", 0), judged.FALSE_PASS),
        ("a task that goes on after a stop", EMPTY, "gate_before", gate("error", 12, failed=False), judged.FALSE_PASS),
        ("a return code of another verdict", EMPTY, "gate_before", gate("error", 10), judged.WRONG),
        ("a return code of another error", EMPTY, "gate_before", gate("error", 13), judged.WRONG),
        ("a reason of another kind", EMPTY, "gate_before", gate("error", 12, code="network"), judged.WRONG),
        ("a gate that stops at old tests", STALE, "gate_before", gate("inconclusive", 11), judged.STOP),
        ("a gate that does not", STALE, "gate_before", gate("pass", 0), judged.FALSE_PASS),
        ("a gate that calls them something else", STALE, "gate_before", gate("block", 10), judged.WRONG),
        ("a gate without a verdict", STALE, "gate_before", seen(True, {"msg": "?"}), judged.WRONG),
        ("a role that goes on", NOTHING, "role_main", role(True), judged.RIGHT),
        ("a role that goes on after a stop", EMPTY, "role_main", role(True, verdict="error"), judged.FALSE_PASS),
        ("a doctor that finds all well", NOTHING, "doctor", doctor("ok tls.ok", "skipped dns.skipped"), judged.RIGHT),
        ("a doctor that finds what is not there", NOTHING, "doctor", doctor("warning tls.tls_x"), judged.WRONG),
        ("a doctor that names it", VOID, "doctor", doctor(*NAMED), judged.ERROR),
        ("a doctor that finds nothing", VOID, "doctor", doctor("ok status.ok"), judged.FALSE_PASS),
        ("a doctor that finds half of it", VOID, "doctor", doctor(NAMED[0]), judged.WRONG),
        (
            "a doctor that calls it something else",
            VOID,
            "doctor",
            doctor(*NAMED[:2], "failed version.no_json"),
            judged.WRONG,
        ),
        ("a doctor that finds more", VOID, "doctor", doctor(*NAMED, "warning cache.cache_open"), judged.WRONG),
        ("a doctor that does not fail", VOID, "doctor", doctor(*NAMED, failed=False), judged.FALSE_PASS),
        ("a doctor without advice", VOID, "doctor", doctor(*NAMED, advice=None), judged.WRONG),
        ("a doctor without a table", VOID, "doctor", seen(True, {"msg": "?"}), judged.WRONG),
        ("a policy of a healthy account", NOTHING, "adopt", adopted(), judged.RIGHT),
        ("a policy with what is no problem", NOTHING, "adopt", adopted(added=1, blind=1), judged.FALSE_PASS),
        ("a policy of too few monitors", NOTHING, "adopt", adopted(monitors=1), judged.FALSE_PASS),
        ("a policy of nothing", NOTHING, "adopt", adopted(monitors=0), judged.FALSE_PASS),
        ("a policy in spite of it", EMPTY, "adopt", adopted(), judged.FALSE_PASS),
        ("a policy that is refused", EMPTY, "adopt", seen(True, {"msg": SAYS, "error_code": "payload"}), judged.ERROR),
        ("a failure that changed it", EMPTY, "adopt", seen(True, {"msg": SAYS, "changed": True}), judged.FALSE_PASS),
        ("a policy that fails without a fault", NOTHING, "adopt", seen(True, {"msg": SAYS}), judged.WRONG),
        ("a policy with old problems", STALE, "adopt", adopted(added=2, blind=2), judged.RIGHT),
        ("a policy without them", STALE, "adopt", adopted(), judged.FALSE_PASS),
        ("a policy that counts more than it names", STALE, "adopt", adopted(added=1, blind=2), judged.WRONG),
        ("half an account", FEW, "adopt", seen(True, {"msg": LACKS, "error_code": "cut_short"}), judged.ERROR),
        ("half an account as a policy", FEW, "adopt", adopted(added=2, blind=2), judged.FALSE_PASS),
        ("the module of a role that goes on", NOTHING, "deploy_gate_before", role(True), judged.RIGHT),
        ("one that goes on after a stop", EMPTY, "deploy_gate_before", role(True, verdict="error"), judged.FALSE_PASS),
        ("one without a verdict", EMPTY, "deploy_gate_after", seen(False, {"msg": {}}), judged.WRONG),
        ("a role that stops for nothing", NOTHING, "role_main", role(False), judged.FALSE_PASS),
    ],
)
def test_each_cell_has_one_outcome(rule: str, fault: Fault, entry: str, observation: Observation, outcome: str) -> None:
    assert outcomes(fault, entry, observation) == [outcome], rule


@pytest.mark.parametrize(
    ("change", "output", "secrets", "outcome"),
    [
        ({"seconds": 99.0}, "", "", judged.HANG),
        ({"calls": {"status": 2}}, "", "", judged.EXCESS),
        ({"calls": {"token": 2}}, "", "", judged.EXCESS),
        ({"calls": {"version": 1}}, "", "", judged.EXCESS),
        ({"calls": {"other": 1}}, "", "", judged.EXCESS),
        ({}, "Traceback (most recent call last):", "", judged.TRACEBACK),
        ({}, "MODULE FAILURE", "", judged.TRACEBACK),
        ({}, "all is \x1b[31mwell", "", judged.WRONG),
        ({}, "", "the secret is in log", judged.SECRET),
    ],
)
def test_a_right_answer_can_still_cost_too_much_or_tell_too_much(
    change: dict[str, Any], output: str, secrets: str, outcome: str
) -> None:
    observation = replace(seen(False, monitors(*ALL), status=1, token=1), **change)
    assert outcomes(NOTHING, "status_info", observation, output, secrets) == [judged.RIGHT, outcome]


def test_an_entry_point_that_was_never_reached_hangs() -> None:
    found = cells(Performance(NOTHING, {}, "the playbook did not end", ""))
    assert {cell.outcome for cell in found} == {judged.HANG}
    assert len(found) == len(ENTRY_POINTS)


def test_the_table_counts_each_outcome_and_each_complaint_has_a_paragraph() -> None:
    found = cells(Performance(NOTHING, {"status_info": seen(False, monitors())}, "", ""))
    assert f"| **all** | 0 | 0 | 0 | 1 | 0 | {len(ENTRY_POINTS) - 1} | 0 | 0 | 0 |" in table(found)
    assert len(complaints(found)) == len(found)


def test_every_fault_can_be_ordered_and_has_a_name_of_its_own() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert {fault.scene for fault in FAULTS} == set(SCENES)
    for fault in FAULTS:
        for order in fault.orders:
            fault_from(order)


def test_the_fast_ones_stand_for_every_kind() -> None:
    fast = [fault for fault in FAULTS if fault.fast]
    assert {type(fault.outcome) for fault in fast} == {type(None), Refused, Judged}
    assert {fault.outcome.rc for fault in fast if isinstance(fault.outcome, Refused)} == {12, 13}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_has_an_expected_result_of_the_doctor(fault: Fault) -> None:
    found = diagnosis(fault)
    good = fault.outcome is None
    assert good or found.must or found.may
    checks = {check.name for check in CHECKS}
    for place, _dot, codes in (one.partition(".") for one in (*found.must, *found.may)):
        assert place in checks
        prefix, _bracket, choices = codes.partition("(")
        for make_selector in choices.rstrip(")").split("|"):
            assert prefix + make_selector in ADVICE


def test_no_diagnosis_is_for_nothing() -> None:
    used = {next(pattern for pattern, _found in DIAGNOSES if fnmatchcase(fault.name, pattern)) for fault in FAULTS}
    assert [pattern for pattern, _found in DIAGNOSES if pattern not in used] == []


def test_a_fault_that_nobody_thought_of_is_no_pass() -> None:
    with pytest.raises(LookupError):
        diagnosis(Fault("never heard of", None))


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (["a.x", "b.y"], ""),
        (["a.x", "b.z"], ""),
        (["a.x", "a.x", "b.y", "c.w"], ""),
        (["a.x"], "it did not find b.(y|z)"),
        (["a.x", "b.y", "d.v"], "it found d.v"),
        (["a.xx", "b.y"], "it did not find a.x; it found a.xx"),
    ],
)
def test_a_diagnosis_is_exact(found: list[str], wrong: str) -> None:
    assert Diagnosis(("a.x", "b.(y|z)"), ("c.w",)).wrong_with(found) == wrong
