# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluation of the fault matrix detects each kind of failure."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import ADVICE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.runner import CHECKS
from ansible_collections.knowledgefront.monitoring.tests.faults import evaluation
from ansible_collections.knowledgefront.monitoring.tests.faults.__main__ import FAULTS
from ansible_collections.knowledgefront.monitoring.tests.faults.diagnoses import DIAGNOSES, Diagnosis, diagnosis
from ansible_collections.knowledgefront.monitoring.tests.faults.entry_points import ENTRY_POINTS
from ansible_collections.knowledgefront.monitoring.tests.faults.evaluation import cells
from ansible_collections.knowledgefront.monitoring.tests.faults.fault import (
    ANSWERS,
    STATUS,
    ExpectedError,
    ExpectedVerdicts,
    Fault,
)
from ansible_collections.knowledgefront.monitoring.tests.faults.playbook_run import DIRECTORY, Observation, PlaybookRun
from ansible_collections.knowledgefront.monitoring.tests.faults.stage import SCENES
from ansible_collections.knowledgefront.monitoring.tests.faults.table import complaints, table
from ansible_collections.knowledgefront.monitoring.tests.faults.worlds import earlier_board, labels

from simulator.faults import fault_from

ENTRIES = {entry.name: entry for entry in ENTRY_POINTS}
SAYS = "failed to get the status: the answer is empty"
NOTHING = Fault("no fault", None)
EMPTY = Fault("an empty answer", ExpectedError("payload", "is empty"), STATUS)
ODD = Fault("an odd answer", ExpectedError("(payload|network)", "is empty|is odd"), STATUS)
VOID = Fault("an empty 200, answer", ExpectedError("payload", "is empty"), ANSWERS)
NAMED = ("failed status.empty", "failed configurations.empty", "failed version.empty")
STALE = Fault("old tests", ExpectedVerdicts({"before": ("inconclusive",)}), STATUS, world="quiet")


def seen(failed: bool, result: dict[str, Any], seconds: float = 1.0, **calls: int) -> Observation:
    return Observation(failed, result, seconds, calls)


def monitors(*message: str) -> dict[str, Any]:
    return {"monitors": [{"label": label} for label in message]}


def gate(verdict: str, rc: int, failed: bool | None = None, code: str = "payload", pattern: str = SAYS) -> Observation:
    stops = verdict not in ("pass", "warn")
    message = {"code": code, "message": pattern}
    result = {"verdict": verdict, "decision": "stop" if stops else "proceed", "gate_rc": rc, "reasons": [message]}
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
    found = cells(PlaybookRun(fault, {entry: observation}, output, secrets))
    return [cell.outcome for cell in found if cell.entry in (entry, "all")]


ALL = sorted(labels("quiet"))
FEW = Fault("an empty status", ExpectedVerdicts({"before": ("inconclusive",)}), STATUS, world="quiet")
LACKS = "the status and the configurations disagree about 2 of 2 monitors (A and B): nothing was written"


def adopted(monitors: int = 2, added: int = 0, **problems: int) -> Observation:
    entries = [{"monitor": str(number)} for number in range(added)]
    return seen(False, {"monitors": monitors, "problems": problems, "added": entries, "not_adopted": []})


def board(**counts: int) -> Observation:
    return seen(False, {"counts": counts, "changed": True, "page": "<p>" + "<p>".join(ALL)})


