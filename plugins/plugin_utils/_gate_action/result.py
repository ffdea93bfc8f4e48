# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a gate task, also of one that crashed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from json import dumps
from typing import Any

from ...module_utils._api.errors import describe_crash
from ...module_utils._domain.monitor import Monitor
from ...module_utils._domain.timestamps import utc
from .._gate.baseline import Baseline, take_baseline
from .._gate.loop import Outcome
from .._gate.policy import PHASES, PLAN, Policy
from .._gate.problems import find_problem
from .._gate.proof import describe_forecast, describe_proof, explain_proof, is_verified, list_owed
from .._gate.reports.grouping import MonitorEntry, describe_groups, describe_remedies, group_reasons, monitor_entry
from .._gate.reports.unblock import Situation, unblock_options
from .._gate.sample import Sample
from .._gate.states import CLEAN
from .._gate.verdict import ERROR, PASS, RC, Decision, Evaluation, Reason, decide, summarize


def gate_result(
    outcome: Outcome, decision: Decision, policy: Policy, baseline: Baseline | None, verbose: bool, account: str = ""
) -> dict[str, Any]:
    """Return the result of a gate task, which fails if the decision is ``stop``."""
    evaluation = outcome.evaluation
    line = summarize(evaluation, decision, policy.phase)
    if policy.phase == PLAN and outcome.forecast is not None and evaluation.verdict == PASS:
        line = f"{policy.phase}: {describe_forecast(outcome.forecast)}; {'; '.join(explain_proof(outcome, policy))}"
    entries = {
        found.monitor.id: monitor_entry(found) for found in evaluation.assessments if verbose or found.state != CLEAN
    }
    reasons = describe_reasons(evaluation)
    unblock = unblock_options(_situation(outcome, policy, reasons, entries)) if evaluation.gate_rc else []
    groups = group_reasons(reasons, {name: entry["error"] for name, entry in entries.items()})
    lines = [*describe_groups(groups), *describe_remedies(groups, unblock)]
    return {
        "changed": False,
        "failed": not decision.proceeds,
        "msg": line if decision.proceeds else _fail_message(line, lines),
        "phase": policy.phase,
        "verdict": evaluation.verdict,
        "decision": decision.decision,
        "gate_rc": decision.gate_rc,
        "summary": line,
        "lines": lines,
        "unblock": unblock,
        "reasons": reasons,
        "monitors": [dict(entry) for entry in entries.values()],
        "counts": evaluation.counts,
        "verified": is_verified(outcome, policy),
        "masked": evaluation.masked,
        "owed": list_owed(outcome),
        "bypassed": decision.bypassed,
        "waited": round(outcome.waited, 1),
        "samples": outcome.samples,
        "predicted": _predicted(outcome),
        "proof": describe_proof(outcome, policy),
        "since": utc(policy.anchor),
        "baseline": take_newest_baseline(outcome, policy, account),
        "changes": list_changes(outcome.sample, baseline),
    }


def take_newest_baseline(outcome: Outcome, policy: Policy, account: str) -> dict[str, Any] | None:
    """Return the baseline of the newest sample: the problem of each monitor, independent of the policy."""
    sample, view = outcome.sample, outcome.view
    if sample is None or view is None:
        return None

    def describe(monitor: Monitor) -> str | None:
        run = view.evidence.history(monitor.id).failed_run
        return find_problem(
            monitor, view.service_time, policy.alert_after, policy.stale_factor, policy.stale_grace, run
        )

    return take_baseline(sample, sample.selection, account, describe)


def _situation(
    outcome: Outcome, policy: Policy, reasons: list[dict[str, Any]], entries: Mapping[str, MonitorEntry]
) -> Situation:
    evaluation, sample = outcome.evaluation, outcome.sample
    return Situation(
        reasons,
        entries,
        _names(evaluation),
        sample.taken_at if sample is not None else policy.since,
        policy.stale_factor,
        policy.timeout,
        outcome.waited,
        outcome.forecast.seconds if outcome.forecast is not None else 0.0,
        policy.wait_option,
        masked=evaluation.masked,
        scope=len(evaluation.assessments),
        unavailable=evaluation.verdict == ERROR and evaluation.gate_rc == RC[ERROR],
        needed=outcome.needed,
    )


