# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate the outcome of each cell: correct response, clean error or stop; everything else is a failure."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .entry_points import REQUEST_TIMEOUT, WAIT_FOR_EVIDENCE, EntryPoint
from .fault import EXIT_CODES, ExpectedError, ExpectedVerdicts, Fault
from .outcomes import (
    ERROR,
    EXCESS,
    FAILURES,
    FALSE_PASS,
    HANG,
    RIGHT,
    SECRET,
    STOP,
    TRACEBACK,
    WRONG,
    check_error,
    check_message,
)
from .playbook_run import Observation, PlaybookRun
from .product_checks import (
    RECORD_ERRORS,
    TOO_LARGE,
    check_adopt,
    check_board,
    check_collect,
    check_doctor,
    check_record,
)
from .source_check import INTERVAL, SOURCE_SECONDS, check_source
from .worlds import labels, verdict

__all__ = ["ERROR", "EXCESS", "FAILURES", "FALSE_PASS", "HANG", "RIGHT", "SECRET", "STOP", "TRACEBACK", "WRONG"]

TOLERANCE = 2
"""Seconds added to the time limit of an entry point."""

ANSIBLE_OVERHEAD = 6
"""Seconds that Ansible itself needs for one entry point on a machine that does nothing else."""

MAX_SLOWDOWN = 4.0
"""The greatest factor by which other processes may slow down Ansible."""

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
    found = [cell for entry in performance.entries for cell in _cells(entry, performance)]
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
        most = allowed_calls(entry, fault, endpoint, _count_polls(entry, seen))
        if calls > most:
            yield Cell(fault.name, entry.name, EXCESS, f"{calls} requests at {endpoint}, limit {most}")


def allowed_seconds(entry: EntryPoint, load: float | None = None) -> int:
    """Return the time limit of ``entry``; ``load`` is the number of runnable processes for each core."""
    if entry.name == "event_source":
        return SOURCE_SECONDS
    waits = WAIT_FOR_EVIDENCE if entry.phase == "after" else 0
    if load is None:
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
    overhead = ANSIBLE_OVERHEAD * min(MAX_SLOWDOWN, max(1.0, load))
    return entry.questions * REQUEST_TIMEOUT + waits + int(overhead) + TOLERANCE


def allowed_calls(entry: EntryPoint, fault: Fault, endpoint: str, polls: int) -> int:
    """Return the maximum number of requests at ``endpoint``."""
    if endpoint == "token":
        # A client without a token requests one at each poll.
        polls = len(fault.endpoints) if entry.continues_after_errors else polls
        each = fault.tokens * (fault.attempts if fault.endpoints == {"token"} and fault.tokens == 1 else 1)
        # The fault affects the event source twice.
        is_repeated = isinstance(fault.outcome, ExpectedError) or (entry.name == "event_source" and fault.tokens > 1)
        return each * entry.clients * max(1, polls if is_repeated else 1)
    anywhere = any(order["endpoint"] == "any" for order in fault.orders)
    attempts = fault.attempts if endpoint in fault.endpoints or anywhere else 1
    return (entry.requests.get(endpoint, 0) + max(0, polls - 1)) * attempts


def _count_polls(entry: EntryPoint, seen: Observation) -> int:
    """Return the number of polls of an entry point, for the event source the greatest possible one."""
    if entry.name == "event_source":
        return 1 + int(seen.seconds / INTERVAL)
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
        return check_doctor(fault, seen)
    if entry.name == "adopt":
        return check_adopt(fault, outcome, seen)
    if entry.name == "board":
        return check_board(fault, outcome, seen)
    if entry.name == "collect":
        return check_collect(fault, outcome, seen)
    if entry.name == "event_source":
        return check_source(fault, seen)
    if entry.name == "record" and (fault.name in RECORD_ERRORS or isinstance(outcome, ExpectedError)):
        return check_record(TOO_LARGE if fault.name in RECORD_ERRORS else outcome, seen)
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
        return check_message(expected, message)
    return check_error(expected, message, seen.result.get("error_code"))


def _check_labels(entry: EntryPoint, fault: Fault, seen: Observation) -> tuple[str, str]:
    assert entry.read_labels is not None
    found = entry.read_labels(seen.result)
    wanted: frozenset[str] = labels(fault.world_name)
    if fault.labels is not None and next(iter(entry.requests)) in fault.endpoints:
        wanted = fault.labels
    if found is None or ("version" not in entry.requests and found != wanted):
        return FALSE_PASS, f"labels {str(found)[:300]}, expected {str(sorted(wanted))[:300]}"
    return RIGHT, ""


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
        return check_error(outcome, first["message"], first["code"])
    wanted: tuple[str, ...] = (verdict(fault.world_name, phase),)
    if isinstance(outcome, ExpectedVerdicts):
        wanted = outcome.verdicts.get(phase, ("pass", "warn", "block", "inconclusive", "error"))
    if actual not in wanted:
        return (WRONG if stops else FALSE_PASS), f"verdict {actual}, expected {' or '.join(wanted)}: {message}"
    return (STOP if stops else RIGHT), ""