@pytest.mark.parametrize(
    ("rule", "fault", "entry", "observation", "outcome"),
    [
        ("the right monitors", NOTHING, "status_info", seen(False, monitors(*ALL)), evaluation.RIGHT),
        ("too few of them", NOTHING, "status_info", seen(False, monitors(ALL[0])), evaluation.FALSE_PASS),
        ("none of them", NOTHING, "status_info", seen(False, monitors()), evaluation.FALSE_PASS),
        ("others", NOTHING, "monitor_info", seen(False, monitors("x", "y")), evaluation.FALSE_PASS),
        ("a failure without a fault", NOTHING, "lookup_status", seen(True, {"msg": "away"}), evaluation.WRONG),
        ("a version without its date", NOTHING, "version_info", seen(False, {"version": {}}), evaluation.FALSE_PASS),
        ("a fault elsewhere", EMPTY, "version_info", seen(False, {"version": {"release_date": "x"}}), evaluation.RIGHT),
        ("a clean error", EMPTY, "status_info", seen(True, {"msg": SAYS, "error_code": "payload"}), evaluation.ERROR),
        ("a lookup has no code", EMPTY, "lookup_status", seen(True, {"msg": SAYS}), evaluation.ERROR),
        ("one of two codes", ODD, "status_info", seen(True, {"msg": SAYS, "error_code": "payload"}), evaluation.ERROR),
        ("a lookup has neither", ODD, "lookup_status", seen(True, {"msg": SAYS}), evaluation.ERROR),
        ("an answer all the same", EMPTY, "status_info", seen(False, monitors(*ALL)), evaluation.FALSE_PASS),
        ("no alerts", EMPTY, "lookup_status", seen(False, {"msg": []}), evaluation.FALSE_PASS),
        ("another code", EMPTY, "status_info", seen(True, {"msg": SAYS, "error_code": "network"}), evaluation.WRONG),
        ("no code", EMPTY, "status_info", seen(True, {"msg": SAYS}), evaluation.WRONG),
        (
            "another sentence",
            EMPTY,
            "status_info",
            seen(True, {"msg": "no", "error_code": "payload"}),
            evaluation.WRONG,
        ),
        ("two lines", EMPTY, "lookup_status", seen(True, {"msg": f"{SAYS}\nso"}), evaluation.WRONG),
        ("a gate that passes", NOTHING, "gate_before", gate("pass", 0), evaluation.RIGHT),
        ("a gate that stops without a fault", NOTHING, "gate_before", gate("block", 10), evaluation.WRONG),
        ("a gate that stops for it", EMPTY, "gate_before", gate("error", 12), evaluation.ERROR),
        ("a gate that passes in spite of it", EMPTY, "gate_before", gate("pass", 0), evaluation.FALSE_PASS),
        ("a gate that warns of it", EMPTY, "gate_before", gate("warn", 0), evaluation.FALSE_PASS),
        (
            "a task that goes on after a stop",
            EMPTY,
            "gate_before",
            gate("error", 12, failed=False),
            evaluation.FALSE_PASS,
        ),
        ("a return code of another verdict", EMPTY, "gate_before", gate("error", 10), evaluation.WRONG),
        ("a return code of another error", EMPTY, "gate_before", gate("error", 13), evaluation.WRONG),
        ("a reason of another kind", EMPTY, "gate_before", gate("error", 12, code="network"), evaluation.WRONG),
        ("a gate that stops at old tests", STALE, "gate_before", gate("inconclusive", 11), evaluation.STOP),
        ("a gate that does not", STALE, "gate_before", gate("pass", 0), evaluation.FALSE_PASS),
        ("a gate that calls them something else", STALE, "gate_before", gate("block", 10), evaluation.WRONG),
        ("a gate without a verdict", STALE, "gate_before", seen(True, {"msg": "?"}), evaluation.WRONG),
        ("a role that goes on", NOTHING, "role_main", role(True), evaluation.RIGHT),
        ("a role that goes on after a stop", EMPTY, "role_main", role(True, verdict="error"), evaluation.FALSE_PASS),
        (
            "a doctor that finds all well",
            NOTHING,
            "doctor",
            doctor("ok tls.ok", "skipped dns.skipped"),
            evaluation.RIGHT,
        ),
        ("a doctor that finds what is not there", NOTHING, "doctor", doctor("warning tls.tls_x"), evaluation.WRONG),
        ("a doctor that names it", VOID, "doctor", doctor(*NAMED), evaluation.ERROR),
        ("a doctor that finds nothing", VOID, "doctor", doctor("ok status.ok"), evaluation.FALSE_PASS),
        ("a doctor that finds half of it", VOID, "doctor", doctor(NAMED[0]), evaluation.WRONG),
        (
            "a doctor that calls it something else",
            VOID,
            "doctor",
            doctor(*NAMED[:2], "failed version.no_json"),
            evaluation.WRONG,
        ),
        ("a doctor that finds more", VOID, "doctor", doctor(*NAMED, "warning cache.cache_open"), evaluation.WRONG),
        ("a doctor that does not fail", VOID, "doctor", doctor(*NAMED, failed=False), evaluation.FALSE_PASS),
        ("a doctor without advice", VOID, "doctor", doctor(*NAMED, advice=None), evaluation.WRONG),
        ("a doctor without a table", VOID, "doctor", seen(True, {"msg": "?"}), evaluation.WRONG),
        ("a policy of a healthy account", NOTHING, "adopt", adopted(), evaluation.RIGHT),
        ("a policy with what is no problem", NOTHING, "adopt", adopted(added=1, blind=1), evaluation.FALSE_PASS),
        ("a policy of too few monitors", NOTHING, "adopt", adopted(monitors=1), evaluation.FALSE_PASS),
        ("a policy of nothing", NOTHING, "adopt", adopted(monitors=0), evaluation.FALSE_PASS),
        ("a policy in spite of it", EMPTY, "adopt", adopted(), evaluation.FALSE_PASS),
        (
            "a policy that is refused",
            EMPTY,
            "adopt",
            seen(True, {"msg": SAYS, "error_code": "payload"}),
            evaluation.ERROR,
        ),
        (
            "a failure that changed it",
            EMPTY,
            "adopt",
            seen(True, {"msg": SAYS, "changed": True}),
            evaluation.FALSE_PASS,
        ),
        ("a policy that fails without a fault", NOTHING, "adopt", seen(True, {"msg": SAYS}), evaluation.WRONG),
        ("a policy with old problems", STALE, "adopt", adopted(added=2, blind=2), evaluation.RIGHT),
        ("a policy without them", STALE, "adopt", adopted(), evaluation.FALSE_PASS),
        ("a policy that counts more than it names", STALE, "adopt", adopted(added=1, blind=2), evaluation.WRONG),
        ("half an account", FEW, "adopt", seen(True, {"msg": LACKS, "error_code": "cut_short"}), evaluation.ERROR),
        ("half an account as a policy", FEW, "adopt", adopted(added=2, blind=2), evaluation.FALSE_PASS),
        ("a board of a healthy account", NOTHING, "board", board(clean=2), evaluation.RIGHT),
        ("a board with what is no problem", NOTHING, "board", board(clean=1, blind=1), evaluation.FALSE_PASS),
        ("a board of nothing", NOTHING, "board", board(), evaluation.FALSE_PASS),
        ("a board in spite of it", EMPTY, "board", board(clean=2), evaluation.FALSE_PASS),
        (
            "a board that says so",
            EMPTY,
            "board",
            seen(True, {"msg": SAYS, "error_code": "payload", "counts": {}, "page": "<p>unknown"}),
            evaluation.ERROR,
        ),
        (
            "a failure that leaves the earlier page",
            EMPTY,
            "board",
            seen(True, {"msg": SAYS, "error_code": "payload", "counts": {}, "page": earlier_board("quiet")}),
            evaluation.FALSE_PASS,
        ),
        (
            "a board that is not written",
            NOTHING,
            "board",
            seen(False, {"counts": {"clean": 2}, "changed": True, "page": earlier_board("quiet")}),
            evaluation.WRONG,
        ),
        (
            "a failure with a clean monitor",
            EMPTY,
            "board",
            seen(True, {"msg": SAYS, "error_code": "payload", "counts": {"clean": 1}, "page": "<p>unknown"}),
            evaluation.FALSE_PASS,
        ),
        (
            "a board that fails without a fault",
            NOTHING,
            "board",
            seen(True, {"msg": SAYS, "page": ""}),
            evaluation.WRONG,
        ),
        (
            "a board without a monitor",
            NOTHING,
            "board",
            seen(False, {"counts": {"clean": 2}, "page": f"<p>{ALL[0]}"}),
            evaluation.WRONG,
        ),
        ("a board with old problems", STALE, "board", board(blind=2), evaluation.RIGHT),
        ("a board without them", STALE, "board", board(clean=2), evaluation.FALSE_PASS),
        ("the module of a role that goes on", NOTHING, "deploy_gate_before", role(True), evaluation.RIGHT),
        (
            "one that goes on after a stop",
            EMPTY,
            "deploy_gate_before",
            role(True, verdict="error"),
            evaluation.FALSE_PASS,
        ),
        ("one without a verdict", EMPTY, "deploy_gate_after", seen(False, {"msg": {}}), evaluation.WRONG),
        ("a role that stops for nothing", NOTHING, "role_main", role(False), evaluation.FALSE_PASS),
    ],
)
def test_each_cell_has_one_outcome(rule: str, fault: Fault, entry: str, observation: Observation, outcome: str) -> None:
    assert outcomes(fault, entry, observation) == [outcome], rule


