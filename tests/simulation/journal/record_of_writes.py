# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker of the journal: what a file must contain after the writes that the writers reported.

Written from the page "The journal". It reads the documented columns with SQLite itself to know which polls are in the
file, and compares what the reader returns with what the writers were given.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Debt,
    GateRun,
    Observation,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader

from ..exploration import Violation

RECORDED, LOST, UNKNOWN = "recorded", "lost", "unknown"
"""What a writer reported of a write. It is unknown of one during which the process was killed."""

DISORDER = 60.0
DAY = 86400.0


class Write(NamedTuple):
    """A poll that a writer wrote, in the order in which the transactions ended; ``at`` by the clock of the service."""

    writer: str
    poll: Observation
    at: float
    outcome: str


class Closing(NamedTuple):
    """An attempt to close a debt: the state, and whether the writer reported that this closed it; None if unknown."""

    run: str
    state: str
    has_closed: bool | None


class Writes:
    """All that the writers reported."""

    def __init__(self) -> None:
        self.polls: list[Write] = []
        self.runs: list[tuple[GateRun, str]] = []
        self.debts: list[tuple[Debt, str]] = []
        self.closings: list[Closing] = []

    def check(self, path: str, account: str, days: float | None) -> None:
        """Raise Violation unless the journal at ``path`` is what the writers reported."""
        if not any(write.outcome == RECORDED for write in self.polls) and not _is_journal(path):
            return
        reader = JournalReader.open(path, account)
        try:
            committed = self._check_rows(path, days)
            found = list(reader.timeline())
            _check_reading(committed, found)
            _check_gaps(committed, reader)
            self._check_runs(reader, max((write.at for write in committed), default=0.0), days)
            self._check_debts(reader, days)
        finally:
            reader.close()

    def _check_rows(self, path: str, days: float | None) -> list[Write]:
        """Return the polls in the file, which are those reported as recorded and none reported as lost."""
        connection = sqlite3.connect(path)
        try:
            rows = connection.execute("SELECT requested_at, at FROM observations ORDER BY id").fetchall()
        finally:
            connection.close()
        written = {write.poll.requested_at: write for write in self.polls}
        newest = max((at for _requested, at in rows), default=0.0)
        for write in self.polls:
            is_there = any(requested == write.poll.requested_at for requested, _at in rows)
            is_old = days is not None and write.at < newest - days * DAY
            if write.outcome == RECORDED and not is_there and not is_old:
                raise Violation(f"the poll of {write.writer} at {write.at} was reported as recorded and is missing")
            if write.outcome == LOST and is_there:
                raise Violation(f"the poll of {write.writer} at {write.at} was reported as lost and is there")
        order = [requested for requested, _at in rows]
        expected = [write.poll.requested_at for write in self.polls if write.poll.requested_at in set(order)]
        if order != expected:
            raise Violation(f"the polls are in another order than they were written: {order}, not {expected}")
        for requested, at in rows:
            if at != written[requested].at:
                raise Violation(f"the poll at {written[requested].at} is dated {at}")
        return [written[requested] for requested, _at in rows]

    def _check_runs(self, reader: JournalReader, newest: float, days: float | None) -> None:
        found = {run.run: run for run in reader.runs()}
        for run, outcome in self.runs:
            is_old = run.run not in found and days is not None and run.ended < newest - days * DAY
            if outcome == RECORDED and found.get(run.run) != run and not is_old:
                raise Violation(f"the run {run.run} was reported as recorded, and the journal has {found.get(run.run)}")
        if set(found) - {run.run for run, _outcome in self.runs}:
            raise Violation(f"the journal has runs that nobody wrote: {sorted(found)}")

    def _check_debts(self, reader: JournalReader, days: float | None) -> None:
        found = {debt.run: debt for debt in reader.debts()}
        for debt, outcome in self.debts:
            is_closed = any(one.run == debt.run and one.has_closed is not False for one in self.closings)
            if outcome == RECORDED and debt.run not in found and not (days is not None and is_closed):
                raise Violation(f"the debt {debt.run} was reported as recorded and is missing")
        for run, debt in found.items():
            closings = [one for one in self.closings if one.run == run and one.has_closed is not False]
            closed = [one for one in closings if one.has_closed]
            if len(closed) > 1:
                raise Violation(f"the debt {run} was closed twice")
            states = {one.state for one in closed} or {"owed", *(one.state for one in closings)}
            if debt.state not in states:
                raise Violation(f"the debt {run} is {debt.state}, not {sorted(states)}")


def _is_journal(path: str) -> bool:
    try:
        connection = sqlite3.connect(path)
        try:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error:
        return False


def _check_reading(committed: Sequence[Write], found: Sequence[tuple[float, Observation]]) -> None:
    """Raise Violation unless a reading returns the polls in the order of the service's clock, each as it was given.

    Polls that are more than a minute older than one before them are left out: a clock was set back.
    """
    newest, expected = float("-inf"), []
    for write in committed:
        if write.at >= newest - DISORDER:
            newest = max(newest, write.at)
            expected.append(write)
    expected.sort(key=lambda write: write.at)
    if [at for at, _poll in found] != [write.at for write in expected]:
        raise Violation(f"a reading has {[at for at, _poll in found]}, not {[write.at for write in expected]}")
    for (_at, poll), write in zip(found, expected, strict=True):
        if poll != _stored(write.poll):
            raise Violation(f"the poll at {write.at} is read as {poll}, but was {_stored(write.poll)}")


def _stored(poll: Observation) -> Observation:
    """Return ``poll`` as a journal returns it: without the other fields of a response."""
    return poll._replace(
        statuses=None if poll.statuses is None else [one._replace(fields={}) for one in poll.statuses],
        configs=None if poll.configs is None else [one._replace(fields={}) for one in poll.configs],
        wide={name: one._replace(fields={}) for name, one in poll.wide.items()},
    )


def _check_gaps(committed: Sequence[Write], reader: JournalReader) -> None:
    """Raise Violation unless the gaps are the times between complete polls that no poll covers."""
    times = [write.at for write in committed]
    if any(second < first for first, second in pairwise(times)):
        return
    expected: list[tuple[float, float]] = []
    last = covered = None
    for write in committed:
        if write.poll.error is not None:
            continue
        if last is not None and covered is not None and write.at > covered:
            expected.append((last, write.at))
        last = write.at
        covered = max(covered or 0.0, write.at + write.poll.covers)
    found = [(gap.since, gap.until) for gap in reader.gaps()]
    if found != expected:
        raise Violation(f"the gaps are {found}, not {expected}")
