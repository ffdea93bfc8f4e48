# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what came of a fault is one of the only three that are right: the right answer, a clean error, a stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .diagnoses import diagnosis
from .entry_points import ENTRY_POINTS, QUESTION, WAIT_FOR_EVIDENCE, EntryPoint
from .fault import AT_THE_GATE, Fault, Judged, Refused
from .play import Observation, Performance
from .worlds import WORLDS, labels, verdict

RIGHT, ERROR, STOP = "right answer", "clean error", "stop"
FALSE_PASS, TRACEBACK, HANG, SECRET, EXCESS, WRONG = FAILURES = (
    "false pass",
    "traceback",
    "hang",
    "secret",
    "excess",
    "wrong",
)

TOLERANCE = 2
"""Seconds beyond the time that an entry point's questions and waits may take."""

AT_WORK = 6
"""Seconds that Ansible itself may take for the tasks of one entry point on a busy machine, without any fault."""

REFUSED_BY_ADOPT = frozenset({"an empty status"})

RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class Cell:
    """One fault at one entry point: its outcome, and what is wrong with it in a sentence, if anything is."""

    fault: str
    entry: str
    outcome: str
    complaint: str = ""


def cells(performance: Performance) -> list[Cell]:
    """Return a cell for each entry point; what was found in the output as a whole is held against one named ``all``."""
    found = [cell for entry in ENTRY_POINTS for cell in _cells(entry, performance)]
    return found + [Cell(performance.fault.name, "all", *wrong) for wrong in _in_the_output(performance)]


def _in_the_output(performance: Performance) -> Iterator[tuple[str, str]]:
    if performance.secrets:
        yield SECRET, performance.secrets.strip()
    for sign in ("Traceback (most recent call last)", "MODULE FAILURE", "Unexpected Exception"):
        if sign in performance.output:
            place = performance.output.index(sign)
            yield TRACEBACK, performance.output[max(0, place - 200) : place + 1500]
    raw = RAW.search(performance.output)
    if raw:
        around = performance.output[max(0, raw.start() - 80) : raw.start() + 80]
        yield WRONG, f"a raw control character reached the screen: {around!r}"


def _cells(entry: EntryPoint, performance: Performance) -> Iterator[Cell]:
    fault, seen = performance.fault, performance.observations.get(entry.name)
    if seen is None:
        yield Cell(fault.name, entry.name, HANG, f"it never ended: {performance.output[-600:]}")
        return
    outcome, complaint = _outcome(entry, fault, seen)
    yield Cell(fault.name, entry.name, outcome, complaint)
    longest = allowed_seconds(entry)
    if seen.seconds > longest:
        yield Cell(fault.name, entry.name, HANG, f"it took {seen.seconds:.1f} s, and {longest} s is the longest")
    for endpoint, calls in (seen.calls or {}).items():
        most = allowed_calls(entry, fault, endpoint, _looks(seen))
        if calls > most:
            yield Cell(fault.name, entry.name, EXCESS, f"{calls} requests at {endpoint}, and {most} is the most")


def allowed_seconds(entry: EntryPoint) -> int:
    waits = WAIT_FOR_EVIDENCE if entry.phase == "after" else 0
    return entry.questions * QUESTION + waits + AT_WORK + TOLERANCE


def allowed_calls(entry: EntryPoint, fault: Fault, endpoint: str, looks: int) -> int:
    """Return the most requests: for each question one, and another for each try that the fault may cost."""
    if endpoint == "token":
        # A client that was refused asks for a token anew at each look.
        looks = len(fault.endpoints) if entry.goes_on else looks
        each = fault.tokens * (fault.tries if fault.endpoints == {"token"} and fault.tokens == 1 else 1)
        return each * entry.clients * max(1, looks if isinstance(fault.outcome, Refused) else 1)
    anywhere = any(order["endpoint"] == "any" for order in fault.orders)
    tries = fault.tries if endpoint in fault.endpoints or anywhere else 1
    return (entry.asks.get(endpoint, 0) + max(0, looks - 1)) * tries


def _looks(seen: Observation) -> int:
    told = seen.result.get("msg") if isinstance(seen.result.get("msg"), dict) else seen.result
    return int(told.get("samples") or 1)


def _outcome(entry: EntryPoint, fault: Fault, seen: Observation) -> tuple[str, str]:
    hit = fault.outcome is not None and (fault.endpoints == frozenset() or entry.meets(fault.endpoints))
    outcome = fault.outcome if hit else None
    if entry.phase is not None:
        result = seen.result["msg"] if entry.is_block else seen.result
        if "verdict" not in result:
            return WRONG, f"there is no verdict: {str(result)[:600]}"
        proceeded = result["proceeded"] if entry.is_block else not seen.failed
        return _at_the_gate(entry.phase, fault, outcome, result, proceeded)
    if entry.name == "doctor":
        return _examined(fault, seen)
    if entry.name == "adopt":
        return _adopted(fault, outcome, seen)
    return _asked(entry, fault, outcome if isinstance(outcome, Refused) else None, seen)


def _asked(entry: EntryPoint, fault: Fault, refused: Refused | None, seen: Observation) -> tuple[str, str]:
    told = entry.sentence(seen.result)
    if refused is None:
        if seen.failed:
            return WRONG, f"it failed: {told[:400]}"
        return _answered(entry, fault, seen)
    if not seen.failed:
        return FALSE_PASS, f"it answered {str(seen.result)[:400]}"
    if not entry.has_code:
        return _said(refused, told)
    return _refused(refused, told, seen.result.get("error_code"))


