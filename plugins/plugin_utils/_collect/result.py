# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of kf_collect and its reports. Both depend on the report alone, so a repeated task returns the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._domain.text import join_names, quantity, sanitize
from .._gate import states
from .._gate.debts.debt import DELIVERED, FAILED, OWED, PROVED, Debt
from .._gate.policy import BLOCK, WARN
from .._gate.reports.document import WORST_FIRST
from .._gate.reports.grouping import describe_groups, group_reasons
from .._gate.verdict import ERROR, INCONCLUSIVE, PASS, PROCEED, RC, RC_CONFIGURATION, STOP, VERDICTS, Evaluation
from .collector import Collection
from .store import StoredReport

NOTHING_OWED = "nothing_owed"

WORST_CODES = (RC[BLOCK], RC_CONFIGURATION, RC[ERROR], RC[INCONCLUSIVE], 0)

LATER = "run kf_collect again when the proof is due, or raise its option wait"

UNPROVED = frozenset({states.PENDING, states.UNPROVED})
"""The states of a monitor whose tests are still to come. The option ``on_owed`` decides about them."""


class Conclusion(NamedTuple):
    """What one debt means for the pipeline. ``is_bypassed`` tells whether only ``enforce`` prevents a stop."""

    verdict: str
    gate_rc: int
    reasons: list[dict[str, Any]]
    is_bypassed: bool


def conclude(debt: Debt, on_owed: str) -> Conclusion:
    """Return the conclusion from the newest evaluation of ``debt``."""
    reasons = [_apply_option(reason, on_owed) for reason in (debt.collected or {}).get("reasons", [])]
    verdict, code = PASS, 0
    if debt.state == FAILED:
        verdict, code = BLOCK, RC[BLOCK]
    elif debt.state == OWED:
        found = [INCONCLUSIVE if on_owed == BLOCK else WARN, *(reason["verdict"] for reason in reasons)]
        verdict = max((one for one in found if one != BLOCK), key=VERDICTS.index)
        code = RC.get(verdict, 0)
    elif reasons or any(proof["how"] != PROVED for proof in debt.proofs):
        verdict = WARN
    is_bypassed = code != 0 and not debt.is_enforced
    return Conclusion(verdict, 0 if is_bypassed else code, reasons, is_bypassed)


def _apply_option(reason: Mapping[str, Any], on_owed: str) -> dict[str, Any]:
    """Return a reason of the gate as one of kf_collect, which has other options."""
    if reason["code"] not in UNPROVED:
        return dict(reason)
    is_tolerated = reason["verdict"] == INCONCLUSIVE and on_owed != BLOCK
    return {**reason, "verdict": WARN if is_tolerated else reason["verdict"], "unblock": LATER}


def find_state(debts: Sequence[Debt]) -> str:
    """Return the state of a report with these debts: the worst one."""
    found = {debt.state for debt in debts}
    return next((state for state in (FAILED, OWED, DELIVERED) if state in found), NOTHING_OWED)


def is_verified(stored: StoredReport) -> bool:
    """Whether every monitor in the scope of the gates has been proved."""
    return all(debt.is_verified for debt in stored.debts) if stored.debts else stored.is_verified


def summarize_report(stored: StoredReport) -> dict[str, Any]:
    """Return the section ``collected`` of a report with debts."""
    conclusions = [conclude(debt, WARN) for debt in stored.debts]
    return {
        "at": find_time(stored.debts),
        "state": find_state(stored.debts),
        "verdict": max((one.verdict for one in conclusions), key=VERDICTS.index, default=PASS),
        "gate_rc": min((one.gate_rc for one in conclusions), key=WORST_CODES.index, default=0),
        "verified": is_verified(stored),
        "proofs": [dict(proof) for debt in stored.debts for proof in debt.proofs],
        "owed": list_owed(stored.debts),
        "failed_monitors": list_failed(stored.debts),
    }


def find_time(debts: Iterable[Debt]) -> str | None:
    """Return the time of the newest evaluation, None if there was none."""
    return max((str(debt.collected["at"]) for debt in debts if debt.collected is not None), default=None)


def list_owed(debts: Iterable[Debt]) -> list[dict[str, Any]]:
    """Return the monitors without proof of the debts that are still owed, with the time when each is due."""
    return [
        {**entry, "state": _state_of(debt, entry["monitor"])}
        for debt in debts
        if debt.state == OWED
        for entry in debt.owed
    ]


def _state_of(debt: Debt, monitor_id: str) -> str:
    monitors = debt.collected["monitors"] if debt.collected is not None else []
    return str(next((one["state"] for one in monitors if one["id"] == monitor_id), states.UNPROVED))


def list_failed(debts: Iterable[Debt]) -> list[dict[str, Any]]:
    """Return the monitors for which a debt has failed."""
    return [
        {name: reason[name] for name in ("monitor", "label", "code", "message")}
        for debt in debts
        if debt.state == FAILED and debt.collected is not None
        for reason in debt.collected["reasons"]
        if reason["verdict"] == BLOCK
    ]


