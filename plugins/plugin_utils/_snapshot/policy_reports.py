# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of the policy for configurations: Markdown for the summary of a CI job, JUnit XML for its test page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ...module_utils._domain.text import quantity, sanitize
from .._gate.reports.markdown_text import markdown_text
from .._system.files import LONGEST, ending_of, write_report
from .policy import PolicyResult

MAX_CELL = 300
"""Characters in a cell of the table."""

SUITE = "kf_monitor_files policy"


def render_markdown(result: PolicyResult) -> str:
    """Return a table of the violations and the number of monitors that each rule checked."""
    lines = [f"## Policy of monitors: {quantity(len(result.violations), 'violation')}", ""]
    if result.violations:
        lines += ["| Monitor | Id | Rule | Problem |", "|---|---|---|---|"]
        for violation in result.violations:
            cells = (violation.label, violation.id, violation.rule, violation.message)
            lines.append(f"| {' | '.join(markdown_text(cell, MAX_CELL) for cell in cells)} |")
        lines.append("")
    lines += [
        f"- {markdown_text(name, 200)}: {quantity(count, 'monitor')} checked" for name, count in result.checked.items()
    ]
    return "\n".join([*lines, ""])


def render_junit(result: PolicyResult) -> str:
    """Return a test case for each rule. It fails with the violations of the rule, and is skipped without monitors."""
    failed = {violation.rule for violation in result.violations}
    skipped = [name for name, count in result.checked.items() if count == 0 and name not in failed]
    numbers = {"tests": str(len(result.checked)), "failures": str(len(failed)), "errors": "0"}
    suites = Element("testsuites", {"name": SUITE, **numbers})
    suite = SubElement(suites, "testsuite", {"name": SUITE, **numbers, "skipped": str(len(skipped))})
    for name in result.checked:
        case = SubElement(suite, "testcase", {"classname": "knowledgefront.policy", "name": sanitize(name)})
        lines = [violation.in_words() for violation in result.violations if violation.rule == name]
        if lines:
            message = quantity(len(lines), "violation")
            SubElement(case, "failure", {"message": message}).text = "\n".join(lines)
        elif name in skipped:
            SubElement(case, "skipped", {"message": "the rule applies to no monitor"})
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


RENDERERS: dict[str, Callable[[PolicyResult], str]] = {".md": render_markdown, ".xml": render_junit}


def check_report_paths(paths: Sequence[str]) -> None:
    """Raise ValueError, with a sentence, for a path whose file name extension selects no report."""
    for path in paths:
        if ending_of(path) not in RENDERERS:
            raise ValueError(f"policy_reports: {sanitize(path, LONGEST)} must end in .md or .xml")


def write_policy_reports(paths: Sequence[str], result: PolicyResult) -> list[str]:
    """Write a report to each of ``paths`` and return a sentence for each report that could not be written."""
    problems = (write_report(path, partial(RENDERERS[ending_of(path)], result)) for path in paths)
    return [problem for problem in problems if problem is not None]
