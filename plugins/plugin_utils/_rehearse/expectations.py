# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expectations about policies, as tests are about code: a file of limits for the results of a rehearsal."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import join_names, sanitize
from ...module_utils._domain.timestamps import duration
from .document import ExpectationEntry, PolicyEntry
from .yaml_files import find_template, read_mapping

CODE = "expectation_file"

POLICIES = "policies"
"""The key with the expectations about single policies, by their names."""

ALL = "all"

PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?) ?%")


class _Limit(NamedTuple):
    """An expectation: the value that it compares, and the number of which a percentage is a share."""

    value: Callable[[PolicyEntry], float | None]
    total: Callable[[PolicyEntry], int] | None
    is_minimum: bool = False


def _covered(policy: PolicyEntry) -> int:
    return len(policy["deployments"])


def _count_decided_faults(policy: PolicyEntry) -> int:
    """Return the number of planted faults but those that another stop hid."""
    return policy["faults"]["caught"] + policy["faults"]["missed"]


LIMITS: Mapping[str, _Limit] = {
    "stops": _Limit(lambda policy: sum(policy["stops"].values()), _covered),  # type: ignore[arg-type]
    "stops_before": _Limit(lambda policy: policy["stops"]["before"], _covered),
    "stops_during": _Limit(lambda policy: policy["stops"]["during"], _covered),
    "stops_after": _Limit(lambda policy: policy["stops"]["after"], _covered),
    "false_stops": _Limit(lambda policy: policy["false_stops"], _covered),
    "catches": _Limit(lambda policy: policy["faults"]["caught"], _count_decided_faults, is_minimum=True),
    "wait_median": _Limit(lambda policy: policy["wait"]["median"], None),
    "wait_p95": _Limit(lambda policy: policy["wait"]["p95"], None),
    "wait_longest": _Limit(lambda policy: policy["wait"]["longest"], None),
}
"""The value of each expectation must be at most the expected one, or at least that one if it is a minimum."""

Expectations = Mapping[str, Mapping[str, Any]]
"""The expected values by the name of the policy and of the expectation."""


def read_expectations(path: str, names: Sequence[str], has_fault: bool) -> Expectations:
    """Return the expectations in a file about the policies with these ``names``.

    Raises ConfigurationError, with a sentence that names the file, for anything else.
    """
    content = read_mapping(path, "the file of expectations", CODE)
    try:
        return _parse(content, names, has_fault)
    except ValueError as error:
        raise ConfigurationError(
            f"the file of expectations {sanitize(path)} cannot be used: {sanitize(error, 400)}", code=CODE
        ) from None


def _parse(content: Mapping[str, Any], names: Sequence[str], has_fault: bool) -> Expectations:
    if find_template(content):
        raise ValueError("it contains a template, which a rehearsal does not evaluate")
    common = {name: value for name, value in content.items() if name != POLICIES}
    _check(common, has_fault, (*LIMITS, POLICIES))
    single = content.get(POLICIES, {})
    if not isinstance(single, dict):
        raise ValueError(f"{POLICIES} is not a mapping of the names of policies to expectations")
    unknown = [str(name) for name in single if name not in names]
    if unknown:
        raise ValueError(f"there is no policy {join_names(unknown)}; the policies are {join_names(list(names))}")
    for expected in single.values():
        if not isinstance(expected, dict):
            raise ValueError(f"{POLICIES} has an entry that is not a mapping of expectations to values")
        _check(expected, has_fault, tuple(LIMITS))
    found = {name: {**common, **single.get(name, {})} for name in names}
    if not any(found.values()):
        raise ValueError(f"it has no expectations; the expectations are {', '.join(LIMITS)}")
    return found


def _check(expected: Mapping[str, Any], has_fault: bool, valid: Sequence[str]) -> None:
    for name, value in expected.items():
        if name not in valid:
            nearest = get_close_matches(str(name), valid, 1)
            advice = f"did you mean {nearest[0]}?" if nearest else f"the expectations are {', '.join(LIMITS)}"
            raise ValueError(f"{sanitize(name, 80)} is not an expectation: {advice}")
        if name == "catches" and not has_fault:
            raise ValueError("catches needs a planted fault; set plant")
        _limit(name, value, 0)


def _limit(name: str, value: Any, total: int) -> float:
    """Return the limit that ``value`` means if there are ``total``. Raises ValueError for anything but a limit."""
    limit = LIMITS[name]
    if name == "catches" and value == ALL:
        return total
    percent = PERCENT.fullmatch(str(value)) if limit.total is not None else None
    if percent is not None and float(percent.group(1)) <= 100:
        return total * float(percent.group(1)) / 100
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        forms = "a number" + (" or a percentage" if limit.total is not None else " of seconds")
        raise ValueError(f"{name} is {sanitize(value, 40)}; it must be {'all, ' if name == 'catches' else ''}{forms}")
    return value


def compare(policies: Sequence[PolicyEntry], expectations: Expectations) -> list[ExpectationEntry]:
    """Return every expectation with the actual value, and whether it is met.

    It is not if there is nothing to compare: no fault that was caught or missed, or no deployment that waited.
    """
    entries: list[ExpectationEntry] = []
    for policy in policies:
        for name, expected in expectations.get(policy["name"], {}).items():
            limit = LIMITS[name]
            actual = limit.value(policy)
            total = limit.total(policy) if limit.total is not None else 0
            bound = _limit(name, expected, total)
            met = actual is not None and (total > 0 and actual >= bound if limit.is_minimum else actual <= bound)
            entries.append(
                {
                    "policy": policy["name"],
                    "expectation": name,
                    "expected": expected,
                    "actual": actual,
                    "met": met,
                }
            )
    return entries


def describe_unmet(entries: Sequence[ExpectationEntry]) -> list[str]:
    """Return a sentence for each expectation that is not met."""
    return [_describe(entry) for entry in entries if not entry["met"]]


def _describe(entry: ExpectationEntry) -> str:
    name, actual, expected = entry["expectation"], entry["actual"], entry["expected"]
    if actual is None:
        return f"{entry['policy']}: {name} is unknown, because no deployment reached the gate after it"
    if LIMITS[name].total is None:
        return f"{entry['policy']}: {name} is {duration(actual)}, expected at most {duration(expected)}"
    bound = "" if expected == ALL else "at least " if LIMITS[name].is_minimum else "at most "
    return f"{entry['policy']}: {name} is {actual:,}, expected {bound}{sanitize(expected, 40)}"