def _names(evaluation: Evaluation) -> Counter[str]:
    """Return how many monitors in scope have each text as their id or label."""
    return Counter(
        name for found in evaluation.assessments for name in dict.fromkeys((found.monitor.id, found.monitor.label))
    )


SCREEN = 8_000
"""Characters of the result of a failed task. Ansible prints it completely, on one line."""

DETAILS = ("lines", "monitors", "baseline")
"""Keys that the console does not need: the message repeats the lines, and the others are for programs."""

DATA = ("lines", "unblock", "reasons", "monitors", "baseline", "changes")


def abridge_failure(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a failed result of a task without ``register`` without details, and without all data if it is large.

    The message summarizes the data. Reports and registered results are complete.
    """
    if not result["failed"]:
        return dict(result)
    omitted = DATA if len(dumps(result, default=str)) > SCREEN else DETAILS
    left_out = ", ".join(name for name in omitted if result.get(name))
    if not left_out:
        return dict(result)
    abridged = {name: value for name, value in result.items() if name not in omitted}
    return {**abridged, "abridged": f"register the result or write a report to get {left_out}"}


def list_changes(sample: Sample | None, baseline: Baseline | None) -> list[dict[str, Any]]:
    """Return the configuration changes since the baseline: the monitor, the field, and its value before and after."""
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


def _fail_message(line: str, lines: Iterable[str]) -> str:
    """Return ``line`` followed by the grouped reasons and remedies, without what ``line`` already says."""
    details = [one for one in lines if one not in line]
    return " ".join([f"{line}.", *(f"{one}." for one in details)])


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


def describe_reasons(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [_reason(reason) for reason in evaluation.reasons]


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "verdict": reason.verdict,
        "monitor": reason.monitor,
        "label": reason.label,
        "message": reason.sentence,
        "unblock": reason.unblock,
    }


def evaluate_crash(error: BaseException) -> Evaluation:
    """Return the final evaluation of a gate that crashed with ``error``. No option tolerates it."""
    reason = Reason(
        "unexpected", ERROR, describe_crash("the gate", error), "correct the cause, then run the gate again"
    )
    return Evaluation(ERROR, [reason], gate_rc=RC[ERROR], final=True)


def crash_result(error: BaseException, arguments: Mapping[str, Any], began: float) -> dict[str, Any]:
    """Return the result of a crashed task with these raw ``arguments``, and write its reports.

    ``began`` is the start of the task in epoch seconds.
    """
    phase = arguments.get("phase")
    policy = Policy.of(phase if phase in PHASES else PHASES[0], began)
    outcome = Outcome(evaluate_crash(error))
    decision = decide(outcome.evaluation, policy, began)
    result = gate_result(outcome, decision, policy, None, False)
    unwritten = _write_reports(arguments, result, outcome, policy, began)
    if unwritten:
        result["msg"] = f"{result['msg']} {'; '.join(unwritten)}."
    return {**result, "report_errors": unwritten, "warnings": []}


def list_report_paths(given: Any) -> list[str]:
    """Return the report paths, also of options that are invalid: the reports describe that mistake."""
    paths = given if isinstance(given, list) else [given] if given else []
    return [str(path) for path in paths]


def _write_reports(
    arguments: Mapping[str, Any], result: dict[str, Any], outcome: Outcome, policy: Policy, began: float
) -> list[str]:
    paths = list_report_paths(arguments.get("reports"))
    if not paths:
        return []
    try:
        from .._gate.reports.document import build_document
        from .._system.report_files import write_reports

        return write_reports(paths, build_document(result, outcome, policy, began, (), None))
    except Exception as error:  # noqa: BLE001 - the result must be returned in any case
        return [describe_crash("the report", error)]
