# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result and the reports of a gate that crashed: it fails closed, whatever has happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._api.unexpected import describe_crash
from .._gate.loop import Outcome
from .._gate.policy import PHASES, Policy
from .._gate.verdict import ERROR, RC, Evaluation, Reason, decide
from .result import gate_result


def crash_evaluation(error: BaseException) -> Evaluation:
    """Return the evaluation of a gate that met ``error``: nothing tolerates it, and it is not worth waiting."""
    reason = Reason(
        "unexpected", ERROR, describe_crash("the gate", error), "correct what broke, and run the gate again"
    )
    return Evaluation(ERROR, [reason], gate_rc=RC[ERROR], final=True)


def crash_result(error: BaseException, arguments: Mapping[str, Any], began: float) -> dict[str, Any]:
    """Return the result of a task with these raw ``arguments`` that crashed, and write the reports that it asks for."""
    phase = arguments.get("phase")
    policy = Policy.of(phase if phase in PHASES else PHASES[0], began)
    outcome = Outcome(crash_evaluation(error))
    decision = decide(outcome.evaluation, policy, began)
    result = gate_result(outcome, decision, policy, None, False)
    unwritten = _write_reports(arguments, result, outcome, policy, began)
    if unwritten:
        result["msg"] = f"{result['msg']} {'; '.join(unwritten)}."
    return {**result, "report_errors": unwritten, "warnings": []}


def report_paths(given: Any) -> list[str]:
    """Return the report paths even of options that were refused: a mistake is reported too."""
    listed = given if isinstance(given, list) else [given] if given else []
    return [str(path) for path in listed]


def _write_reports(
    arguments: Mapping[str, Any], result: dict[str, Any], outcome: Outcome, policy: Policy, began: float
) -> list[str]:
    paths = report_paths(arguments.get("reports"))
    if not paths:
        return []
    try:
        from .._gate.reports.document import build_document
        from .._system.report_files import write_reports

        return write_reports(paths, build_document(result, outcome, policy, began, (), None))
    except Exception as error:  # noqa: BLE001 - the result says the same, and it must get through
        return [describe_crash("the report", error)]
