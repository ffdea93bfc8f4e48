# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate returns to Ansible."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from ..module_utils._domain.legible import legible
from ..module_utils._domain.timestamps import duration, utc
from ._gate.baseline import Baseline, take
from ._gate.forecast import Forecast
from ._gate.loop import Outcome
from ._gate.policy import PLAN, Policy
from ._gate.reports.entries import monitor_entry
from ._gate.sample import Sample
from ._gate.states import CLEAN
from ._gate.verdict import PASS, Reason, Ruling, summary


def gate_result(
    outcome: Outcome, ruling: Ruling, policy: Policy, baseline: Baseline | None, verbose: bool
) -> dict[str, Any]:
    """Return the result of a gate task. It fails when the decision is ``stop``, and then carries the same."""
    judgement = outcome.judgement
    line = summary(judgement, ruling, policy.phase)
    if policy.phase == PLAN and outcome.forecast is not None and judgement.verdict == PASS:
        line = f"{policy.phase}: {planned(outcome.forecast)}"
    return {
        "changed": False,
        "failed": not ruling.proceeds,
        "msg": line if ruling.proceeds else _message(line, judgement.reasons),
        "phase": policy.phase,
        "verdict": judgement.verdict,
        "decision": ruling.decision,
        "gate_rc": ruling.gate_rc,
        "summary": line,
        "reasons": [_reason(reason) for reason in judgement.reasons],
        "monitors": [dict(monitor_entry(found)) for found in judgement.standings if verbose or found.state != CLEAN],
        "counts": judgement.counts,
        "verified": judgement.verdict == PASS and policy.phase != PLAN,
        "bypassed": ruling.bypassed,
        "waited": round(outcome.waited, 1),
        "samples": outcome.samples,
        "predicted": _predicted(outcome),
        "since": utc(policy.anchor),
        "baseline": take(outcome.sample, outcome.sample.selection) if outcome.sample else None,
        "changes": changes(outcome.sample, baseline),
    }


def planned(ahead: Forecast) -> str:
    """Return a forecast in a sentence."""
    if ahead.monitor is None:
        return "the evidence is there already"
    told = f"the evidence takes {duration(ahead.seconds)}, and {legible(ahead.monitor.label, 80)} decides it"
    return f"{told}; an alert {'could' if ahead.alert_possible else 'could not'} have been raised by then"


def changes(sample: Sample | None, baseline: Baseline | None) -> list[dict[str, Any]]:
    """Return what is configured otherwise than in the baseline, monitor by monitor, as far as that names monitors."""
    if sample is None or baseline is None or baseline.monitors is None:
        return []
    found = []
    for monitor in sample.monitors:
        then = baseline.monitors.get(monitor.id)
        if then is None or monitor.config is None:
            continue
        config = monitor.config
        for field, before, after in (("timer", then.timer, config.timer), ("active", then.active, config.active)):
            if before != after:
                found.append(
                    {"monitor": monitor.id, "label": monitor.label, "field": field, "before": before, "after": after}
                )
    return found


def _message(line: str, reasons: list[Reason], most: int = 10) -> str:
    """Return ``line`` with a sentence for each of the worst reasons, so that the error alone says what to do."""
    told = [f"{reason.sentence}. To unblock: {reason.unblock}." for reason in reasons[:most] if reason.monitor]
    if reasons and not told:
        told = [f"To unblock: {reasons[0].unblock}."]
    if len(reasons) > most:
        told.append(f"The result has {len(reasons) - most} more reasons.")
    return " ".join([f"{line}.", *told])


def _predicted(outcome: Outcome) -> dict[str, Any] | None:
    ahead, sample = outcome.forecast, outcome.sample
    if ahead is None or sample is None:
        return None
    return {
        "seconds": round(ahead.seconds, 1),
        "monitor": ahead.monitor.id if ahead.monitor else None,
        "label": ahead.monitor.label if ahead.monitor else None,
        "detection_seconds": None if ahead.detection is None else round(ahead.detection, 1),
        "alert_possible": ahead.alert_possible,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "verdict": reason.verdict,
        "monitor": reason.monitor,
        "label": reason.label,
        "message": reason.sentence,
        "unblock": reason.unblock,
    }


def difference(sample: Sample | None, baseline: Baseline | None) -> list[str]:
    """Return the lines in which the baseline and now differ.

    They are shown by us: Ansible shows the difference of a task only when something was changed.
    """
    before: list[str] = []
    after: list[str] = []
    if baseline is not None and baseline.monitors is not None:
        before = [_line(then.label, then.timer, name in baseline.alerts) for name, then in baseline.monitors.items()]
    for monitor in sample.monitors if sample is not None else []:
        alerting = monitor.status is not None and monitor.status.alert_active
        after.append(_line(monitor.label, monitor.config.timer if monitor.config else None, alerting))
    return list(unified_diff(sorted(before), sorted(after), "baseline", "now", lineterm=""))


def _line(label: str, timer: float | None, alerting: bool) -> str:
    tests = "timer unknown" if timer is None else f"tests every {duration(timer)}"
    return f"{legible(label, 80)}: {tests}, {'alert active' if alerting else 'no alert'}"