@pytest.mark.parametrize(
    ("change", "output", "secrets", "outcome"),
    [
        ({"seconds": 99.0}, "", "", evaluation.HANG),
        ({"calls": {"status": 2}}, "", "", evaluation.EXCESS),
        ({"calls": {"token": 2}}, "", "", evaluation.EXCESS),
        ({"calls": {"version": 1}}, "", "", evaluation.EXCESS),
        ({"calls": {"other": 1}}, "", "", evaluation.EXCESS),
        ({}, "Traceback (most recent call last):", "", evaluation.TRACEBACK),
        ({}, "MODULE FAILURE", "", evaluation.TRACEBACK),
        ({}, "all is \x1b[31mwell", "", evaluation.WRONG),
        ({}, "", "the secret is in log", evaluation.SECRET),
    ],
)
def test_a_correct_response_can_still_be_too_slow_or_leak_a_secret(
    change: dict[str, Any], output: str, secrets: str, outcome: str
) -> None:
    observation = replace(seen(False, monitors(*ALL), status=1, token=1), **change)
    assert outcomes(NOTHING, "status_info", observation, output, secrets) == [evaluation.RIGHT, outcome]


@pytest.mark.parametrize(("load", "seconds"), [(0.1, 12), (1.0, 12), (2.0, 18), (99.0, 30)])
def test_a_busy_machine_has_more_time_but_not_for_ever(load: float, seconds: int) -> None:
    assert evaluation.allowed_seconds(ENTRIES["status_info"], load) == seconds


