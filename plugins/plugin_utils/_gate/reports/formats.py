# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports for programs, JSON and JUnit, and the choice of a format by the file name extension."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ....module_utils._domain.text import sanitize
from ..policy import BLOCK
from ..states import CLEAN
from ..verdict import ERROR, INCONCLUSIVE, STOP, VERDICTS
from .document import Document, ReportedMonitor
from .markdown_report import render_markdown
from .wording import (
    MAX_LABEL,
    MAX_MESSAGE,
    MAX_NOTE,
    describe_headline,
    describe_outcome,
    describe_time,
    gate_reasons,
    is_collection,
    list_remedies,
    not_clean,
)

MAX_MONITORS = 1000
"""Monitors in a JSON report, unless more than that are not clean. ``monitors_total`` is the number of all."""


def render_json(document: Document) -> str:
    """Return the report for programs in ASCII: docs/schema/gate-report-1.json describes it."""
    data = {"looks" if name == "polls" else name: value for name, value in document.items() if name != "scope"}
    data["monitors"] = document["monitors"][: max(MAX_MONITORS, len(not_clean(document)))]
    return json.dumps(data, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


OUTCOMES = {BLOCK: "failure", ERROR: "error", INCONCLUSIVE: "error"}
"""JUnit's term for a verdict. Tolerated and unproved monitors are skipped, because no test proved them."""

PROPERTIES = ("phase", "verdict", "decision", "gate_rc", "verified", "enforced", "bypassed", "began", "ended", "since")


def render_junit(document: Document) -> str:
    """Return JUnit XML. Like the verdict, the test cases of monitors do not depend on an override."""
    suite = Element("testsuite")
    _add_properties(suite, document)
    suite.append(_gate_case(document))
    labels = Counter(monitor["label"] for monitor in document["monitors"])
    for monitor in document["monitors"]:
        suite.append(_monitor_case(monitor, is_unique=labels[monitor["label"]] == 1))
    outcomes = Counter(case[0].tag for case in suite.iter("testcase") if len(case))
    numbers = {
        "tests": str(1 + len(document["monitors"])),
        "failures": str(outcomes["failure"]),
        "errors": str(outcomes["error"]),
    }
    name = f"{'kf_collect' if is_collection(document) else 'kf_gate'} {document['phase']}"
    time = f"{document['waited']:.3f}"
    suite.attrib.update(
        {"name": name, **numbers, "skipped": str(outcomes["skipped"]), "time": time, "timestamp": document["began"]}
    )
    suites = Element("testsuites", {"name": name, **numbers, "time": time})
    suites.append(suite)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _add_properties(suite: Element, document: Document) -> None:
    values: dict[str, object] = {name: value for name, value in document.items() if name in PROPERTIES}
    if document["banner"]:
        values = {"banner": document["banner"], **values}
    if document["scope"] is not None:
        values["api_url"] = document["scope"]["api_url"]
    properties = SubElement(suite, "properties")
    for name, value in values.items():
        SubElement(properties, "property", name=name, value=sanitize(value, MAX_MESSAGE))


def _gate_case(document: Document) -> Element:
    case = Element("testcase", classname="knowledgefront.gate", name="gate", time=f"{document['waited']:.3f}")
    headline = describe_headline(document)
    reasons = gate_reasons(document)
    lines = [document["banner"] or "", f"{headline.verdict}. {headline.decision}.", describe_outcome(document)]
    lines += [f"{reason['message']}." for reason in reasons]
    lines += [f"To unblock {remedy}" for remedy in list_remedies(document)] + document["notes"]
    output = "\n".join(sanitize(line, 2 * MAX_MESSAGE) for line in dict.fromkeys(lines) if line)
    worst = max(reasons, key=lambda reason: VERDICTS.index(reason["verdict"]), default=None)
    outcome, attributes = _gate_outcome(document, worst)
    SubElement(case, outcome, attributes).text = output
    return case


def _gate_outcome(document: Document, worst: Mapping[str, Any] | None) -> tuple[str, dict[str, str]]:
    """Return the element of the gate's own case with its attributes.

    The case fails if the gate stops the deployment, and for an error of the gate itself even if that is overridden.
    """
    about_gate = {}
    if worst is not None:
        about_gate = {"type": sanitize(worst["code"], MAX_LABEL), "message": sanitize(worst["message"], MAX_MESSAGE)}
        if worst["verdict"] in OUTCOMES:
            return OUTCOMES[worst["verdict"]], about_gate
    if document["decision"] == STOP:
        attributes = {"type": document["verdict"], "message": describe_outcome(document)}
        return OUTCOMES.get(document["verdict"], "error"), attributes
    return ("skipped", about_gate) if about_gate else ("system-out", {})


def _monitor_case(monitor: ReportedMonitor, is_unique: bool) -> Element:
    label = sanitize(monitor["label"], MAX_LABEL)
    name = label if is_unique else f"{label} [{sanitize(monitor['id'], MAX_LABEL)}]"
    kind = re.sub(r"[^A-Za-z0-9_-]", "_", (monitor["type"] or "monitor")[:40])
    case = Element("testcase", classname=f"knowledgefront.{kind}", name=name, time="0.000")
    if monitor["state"] == CLEAN:
        return case
    sentence = f"{label} {sanitize(monitor['message'], MAX_MESSAGE)}"
    outcome = OUTCOMES.get(monitor["verdict"] or "", "skipped")
    element = SubElement(case, outcome, {"type": monitor["state"], "message": sentence})
    element.text = f"{sentence}\n{describe_time(monitor)}\nTo unblock: {sanitize(monitor['unblock'], MAX_NOTE)}"
    return case


def render_html(document: Document) -> str:
    """Return the page for people. Only this report imports Jinja2."""
    from . import html_report

    return html_report.render_html(document)


RENDERERS: dict[str, Callable[[Document], str]] = {
    ".json": render_json,
    ".md": render_markdown,
    ".xml": render_junit,
    ".html": render_html,
}


def render(extension: str, document: Document) -> str:
    """Return the content of a report with this file name extension. Raises ValueError for an unknown one."""
    renderer = RENDERERS.get(extension.lower())
    if renderer is None:
        raise ValueError(f"a report ends in {', '.join(list(RENDERERS)[:-1])} or {list(RENDERERS)[-1]}")
    return renderer(document)
