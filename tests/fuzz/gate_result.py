# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for everything that a gate says: its result, its reports and its difference to the baseline."""

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

from .settled import sentence, settled

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What a report must not hold: control characters but line breaks, and marks that reorder what people read."""

LONGEST_MESSAGE = 10_000


def result_is_settled(
    result: Mapping[str, Any],
    outcome: Outcome,
    policy: Policy,
    baseline: Baseline | None,
    began: float,
    notes: Sequence[str],
) -> None:
    """Prove that a result can be stored and shown, its baseline be read again, and its reports be read by programs."""
    settled(result)
    assert result["msg"].isprintable() and len(result["msg"]) <= LONGEST_MESSAGE
    for text in (result["summary"], *notes, *(told for one in result["reasons"] for told in _sentences(one))):
        sentence(text)
    if result["baseline"] is not None:
        read_baseline(json.loads(json.dumps(result["baseline"])))
    for line in diff_baseline(outcome.sample, baseline):
        sentence(line)
    told = build_document(result, outcome, policy, began, notes, None)
    reports = {ending: render(ending, told) for ending in (".json", ".md", ".xml", ".html")}
    for ending, report in reports.items():
        assert not CONTROL.search(report), f"a control character in the report {ending}"
        report.encode()
    assert json.loads(reports[".json"])["verdict"] == result["verdict"]
    suites = ElementTree.fromstring(reports[".xml"].encode())
    assert len(list(suites.iter("testcase"))) == 1 + len(told["monitors"])


def _sentences(reason: Mapping[str, Any]) -> tuple[str, str]:
    return reason["message"], reason["unblock"]
