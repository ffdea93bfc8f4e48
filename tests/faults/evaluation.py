# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate the outcome of each cell: correct response, clean error or stop; everything else is a failure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .diagnoses import diagnosis
from .entry_points import ENTRY_POINTS, REQUEST_TIMEOUT, WAIT_FOR_EVIDENCE, EntryPoint
from .fault import EXIT_CODES, ExpectedError, ExpectedVerdicts, Fault
from .playbook_run import Observation, PlaybookRun
from .worlds import WORLDS, labels, verdict

RIGHT, ERROR, STOP = "correct", "clean error", "stop"
FALSE_PASS, TRACEBACK, HANG, SECRET, EXCESS, WRONG = FAILURES = (
    "false pass",
    "traceback",
    "hang",
    "secret",
    "excess",
    "wrong",
)

TOLERANCE = 2
"""Seconds added to the time limit of an entry point."""

ANSIBLE_OVERHEAD = 6
"""Seconds that Ansible itself needs for one entry point on a busy machine."""

ADOPT_ERRORS = frozenset({"an empty status"})
RECORD_ERRORS = frozenset({"labels with a megabyte"})
"""Faults that only adopt or record takes for an error."""

RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Cell:
    """One fault at one entry point: the outcome, and a complaint if it is wrong."""

    fault: str
    entry: str
    outcome: str
    complaint: str = ""


def cells(performance: PlaybookRun) -> list[Cell]:
    """Return a cell for each entry point, and cells of the entry ``all`` for problems in the output as a whole."""
    found = [cell for entry in ENTRY_POINTS for cell in _cells(entry, performance)]
    return found + [Cell(performance.fault.name, "all", *wrong) for wrong in _check_output(performance)]


def _check_output(performance: PlaybookRun) -> Iterator[tuple[str, str]]:
    if performance.secrets:
        yield SECRET, performance.secrets.strip()
    for sign in ("Traceback (most recent call last)", "MODULE FAILURE", "Unexpected Exception"):
        if sign in performance.output:
            place = performance.output.index(sign)
            yield TRACEBACK, performance.output[max(0, place - 200) : place + 1500]
    raw = RAW.search(performance.output)
    if raw:
        around = performance.output[max(0, raw.start() - 80) : raw.start() + 80]
        yield WRONG, f"the output has a raw control character: {around!r}"


def _cells(entry: EntryPoint, performance: PlaybookRun) -> Iterator[Cell]:
    fault, seen = performance.fault, performance.observations.get(entry.name)
    if seen is None:
        yield Cell(fault.name, entry.name, HANG, f"no result: {performance.output[-600:]}")
        return
    outcome, complaint = _outcome(entry, fault, seen)
    yield Cell(fault.name, entry.name, outcome, complaint)
    longest = allowed_seconds(entry)
    if seen.seconds > longest:
        yield Cell(fault.name, entry.name, HANG, f"took {seen.seconds:.1f} s, limit {longest} s")
    for endpoint, calls in (seen.calls or {}).items():
        most = allowed_calls(entry, fault, endpoint, _count_polls(seen))
        if calls > most:
            yield Cell(fault.name, entry.name, EXCESS, f"{calls} requests at {endpoint}, limit {most}")


def allowed_seconds(entry: EntryPoint) -> int:
    waits = WAIT_FOR_EVIDENCE if entry.phase == "after" else 0
    return entry.questions * REQUEST_TIMEOUT + waits + ANSIBLE_OVERHEAD + TOLERANCE


def allowed_calls(entry: EntryPoint, fault: Fault, endpoint: str, polls: int) -> int:
    """Return the maximum number of requests at ``endpoint``."""
    if endpoint == "token":
        # A client without a token requests one at each poll.
        polls = len(fault.endpoints) if entry.continues_after_errors else polls
        each = fault.tokens * (fault.attempts if fault.endpoints == {"token"} and fault.tokens == 1 else 1)
        return each * entry.clients * max(1, polls if isinstance(fault.outcome, ExpectedError) else 1)
    anywhere = any(order["endpoint"] == "any" for order in fault.orders)
    attempts = fault.attempts if endpoint in fault.endpoints or anywhere else 1
    return (entry.requests.get(endpoint, 0) + max(0, polls - 1)) * attempts


