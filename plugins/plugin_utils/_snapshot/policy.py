# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which monitors break the rules that a team has for how they are configured."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ...module_utils._domain.bounded_regex import BoundedRegex, TooComplexError
from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import PatternError, Patterns, Selection, suggest_labels
from ...module_utils._domain.text import join_names, sanitize

CONDITIONS = ("active", "timer_max", "description", "label_pattern")


class PolicyError(ValueError):
    """A rule that cannot be applied, as a sentence."""


@dataclass(frozen=True)
class Violation:
    rule: str
    id: str
    label: str
    message: str

    def in_words(self) -> str:
        return f"{sanitize(self.label)} ({sanitize(self.id)}): {self.message} (rule {sanitize(self.rule)})"


@dataclass(frozen=True)
class PolicyResult:
    """``checked`` counts the monitors that each rule was applied to."""

    violations: list[Violation]
    checked: dict[str, int]
    warnings: list[str]


def evaluate_rules(
    rules: Sequence[Mapping[str, Any]], monitors: Sequence[MonitorConfig], on_unmatched: str
) -> PolicyResult:
    """Apply every rule to the monitors that it selects. Raises PolicyError for a rule that can judge nothing."""
    found, checked, warnings = [], {}, []
    for number, rule in enumerate(rules, 1):
        name = rule.get("name") or f"rule {number}"
        if name in checked:
            raise PolicyError(f"policy: two rules have the name {sanitize(name)}")
        selected, problems, notes = _selected(name, rule, monitors)
        warnings += [f"policy: {note}" for note in notes]
        if problems and on_unmatched == "fail":
            raise PolicyError(f"policy: {problems[0]}; correct the rule, or set on_unmatched")
        warnings += [f"policy: {problem}" for problem in problems if on_unmatched == "warn"]
        checked[name] = len(selected)
        found += [
            Violation(name, monitor.id, monitor.label, said) for monitor in selected for said in _broken(rule, monitor)
        ]
    return PolicyResult(found, checked, warnings)


def _selected(
    name: str, rule: Mapping[str, Any], monitors: Sequence[MonitorConfig]
) -> tuple[list[MonitorConfig], list[str], list[str]]:
    """Return the monitors of a rule, what ``on_unmatched`` is about, and what is warned of in any case."""
    if all(rule.get(condition) is None for condition in CONDITIONS):
        raise PolicyError(f"policy: {sanitize(name)} asks for nothing; give it one of {', '.join(CONDITIONS)}")
    _pattern(name, rule)
    try:
        selection = Selection(rule.get("include") or [], rule.get("exclude") or [], rule.get("types") or [])
        excepted = Patterns(entry["monitor"] for entry in rule.get("exceptions") or [])
    except PatternError as error:
        raise PolicyError(f"policy: a pattern of {sanitize(name)} cannot be used: {error}") from None
    chosen = selection.choose(monitors, lambda monitor: monitor.type)
    problems = [f"{sanitize(name)}: {suggest_labels(chosen.unmatched, monitors)}"] if chosen.unmatched else []
    excludes = chosen.unmatched_excludes
    notes = [f"{sanitize(name)}: exclude: {suggest_labels(excludes, monitors)}"] if excludes else []
    if chosen.unmatched_types:
        problems.append(f"{sanitize(name)}: no monitor has the type {join_names(chosen.unmatched_types)}")
    kept = [(monitor, excepted.selecting(monitor)) for monitor in chosen.monitors]
    unused = set(excepted.texts) - {text for _monitor, texts in kept for text in texts}
    if unused:
        problems.append(f"{sanitize(name)}: the exception {join_names(sorted(unused))} is for no monitor")
    left = [monitor for monitor, texts in kept if not texts]
    if not left and not problems:
        problems.append(f"{sanitize(name)} applies to no monitor at all")
    return left, problems, notes


def _pattern(name: str, rule: Mapping[str, Any]) -> None:
    try:
        _matcher(rule.get("label_pattern") or "")
    except TooComplexError as error:
        raise PolicyError(f"policy: the label_pattern of {sanitize(name)} cannot be used: {error}") from None
    except (re.error, OverflowError, RecursionError) as error:
        raise PolicyError(f"policy: the label_pattern of {sanitize(name)} is no regular expression ({error})") from None


def _broken(rule: Mapping[str, Any], monitor: MonitorConfig) -> list[str]:
    said = []
    if rule.get("active") is not None and monitor.active is not rule["active"]:
        said.append("it is active" if monitor.active else "it is not active")
    most = rule.get("timer_max")
    if most is not None and monitor.timer is None:
        said.append("its timer is unknown")
    elif most is not None and monitor.timer is not None and monitor.timer > most:
        said.append(f"its timer is {monitor.timer:g} s, and {most:g} s is the most")
    described = monitor.fields.get("description")
    if rule.get("description") and not (isinstance(described, str) and described.strip()):
        said.append("it has no description")
    pattern = rule.get("label_pattern")
    if pattern is not None and not _matches(pattern, monitor):
        said.append(f"its label does not match {sanitize(pattern)}")
    return said


def _matches(pattern: str, monitor: MonitorConfig) -> bool:
    try:
        return _matcher(pattern)(monitor.label)
    except TooComplexError as error:
        raise PolicyError(
            f"policy: the label_pattern {sanitize(pattern)} cannot be used: {error}; simplify it"
        ) from None


@lru_cache(maxsize=64)
def _matcher(pattern: str) -> BoundedRegex:
    return BoundedRegex(pattern, whole=True)
