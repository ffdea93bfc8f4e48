# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a policy found, for the summary of a CI job and for its test page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ...module_utils._domain.text import quantity, sanitize
from .._gate.reports.markdown_text import markdown_text
from .._system.files import LONGEST, ending_of, write_report
from .policy import PolicyResult


def as_markdown(found: PolicyResult) -> str:
    number = len(found.violations)
    said = f"{number:,} violations" if number != 1 else "1 violation"
    lines = [f"## Policy of monitors: {said}", ""]
    if found.violations:
        lines += ["| Monitor | Id | Rule | What is wrong |", "|---|---|---|---|"]
        for violation in found.violations:
            cells = (violation.label, violation.id, violation.rule, violation.message)
            lines.append(f"| {' | '.join(markdown_text(cell, 300) for cell in cells)} |")
        lines.append("")
    lines += [
        f"- {markdown_text(name, 200)}: {quantity(count, 'monitor')} checked" for name, count in found.checked.items()
    ]
    return "\n".join([*lines, ""])


def as_junit(found: PolicyResult) -> str:
    """Return one test case for each rule, which fails with all that break it."""
    failed = {violation.rule for violation in found.violations}
    numbers = {"tests": str(len(found.checked)), "failures": str(len(failed)), "errors": "0"}
    suites = Element("testsuites", {"name": "kf_monitor_files policy", **numbers})
    suite = SubElement(suites, "testsuite", {"name": "kf_monitor_files policy", **numbers, "skipped": "0"})
    for name, count in found.checked.items():
        case = SubElement(suite, "testcase", {"classname": "knowledgefront.policy", "name": sanitize(name)})
        lines = [violation.in_words() for violation in found.violations if violation.rule == name]
        if lines:
            SubElement(case, "failure", {"message": f"{len(lines)} violations"}).text = "\n".join(lines)
        elif count == 0:
            SubElement(case, "skipped", {"message": "the rule applies to no monitor"})
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


RENDERERS: dict[str, Callable[[PolicyResult], str]] = {".md": as_markdown, ".xml": as_junit}


def check_report_paths(paths: Sequence[str]) -> None:
    for path in paths:
        if ending_of(path) not in RENDERERS:
            raise ValueError(f"policy_reports: {sanitize(path, LONGEST)} ends neither in .md nor in .xml")


def write_policy_reports(paths: Sequence[str], found: PolicyResult) -> list[str]:
    """Return a sentence for each report that could not be written."""
    problems = (write_report(path, partial(RENDERERS[ending_of(path)], found)) for path in paths)
    return [problem for problem in problems if problem is not None]
