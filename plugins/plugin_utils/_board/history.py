# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last 24 hours of each monitor: whether it was looked at, and what was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.timing import staleness

if TYPE_CHECKING:
    from .._gate.sample import Sample
    from .._journal.reader import JournalReader

SLOT = 300.0
"""Seconds of one slot, the resolution of a history."""

CELLS, SLOTS_IN_CELL = 24, 12
SLOTS = CELLS * SLOTS_IN_CELL
CELL_SLACK = 1
"""Slots without an observation that a cell may have and still be complete, since polls drift against slots."""

UNKNOWN, PASSED, FAILED, ALERTING = range(4)
"""What a slot contains. Of several observations in a slot, the worst counts."""

NOT_OBSERVED, PARTLY_OBSERVED, CLEAN_CELL, FAILED_CELL, ALERT_CELL = "?", "~", ".", "!", "X"
EMPTY_STRIP = NOT_OBSERVED * CELLS


class FailedRun:
    """Since when a monitor fails. ``is_exact`` means that it passed in the observation before."""

    __slots__ = ("is_exact", "since")

    def __init__(self, since: float, is_exact: bool) -> None:
        self.since = since
        self.is_exact = is_exact


class History:
    """The slots of every monitor. Times are epoch seconds by the service's clock."""

    def __init__(self, stale_factor: float, stale_grace: float) -> None:
        self._stale_factor = stale_factor
        self._stale_grace = stale_grace
        self._slots: dict[str, bytearray] = {}
        self._first: int | None = None
        self._newest: float | None = None
        self._covered_until = 0.0
        self._levels: dict[str, int] = {}
        self._runs: dict[str, FailedRun] = {}

    def observe(
        self, at: float, statuses: Iterable[MonitorStatus], timers: Mapping[str, float | None], covers: float
    ) -> None:
        """Add what the service reported ``at`` a time. An observation that is not newer than another is left out.

        ``timers`` maps ids to the seconds between two tests. ``covers`` is the number of seconds for which the
        observation describes the monitors if no other one follows.
        """
        if self._newest is not None and at <= self._newest:
            return
        slot = int(at // SLOT)
        self._advance(slot)
        is_continuous = self._newest is not None and at <= max(self._covered_until, self._newest + 2 * SLOT)
        self._extend(at)
        levels: dict[str, int] = {}
        for status in statuses:
            level = levels[status.id] = self._level(status, timers.get(status.id), at)
            self._mark(status.id, slot, level)
            if status.last_failed is not None or status.alerted is not None:
                self._mark_earlier(status)
            if level >= FAILED:
                self._observe_run(status, at, is_continuous)
            elif self._runs:
                self._runs.pop(status.id, None)
        self._levels, self._newest, self._covered_until = levels, at, at + covers

    def _level(self, status: MonitorStatus, timer: float | None, at: float) -> int:
        if status.alert_active:
            return ALERTING
        if status.failing:
            return FAILED
        started = status.last_test.started_by(at) if status.last_test is not None else None
        is_stale = staleness(started, timer, at, self._stale_factor, self._stale_grace) is not None
        return UNKNOWN if is_stale else PASSED

    def _advance(self, slot: int) -> None:
        """Make ``slot`` the last one, and forget those more than 24 hours before it."""
        if self._first is None:
            self._first = slot - SLOTS + 1
            return
        passed = slot - SLOTS + 1 - self._first
        if passed > 0:
            self._first += passed
            for slots in self._slots.values():
                del slots[:passed]
                slots.extend(bytes(SLOTS - len(slots)))

    def _extend(self, at: float) -> None:
        """Fill the slots before that of ``at`` that the newest observation covers with what it contained."""
        if self._newest is None:
            return
        last = min(int(self._covered_until // SLOT), int(at // SLOT) - 1)
        for slot in range(int(self._newest // SLOT) + 1, last + 1):
            for name, level in self._levels.items():
                self._mark(name, slot, level)

    def _mark(self, name: str, slot: int, level: int) -> None:
        at = slot - (self._first or 0)
        slots = self._slots.get(name)
        if slots is None:
            slots = self._slots[name] = bytearray(SLOTS)
        if 0 <= at < SLOTS and slots[at] < level:
            slots[at] = level

    def _mark_earlier(self, status: MonitorStatus) -> None:
        """Mark the newest failed test and the start of the newest alert, which may lie between two observations."""
        if status.last_failed is not None and status.last_failed.started is not None:
            self._mark(status.id, int(status.last_failed.started // SLOT), FAILED)
        if status.alerted is not None:
            self._mark(status.id, int(status.alerted // SLOT), ALERTING)

    def _observe_run(self, status: MonitorStatus, at: float, is_continuous: bool) -> None:
        if status.id not in self._runs or not is_continuous:
            passed_before = is_continuous and self._levels.get(status.id) == PASSED
            self._runs[status.id] = FailedRun(at if status.tested is None else status.tested, passed_before)

    def find_failed_run(self, name: str) -> FailedRun | None:
        """Return since when the monitor ``name`` fails, None if it does not."""
        return self._runs.get(name)

    def strip(self, name: str) -> str:
        """Return one character for each of the last 24 hours of a monitor, the oldest first."""
        slots = self._slots.get(name)
        if slots is None:
            return EMPTY_STRIP
        return "".join(_describe_cell(slots[at : at + SLOTS_IN_CELL]) for at in range(0, SLOTS, SLOTS_IN_CELL))


def _describe_cell(slots: bytearray) -> str:
    worst = max(slots)
    if worst >= FAILED:
        return ALERT_CELL if worst == ALERTING else FAILED_CELL
    unknown = slots.count(UNKNOWN)
    if unknown == len(slots):
        return NOT_OBSERVED
    return CLEAN_CELL if unknown <= CELL_SLACK else PARTLY_OBSERVED


def split_strip(strip: str) -> list[tuple[str, str]]:
    """Return the runs of equal characters in ``strip``, each with its character."""
    return [(character, "".join(run)) for character, run in groupby(strip)]


class JournalHistory:
    """A history that is read from a journal, and continued with the samples of the board itself."""

    def __init__(self, reader: JournalReader, stale_factor: float, stale_grace: float) -> None:
        self.history = History(stale_factor, stale_grace)
        self._reader = reader
        self._read_until: float | None = None
        self._configs: Sequence[MonitorConfig] | None = None
        self._timers: dict[str, float | None] = {}

    def update(self, sample: Sample, covers: float) -> None:
        """Add what the journal has up to ``sample``, and then ``sample``. Raises JournalError."""
        now = sample.service_time
        since = now - SLOTS * SLOT if self._read_until is None else self._read_until
        for observation in self._reader.observations(since, now, step=SLOT):
            if observation.statuses is not None:
                timers = self._read_timers(observation.configs)
                self.history.observe(observation.service_time, observation.statuses, timers, observation.covers)
        self._read_until = now
        statuses = [monitor.status for monitor in sample.monitors if monitor.status is not None]
        self.history.observe(now, statuses, {monitor.id: monitor.timer for monitor in sample.monitors}, covers)

    def _read_timers(self, configs: Sequence[MonitorConfig] | None) -> dict[str, float | None]:
        if configs is not self._configs:
            self._configs = configs
            self._timers = {config.id: config.timer for config in configs or ()}
        return self._timers
