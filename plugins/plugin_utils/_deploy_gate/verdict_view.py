# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of a gate's result that a play prints: one screen for any number of reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._domain.text import join_names, quantity, sanitize

MAX_LINES = 20
MAX_LABELS = 5
MAX_LENGTH = 600
"""Characters of a line."""


VARIABLES = "set the options named above as variables with the prefix deploy_gate_, such as deploy_gate_known"


def build_verdict_view(result: Mapping[str, Any], labels: Sequence[str]) -> dict[str, Any]:
    """Return the decision of a gate's ``result`` as plain data, with a line of text for each group of reasons.

    ``labels`` are those of the monitors in scope.
    """
    stops = bool(result["failed"])
    view: dict[str, Any] = {"failed": stops, "gate_rc": result["gate_rc"], "msg": sanitize(result["summary"], 2000)}
    if stops:
        view["msg"] += f" (gate_rc {result['gate_rc']})"
        view["reasons"] = _cap([line for line in result["lines"] if line not in result["summary"]])
        view["report_errors"] = _cap(result["report_errors"])
        if any(line.startswith("To unblock") for line in view["reasons"]):
            view["variables"] = VARIABLES
        if len(result["reasons"]) > MAX_LINES:
            view["reasons"].append(f"deploy_gate_result.reasons has all {len(result['reasons']):,} reasons")
    if labels:
        view["scope"] = f"{quantity(len(labels), 'monitor')} in scope: {join_names(list(labels), MAX_LABELS)}"
    return {name: value for name, value in view.items() if value != []}


def _cap(lines: Sequence[str]) -> list[str]:
    """Return at most MAX_LINES different lines, and the number of the others."""
    unique = [sanitize(line, MAX_LENGTH) for line in dict.fromkeys(lines)]
    more = [f"{len(unique) - MAX_LINES} more"] if len(unique) > MAX_LINES else []
    return unique[:MAX_LINES] + more
