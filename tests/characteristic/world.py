# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated account around one deployment: its monitors, and the period that it covers."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from .simulated_monitor import AlertSpan, SimulatedMonitor

ACCOUNTS = ((60,), (300,), (60, 60, 60, 120, 300, 300, 300, 600), (60, 300, 900))
"""The timers of an account, in seconds: one for all monitors, or several; a common one is listed several times."""

HISTORY, FUTURE = 11_000.0, 9_000.0
"""Seconds before and after the gate's first phase that a world covers: more than any status window and any wait."""

LONG_AGO = 6 * 3600.0


@dataclass
class World:
    """Monitors around a deployment that lasts from ``before`` to ``deployed``, in epoch seconds.

    ``clock_offset`` is the number of seconds that the service's clock is ahead of the controller's. ``subject`` is the
    monitor that a row is about; ``timers`` are those of the account.
    """

    rng: Random
    before: float
    deployed: float
    timers: tuple[int, ...]
    monitors: list[SimulatedMonitor] = field(default_factory=list)
    clock_offset: float = 0.0
    subject: SimulatedMonitor | None = None

    @classmethod
    def create(cls, rng: Random) -> World:
        """Return an empty world with a deployment of 2 to 10 minutes at a random time."""
        before = 1_780_000_000 + rng.random() * 10_000_000
        return cls(rng, before, before + 120 + rng.random() * 480, rng.choice(ACCOUNTS))

    @property
    def since(self) -> float:
        return self.before - HISTORY

    @property
    def until(self) -> float:
        return self.before + FUTURE

    @property
    def during(self) -> float:
        return (self.before + self.deployed) / 2

    def add(self, count: int, fail: float = 0.0, timers: tuple[int, ...] = ()) -> list[SimulatedMonitor]:
        """Add ``count`` monitors that test regularly and fail single tests at random with probability ``fail``.

        ``timers`` are those of the account unless others are named.
        """
        rng, added, timers = self.rng, [], timers or self.timers
        for _number in range(count):
            timer = timers[int(rng.random() * len(timers))]
            first = self.since + rng.random() * timer
            name = f"m{len(self.monitors):05d}"
            monitor = SimulatedMonitor(name, timer, first, min(timer / 20, 10.0) * rng.random(), 1 + 4 * rng.random())
            monitor.fail_at_random(fail, self.since - timer, self.until, rng)
            self.monitors.append(monitor)
            added.append(monitor)
        return added

    def add_subject(self, timers: tuple[int, ...] = ()) -> SimulatedMonitor:
        """Add the monitor that the row examines, and return it."""
        self.subject = self.add(1, timers=timers)[0]
        return self.subject

    def fail_always(self, monitor: SimulatedMonitor, since: float | None = None) -> None:
        """Let every test of ``monitor`` from ``since`` on fail."""
        monitor.fail_at_random(1.0, self.since - monitor.timer if since is None else since, self.until, self.rng)

    def make_old_alert(self, monitor: SimulatedMonitor) -> None:
        """Let ``monitor`` fail since before the world's history, with an alert of the same age."""
        self.fail_always(monitor)
        monitor.alert_after = None
        age = LONG_AGO + self.rng.random() * 30 * 86400
        monitor.alerts.append(AlertSpan(self.before - age, float("inf"), f"{monitor.identity}-old"))

    def make_silent_failure(self, monitor: SimulatedMonitor) -> None:
        """Let ``monitor`` fail since before the world's history, with its alerts paused."""
        self.fail_always(monitor)
        monitor.alert_after = None

    def make_stale(self, monitor: SimulatedMonitor, resume: float | None = None) -> None:
        """Let ``monitor`` have stopped testing some 1 to 9 hours ago, until ``resume``."""
        monitor.stop_testing(self.before - 3600 - 8 * 3600 * self.rng.random(), resume)

    def make_untested(self, monitor: SimulatedMonitor) -> None:
        monitor.tested = False

    def make_inactive(self, monitor: SimulatedMonitor) -> None:
        monitor.active = monitor.has_status = False

    def make_missing(self, monitor: SimulatedMonitor) -> None:
        monitor.has_status = False

    def complete(self) -> World:
        """Derive the alerts of all monitors and return the world."""
        for monitor in self.monitors:
            monitor.settle_alerts()
        return self