def _answered(entry: EntryPoint, fault: Fault, seen: Observation) -> tuple[str, str]:
    assert entry.told is not None
    found = entry.told(seen.result)
    wanted: frozenset[str] = labels(fault.world_name)
    if fault.labels is not None and next(iter(entry.asks)) in fault.endpoints:
        wanted = fault.labels
    if found is None or ("version" not in entry.asks and found != wanted):
        return FALSE_PASS, f"it told of {str(found)[:300]} and not of {str(sorted(wanted))[:300]}"
    return RIGHT, ""


def _refused(refused: Refused, told: str, code: str | None) -> tuple[str, str]:
    if not re.fullmatch(refused.code, str(code)):
        return WRONG, f"the code is {code}, not {refused.code}: {told[:400]}"
    return _said(refused, told)


def _said(refused: Refused, told: str) -> tuple[str, str]:
    if not re.search(refused.says, told):
        return WRONG, f"the sentence is not one that says {refused.says!r}: {told[:400]}"
    if "\n" in told or len(told) > 3000:
        return WRONG, f"the sentence is not one: {told[:400]!r}"
    return ERROR, ""


CUT_SHORT = Refused("cut_short", "the status and the configurations disagree about .*nothing was written")
"""What adopting makes of a status without the monitors that are configured."""


def _adopted(fault: Fault, outcome: Refused | Judged | None, seen: Observation) -> tuple[str, str]:
    """A policy is right when it accepts exactly the old problems that C(before) would stop for, and no other."""
    if fault.name in REFUSED_BY_ADOPT:
        outcome = CUT_SHORT
    if isinstance(outcome, Refused):
        if not seen.failed or seen.result.get("changed"):
            return FALSE_PASS, f"it adopted {str(seen.result)[:400]}"
        return _refused(outcome, _message(seen), seen.result.get("error_code"))
    if seen.failed:
        return WRONG, f"it failed: {_message(seen)[:400]}"
    verdicts: tuple[str, ...] = (verdict(fault.world_name, "before"),)
    if isinstance(outcome, Judged):
        verdicts = outcome.verdicts.get("before", verdicts)
    number = len(WORLDS[fault.world_name])
    wanted = [problems for one in verdicts for problems in _old_problems(one, number)]
    found = seen.result.get("problems")
    if found not in wanted or seen.result.get("monitors") != number:
        return FALSE_PASS, f"it adopted {found} of {seen.result.get('monitors')} monitors, not {wanted} of {number}"
    if len(seen.result["added"]) + len(seen.result["not_adopted"]) < sum(found.values()):
        return WRONG, f"it names fewer monitors than it counts: {str(seen.result)[:600]}"
    return RIGHT, ""


def _message(seen: Observation) -> str:
    return str(seen.result.get("msg", ""))


def _old_problems(verdict_before: str, number: int) -> list[dict[str, int]]:
    """Return the numbers of old problems by state with which C(before) has this verdict for ``number`` monitors."""
    return {"pass": [{}], "block": [{"existing_alert": 1}], "inconclusive": [{"blind": number}]}.get(verdict_before, [])


def _examined(fault: Fault, seen: Observation) -> tuple[str, str]:
    """A doctor is right when it names this fault, and nothing but this fault."""
    rows = seen.result.get("rows")
    if not isinstance(rows, list) or not rows:
        return WRONG, f"there is no row: {str(seen.result)[:600]}"
    found = [f"{row['check']}.{row['code']}" for row in rows if row["outcome"] in ("failed", "warning")]
    wrong = diagnosis(fault).wrong_with(found)
    if wrong:
        return (WRONG if found else FALSE_PASS), f"{wrong}: {rows}"[:3000]
    if seen.failed != any(row["outcome"] == "failed" for row in rows):
        return FALSE_PASS, f"it {'failed' if seen.failed else 'did not fail'}: {str(rows)[:600]}"
    if any(row["advice"] is None for row in rows if row["outcome"] in ("failed", "warning")):
        return WRONG, f"there is no advice: {str(rows)[:600]}"
    return (ERROR if seen.failed else RIGHT), ""


def _at_the_gate(
    phase: str, fault: Fault, outcome: Refused | Judged | None, result: dict, proceeded: bool
) -> tuple[str, str]:
    said, told = result.get("verdict"), f"{result.get('summary')} {result.get('reasons')}"[:600]
    stops = said not in ("pass", "warn")
    if proceeded == stops or (result.get("decision") == "proceed") != proceeded:
        return FALSE_PASS, f"the verdict is {said}, the decision {result.get('decision')}: {told}"
    if result.get("gate_rc") not in AT_THE_GATE[str(said)]:
        return WRONG, f"gate_rc is {result.get('gate_rc')} with {said}"
    if isinstance(outcome, Refused):
        if not stops:
            return FALSE_PASS, told
        if result["gate_rc"] != outcome.rc:
            return WRONG, f"gate_rc is {result['gate_rc']}, not {outcome.rc}: {told}"
        first = result["reasons"][0]
        return _refused(outcome, first["message"], first["code"])
    wanted: tuple[str, ...] = (verdict(fault.world_name, phase),)
    if isinstance(outcome, Judged):
        wanted = outcome.verdicts.get(phase, ("pass", "warn", "block", "inconclusive", "error"))
    if said not in wanted:
        return (WRONG if stops else FALSE_PASS), f"the verdict is {said}, not {' or '.join(wanted)}: {told}"
    return (STOP if stops else RIGHT), ""
