# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the event source must make of a fault. It compares responses, so it refuses some that a gate evaluates."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import NamedTuple

from .entry_points import ENTRY_POINTS
from .fault import TOKEN, ExpectedError, Fault

SOURCE = next(entry for entry in ENTRY_POINTS if entry.name == "event_source")

INVALID_ARGUMENTS = frozenset({"a missing CA file", "a CA file without certificates", "an invalid proxy URL"})
"""Faults of the options, with which the source does not start."""


class SourceFault(NamedTuple):
    """``error`` is what the source must report when it starts during the fault, and when the fault comes ``later``.

    ``reported`` are the kinds of events about monitors that the fault causes because its responses are valid.
    """

    error: ExpectedError | None = None
    at_start: bool = True
    later: bool = True
    reported: tuple[str, ...] = ()


SILENCE = SourceFault(reported=("monitor_silent", "monitor_back"))

EXCEPTIONS: tuple[tuple[str, SourceFault], ...] = (
    # Only a comparison shows that these are incomplete.
    ("an empty status", SourceFault(ExpectedError("empty_answer"))),
    (
        "ids with *",
        SourceFault(ExpectedError("cut_short"), at_start=False, reported=("monitor_added", "monitor_removed")),
    ),
    ("labels with *", SourceFault(reported=("monitor_changed",))),
    # A time in the past is a last test long ago.
    ("times before 1970", SILENCE),
    ("times in the year 70", SILENCE),
    ("times that contradict each other", SILENCE),
)


def expect_of_source(fault: Fault) -> SourceFault:
    """Return what the source must make of ``fault``."""
    if isinstance(fault.outcome, ExpectedError) and SOURCE.is_affected_by(fault.endpoints):
        # Later it has a valid token.
        return SourceFault(fault.outcome, later=fault.endpoints != TOKEN)
    return next((found for pattern, found in EXCEPTIONS if fnmatchcase(fault.name, pattern)), SourceFault())


def recovers(fault: Fault) -> bool:
    """Return whether the fault ends when the simulator is told so, and the source polls again soon."""
    return fault.scene == "http" and not fault.has_long_pause
