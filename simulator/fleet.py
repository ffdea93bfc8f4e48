# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors of a running simulator: lookup by id or label, changes at run time, and their current state."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from simulator.timeline import LONG_BEFORE, MonitorState, Stretch, Timeline
from simulator.world import MONITOR_FIELDS, Monitor, WorldError, monitor_from, validate

# Changes of these fields affect the timeline, others only the configuration.
_TIMED = ("timer", "violations", "paused", "active")
_CHANGEABLE = {name: rule for name, rule in MONITOR_FIELDS.items() if name not in ("id", "fresh", "failing_for")}


class MonitorNotFoundError(LookupError):
    """No monitor has that id or label."""


class AmbiguousLabelError(LookupError):
    """More than one monitor has that label."""


@dataclass(slots=True)
class LiveMonitor:
    """A monitor and its timeline."""

    monitor: Monitor
    timeline: Timeline


def begin(monitor: Monitor, now: int) -> Timeline:
    """Return the timeline of a monitor that starts at ``now``, with past tests unless it is fresh."""
    failing = monitor.failing_for is not None
    stretch = Stretch(
        start=now,
        timer=monitor.timer,
        anchor=now if monitor.fresh else crc32(monitor.id.encode("utf-8", "surrogatepass")) % monitor.timer,
        violations=monitor.violations,
        failing=failing,
        error=monitor.error if failing else None,
        paused=monitor.paused,
        active=monitor.active,
    )
    if monitor.fresh:
        return Timeline([stretch])
    onset = now - (monitor.failing_for or 0)
    healthy = replace(stretch, start=onset - LONG_BEFORE, failing=False, error=None)
    return Timeline([healthy, replace(stretch, start=onset)] if failing else [healthy])


class Fleet:
    """All monitors in the order in which they were added. Thread-safe.

    ``revision`` increases with every change. ``test_duration`` is the number of seconds after the start of a test until
    its result is visible.
    """

    test_duration = 0

    def __init__(self, monitors: list[Monitor], clock: Callable[[], float]) -> None:
        self.clock = clock
        self.lock = threading.RLock()
        self.revision = 0
        self._living: dict[str, LiveMonitor] = {}
        now = self.now()
        self._living.update({monitor.id: LiveMonitor(monitor, begin(monitor, now)) for monitor in monitors})

    def now(self) -> int:
        """Return the current time in whole epoch seconds."""
        return int(self.clock())

    def __len__(self) -> int:
        return len(self._living)

    def __iter__(self) -> Iterator[LiveMonitor]:
        return iter(list(self._living.values()))

    def active(self) -> Iterator[LiveMonitor]:
        """Return the active monitors, which the API lists."""
        return (live for live in self if live.monitor.active)

    def get(self, monitor_id: str) -> LiveMonitor | None:
        """Return the monitor with this id, or None."""
        return self._living.get(monitor_id)

    def find(self, name: str) -> LiveMonitor:
        """Return the monitor with this id or label. Raises MonitorNotFoundError, AmbiguousLabelError."""
        if name in self._living:
            return self._living[name]
        labelled = [live for live in self if live.monitor.label == name]
        if not labelled:
            raise MonitorNotFoundError(f"no monitor has the id or label {name!r}")
        if len(labelled) > 1:
            raise AmbiguousLabelError(f"{len(labelled)} monitors have the label {name!r}: use an id")
        return labelled[0]

    def state(self, live: LiveMonitor, window: int) -> MonitorState:
        """Return the state of a monitor now, with counts over the last ``window`` seconds."""
        with self.lock:
            return self.state_at(live, self.now(), window)

    def state_at(self, live: LiveMonitor, now: int, window: int) -> MonitorState:
        """Return the state of a monitor at ``now``, with counts over the last ``window`` seconds."""
        return live.timeline.state(now - self.test_duration, window - self.test_duration)

    def unchanged_until(self, live: LiveMonitor, state: MonitorState, window: int) -> int:
        """Return a time until which ``state_at(...)`` cannot change, or 0 if it is unknown."""
        until = live.timeline.unchanged_until(state, window - self.test_duration)
        return until + self.test_duration if until else 0

    def fail(self, name: str, error: str | None = None) -> LiveMonitor:
        """Let the monitor fail from its next test on, with this error or its own."""
        live = self.find(name)
        return self._timed(live, failing=True, error=error or live.monitor.error)

    def repair(self, name: str) -> LiveMonitor:
        """Let the monitor pass from its next test on."""
        return self._timed(self.find(name), failing=False, error=None)

    def test_once(self, name: str) -> LiveMonitor:
        """Test the monitor now, in addition to its regular tests."""
        with self.lock:
            live = self.find(name)
            live.timeline.test_once(self.now())
            self.revision += 1
            return live

    def put(self, name: str, given: dict[str, Any]) -> LiveMonitor:
        """Add a monitor, or replace one and its past tests. Raises WorldError for invalid fields."""
        with self.lock:
            with contextlib.suppress(MonitorNotFoundError):
                name = self.find(name).monitor.id
            monitor = monitor_from({"fresh": not given.get("failing_for"), **given}, "the monitor", name)
            if monitor.id != name:
                raise WorldError(f"the id in the body must be {name!r}, as in the path")
            self._living[name] = LiveMonitor(monitor, begin(monitor, self.now()))
            self.revision += 1
            return self._living[name]

    def patch(self, name: str, given: object) -> LiveMonitor:
        """Change fields of a monitor and keep its past tests. Raises WorldError for invalid fields."""
        values: dict[str, Any] = validate(given, _CHANGEABLE, "the change")
        live = self.find(name)
        with self.lock:
            live.monitor = replace(live.monitor, **values)
            return self._timed(live, **{key: values[key] for key in _TIMED if key in values})

    def remove(self, name: str) -> None:
        """Remove a monitor. Raises MonitorNotFoundError, AmbiguousLabelError."""
        with self.lock:
            del self._living[self.find(name).monitor.id]
            self.revision += 1

    def _timed(self, live: LiveMonitor, **changes: object) -> LiveMonitor:
        with self.lock:
            if changes:
                live.timeline.change(self.now(), **changes)
            self.revision += 1
            return live
