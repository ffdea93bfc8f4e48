# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of a proof: whether it covers the scope, which monitors have none yet, and how many faults it detects."""

from __future__ import annotations

from typing import Any

from ...module_utils._domain.text import join_names, quantity, sanitize
from ...module_utils._domain.timestamps import duration, utc
from .forecast import Forecast
from .loop import Outcome
from .policy import AFTER, BEFORE, DURING, IGNORE, LATE, PLAN, Policy
from .states import UNPROVED
from .verdict import PASS

FAILING_SHARES = (1.0, 0.5, 0.1)
"""Shares of failing tests for which a result states how often the required clean tests detect them."""


def is_verified(outcome: Outcome, policy: Policy) -> bool:
    """Whether tests that started since the anchor proved every monitor in scope."""
    if outcome.evaluation.verdict != PASS or policy.phase == PLAN or outcome.view is None or outcome.sample is None:
        return False
    evidence = outcome.view.evidence
    return all(evidence.is_proved(monitor.id) for monitor in outcome.sample.monitors)


def list_owed(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the monitors without proof because they test too rarely, with the time when the proof of each is due."""
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


def describe_proof(outcome: Outcome, policy: Policy) -> dict[str, Any] | None:
    """Return the value of the proof after the deployment with the same options; None in ``during`` and ``after``."""
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
    """Return sentences about the value of the proof after the deployment, and the monitors it may not cover."""
    proof = describe_proof(outcome, policy)
    if proof is None or outcome.proof is None:
        return []
    tests = proof["clean_tests"]
    lines = [
        f"with clean_tests {tests}, it detects a monitor that fails half of its tests in "
        f"{proof['caught']['0.5']:.0%} of the cases"
    ]
    if proof["unprovable"]:
        names = join_names([str(entry["label"]) for entry in proof["unprovable"]])
        total = outcome.proof.provable + len(outcome.proof.unprovable)
        lines.append(
            f"{len(proof['unprovable']):,} of {quantity(total, 'monitor')} may not be provable within timeout_max "
            f"({duration(policy.timeout_max)}); on_unprovable decides: {names}"
        )
    return lines


def explain_circumstances(outcome: Outcome, policy: Policy) -> list[str]:
    """Return notes that do not affect the decision: slow monitors, a wrong clock, cleared alerts."""
    lines = []
    if policy.phase == BEFORE and policy.on_unprovable != IGNORE:
        lines += explain_proof(outcome, policy)[1:]
    behind = outcome.sample.clock_offset.behind if outcome.sample is not None else 0.0
    if behind > LATE:
        lines.append(
            f"the controller's clock is {duration(behind)} ahead of the service's, so every proof takes that much "
            "longer; synchronize it with a time server"
        )
    cleared = outcome.view.evidence.cleared_alerts if outcome.view is not None else {}
    if cleared and policy.phase in (DURING, AFTER):
        names = join_names([f"{label} at {utc(start)}" for label, start in cleared.items()])
        lines.append(f"alerts were raised and cleared since the deployment started: {names}")
    return lines


def describe_forecast(ahead: Forecast) -> str:
    """Return a forecast as a sentence."""
    if ahead.monitor is None:
        return "the evidence is already complete"
    return (
        f"the evidence takes {duration(ahead.seconds)} ({sanitize(ahead.monitor.label, 80)} takes longest); "
        f"an alert {'could' if ahead.alert_possible else 'could not'} have been raised by then"
    )
