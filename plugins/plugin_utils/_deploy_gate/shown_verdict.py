# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a play shows of a verdict: one screen, however many reasons there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._domain.text import join_names, quantity, sanitize

MOST_LINES = 20
WORST = 8
LONGEST_LINE = 600


def shown_verdict(result: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """Return the decision of a gate's ``result`` as plain data that fits a screen.

    ``labels`` are those of the monitors in scope.
    """
    stops = bool(result["failed"])
    shown: dict[str, Any] = {"failed": stops, "gate_rc": result["gate_rc"], "msg": sanitize(result["summary"], 2000)}
    if stops:
        shown["msg"] += f" (gate_rc {result['gate_rc']})"
        shown["reasons"] = _reasons(
            [reason for reason in result["reasons"] if reason["message"] not in result["summary"]]
        )
        shown["unblock"] = _capped([f"To unblock: {reason['unblock']}" for reason in result["reasons"]])
        shown["report_errors"] = _capped(result["report_errors"])
    if labels:
        shown["scope"] = f"{quantity(len(labels), 'monitor')} in scope: {join_names(list(labels), 10)}"
    return {name: value for name, value in shown.items() if value != []}


def _reasons(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a line for each reason; of too many, for the worst of them and for each state of the others."""
    if len(reasons) <= MOST_LINES:
        return _capped([reason["message"] for reason in reasons])
    labels_by_code: dict[str, list[str]] = {}
    for reason in reasons[WORST:]:
        labels_by_code.setdefault(reason["code"], []).append(reason["label"] or reason["message"])
    others = [
        f"{len(labels)} more, {code.replace('_', ' ')}: {join_names(labels)}" for code, labels in labels_by_code.items()
    ]
    worst = [reason["message"] for reason in reasons[:WORST]]
    return _capped([*worst, *others, "deploy_gate_result.reasons has all of them"])


def _capped(lines: Sequence[str]) -> list[str]:
    unique = [sanitize(line, LONGEST_LINE) for line in dict.fromkeys(lines)]
    more = [f"{len(unique) - MOST_LINES} more"] if len(unique) > MOST_LINES else []
    return unique[:MOST_LINES] + more
