# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts about expectations, the same on the console, in the message of a failed task and in reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration
from .document import ExpectationEntry
from .expectations import ALL, LIMITS

MAX_NAME = 80

NOTHING = {
    "catches": "no planted fault was caught or missed",
    "verified": "no deployment passed the gate after it",
    "deployments": "no deployment was planned",
}
"""Why there is nothing of which the value would be a part. For the other expectations, no deployment was replayed."""


def order_expectations(entries: Sequence[ExpectationEntry]) -> list[ExpectationEntry]:
    """Return the expectations that are not met, then the others, each in the order of the policies."""
    return sorted(entries, key=lambda entry: entry["met"])


def describe_unmet(entries: Sequence[ExpectationEntry]) -> list[str]:
    """Return a sentence for each expectation that is not met."""
    return [
        f"{sanitize(entry['policy'], MAX_NAME)}: {entry['expectation']} is {describe_actual(entry)}, "
        f"expected {describe_expected(entry)}"
        for entry in entries
        if not entry["met"]
    ]


def describe_expected(entry: ExpectationEntry) -> str:
    """Return the limit, such as ``at most 5 %``, ``at least 3`` or ``at most 1 h``."""
    expected, limit = entry["expected"], LIMITS[entry["expectation"]]
    if expected == ALL:
        return ALL
    bound = "at least" if limit.is_minimum else "at most"
    return f"{bound} {duration(expected) if limit.total is None else _spell_limit(expected)}"


def describe_actual(entry: ExpectationEntry) -> str:
    """Return the value with what it is a part of: as a percentage if one is expected, such as ``53 % (94 of 179)``."""
    actual, total = entry["actual"], entry["total"]
    if total == 0:
        return f"unknown ({NOTHING.get(entry['expectation'], 'no deployment was replayed')})"
    if actual is None:
        return "unknown (no deployment reached the gate after it)"
    if total is None:
        return duration(actual)
    count = f"{actual:,} of {total:,}"
    return f"{100 * actual / total:.3g} % ({count})" if _is_percentage(entry["expected"]) else count


def _is_percentage(expected: Any) -> bool:
    return isinstance(expected, str) and expected.endswith("%")


def _spell_limit(expected: Any) -> str:
    if _is_percentage(expected):
        return f"{sanitize(expected.rstrip('% '), 20)} %"
    return f"{expected:,}"
