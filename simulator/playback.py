# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The world of a recorded history: monitors appear, fail and pass as recorded, by a clock that runs faster."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from simulator.fleet import Fleet, LiveMonitor
from simulator.history import History, HistoryError, Playback, RecordedMonitor, utc_text
from simulator.timeline import WINDOW_MAX, Stretch, Timeline
from simulator.world import Client, Monitor, World

VIOLATIONS = 3
ERROR = "down in the recorded history"


def history_world(history: History, start: float | None, speed: int, client: Client) -> World:
    """Return the world that plays ``history`` from ``start`` on, by default when its first three hours are over.

    That is the longest window of a status request. Raises HistoryError if ``start`` is outside of the history, or the
    history not over: a gate that dates a deployment by the clock of this machine would accept a test of the future.
    """
    if history.last > time.time():
        raise HistoryError(
            f"history {history.name!r} has records of the future, up to {utc_text(history.last)}: only the past can be "
            "played"
        )
    if history.last <= history.first:
        raise HistoryError(f"history {history.name!r} has records of only one time: nothing can be played")
    if start is None:
        start = history.first + WINDOW_MAX
        start = start if start < history.last else history.first
    if not history.first <= start < history.last:
        raise HistoryError(
            f"--from {utc_text(start)} is outside of the history, which goes from {utc_text(history.first)} to "
            f"{utc_text(history.last)}"
        )
    return World(clients=[client], playback=Playback(history, start, speed))


class PlaybackClock:
    """Epoch seconds that begin at ``start`` and pass ``speed`` times as fast as those of ``monotonic``."""

    def __init__(self, start: float, speed: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._start = start
        self._speed = speed
        self._monotonic = monotonic
        self._began = monotonic()

    def __call__(self) -> float:
        return self._start + self._speed * (self._monotonic() - self._began)


class HistoryFleet(Fleet):
    """The monitors of a history.

    A monitor exists from its first record on. A test fails if the newest record at or before its start says so. After
    the last record of the file no monitor is tested any more.
    """

    test_duration = 1

    def __init__(self, history: History, clock: Callable[[], float]) -> None:
        self._history = history
        self._next = 0
        self._appeared = 0
        self._has_ended = False
        super().__init__([], clock)

    def now(self) -> int:
        """Return the current time in whole epoch seconds, after all records until then have been applied."""
        with self.lock:
            now = super().now()
            times = self._history.times
            while self._next < len(times) and times[self._next] <= now:
                self._apply(self._next)
                self._next += 1
            if not self._has_ended and now > self._history.last:
                self._end()
            return now

    def _apply(self, record: int) -> None:
        history = self._history
        place, down = history.places[record], bool(history.downs[record])
        # A stretch has the tests that start later than its own start, a record also those at its time.
        since = math.ceil(history.times[record]) - 1
        live = self.get(history.monitors[place].id)
        if live is not None:
            live.timeline.change(since, failing=down, error=ERROR if down else None)
        elif place == self._appeared:
            live = _begin(history.monitors[place], since, down)
            self._living[live.monitor.id] = live
        # Places are in the order of the first records.
        self._appeared = max(self._appeared, place + 1)
        self.revision += 1

    def _end(self) -> None:
        self._has_ended = True
        for live in self:
            live.timeline.change(math.floor(self._history.last), active=False)
        self.revision += 1


def make_fleet(world: World, clock: Callable[[], float]) -> Fleet:
    """Return the monitors of a world. Those of a history have a clock of their own instead of ``clock``."""
    if world.playback is None:
        return Fleet(world.monitors, clock)
    history, start, speed = world.playback
    return HistoryFleet(history, PlaybackClock(start, speed))


def _begin(recorded: RecordedMonitor, since: int, down: bool) -> LiveMonitor:
    monitor = Monitor(
        id=recorded.id,
        label=recorded.label,
        type=recorded.type,
        timer=recorded.timer,
        violations=VIOLATIONS,
        error=ERROR,
        fresh=True,
    )
    stretch = Stretch(
        start=since,
        timer=recorded.timer,
        anchor=recorded.offset,
        violations=VIOLATIONS,
        failing=down,
        error=ERROR if down else None,
    )
    return LiveMonitor(monitor, Timeline([stretch]))