def build_result(collection: Collection, on_owed: str) -> dict[str, Any]:
    """Return the result of a task, which fails if the decision is ``stop``."""
    stored, debts = collection.stored, collection.stored.debts
    conclusions = [conclude(debt, on_owed) for debt in debts]
    trouble = collection.trouble
    reasons = [reason for one in conclusions for reason in one.reasons]
    verdicts, codes = [one.verdict for one in conclusions], [one.gate_rc for one in conclusions]
    if not debts:
        verdicts = [PASS if stored.report.data["verdict"] == PASS else WARN]
    if trouble is not None:
        reasons = [*_describe_trouble(trouble), *reasons]
        verdicts, codes = [*verdicts, trouble.verdict], [*codes, trouble.gate_rc]
    verdict = max(verdicts, key=VERDICTS.index)
    gate_rc = min(codes, key=WORST_CODES.index, default=0)
    reasons.sort(key=lambda reason: -VERDICTS.index(reason["verdict"]))
    monitors = list_monitors(debts)
    decision = STOP if gate_rc else PROCEED
    line = f"collect: {decision}, {verdict}: {_describe(stored, trouble)}"
    lines = describe_groups(group_reasons(reasons, {one["id"]: one["error"] for one in monitors}))
    return {
        "changed": False,
        "failed": bool(gate_rc),
        "msg": _describe_stop(line, lines) if gate_rc else line,
        "state": find_state(debts),
        "verdict": verdict,
        "decision": decision,
        "gate_rc": gate_rc,
        "verified": is_verified(stored) and verdict == PASS,
        "delivered": bool(debts) and find_state(debts) == DELIVERED,
        "collected_at": find_time(debts),
        "proofs": [dict(proof) for debt in debts for proof in debt.proofs],
        "owed": list_owed(debts),
        "failed_monitors": list_failed(debts),
        "bypassed": any(one.is_bypassed for one in conclusions),
        "summary": line,
        "lines": lines,
        "reasons": reasons,
        "monitors": monitors,
        "polls": collection.polls,
    }


def _describe_stop(line: str, lines: Iterable[str]) -> str:
    return " ".join([f"{line}.", *(f"{one}." for one in lines if one not in line)])


def _describe_trouble(trouble: Evaluation) -> list[dict[str, Any]]:
    return [{**reason._asdict(), "message": reason.sentence} for reason in trouble.reasons]


def list_monitors(debts: Sequence[Debt]) -> list[dict[str, Any]]:
    """Return the monitors of all debts, worst first; one that several debts owe in its worst state."""
    found: dict[str, dict[str, Any]] = {}
    entries = [dict(one) for debt in debts if debt.collected is not None for one in debt.collected["monitors"]]
    for entry in sorted(entries, key=_rank):
        found.setdefault(entry["id"], entry)
    return list(found.values())


def _rank(entry: Mapping[str, Any]) -> tuple[int, int, str, str]:
    return WORST_FIRST.index(entry["verdict"]), states.ALL.index(entry["state"]), entry["label"], entry["id"]


def _describe(stored: StoredReport, trouble: Evaluation | None) -> str:
    """Return the state of the proofs as a sentence without a full stop."""
    debts = stored.debts
    state, proofs = find_state(debts), [proof for debt in debts for proof in debt.proofs]
    if state == FAILED:
        failed = [str(one["label"]) for one in list_failed(debts)]
        times = [debt.collected["at"] for debt in debts if debt.state == FAILED and debt.collected is not None]
        return f"the proof failed at {sanitize(min(times), 40)}: {join_names(failed)}"
    if trouble is not None and trouble.reasons:
        return f"{trouble.reasons[0].sentence}; {quantity(len(list_owed(debts)), 'proof')} still owed"
    if state == NOTHING_OWED:
        rest = "" if stored.is_verified else ", and its gate was not verified"
        return f"nothing is owed{rest}"
    if state == DELIVERED:
        names = join_names([str(proof["label"]) for proof in proofs])
        rest = "; the deployment is verified" if is_verified(stored) else "; other monitors in scope were not proved"
        at = sanitize(find_time(debts), 40)
        return f"{quantity(len(proofs), 'proof')} delivered at {at} ({names}){rest}"
    return _describe_owed(list_owed(debts), len(proofs))


def _describe_owed(owed: Sequence[Mapping[str, Any]], delivered: int) -> str:
    names = join_names([str(entry["label"]) for entry in owed])
    due = max((str(entry["due"]) for entry in owed if entry["due"]), default=None)
    time = "at an unknown time" if due is None else f"at {sanitize(due, 40)}"
    some = f"{len(owed):,} of {quantity(len(owed) + delivered, 'proof')}"
    return f"{some} still owed, the last one is due {time} ({names})"
