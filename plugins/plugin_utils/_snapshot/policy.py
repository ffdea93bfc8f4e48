# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy: checks configurations against the rules of a team, and writes reports of the violations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from ...module_utils._domain.bounded_regex import BoundedRegex, TooComplexError
from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import PatternError, Patterns, Selection, suggest_labels
from ...module_utils._domain.text import agree, join_names, quantity, sanitize
from .._gate.reports.markdown_text import markdown_text
from .._system.files import MAX_PATH_LENGTH, file_extension, write_report

CONDITIONS = ("active", "timer_max", "description", "label_pattern")


class PolicyError(ValueError):
    """A rule that is invalid or applies to no monitor."""


@dataclass(frozen=True)
class Violation:
    """A monitor that violates a rule. ``message`` is a clause about the monitor, such as "it is not active"."""

    rule: str
    id: str
    label: str
    message: str

    def describe(self) -> str:
        return f"{sanitize(self.label)} ({sanitize(self.id)}): {self.message} (rule {sanitize(self.rule)})"


@dataclass(frozen=True)
class PolicyResult:
    """``checked`` is the number of monitors that each rule was applied to, by the name of the rule."""

    violations: list[Violation]
    checked: dict[str, int]
    warnings: list[str]


def check_policy(
    rules: Sequence[Mapping[str, Any]], monitors: Sequence[MonitorConfig], on_unmatched: str
) -> PolicyResult:
    """Apply each rule to the monitors that it selects. Raises PolicyError for an invalid rule.

    ``on_unmatched`` is fail, warn or ignore, and decides about rules and patterns that match no monitor.
    """
    violations, checked, warnings = [], {}, []
    for number, rule in enumerate(rules, 1):
        name = rule.get("name") or f"rule {number}"
        if name in checked:
            raise PolicyError(f"policy: two rules have the name {sanitize(name)}; rename one of them")
        selected, problems, notes = _select_monitors(name, rule, monitors)
        warnings += [f"policy: {note}" for note in notes]
        if problems and on_unmatched == "fail":
            raise PolicyError(f"policy: {problems[0]}; correct the rule, or set on_unmatched")
        warnings += [f"policy: {problem}" for problem in problems if on_unmatched == "warn"]
        checked[name] = len(selected)
        violations += [
            Violation(name, monitor.id, monitor.label, message)
            for monitor in selected
            for message in _find_violations(rule, monitor)
        ]
    return PolicyResult(violations, checked, warnings)


def _select_monitors(
    name: str, rule: Mapping[str, Any], monitors: Sequence[MonitorConfig]
) -> tuple[list[MonitorConfig], list[str], list[str]]:
    """Return the monitors of a rule, problems for ``on_unmatched``, and warnings that do not depend on it."""
    if all(rule.get(condition) is None for condition in CONDITIONS):
        raise PolicyError(f"policy: {sanitize(name)} has no condition; set one of {', '.join(CONDITIONS)}")
    _check_label_pattern(name, rule)
    try:
        selection = Selection(rule.get("include") or [], rule.get("exclude") or [], rule.get("types") or [])
        exceptions = Patterns(entry["monitor"] for entry in rule.get("exceptions") or [])
    except PatternError as error:
        raise PolicyError(f"policy: {sanitize(name)} has an invalid pattern: {error}") from None
    result = selection.select(monitors, lambda monitor: monitor.type)
    problems = [f"{sanitize(name)}: {suggest_labels(result.unmatched, monitors)}"] if result.unmatched else []
    excludes = result.unmatched_excludes
    notes = [f"{sanitize(name)}: exclude: {suggest_labels(excludes, monitors)}"] if excludes else []
    if result.unmatched_types:
        problems.append(f"{sanitize(name)}: no monitor has the type {join_names(result.unmatched_types)}")
    matches = [(monitor, exceptions.find_matches(monitor)) for monitor in result.monitors]
    unused = set(exceptions.texts) - {text for _monitor, texts in matches for text in texts}
    if unused:
        problems.append(
            f"{sanitize(name)}: the {agree(len(unused), 'exception')} {join_names(sorted(unused))} "
            f"{agree(len(unused), 'matches', 'match')} no monitor"
        )
    checked = [monitor for monitor, texts in matches if not texts]
    if not checked and not problems:
        problems.append(f"{sanitize(name)} applies to no monitor")
    return checked, problems, notes


