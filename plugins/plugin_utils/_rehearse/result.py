# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of kf_rehearse: whether the expectations are met, the reports, and what the task returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._domain.text import quantity, sanitize
from .document import Document
from .expectation_wording import describe_unmet
from .expectations import Expectations, compare
from .report_files import REPORT_FILE, write_reports
from .text_table import format_table

UNMET = "expectations"

MAX_UNMET = 3
"""Expectations that the message of a failed task lists."""

GATE_RC_INVALID, GATE_RC_UNMET = 13, 10


def finish(document: Document, expectations: Expectations, reports: list[str]) -> dict[str, Any]:
    """Compare the expectations, write the reports, and return the result of the task."""
    document["expectations"] = compare(document, expectations)
    unwritten = write_reports(reports, document)
    unmet = describe_unmet(document["expectations"])
    result = {
        "changed": False,
        "msg": _summarize(document),
        "summary": _summarize(document),
        "table": format_table(document),
        "source": document["source"],
        "deployments": document["deployments"],
        "policies": [_without_deployments(policy) for policy in document["policies"]],
        "expectations": document["expectations"],
        "runs": document["runs"],
        "report_errors": unwritten,
    }
    if unmet:
        result.update(failed=True, gate_rc=GATE_RC_UNMET, error_code=UNMET, msg=_summarize_unmet(unmet))
    if unwritten:
        result = {"gate_rc": GATE_RC_INVALID, "error_code": REPORT_FILE, **result}
        result.update(failed=True, msg=f"{result['msg']}; {'; '.join(unwritten)}")
    return result


def _summarize_unmet(sentences: list[str]) -> str:
    """Return the first of ``sentences`` and the number of the others. The result and the reports have all of them."""
    more = len(sentences) - MAX_UNMET
    listed = [*sentences[:MAX_UNMET], *([f"and {more:,} more"] if more > 0 else [])]
    return f"{quantity(len(sentences), 'expectation')} not met: {'; '.join(listed)}"


def _without_deployments(policy: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in policy.items() if name != "deployments"}


def _summarize(document: Document) -> str:
    if document["runs"]:
        differing = sum(bool(run["differences"]) for run in document["runs"])
        return f"{quantity(len(document['runs']), 'recorded gate')} replayed, {differing:,} with another result"
    plan = document["deployments"]
    covered = quantity(plan["covered"], "deployment")
    skipped = f", {len(plan['skipped']):,} skipped" if plan["skipped"] else ""
    parts = [f"{sanitize(policy['name'], 80)} stops {sum(_stops(policy)):,}" for policy in document["policies"]]
    return f"{covered} replayed{skipped}: {', '.join(parts)}"


def _stops(policy: Any) -> list[int]:
    return list(policy["stops"].values())
