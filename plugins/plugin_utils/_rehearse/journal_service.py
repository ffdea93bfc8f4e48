# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A journal as a service: the polls that it recorded, by the clock of the service, which dates the tests."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError, ServiceError
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.service_defaults import WINDOW
from ...module_utils._domain.timestamps import utc
from .._gate_action.sampling import StatusClient
from .._journal.observation import Observation, PollError
from .._journal.reader import JournalReader
from .document import JOURNAL
from .gate_replay import VirtualClock
from .history import Gap, GapError, PlantedFault
from .planted_statuses import PlantedStatuses

HOUR = 3600.0

AHEAD = 900.0
"""Seconds of polls that are read at once."""


class JournalHistory:
    """The polls of a journal. A poll covers the time until the next one is expected."""

    kind = JOURNAL
    timer = None

    def __init__(self, reader: JournalReader, name: str) -> None:
        if reader.first is None or reader.last is None:
            raise ConfigurationError(f"the journal {name} is empty: record the account first", code="journal_empty")
        self.name, self.first, self.last = name, reader.first, reader.last
        self.reader = reader
        self._gaps = [Gap(gap.since, gap.until) for gap in reader.gaps()]
        self._gap_starts = [gap.since for gap in self._gaps]
        self._window = _Window(reader, self.first)
        self._hours: dict[int, dict[str, float | None]] = {}
        self._configs: dict[str, MonitorConfig] = {}
        self._read: set[float] = set()
        self._planted: PlantedStatuses | None = None

    @property
    def samples(self) -> int:
        """The number of polls that were read."""
        return len(self._read)

    def gaps(self) -> Sequence[Gap]:
        return self._gaps

    def configs(self) -> Sequence[MonitorConfig]:
        if not self._configs:
            for at in (self.first, self.last):
                for observation in self.reader.observations(at, at):
                    self.note(observation)
        return list(self._configs.values())

    def prepare(self, since: float) -> None:
        self._window = self._window.restart(since)

    def client(self, clock: VirtualClock, fault: PlantedFault | None = None) -> StatusClient:
        if fault is not None and (self._planted is None or self._planted.fault is not fault):
            self._planted = PlantedStatuses(fault)
        return JournalClient(self, clock, None if fault is None else self._planted)

    def check_covered(self, since: float, until: float) -> None:
        if since < self.first:
            raise GapError(f"the journal begins at {utc(self.first)}, after {utc(since)}")
        if until > self.last:
            raise GapError(f"the journal ends at {utc(self.last)}, before {utc(until)}")
        place = bisect_left(self._gap_starts, until) - 1
        if place >= 0 and self._gaps[place].until > since:
            gap = self._gaps[place]
            raise GapError(f"nobody polled from {utc(gap.since)} to {utc(gap.until)}")

    def poll(self, instant: float) -> tuple[float, Observation]:
        """Return the first poll at ``instant`` or later with its time by the service's clock.

        Raises GapError if no earlier one covers the time to it.
        """
        found = self._window.find(instant)
        if found is None:
            raise GapError(f"the journal ends at {utc(self.last)}, before {utc(instant)}")
        at, observation = found
        self.check_covered(instant, at)
        self.note(observation)
        return at, observation

    def note(self, observation: Observation) -> None:
        """Remember what strips and descriptions need of a poll that was read."""
        at = observation.service_time
        if at in self._read:
            return
        self._read.add(at)
        for config in observation.configs or ():
            self._configs[config.id] = config
        for status in observation.statuses or ():
            if status.id not in self._configs:
                self._configs[status.id] = MonitorConfig(status.id, status.label, None, None, True, {})
        if observation.statuses is not None:
            self._hours[int((at - self.first) // HOUR)] = {
                status.id: _share(status) for status in observation.statuses if status.fail_count or not status.tested
            }

    def had_outage(self, monitor_ids: Iterable[str], since: float, until: float, alert_after: int) -> bool:
        margins = {}
        for name in monitor_ids:
            config = self._configs.get(name)
            margins[name] = alert_after * ((config.timer if config is not None else None) or 0.0)
        longest = max(margins.values(), default=0.0)
        polls = self._window.between(since - longest, until + longest)
        return any(
            _was_down(name, _select(polls, since - margin, until + margin), alert_after)
            for name, margin in margins.items()
        )

    def failed_shares(self, monitor_id: str) -> list[float | None]:
        hours = range(int((self.last - self.first) // HOUR) + 1)
        return [self._hours[hour].get(monitor_id, 0.0) if hour in self._hours else None for hour in hours]

    def close(self) -> None:
        self.reader.close()


def _share(status: MonitorStatus) -> float | None:
    """Return the share of failed tests in the window of a status, None without a test."""
    if not status.test_count:
        return None
    return min(1.0, (status.fail_count or 0) / status.test_count)


def _select(polls: Iterable[tuple[float, Observation]], since: float, until: float) -> Iterator[Observation]:
    return (poll for at, poll in polls if since <= at <= until)


def _was_down(name: str, polls: Iterable[Observation], alert_after: int) -> bool:
    """Whether a monitor had an active alert, or ``alert_after`` failed tests in a row."""
    failed: list[float] = []
    for poll in polls:
        status = _find_status(poll, name)
        if status is None:
            continue
        if status.alert_active:
            return True
        if not status.failing:
            failed.clear()
        elif status.tested is not None and status.tested not in failed:
            failed.append(status.tested)
        if len(failed) >= alert_after:
            return True
    return False


def _find_status(observation: Observation, name: str) -> MonitorStatus | None:
    return next((status for status in observation.statuses or () if status.id == name), None)


class _Window:
    """Polls of a journal from a time on, read when they are needed and retained for other gates.

    ``_times`` has their times by the service's clock, those of failed polls included.
    """

    def __init__(self, reader: JournalReader, since: float) -> None:
        self.reader = reader
        self._since = since
        self._times: list[float] = []
        self._polls: list[Observation] = []
        self._rest = reader.timeline(since)

    def restart(self, since: float) -> _Window:
        """Return a window from ``since`` on, which continues this one if it is not far behind."""
        if not self._times or not self._times[0] <= since <= self._times[-1] + AHEAD:
            return _Window(self.reader, since)
        place = bisect_left(self._times, since)
        del self._times[:place], self._polls[:place]
        self._since = since
        return self

    def find(self, instant: float) -> tuple[float, Observation] | None:
        """Return the first poll at ``instant`` or later with its time, None after the last one."""
        while not self._times or self._times[-1] < instant:
            if not self._read_next():
                return None
        place = bisect_left(self._times, instant)
        return self._times[place], self._polls[place]

    def between(self, since: float, until: float) -> list[tuple[float, Observation]]:
        """Return the polls from ``since`` to ``until`` with their times."""
        while not self._times or self._times[-1] <= until:
            if not self._read_next():
                break
        if since < self._since:
            self._read_earlier(since)
        place, end = bisect_left(self._times, since), bisect_right(self._times, until)
        return list(zip(self._times[place:end], self._polls[place:end], strict=True))

    def _read_next(self) -> bool:
        """Read another poll. Return False after the last one."""
        for at, poll in self._rest:
            self._times.append(at)
            self._polls.append(poll)
            return True
        return False

    def _read_earlier(self, since: float) -> None:
        limit = self._times[0] if self._times else math.inf
        earlier = [(at, poll) for at, poll in self.reader.timeline(since, limit) if at < limit]
        self._times[:0] = [at for at, _poll in earlier]
        self._polls[:0] = [poll for _at, poll in earlier]
        self._since = since


class JournalClient:
    """Serves the polls of a journal. A request waits for the next poll, which advances the clock to its time."""

    def __init__(self, history: JournalHistory, clock: VirtualClock, planted: PlantedStatuses | None) -> None:
        self._history = history
        self._clock = clock
        self._planted = planted
        self._newest: Observation | None = None

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[MonitorStatus]:
        if window > WINDOW and self._newest is not None:
            return self._serve(list(self._newest.wide.values()), self._newest)
        at, observation = self._history.poll(self._clock.now)
        self._newest = observation
        self._clock.advance(at)
        if observation.error is not None:
            raise_poll_error(observation.error)
        return self._serve(observation.statuses or (), observation)

    def _serve(self, statuses: Sequence[MonitorStatus], observation: Observation) -> Sequence[MonitorStatus]:
        return statuses if self._planted is None else self._planted.apply(statuses, observation)

    def configs(self) -> Sequence[MonitorConfig]:
        return (self._newest.configs if self._newest is not None else None) or ()

    def service_time(self) -> tuple[float, float]:
        """Return bounds of the service's time. The clock is at the upper one."""
        now, newest = self._clock.now, self._newest
        if newest is None or newest.clock is None:
            return now, now
        return now + newest.clock[0] - newest.clock[1], now


def raise_poll_error(error: PollError) -> None:
    """Raise the error of a recorded poll as the client of the service raised it."""
    kind: type[KnowledgeFrontError] = ConfigurationError if error.final else ServiceError
    raise kind(error.message, code=error.code, retry_after=error.retry_after)