def _count_polls(seen: Observation) -> int:
    message = seen.result.get("msg") if isinstance(seen.result.get("msg"), dict) else seen.result
    return int(message.get("samples") or 1)


def _outcome(entry: EntryPoint, fault: Fault, seen: Observation) -> tuple[str, str]:
    hit = fault.outcome is not None and (fault.endpoints == frozenset() or entry.is_affected_by(fault.endpoints))
    outcome = fault.outcome if hit else None
    if entry.phase is not None:
        result = seen.result["msg"] if entry.is_block else seen.result
        if "verdict" not in result:
            return WRONG, f"no verdict: {str(result)[:600]}"
        proceeded = result["proceeded"] if entry.is_block else not seen.failed
        return _check_gate(entry.phase, fault, outcome, result, proceeded)
    if entry.name == "doctor":
        return _check_doctor(fault, seen)
    if entry.name == "adopt":
        return _check_adopt(fault, outcome, seen)
    if entry.name == "board":
        return _check_board(fault, outcome, seen)
    if entry.name == "record" and fault.name in RECORD_ERRORS:
        outcome = TOO_LARGE
    return _check_query(entry, fault, outcome if isinstance(outcome, ExpectedError) else None, seen)


def _check_query(entry: EntryPoint, fault: Fault, expected: ExpectedError | None, seen: Observation) -> tuple[str, str]:
    message = entry.sentence(seen.result)
    if expected is None:
        if seen.failed:
            return WRONG, f"it failed: {message[:400]}"
        return _check_labels(entry, fault, seen)
    if not seen.failed:
        return FALSE_PASS, f"no error: {str(seen.result)[:400]}"
    if not entry.has_code:
        return _check_message(expected, message)
    return _check_error(expected, message, seen.result.get("error_code"))


def _check_labels(entry: EntryPoint, fault: Fault, seen: Observation) -> tuple[str, str]:
    assert entry.read_labels is not None
    found = entry.read_labels(seen.result)
    wanted: frozenset[str] = labels(fault.world_name)
    if fault.labels is not None and next(iter(entry.requests)) in fault.endpoints:
        wanted = fault.labels
    if found is None or ("version" not in entry.requests and found != wanted):
        return FALSE_PASS, f"labels {str(found)[:300]}, expected {str(sorted(wanted))[:300]}"
    return RIGHT, ""


def _check_error(expected: ExpectedError, message: str, code: str | None) -> tuple[str, str]:
    if not re.fullmatch(expected.code, str(code)):
        return WRONG, f"code {code}, expected {expected.code}: {message[:400]}"
    return _check_message(expected, message)


def _check_message(expected: ExpectedError, message: str) -> tuple[str, str]:
    if not re.search(expected.pattern, message):
        return WRONG, f"the message does not match {expected.pattern!r}: {message[:400]}"
    if not message or "\n" in message or len(message) > 3000:
        return WRONG, f"the message is empty, too long or has several lines: {message[:400]!r}"
    return ERROR, ""


CUT_SHORT = ExpectedError("cut_short", "status.*configurations")
"""The error of adopt if the status lacks configured monitors."""


TOO_LARGE = ExpectedError("journal_value", "cannot store a value")
"""The error of record if a label is longer than a journal accepts."""


def _check_adopt(fault: Fault, outcome: ExpectedError | ExpectedVerdicts | None, seen: Observation) -> tuple[str, str]:
    """Check that the policy accepts exactly the problems for which C(before) would stop."""
    if fault.name in ADOPT_ERRORS:
        outcome = CUT_SHORT
    if isinstance(outcome, ExpectedError):
        if not seen.failed or seen.result.get("changed"):
            return FALSE_PASS, f"adopted {str(seen.result)[:400]}"
        return _check_error(outcome, _message(seen), seen.result.get("error_code"))
    if seen.failed:
        return WRONG, f"it failed: {_message(seen)[:400]}"
    verdicts: tuple[str, ...] = (verdict(fault.world_name, "before"),)
    if isinstance(outcome, ExpectedVerdicts):
        verdicts = outcome.verdicts.get("before", verdicts)
    number = len(WORLDS[fault.world_name])
    wanted = [problems for one in verdicts for problems in _old_problems(one, number)]
    found = seen.result.get("problems")
    if found not in wanted or seen.result.get("monitors") != number:
        return FALSE_PASS, f"adopted {found} of {seen.result.get('monitors')} monitors, expected {wanted} of {number}"
    if len(seen.result["added"]) + len(seen.result["not_adopted"]) < sum(found.values()):
        return WRONG, f"fewer monitors are named than counted: {str(seen.result)[:600]}"
    return RIGHT, ""


