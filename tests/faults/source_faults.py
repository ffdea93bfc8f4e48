# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event source must make of a fault. It compares responses, so it refuses some that a gate evaluates."""

from __future__ import annotations

from fnmatch import fnmatchcase

from .entry_points import ENTRY_POINTS
from .fault import ExpectedError, Fault

SOURCE = next(entry for entry in ENTRY_POINTS if entry.name == "event_source")

INVALID_ARGUMENTS = frozenset({"a missing CA file", "an invalid proxy URL"})
"""Faults of the options, with which the source does not start."""

# Contradictions that only the source takes for an outage.
OUTAGES: tuple[tuple[str, ExpectedError], ...] = (("an empty status", ExpectedError("empty_answer")),)

# Kinds of events about monitors that a fault causes because its responses are valid.
REPORTED: tuple[tuple[str, tuple[str, ...]], ...] = ()


def expected_outage(fault: Fault) -> ExpectedError | None:
    """Return the error that the source must report, None if it gets valid responses."""
    if isinstance(fault.outcome, ExpectedError) and SOURCE.is_affected_by(fault.endpoints):
        return fault.outcome
    return next((error for pattern, error in OUTAGES if fnmatchcase(fault.name, pattern)), None)


def reported_kinds(fault: Fault) -> tuple[str, ...]:
    """Return the kinds of events that the responses of ``fault`` may cause."""
    return next((kinds for pattern, kinds in REPORTED if fnmatchcase(fault.name, pattern)), ())


def recovers(fault: Fault) -> bool:
    """Return whether the fault ends when the simulator is told so, and the source polls again soon."""
    return fault.scene == "http" and not fault.has_long_pause
