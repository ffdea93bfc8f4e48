# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one more sample makes of the proofs that a gate owes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....module_utils._domain.timestamps import utc
from ..evidence import Evidence
from ..forecast import complete_at
from ..loop import Outcome
from ..policy import BLOCK
from ..reports.document import report_monitors
from ..sample import NO_OFFSET, Sample
from ..states import CLEAN, KNOWN, MISSING, Assessment, View
from ..verdict import Reason
from .debt import ACCEPTED, DELIVERED, FAILED, OWED, PROVED, Debt
from .fields import sign_content
from .history_data import encode_history


def use_service_clock(sample: Sample) -> Sample:
    """Return ``sample`` with the time of the service's clock, by which the times of a debt are."""
    return sample._replace(taken_at=sample.service_time, clock_offset=NO_OFFSET)


def advance_debt(debt: Debt, outcome: Outcome, at: float, is_last: bool) -> dict[str, Any]:
    """Return the record of ``debt`` after the evaluation of a sample in ``outcome``, at ``at`` in epoch seconds.

    A monitor that a clean test proved, or whose problem ``known`` accepts, is delivered for good. A verdict that
    blocks is final if waiting does not change it, or if the sample is the last one (``is_last``).
    """
    evaluation, view, basis = outcome.evaluation, outcome.view, debt.basis
    if view is None or basis is None:
        raise ValueError("there is nothing to evaluate")
    proofs, owed = [*debt.proofs], []
    earlier = {str(entry["monitor"]): entry for entry in debt.owed}
    for found in evaluation.assessments:
        proof = _find_proof(found, view.evidence, at)
        if proof is not None:
            proofs.append(proof)
        else:
            owed.append(_describe_owed(found, view, earlier[found.monitor.id]))
    state = OWED if owed else DELIVERED
    if evaluation.verdict == BLOCK and (evaluation.final or is_last):
        state = FAILED
    return sign_content(
        {
            **debt.data,
            "state": state,
            "owed": owed,
            "proofs": proofs,
            "collected": _describe_evaluation(debt, outcome, at),
            "basis": _continue_basis(debt, view.evidence, owed) if state == OWED else None,
        }
    )


def _find_proof(found: Assessment, evidence: Evidence, at: float) -> dict[str, Any] | None:
    monitor = found.monitor
    proof = {"monitor": monitor.id, "label": monitor.label, "at": utc(at), "how": PROVED, "tested": None}
    if found.state == CLEAN and evidence.is_proved(monitor.id):
        return {**proof, "tested": utc(evidence.history(monitor.id).proved_until or 0.0)}
    return {**proof, "how": ACCEPTED} if found.state == KNOWN else None


def _describe_owed(found: Assessment, view: View, earlier: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a monitor without proof. A missing monitor keeps the time that was due."""
    monitor, due = found.monitor, earlier["due"]
    if found.state != MISSING and monitor.timer is not None:
        due = utc(complete_at(monitor, monitor.timer, view.policy, view.evidence, view.service_time))
    return {"monitor": monitor.id, "label": monitor.label, "timer": monitor.timer, "due": due}


def _describe_evaluation(debt: Debt, outcome: Outcome, at: float) -> dict[str, Any]:
    """Return the evaluation as data, with the monitors of which an earlier one delivered the proof."""
    evaluation = outcome.evaluation
    monitors = [dict(one) for one in report_monitors(outcome)]
    present = {one["id"] for one in monitors}
    before = debt.collected["monitors"] if debt.collected is not None else []
    return {
        "at": utc(at),
        "verdict": evaluation.verdict,
        "reasons": [_describe_reason(reason) for reason in evaluation.reasons],
        "monitors": monitors + [dict(one) for one in before if one["id"] not in present],
    }


def _describe_reason(reason: Reason) -> dict[str, Any]:
    return {**reason._asdict(), "message": reason.sentence}


def _continue_basis(debt: Debt, evidence: Evidence, owed: list[dict[str, Any]]) -> dict[str, Any]:
    histories = {entry["monitor"]: encode_history(evidence.history(entry["monitor"])) for entry in owed}
    return {**debt.data["basis"], "histories": histories}