def _check_board(fault: Fault, outcome: ExpectedError | ExpectedVerdicts | None, seen: Observation) -> tuple[str, str]:
    """Check that the board calls all monitors clean exactly if C(before) would pass."""
    counts = seen.result.get("counts")
    if isinstance(outcome, ExpectedError):
        if not seen.failed or counts:
            return FALSE_PASS, f"the board has {str(seen.result)[:400]}"
        return _check_error(outcome, _message(seen), seen.result.get("error_code"))
    if seen.failed:
        return WRONG, f"it failed: {_message(seen)[:400]}"
    verdicts: tuple[str, ...] = (verdict(fault.world_name, "before"),)
    if isinstance(outcome, ExpectedVerdicts):
        verdicts = outcome.verdicts.get("before", verdicts)
    if not counts or (set(counts) == {"clean"}) not in {one == "pass" for one in verdicts}:
        return FALSE_PASS, f"the board has {counts}, expected what {' or '.join(verdicts)} means"
    return RIGHT, ""


def _message(seen: Observation) -> str:
    return str(seen.result.get("msg", ""))


def _old_problems(verdict_before: str, number: int) -> list[dict[str, int]]:
    """Return the counts of existing problems by state that give this verdict of C(before) for ``number`` monitors."""
    return {"pass": [{}], "block": [{"existing_alert": 1}], "inconclusive": [{"blind": number}]}.get(verdict_before, [])


def _check_doctor(fault: Fault, seen: Observation) -> tuple[str, str]:
    """Check that the doctor reports this fault and no other."""
    rows = seen.result.get("rows")
    if not isinstance(rows, list) or not rows:
        return WRONG, f"no rows: {str(seen.result)[:600]}"
    found = [f"{row['check']}.{row['code']}" for row in rows if row["outcome"] in ("failed", "warning")]
    wrong = diagnosis(fault).find_differences(found)
    if wrong:
        return (WRONG if found else FALSE_PASS), f"{wrong}: {rows}"[:3000]
    if seen.failed != any(row["outcome"] == "failed" for row in rows):
        return FALSE_PASS, f"{'failed' if seen.failed else 'did not fail'}: {str(rows)[:600]}"
    if any(row["advice"] is None for row in rows if row["outcome"] in ("failed", "warning")):
        return WRONG, f"no advice: {str(rows)[:600]}"
    return (ERROR if seen.failed else RIGHT), ""


def _check_gate(
    phase: str, fault: Fault, outcome: ExpectedError | ExpectedVerdicts | None, result: dict, proceeded: bool
) -> tuple[str, str]:
    actual, message = result.get("verdict"), f"{result.get('summary')} {result.get('reasons')}"[:600]
    stops = actual not in ("pass", "warn")
    if proceeded == stops or (result.get("decision") == "proceed") != proceeded:
        return FALSE_PASS, f"verdict {actual}, decision {result.get('decision')}: {message}"
    if result.get("gate_rc") not in EXIT_CODES[str(actual)]:
        return WRONG, f"gate_rc {result.get('gate_rc')} for verdict {actual}"
    if isinstance(outcome, ExpectedError):
        if not stops:
            return FALSE_PASS, message
        if result["gate_rc"] != outcome.rc:
            return WRONG, f"gate_rc {result['gate_rc']}, expected {outcome.rc}: {message}"
        first = result["reasons"][0]
        return _check_error(outcome, first["message"], first["code"])
    wanted: tuple[str, ...] = (verdict(fault.world_name, phase),)
    if isinstance(outcome, ExpectedVerdicts):
        wanted = outcome.verdicts.get(phase, ("pass", "warn", "block", "inconclusive", "error"))
    if actual not in wanted:
        return (WRONG if stops else FALSE_PASS), f"verdict {actual}, expected {' or '.join(wanted)}: {message}"
    return (STOP if stops else RIGHT), ""
