# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of a board, the same on the page and in a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ...module_utils._domain.text import agree, quantity, sanitize
from ...module_utils._domain.timestamps import duration, utc
from .._gate.reports.grouping import spell_state
from .._gate.reports.wording import MARKS, MAX_MESSAGE, format_time
from .._gate.verdict import ERROR
from .monitors import BoardMonitor, count_states, find_worst

OVERDUE = 60.0
"""Seconds after which an expected test is called overdue."""


class Headline(NamedTuple):
    """The headline of a board. ``tone`` is a verdict."""

    tone: str
    text: str
    time: str
    outcome: str

    @property
    def mark(self) -> str:
        return MARKS[self.tone]


class Renewal(NamedTuple):
    """The promise to write the page again: every ``seconds``, the next time at the latest at ``until`` (epoch)."""

    seconds: int
    until: float


def describe_headline(monitors: Sequence[BoardMonitor], at: float, renewal: Renewal | None) -> Headline:
    """Return the headline for current data of ``at``."""
    return Headline(
        find_worst(monitors), describe_problems(monitors), f"As of {time_text(at)}", describe_renewal(renewal)
    )


def describe_problems(monitors: Sequence[BoardMonitor]) -> str:
    """Return how many monitors are not clean."""
    problems = sum(not monitor.is_clean for monitor in monitors)
    total = len(monitors)
    if total == 1:
        return "The only monitor is not clean" if problems else "The only monitor is clean"
    if not problems:
        return f"All {total:,} monitors are clean"
    return f"{problems:,} of {total:,} monitors {agree(problems, 'is', 'are')} not clean"


def describe_outage(error: str, at: float, last_data: float | None, renewal: Renewal | None) -> Headline:
    """Return the headline for a poll at ``at`` that got no valid response."""
    known = "No earlier data is known."
    if last_data is not None:
        known = f"The last valid data is of {time_text(last_data)}, {duration(at - last_data)} earlier."
    cause = sanitize(error, MAX_MESSAGE)
    outcome = f"{cause[:1].upper()}{cause[1:]}. {known} {describe_renewal(renewal)}"
    return Headline(ERROR, "The state of the monitors is unknown", f"As of {time_text(at)}", outcome)


def describe_renewal(renewal: Renewal | None) -> str:
    """Return when the page is out of date."""
    if renewal is None:
        return "This page is not renewed: it describes that time only."
    return f"This page was to be renewed by {time_text(renewal.until)}: if it is later now, it is out of date."


def describe_counts(monitors: Sequence[BoardMonitor]) -> str:
    """Return the number of monitors in each state, worst first."""
    return ", ".join(f"{number:,} {spell_state(state)}" for state, number in count_states(monitors))


def time_text(seconds: float) -> str:
    return format_time(utc(seconds))


def short_time(seconds: float, now: float, has_seconds: bool = True) -> str:
    """Return the time of day in UTC, with the date unless it is that of ``now``."""
    text, today = utc(seconds), utc(now)
    clock = text[11:19] if has_seconds else text[11:16]
    if text[:10] == today[:10]:
        return clock
    return f"{text[5:10] if text[:4] == today[:4] else text[:10]} {text[11:16]}"


def describe_start(monitor: BoardMonitor, now: float) -> str:
    """Return since when the problem lasts; empty if that is unknown."""
    if monitor.since is None:
        return ""
    words = "since" if monitor.is_since_exact else "at least since"
    return f"{words} {short_time(monitor.since, now)} ({duration(now - monitor.since)})"


def describe_tests(monitor: BoardMonitor, now: float) -> str:
    """Return the times of the last and of the next test."""
    if monitor.tested is None:
        return "no test is known"
    return f"last test {short_time(monitor.tested, now)}, {_describe_next(monitor.due, now)}"


def _describe_next(due: float | None, now: float) -> str:
    if due is None:
        return "next unknown"
    return f"{'overdue since' if now > due + OVERDUE else 'next'} {short_time(due, now)}"


def list_times(monitor: BoardMonitor, now: float) -> str:
    """Return the times of the last and of the next test without words."""
    last, following = (
        "?" if seconds is None else short_time(seconds, now, has_seconds=False)
        for seconds in (monitor.tested, monitor.due)
    )
    return f"{last} → {following}"


def describe_kind(monitor: BoardMonitor) -> str:
    """Return the type and the interval of the tests."""
    kind = sanitize(monitor.type, 40) if monitor.type else "unknown type"
    interval = "tests at an unknown interval" if monitor.timer is None else f"tests every {duration(monitor.timer)}"
    return f"{kind}, {interval}"


def name_monitors(monitors: Sequence[BoardMonitor], limit: int) -> dict[str, str]:
    """Return a name of at most ``limit`` characters by id: the label, with the id if several monitors share it."""
    labels = {monitor.id: sanitize(monitor.label, limit) for monitor in monitors}
    shared = Counter(labels.values())
    return {
        name: label if shared[label] == 1 or label == name else sanitize(f"{label} ({quote_id(name)})", limit + 20)
        for name, label in labels.items()
    }


def quote_id(name: str) -> str:
    return sanitize(name, 12)


def describe_rest(number: int) -> str:
    """Return how many monitors that are not clean are not listed."""
    return f"{quantity(number, 'more monitor')} {agree(number, 'is', 'are')} not clean"
