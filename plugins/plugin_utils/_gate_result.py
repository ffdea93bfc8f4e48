# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate returns to Ansible."""

from __future__ import annotations

from difflib import unified_diff
from typing import Any

from ..module_utils._domain.legible import enumerated as join_names
from ..module_utils._domain.legible import legible
from ..module_utils._domain.monitor import Monitor
from ..module_utils._domain.timestamps import duration, utc
from ._gate.baseline import Baseline, take
from ._gate.forecast import Forecast
from ._gate.loop import Outcome
from ._gate.policy import AFTER, BEFORE, DURING, IGNORE, PLAN, Policy
from ._gate.problems import ALERT, find_problem
from ._gate.reports.entries import monitor_entry
from ._gate.sample import Sample
from ._gate.states import CLEAN, UNPROVED
from ._gate.verdict import PASS, Decision, Reason, summary

FAILING_SHARES = (1.0, 0.5, 0.1)
"""Shares of failing tests for which a result says how often the planned clean tests would notice."""


def gate_result(
    outcome: Outcome, decision: Decision, policy: Policy, baseline: Baseline | None, verbose: bool, account: str = ""
) -> dict[str, Any]:
    """Return the result of a gate task. It fails when the decision is ``stop``, and then carries the same."""
    evaluation = outcome.evaluation
    line = summary(evaluation, decision, policy.phase)
    if policy.phase == PLAN and outcome.forecast is not None and evaluation.verdict == PASS:
        line = f"{policy.phase}: {planned(outcome.forecast)}; {'; '.join(explain_proof(outcome, policy))}"
    return {
        "changed": False,
        "failed": not decision.proceeds,
        "msg": line if decision.proceeds else _message(line, evaluation.reasons),
        "phase": policy.phase,
        "verdict": evaluation.verdict,
        "decision": decision.decision,
        "gate_rc": decision.gate_rc,
        "summary": line,
        "reasons": [_reason(reason) for reason in evaluation.reasons],
        "monitors": [dict(monitor_entry(found)) for found in evaluation.assessments if verbose or found.state != CLEAN],
        "counts": evaluation.counts,
        "verified": _is_verified(outcome, policy),
        "masked": evaluation.masked,
        "owed": _list_owed(outcome),
        "bypassed": decision.bypassed,
        "waited": round(outcome.waited, 1),
        "samples": outcome.samples,
        "predicted": _predicted(outcome),
        "proof": _describe_proof(outcome, policy),
        "since": utc(policy.anchor),
        "baseline": _take(outcome, policy, account),
        "changes": changes(outcome.sample, baseline),
    }


def _is_verified(outcome: Outcome, policy: Policy) -> bool:
    """Whether a test that started since the anchor proved every monitor in scope."""
    if outcome.evaluation.verdict != PASS or policy.phase == PLAN or outcome.view is None or outcome.sample is None:
        return False
    evidence = outcome.view.evidence
    return all(evidence.is_proved(monitor.id) for monitor in outcome.sample.monitors)


def _list_owed(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the monitors that passed without proof because they test too rarely, and when each can be proved."""
    if outcome.view is None:
        return []
    due = outcome.view.unprovable
    return [
        {
            "monitor": found.monitor.id,
            "label": found.monitor.label,
            "timer": found.monitor.timer,
            "due": utc(due[found.monitor.id]) if found.monitor.id in due else None,
        }
        for found in outcome.evaluation.assessments
        if found.state == UNPROVED
    ]


def _describe_proof(outcome: Outcome, policy: Policy) -> dict[str, Any] | None:
    """Return before a deployment what the proof afterwards will be worth with the same options."""
    proof, sample = outcome.proof, outcome.sample
    if proof is None or sample is None or policy.phase not in (BEFORE, PLAN):
        return None
    tests = policy.prepare_proof().clean_tests
    monitors = {monitor.id: monitor for monitor in sample.monitors}
    return {
        "seconds": round(proof.seconds, 1),
        "clean_tests": tests,
        "provable": proof.provable,
        "unprovable": [
            {"monitor": name, "label": monitors[name].label, "timer": monitors[name].timer, "seconds": round(most, 1)}
            for name, most in proof.slow.items()
        ],
        "caught": {f"{share:g}": round(1 - (1 - share) ** tests, 3) for share in FAILING_SHARES},
    }


def explain_proof(outcome: Outcome, policy: Policy) -> list[str]:
    """Return in words what the proof after the deployment is worth, and which monitors it may not reach."""
    proof = _describe_proof(outcome, policy)
    if proof is None or outcome.proof is None:
        return []
    tests = proof["clean_tests"]
    lines = [
        f"with clean_tests {tests}, it notices a monitor that fails half of its tests in "
        f"{proof['caught']['0.5']:.0%} of the cases"
    ]
    if proof["unprovable"]:
        names = join_names([str(entry["label"]) for entry in proof["unprovable"]])
        total = outcome.proof.provable + len(outcome.proof.unprovable)
        lines.append(
            f"{len(proof['unprovable'])} of {total} monitors may not be provable within timeout_max "
            f"({duration(policy.timeout_max)}), which on_unprovable decides: {names}"
        )
    return lines


def explain_circumstances(outcome: Outcome, policy: Policy) -> list[str]:
    """Return what a person should know although it does not decide: slow monitors, alerts that came and went."""
    lines = []
    if policy.phase == BEFORE and policy.on_unprovable != IGNORE:
        lines += explain_proof(outcome, policy)[1:]
    cleared = outcome.view.evidence.cleared_alerts if outcome.view is not None else {}
    if cleared and policy.phase in (DURING, AFTER):
        names = join_names([f"{label} at {utc(start)}" for label, start in cleared.items()])
        lines.append(f"alerts were raised and cleared since the deployment started: {names}")
    return lines


def _take(outcome: Outcome, policy: Policy, account: str) -> dict[str, Any] | None:
    """Return the baseline of the newest sample: the problems of each monitor, whatever the policy makes of them."""
    sample, view = outcome.sample, outcome.view
    if sample is None or view is None:
        return None

    def describe(monitor: Monitor) -> str | None:
        run = view.evidence.history(monitor.id).failed_run
        return find_problem(
            monitor, view.service_time, policy.alert_after, policy.stale_factor, policy.stale_grace, run
        )

    return take(sample, sample.selection, account, describe)


def planned(ahead: Forecast) -> str:
    """Return a forecast in a sentence."""
    if ahead.monitor is None:
        return "the evidence is there already"
    told = f"the evidence takes {duration(ahead.seconds)}, and {legible(ahead.monitor.label, 80)} decides it"
    return f"{told}; an alert {'could' if ahead.alert_possible else 'could not'} have been raised by then"


def changes(sample: Sample | None, baseline: Baseline | None) -> list[dict[str, Any]]:
    """Return what is configured otherwise than in the baseline, monitor by monitor, as far as that names monitors."""
    if sample is None or baseline is None:
        return []
    found = []
    for monitor in sample.monitors:
        then = baseline.find(monitor.id)
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
    if baseline is not None:
        before = [_line(then.label, then.timer, then.problem == ALERT) for then in baseline.monitors.values()]
    for monitor in sample.monitors if sample is not None else []:
        alerting = monitor.status is not None and monitor.status.alert_active
        after.append(_line(monitor.label, monitor.timer, alerting))
    return list(unified_diff(sorted(before), sorted(after), "baseline", "now", lineterm=""))


def _line(label: str, timer: float | None, alerting: bool) -> str:
    tests = "timer unknown" if timer is None else f"tests every {duration(timer)}"
    return f"{legible(label, 80)}: {tests}, {'alert active' if alerting else 'no alert'}"