def test_an_entry_point_without_a_result_hangs() -> None:
    found = cells(PlaybookRun(NOTHING, {}, "the playbook did not end", ""))
    assert {cell.outcome for cell in found} == {evaluation.HANG}
    assert len(found) == len(ENTRY_POINTS)


def test_the_table_counts_outcomes_and_lists_complaints() -> None:
    found = cells(PlaybookRun(NOTHING, {"status_info": seen(False, monitors())}, "", ""))
    assert f"| **all** | 0 | 0 | 0 | 1 | 0 | {len(ENTRY_POINTS) - 1} | 0 | 0 | 0 |" in table(found)
    assert len(complaints(found)) == len(found)


def test_every_fault_has_valid_orders_and_a_unique_name() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert {fault.scene for fault in FAULTS} == set(SCENES)
    for fault in FAULTS:
        for order in fault.orders:
            fault_from(order)


def test_the_fast_faults_cover_every_kind() -> None:
    fast = [fault for fault in FAULTS if fault.fast]
    assert {type(fault.outcome) for fault in fast} == {type(None), ExpectedError, ExpectedVerdicts}
    assert {fault.outcome.rc for fault in fast if isinstance(fault.outcome, ExpectedError)} == {12, 13}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_each_fault_has_a_diagnosis(fault: Fault) -> None:
    found = diagnosis(fault)
    good = fault.outcome is None
    assert good or found.must or found.may
    checks = {check.name for check in CHECKS}
    for place, _dot, codes in (one.partition(".") for one in (*found.must, *found.may)):
        assert place in checks
        prefix, _bracket, choices = codes.partition("(")
        for make_selector in choices.rstrip(")").split("|"):
            assert prefix + make_selector in ADVICE


def test_each_diagnosis_is_used() -> None:
    used = {next(pattern for pattern, _found in DIAGNOSES if fnmatchcase(fault.name, pattern)) for fault in FAULTS}
    assert [pattern for pattern, _found in DIAGNOSES if pattern not in used] == []


def test_a_fault_without_a_diagnosis_is_an_error() -> None:
    with pytest.raises(LookupError):
        diagnosis(Fault("unknown fault", None))


@pytest.mark.parametrize(
    ("found", "wrong"),
    [
        (["a.x", "b.y"], ""),
        (["a.x", "b.z"], ""),
        (["a.x", "a.x", "b.y", "c.w"], ""),
        (["a.x"], "missing: b.(y|z)"),
        (["a.x", "b.y", "d.v"], "unexpected: d.v"),
        (["a.xx", "b.y"], "missing: a.x; unexpected: a.xx"),
    ],
)
def test_a_diagnosis_is_exact(found: list[str], wrong: str) -> None:
    assert Diagnosis(("a.x", "b.(y|z)"), ("c.w",)).find_differences(found) == wrong


def test_the_playbook_continues_after_the_error_of_each_entry_point() -> None:
    tasks = yaml.safe_load((DIRECTORY / "ask.yml").read_text(encoding="utf-8"))[0]["tasks"]
    single = [task for task in tasks if task["name"].startswith("Begin ")]
    assert [task["name"].partition(" ")[2] for task in single] == [
        entry.name for entry in ENTRY_POINTS if not entry.is_block
    ]
    assert [task["name"] for task in single if not (task.get("ignore_errors") and "register" in task)] == []
