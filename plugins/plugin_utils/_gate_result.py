# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate returns to Ansible."""

from __future__ import annotations

from typing import Any

from ..module_utils._domain.timestamps import utc
from ._gate.loop import Outcome
from ._gate.policy import Policy
from ._gate.states import CLEAN, Standing
from ._gate.verdict import PROCEED, Reason, summary


def gate_result(outcome: Outcome, policy: Policy, verbose: bool) -> dict[str, Any]:
    """Return the result of a gate task. It fails when the decision is ``stop``, and then carries the same."""
    judgement = outcome.judgement
    line = summary(judgement, policy.phase)
    return {
        "changed": False,
        "failed": judgement.decision != PROCEED,
        "msg": line if judgement.decision == PROCEED else _message(line, judgement.reasons),
        "phase": policy.phase,
        "verdict": judgement.verdict,
        "decision": judgement.decision,
        "gate_rc": judgement.gate_rc,
        "summary": line,
        "reasons": [_reason(reason) for reason in judgement.reasons],
        "monitors": [_monitor(found) for found in judgement.standings if verbose or found.state != CLEAN],
        "counts": judgement.counts,
        "verified": judgement.verified,
        "waited": round(outcome.waited, 1),
        "samples": outcome.samples,
    }


def _message(line: str, reasons: list[Reason], most: int = 10) -> str:
    """Return ``line`` with a sentence for each of the worst reasons, so that the error alone says what to do."""
    told = [f"{reason.sentence}. To unblock: {reason.unblock}." for reason in reasons[:most] if reason.monitor]
    if len(reasons) > most:
        told.append(f"The result has {len(reasons) - most} more reasons.")
    return " ".join([f"{line}.", *told])


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "verdict": reason.verdict,
        "monitor": reason.monitor,
        "label": reason.label,
        "message": reason.sentence,
        "unblock": reason.unblock,
    }


def _monitor(found: Standing) -> dict[str, Any]:
    monitor, status = found.monitor, found.monitor.status
    last_test = status.last_test.started if status and status.last_test else None
    alerting = status is not None and status.alert_active
    return {
        "id": monitor.id,
        "label": monitor.label,
        "type": monitor.type,
        "timer": monitor.config.timer if monitor.config else None,
        "state": found.state,
        "message": found.message,
        "alert_since": utc(status.alerted) if alerting and status and status.alerted is not None else None,
        "last_test": utc(last_test) if last_test is not None else None,
        "error": status.error if status and status.failing else None,
    }