def _check_label_pattern(name: str, rule: Mapping[str, Any]) -> None:
    try:
        _compile_pattern(rule.get("label_pattern") or "")
    except TooComplexError as error:
        raise PolicyError(f"policy: the label_pattern of {sanitize(name)} cannot be used: {error}") from None
    except (re.error, OverflowError, RecursionError) as error:
        raise PolicyError(
            f"policy: the label_pattern of {sanitize(name)} is not a valid regular expression ({error})"
        ) from None


def _find_violations(rule: Mapping[str, Any], monitor: MonitorConfig) -> list[str]:
    messages = []
    if rule.get("active") is not None and monitor.active is not rule["active"]:
        messages.append("it is active" if monitor.active else "it is not active")
    timer_max = rule.get("timer_max")
    if timer_max is not None and monitor.timer is None:
        messages.append("its timer is unknown")
    elif timer_max is not None and monitor.timer is not None and monitor.timer > timer_max:
        messages.append(f"its timer is {monitor.timer:g} s, but the maximum is {timer_max:g} s")
    description = monitor.fields.get("description")
    if rule.get("description") and not (isinstance(description, str) and description.strip()):
        messages.append("it has no description")
    pattern = rule.get("label_pattern")
    if pattern is not None and not _matches(pattern, monitor):
        messages.append(f"its label does not match {sanitize(pattern)}")
    return messages


def _matches(pattern: str, monitor: MonitorConfig) -> bool:
    try:
        return _compile_pattern(pattern)(monitor.label)
    except TooComplexError as error:
        raise PolicyError(
            f"policy: the label_pattern {sanitize(pattern)} cannot be used: {error}; simplify it"
        ) from None


@lru_cache(maxsize=64)
def _compile_pattern(pattern: str) -> BoundedRegex:
    return BoundedRegex(pattern, whole=True)


def render_markdown_report(result: PolicyResult) -> str:
    """Return a table of the violations, for the summary of a CI job."""
    lines = [f"## Monitor policy: {quantity(len(result.violations), 'violation')}", ""]
    if result.violations:
        lines += ["| Monitor | Id | Rule | Problem |", "|---|---|---|---|"]
        for violation in result.violations:
            cells = (violation.label, violation.id, violation.rule, violation.message)
            lines.append(f"| {' | '.join(markdown_text(cell, 300) for cell in cells)} |")
        lines.append("")
    lines += [
        f"- {markdown_text(name, 200)}: {quantity(count, 'monitor')} checked" for name, count in result.checked.items()
    ]
    return "\n".join([*lines, ""])


def render_junit_report(result: PolicyResult) -> str:
    """Return a test case for each rule. It fails with all violations of the rule, and is skipped without monitors."""
    failed = {violation.rule for violation in result.violations}
    skipped = [name for name, count in result.checked.items() if count == 0 and name not in failed]
    counts = {"tests": str(len(result.checked)), "failures": str(len(failed)), "errors": "0"}
    suites = Element("testsuites", {"name": "kf_monitor_files policy", **counts})
    suite = SubElement(suites, "testsuite", {"name": "kf_monitor_files policy", **counts, "skipped": str(len(skipped))})
    for name in result.checked:
        case = SubElement(suite, "testcase", {"classname": "knowledgefront.policy", "name": sanitize(name)})
        lines = [violation.describe() for violation in result.violations if violation.rule == name]
        if lines:
            SubElement(case, "failure", {"message": quantity(len(lines), "violation")}).text = "\n".join(lines)
        elif name in skipped:
            SubElement(case, "skipped", {"message": "the rule applies to no monitor"})
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'


REPORT_RENDERERS: dict[str, Callable[[PolicyResult], str]] = {
    ".md": render_markdown_report,
    ".xml": render_junit_report,
}


def check_report_paths(paths: Sequence[str]) -> None:
    """Raise ValueError for a path with another ending than those of the reports."""
    for path in paths:
        if file_extension(path) not in REPORT_RENDERERS:
            raise ValueError(f"policy_reports: {sanitize(path, MAX_PATH_LENGTH)} must end in .md or .xml")


def write_policy_reports(paths: Sequence[str], result: PolicyResult) -> list[str]:
    """Write the reports, and return an error message for each that cannot be written."""
    problems = (write_report(path, partial(REPORT_RENDERERS[file_extension(path)], result)) for path in paths)
    return [problem for problem in problems if problem is not None]
