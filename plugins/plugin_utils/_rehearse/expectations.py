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
from .document import DeploymentsEntry, Document, ExpectationEntry, PolicyEntry
from .yaml_files import find_template, read_mapping

CODE = "expectation_file"

POLICIES = "policies"
"""The key with the expectations about single policies, by their names."""

ALL = "all"

PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?) ?%")


class Limit(NamedTuple):
    """An expectation: the value that it compares, and the number of which a percentage is a share."""

    value: Callable[[PolicyEntry, DeploymentsEntry], float | None]
    total: Callable[[PolicyEntry, DeploymentsEntry], int] | None
    is_minimum: bool = False


def _count_stops(policy: PolicyEntry, _plan: DeploymentsEntry) -> int:
    stops = policy["stops"]
    return stops["before"] + stops["during"] + stops["after"]


def _count_covered(policy: PolicyEntry, _plan: DeploymentsEntry) -> int:
    return len(policy["deployments"])


def _count_decided_faults(policy: PolicyEntry, _plan: DeploymentsEntry) -> int:
    """Return the number of planted faults but those that another stop hid."""
    return policy["faults"]["caught"] + policy["faults"]["missed"]


def _count_verified(policy: PolicyEntry, _plan: DeploymentsEntry) -> int:
    return sum(entry["phase"] is None and entry["verified"] for entry in policy["deployments"])


def _count_finished(policy: PolicyEntry, _plan: DeploymentsEntry) -> int:
    """Return the number of deployments that nothing stopped."""
    return sum(entry["phase"] is None for entry in policy["deployments"])


def _count_planned(_policy: PolicyEntry, plan: DeploymentsEntry) -> int:
    return plan["planned"]


LIMITS: Mapping[str, Limit] = {
    "deployments": Limit(_count_covered, _count_planned, is_minimum=True),
    "skipped": Limit(lambda _policy, plan: len(plan["skipped"]), _count_planned),
    "stops": Limit(_count_stops, _count_covered),
    "stops_before": Limit(lambda policy, _plan: policy["stops"]["before"], _count_covered),
    "stops_during": Limit(lambda policy, _plan: policy["stops"]["during"], _count_covered),
    "stops_after": Limit(lambda policy, _plan: policy["stops"]["after"], _count_covered),
    "false_stops": Limit(lambda policy, _plan: policy["false_stops"], _count_covered),
    "verified": Limit(_count_verified, _count_finished, is_minimum=True),
    "catches": Limit(lambda policy, _plan: policy["faults"]["caught"], _count_decided_faults, is_minimum=True),
    "wait_median": Limit(lambda policy, _plan: policy["wait"]["median"], None),
    "wait_p95": Limit(lambda policy, _plan: policy["wait"]["p95"], None),
    "wait_longest": Limit(lambda policy, _plan: policy["wait"]["longest"], None),
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
    if limit.is_minimum and value == ALL:
        return total
    percent = PERCENT.fullmatch(str(value)) if limit.total is not None else None
    if percent is not None and float(percent.group(1)) <= 100:
        return total * float(percent.group(1)) / 100
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        forms = "a number" + (" or a percentage" if limit.total is not None else " of seconds")
        raise ValueError(f"{name} is {sanitize(value, 40)}; it must be {'all, ' if limit.is_minimum else ''}{forms}")
    return value


def compare(document: Document, expectations: Expectations) -> list[ExpectationEntry]:
    """Return every expectation with the actual value, and whether it is met.

    It is not if there is nothing to compare: no fault that was caught or missed, or no deployment that waited.
    """
    entries: list[ExpectationEntry] = []
    plan = document["deployments"]
    for policy in document["policies"]:
        for name, expected in expectations.get(policy["name"], {}).items():
            limit = LIMITS[name]
            actual = limit.value(policy, plan)
            total = limit.total(policy, plan) if limit.total is not None else None
            bound = _limit(name, expected, total or 0)
            met = False
            if actual is not None and total != 0:
                met = actual >= bound if limit.is_minimum else actual <= bound
            entries.append(
                {
                    "policy": policy["name"],
                    "expectation": name,
                    "expected": expected,
                    "actual": actual,
                    "total": total,
                    "met": met,
                }
            )
    return entries
