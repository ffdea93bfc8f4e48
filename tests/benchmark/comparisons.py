# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ways are compared, in what circumstances, and what has been promised. A new row of the table goes here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch

from .goals import AtMost, Goal, NoMoreThan, Requests, TimesFaster, Within


@dataclass(frozen=True, order=True)
class Conditions:
    """``hosts`` ask ``questions`` each; every answer takes ``latency`` ms longer; ``stored``: it was asked before.

    ``alerting`` of the monitors have an active alert.
    """

    monitors: int = 10
    hosts: int = 1
    questions: int = 1
    latency: int = 0
    stored: bool = False
    alerting: int = 0

    @property
    def forks(self) -> int:
        return 40 if self.hosts >= 500 else 10


@dataclass(frozen=True)
class Comparison:
    """``rounds`` is how often both are run at most; ``quick``: also when there is little time."""

    way: str
    against: str
    where: Conditions
    goal: Goal | None = None
    rounds: int = 5
    quick: bool = False


FLOOR = "empty"
SIZES = (10, 1_000, 10_000, 100_000)
SWEPT = ("kf_gate", "kf_status", "kf_status_info", "kf_status_info_all", "kf_monitors", "uri", "curl")
"""What the picture shows, and the table of growth."""

STORED = Conditions(hosts=50, questions=4, stored=True)
FIFTY = Conditions(hosts=50)
FIVE_HUNDRED = Conditions(hosts=500)

GOALS = (
    Comparison("kf_gate", FLOOR, Conditions(10), AtMost(1.15), rounds=9, quick=True),
    Comparison("kf_gate", FLOOR, Conditions(10_000), AtMost(1.50), rounds=7, quick=True),
    Comparison("kf_gate", FLOOR, Conditions(100_000), Within(1024), rounds=3),
    Comparison("kf_status", "list", STORED, AtMost(1.20), quick=True),
    Comparison("kf_status_info", "assert", STORED, AtMost(1.35), quick=True),
    Comparison("kf_status_info", "nothing", STORED, AtMost(1.35), quick=True),
    Comparison("kf_status_one", "list", Conditions(10_000, stored=True), AtMost(1.5), rounds=7, quick=True),
    Comparison("kf_monitors", "plain", Conditions(10_000), AtMost(1.15), rounds=7, quick=True),
    Comparison("kf_monitors", "plain", Conditions(100_000), AtMost(1.15), rounds=3),
    Comparison("kf_monitors", FLOOR, Conditions(100_000), Within(1024), rounds=3),
    *(
        Comparison("kf_alerting", FLOOR, Conditions(100_000, alerting=alerting), AtMost(4), rounds=5)
        for alerting in (10, 1_000)
    ),
    Comparison("kf_status", "uri", FIFTY, TimesFaster(12), rounds=3),
    Comparison("kf_status_info", "uri", FIFTY, TimesFaster(12), rounds=3),
    Comparison("kf_status", "debug", FIVE_HUNDRED, Requests(1, 1), rounds=2),
    Comparison("kf_status_info", "debug", FIVE_HUNDRED, Requests(1, 1), rounds=2),
    Comparison("kf_monitor_files_again", "kf_monitor_files_first", Conditions(1_000), NoMoreThan(), quick=True),
    Comparison("kf_monitor_files_again", "kf_monitor_files_first", Conditions(100_000), NoMoreThan(), rounds=1),
    Comparison("kf_monitor_files_again", FLOOR, Conditions(100_000), Within(1024), rounds=1),
)


def _sweep() -> list[Comparison]:
    rounds = dict(zip(SIZES, (9, 5, 5, 3), strict=True))
    quick = {("kf_gate", 1_000), ("kf_status", 10), ("kf_status", 10_000), ("uri", 10)}
    swept = [
        Comparison(way, FLOOR, Conditions(size), rounds=rounds[size], quick=(way, size) in quick)
        for size in SIZES
        for way in SWEPT
    ]
    promised = {(one.way, one.against, one.where) for one in GOALS}
    return [one for one in swept if (one.way, one.against, one.where) not in promised]


LATE = 50
"""Milliseconds that an answer from another continent takes longer."""

OTHERS = (
    Comparison("ping", FLOOR, Conditions(10)),
    Comparison("kf_gate", "uri", Conditions(10), quick=True),
    Comparison("kf_gate", "curl", Conditions(10)),
    Comparison("kf_status", "debug", FIFTY, rounds=3),
    Comparison("kf_status_info", "debug", FIFTY, rounds=3),
    Comparison("kf_status_one", "list", replace(STORED, monitors=1_000), rounds=3),
    Comparison("kf_status_info", "assert", replace(STORED, monitors=1_000), rounds=3),
    *(Comparison(way, FLOOR, Conditions(10, latency=LATE)) for way in ("kf_gate", "kf_status", "uri")),
    *(
        Comparison(way, "debug", replace(FIFTY, latency=LATE), rounds=2)
        for way in ("kf_status", "kf_status_info", "uri")
    ),
)

COMPARISONS = (*GOALS, *_sweep(), *OTHERS)

QUICK_ROUNDS = 3


def select_comparisons(quick: bool = False, only: Sequence[str] = ()) -> list[Comparison]:
    """Return the comparisons to make; ``only`` are patterns of which one must fit the way or what it is against."""
    found = [one for one in COMPARISONS if one.quick or not quick]
    if only:
        found = [one for one in found if any(fnmatch(name, p) for p in only for name in (one.way, one.against))]
    return [replace(one, rounds=min(one.rounds, QUICK_ROUNDS)) if quick else one for one in found]
