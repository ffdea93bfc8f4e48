# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Size and CPU time of a journal of 1,500 monitors that is written every minute.

Run it in the checkout: ``PYTHONPATH=.venv/collections ./run python -m
ansible_collections.knowledgefront.monitoring.tests.benchmark.journal_cost --days 30``. Without ``--days``, two days are
measured and the size of 30 days is extrapolated. It exits with 1 if a goal is missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal

MONITORS = 1500
INTERVAL = 60.0
MONTH = 43_200
"""Polls in 30 days."""

LARGEST, LONGEST = 200e6, 0.050
"""Goals: bytes for a month, and CPU seconds for each poll."""

BEGIN = 1_780_000_000
WINDOW = 1800
TWO_READINGS = 540.0
ERRORS = ("HTTP status 502", "Connection refused", "timeout after 30 s", "certificate expired")
WITH_EARLIER_FAILURE, WITH_EARLIER_ALERT = 0.8, 0.3


class World(NamedTuple):
    """How often monitors test: each one has one of the ``timers``; ``jitter`` is the largest delay of a test."""

    name: str
    timers: Sequence[int]
    jitter: float
    failing: float


HARD = World("every monitor tests every 60 s", (60,), 3.0, 0.005)
MIXED = World("timers from 60 s to an hour", (60, 60, 300, 300, 300, 600, 900, 3600), 3.0, 0.005)


class TestedMonitor:
    """A monitor whose tests are generated. Some had failures and alerts before the beginning."""

    def __init__(self, number: int, world: World, randomness: random.Random) -> None:
        self._world, self._random = world, randomness
        self.id, self.label = f"m{number:06x}", f"Monitor number {number} of the shop"
        self.timer = world.timers[number % len(world.timers)]
        self._next = BEGIN - WINDOW + randomness.random() * self.timer
        self._tests: deque[tuple[float, str | None]] = deque()
        self._failed: MonitorTest | None = None
        self._alert: tuple[float | None, str | None] = (None, None)
        if randomness.random() < WITH_EARLIER_FAILURE:
            self._failed = self._to_test(self._earlier(), ERRORS[0])
        if randomness.random() < WITH_EARLIER_ALERT:
            self._alert = (self._earlier(), f"a{randomness.randrange(10**9)}")

    def status(self, now: float) -> MonitorStatus:
        """Return the status at ``now``, which is not earlier than in the previous call."""
        while self._next < now - 1:
            started = float(int(self._next + self._random.random() * self._world.jitter))
            error = self._random.choice(ERRORS) if self._random.random() < self._world.failing else None
            self._tests.append((started, error))
            if error is not None:
                self._failed = self._to_test(started, error)
            self._next += self.timer
        while len(self._tests) > 1 and self._tests[0][0] < now - WINDOW:
            self._tests.popleft()
        last = self._to_test(*self._tests[-1]) if self._tests else None
        failures = sum(error is not None for _started, error in self._tests)
        alerted, alert = self._alert
        counts = (0, failures, len(self._tests))
        return MonitorStatus(self.id, self.label, False, *counts, alerted, last, self._failed, {}, alert)

    def _earlier(self) -> float:
        return float(BEGIN - self._random.randrange(30 * 86400))

    def _to_test(self, started: float, error: str | None) -> MonitorTest:
        return MonitorTest(started, error, started + TWO_READINGS)


class Cost(NamedTuple):
    """Of ``polls`` polls: bytes of the file, and CPU seconds to append and to read each one."""

    polls: int
    size: int
    append: float
    read: float

    @property
    def month(self) -> float:
        """The bytes of a month."""
        return self.size / self.polls * MONTH

    @property
    def is_met(self) -> bool:
        return self.month <= LARGEST and self.append <= LONGEST

    def describe(self, name: str) -> str:
        return (
            f"{name}: {self.polls:,} polls in {self.size / 1e6:.1f} MB, {self.month / 1e6:.0f} MB in 30 days; "
            f"{self.append * 1e3:.1f} ms of CPU to append a poll, {self.read * 1e3:.1f} ms to read one"
        )


def measure(world: World, polls: int, monitors: int = MONITORS) -> Cost:
    """Return the cost of a journal in a temporary folder. Every poll is read and the last one is compared."""
    randomness = random.Random(1)
    tested = [TestedMonitor(number, world, randomness) for number in range(monitors)]
    configs = [MonitorConfig(one.id, one.label, "http", float(one.timer), True, {}) for one in tested]
    spent = 0.0
    with tempfile.TemporaryDirectory(prefix="kf-journal-") as folder:
        path = Path(folder) / "journal.sqlite"
        with Journal.open(str(path), "benchmark", now=BEGIN + 10**9) as journal:
            for number in range(polls):
                now = BEGIN + number * INTERVAL
                statuses = [one.status(now) for one in tested]
                observation = Observation(now, now + 0.7, (0.1, 0.4), statuses, configs, covers=2 * INTERVAL + 60)
                began = time.process_time()
                journal.append(observation)
                spent += time.process_time() - began
        began = time.process_time()
        with JournalReader.open(str(path), "benchmark") as reader:
            newest = deque(enumerate(reader.observations(), 1), maxlen=1)
        if list(newest) != [(polls, observation)]:
            raise SystemExit("the journal was not read as it was written")
        return Cost(polls, path.stat().st_size, spent / polls, (time.process_time() - began) / polls)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=2.0)
    polls = int(parser.parse_args().days * 86400 / INTERVAL)
    costs = {world.name: measure(world, polls) for world in (HARD, MIXED)}
    for name, cost in costs.items():
        print(cost.describe(name))
    return 0 if all(cost.is_met for cost in costs.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
