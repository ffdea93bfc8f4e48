# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for the test pages of CI systems: one test case for each monitor and one for the gate itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ....module_utils._domain.text import sanitize
from ..policy import BLOCK
from ..states import CLEAN
from ..verdict import ERROR, INCONCLUSIVE, STOP, VERDICTS
from .document import Document, Finding
from .facts import LABEL, MESSAGE, NOTE, about_the_gate, advice, when
from .headline import headline

OUTCOMES = {BLOCK: "failure", ERROR: "error", INCONCLUSIVE: "error"}
"""What a verdict is called in JUnit. What is tolerated or proves nothing is skipped: nobody has seen it pass."""

PROPERTIES = ("phase", "verdict", "decision", "gate_rc", "verified", "enforced", "bypassed", "began", "ended", "since")


def as_junit(document: Document) -> str:
    """Return JUnit XML. An override changes no case: like the verdict, they say what was found."""
    suite = Element("testsuite")
    _describe(suite, document)
    suite.append(_gate_case(document))
    labels = Counter(finding["label"] for finding in document["monitors"])
    for finding in document["monitors"]:
        suite.append(_case(finding, unique=labels[finding["label"]] == 1))
    found = Counter(case[0].tag for case in suite.iter("testcase") if len(case))
    numbers = {
        "tests": str(1 + len(document["monitors"])),
        "failures": str(found["failure"]),
        "errors": str(found["error"]),
    }
    name = f"kf_gate {document['phase']}"
    time = f"{document['waited']:.3f}"
    suite.attrib.update(
        {"name": name, **numbers, "skipped": str(found["skipped"]), "time": time, "timestamp": document["began"][:19]}
    )
    suites = Element("testsuites", {"name": name, **numbers, "time": time})
    suites.append(suite)
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


def _describe(suite: Element, document: Document) -> None:
    properties = SubElement(suite, "properties")
    told: dict[str, object] = {name: value for name, value in document.items() if name in PROPERTIES}
    if document["banner"]:
        told = {"banner": document["banner"], **told}
    for name, value in told.items():
        SubElement(properties, "property", name=name, value=sanitize(value, MESSAGE))


def _gate_case(document: Document) -> Element:
    case = Element("testcase", classname="knowledgefront.gate", name="gate", time=f"{document['waited']:.3f}")
    said = headline(document)
    reasons = about_the_gate(document)
    worst = max(reasons, key=lambda reason: VERDICTS.index(reason["verdict"]), default=None)
    lines = [document["banner"] or "", f"{said.verdict}. {said.decision}.", document["summary"]]
    lines += [advice(reason) for reason in reasons] + document["notes"]
    output = "\n".join(sanitize(line, 2 * MESSAGE) for line in lines if line)
    outcome, told = _gate_outcome(document, worst)
    SubElement(case, outcome, told).text = output
    return case


def _gate_outcome(document: Document, worst: Mapping[str, Any] | None) -> tuple[str, dict[str, str]]:
    """The gate's own case fails when the gate stops, and by what is wrong with the gate itself, even if overridden."""
    told = (
        {}
        if worst is None
        else {"type": sanitize(worst["code"], LABEL), "message": sanitize(worst["message"], MESSAGE)}
    )
    if worst is not None and worst["verdict"] in OUTCOMES:
        return OUTCOMES[worst["verdict"]], told
    if document["decision"] == STOP:
        return OUTCOMES.get(document["verdict"], "error"), told
    return ("system-out", {}) if worst is None else ("skipped", told)


def _case(finding: Finding, unique: bool) -> Element:
    label = sanitize(finding["label"], LABEL)
    name = label if unique else f"{label} [{sanitize(finding['id'], LABEL)}]"
    kind = re.sub(r"[^A-Za-z0-9_-]", "_", (finding["type"] or "monitor")[:40])
    case = Element("testcase", classname=f"knowledgefront.{kind}", name=name, time="0.000")
    if finding["state"] == CLEAN:
        return case
    sentence = f"{label} {sanitize(finding['message'], MESSAGE)}"
    outcome = OUTCOMES.get(finding["verdict"] or "", "skipped")
    attributes = {"type": finding["state"], "message": sentence}
    SubElement(
        case, outcome, attributes
    ).text = f"{sentence}\n{when(finding)}\nTo unblock: {sanitize(finding['unblock'], NOTE)}"
    return case
