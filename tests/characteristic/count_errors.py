# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run rows many times on several cores, and count the errors."""

from __future__ import annotations

import gc
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .confidence import clopper_pearson
from .rows import Row, run_once

CHUNK = 10
"""Number of consecutive runs in one process."""

MET, MISSED, UNDECIDED, MEASURED = "met", "MISSED", "undecided", "measured"


_rows: dict[str, Row] = {}
"""The rows being counted. A global, because their recipes are nested functions, which cannot be pickled."""


@dataclass
class Tally:
    """The results of the runs of one row: errors by kind, and reasons for stops by phase and state.

    ``failed`` are the numbers of the runs with an error, for a trace; ``notes`` is what is listed of single runs.
    """

    row: str
    runs: int = 0
    failed: list[int] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.runs += other.runs
        self.failed = sorted([*self.failed, *other.failed])
        self.errors.update(other.errors)
        self.stops.update(other.stops)
        self.notes += other.notes

    @property
    def share(self) -> float:
        return len(self.failed) / self.runs

    @property
    def bounds(self) -> tuple[float, float]:
        """The exact 95 % bounds of the share."""
        return clopper_pearson(len(self.failed), self.runs)

    def verdict(self, goal: float | None) -> str:
        """Return whether ``goal`` is met; ``undecided`` is a miss that chance alone explains."""
        if goal is None:
            return MEASURED
        if self.share <= goal:
            return MET
        return MISSED if self.bounds[0] > goal else UNDECIDED


def count(
    rows: Sequence[tuple[Row, int]], seed: int, jobs: int, report: Callable[[str], None]
) -> Iterator[tuple[Row, Tally]]:
    """Yield each row with the tally of the given number of runs."""
    tasks = {
        row.name: [(row.name, seed, first, min(CHUNK, runs - first)) for first in range(0, runs, CHUNK)]
        for row, runs in rows
    }
    _rows.update((row.name, row) for row, _runs in rows)
    if jobs == 1:
        for row, _runs in rows:
            yield row, _sum(row, map(_count_chunk, tasks[row.name]), report)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        for row, _runs in rows:
            yield row, _sum(row, pool.imap(_count_chunk, tasks[row.name]), report)


def _sum(row: Row, parts: Iterator[Tally], report: Callable[[str], None]) -> Tally:
    tally = Tally(row.name)
    for part in parts:
        tally.add(part)
        report(f"{row.name}: {len(tally.failed)} of {tally.runs}")
    return tally


def _count_chunk(task: tuple[str, int, int, int]) -> Tally:
    name, seed, first, runs = task
    row = _rows[name]
    tally = Tally(name, runs)
    gc.disable()
    for number in range(first, first + runs):
        run = run_once(row, seed, number)
        if run.errors:
            tally.failed.append(number)
        tally.errors.update(run.errors)
        tally.notes += [f"run {number}, {note}" for note in run.notes]
        for phase in run.episode.decisions:
            if run.episode.stopped(phase):
                tally.stops.update({f"{phase}/{reason['code']}" for reason in run.episode.worst_reasons(phase)})
    gc.enable()
    gc.collect()
    return tally
