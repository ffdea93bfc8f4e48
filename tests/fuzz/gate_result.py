# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invariants of the result of a gate, its reports and the difference to its baseline."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import Baseline, read_baseline
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.document import build_document
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import render
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.output import diff_baseline

from .assertions import assert_sentence, assert_serializable

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Not allowed in a report: control characters except line breaks, and marks that reorder text."""

MAX_MESSAGE = 10_000


def check_result(
    result: Mapping[str, Any],
    outcome: Outcome,
    policy: Policy,
    baseline: Baseline | None,
    began: float,
    notes: Sequence[str],
) -> None:
    """Check that a result is serializable, its baseline can be read, and its reports can be parsed."""
    assert_serializable(result)
    assert result["msg"].isprintable() and len(result["msg"]) <= MAX_MESSAGE
    for text in (
        result["summary"],
        *notes,
        *(text for reason in result["reasons"] for text in _texts_of(reason)),
    ):
        assert_sentence(text)
    if result["baseline"] is not None:
        read_baseline(json.loads(json.dumps(result["baseline"])))
    for line in diff_baseline(outcome.sample, baseline):
        assert_sentence(line)
    report_data = build_document(result, outcome, policy, began, notes, None)
    reports = {ending: render(ending, report_data) for ending in (".json", ".md", ".xml", ".html")}
    for ending, report in reports.items():
        assert not CONTROL.search(report), f"a control character in the report {ending}"
        report.encode()
    assert json.loads(reports[".json"])["verdict"] == result["verdict"]
    suites = ElementTree.fromstring(reports[".xml"].encode())
    assert len(list(suites.iter("testcase"))) == 1 + len(report_data["monitors"])


def _texts_of(reason: Mapping[str, Any]) -> tuple[str, str]:
    return reason["message"], reason["unblock"]
