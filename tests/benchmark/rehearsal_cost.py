# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU time and memory of a rehearsal of three policies on a month of 1,500 monitors with a deployment every four hours.

Run it in the checkout: ``PYTHONPATH=.venv/collections ./run python -m
ansible_collections.knowledgefront.monitoring.tests.benchmark.rehearsal_cost --days 30``. Without ``--days``, three days
are measured. ``--journal`` measures a journal with a poll every ``--interval`` seconds instead of a CSV history. The
histories are written to a temporary folder; ``TMPDIR`` selects another one. Each rehearsal runs in its own process.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import run, validate

from .cost import MeasurementError
from .rehearsal_world import World, write_csv, write_journal, write_policies

T = TypeVar("T")

EVERY = "4h"
LARGEST, LONGEST = 2**30, 120.0
"""Goals for a month: bytes of memory, and CPU seconds."""

MONTH = 30.0


class NoProgress:
    """Reports nothing."""

    def enter(self, stage: str) -> None:
        """Ignore the stage."""

    def track(self, items: Collection[T], stage: str) -> Iterator[T]:
        """Iterate over ``items``."""
        return iter(items)


class Cost(NamedTuple):
    """CPU seconds and the peak of the resident memory in bytes, of a rehearsal of so many days."""

    seconds: float
    memory: int
    days: float

    @property
    def is_met(self) -> bool:
        return self.seconds <= LONGEST * self.days / MONTH and self.memory <= LARGEST

    def describe(self, name: str) -> str:
        month = "" if self.days == MONTH else f", about {self.seconds * MONTH / self.days:.0f} s for {MONTH:g} days"
        return f"{name}: {self.seconds:.1f} s of CPU{month}; {self.memory / 2**20:.0f} MiB"


def rehearse(options: Mapping[str, Any]) -> None:
    """Rehearse with the options of a task, as its action does."""
    gc.disable()
    run(validate(options), NoProgress(), writes=True)


def measure(options: Mapping[str, Any], days: float) -> Cost:
    """Return the cost of a rehearsal in its own process. Raises MeasurementError."""
    command = [sys.executable, "-m", f"{__package__}.rehearsal_cost", "--options", json.dumps(options)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise MeasurementError(f"the rehearsal was not measured: exit status {done.returncode}")
    seconds, memory = json.loads(done.stdout)
    return Cost(seconds, memory, days)


def report_cost(options: Mapping[str, Any]) -> None:
    """Rehearse in this process, and print the CPU seconds and the bytes of memory that it took, as JSON."""
    rehearse(options)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([time.process_time(), kilobytes * 1024]))


def measure_all(world: World, folder: Path, interval: float | None) -> dict[str, Cost]:
    """Return the costs by what is measured. ``interval`` is that of the polls of a journal, None for a CSV history."""
    csv, journal = folder / "history.csv", folder / "journal.db"
    write_csv(world, csv)
    source: dict[str, Any] = {"history": str(csv), "timer": world.timer}
    name = "CSV"
    if interval is not None:
        polls = write_journal(world, csv, journal, interval)
        print(f"{polls:,} polls in {journal.stat().st_size / 1e6:.1f} MB", file=sys.stderr, flush=True)
        source, name = {"journal": str(journal), "client_id": ""}, "journal"
    options = {**source, "policies": write_policies(folder), "every": EVERY}
    cases = {f"{name} without changes": False, f"{name} with changes": True}
    return {
        case: measure({**options, "changes": changes, "reports": [str(folder / f"{changes}.json")]}, world.days)
        for case, changes in cases.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=3.0)
    parser.add_argument("--monitors", type=int, default=1500)
    parser.add_argument("--journal", action="store_true", help="measure a journal")
    parser.add_argument("--interval", type=float, default=60.0, help="seconds between two polls of the journal")
    parser.add_argument("--options", type=json.loads, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.options is not None:
        report_cost(given.options)
        return 0
    world = World(given.monitors, given.days)
    with tempfile.TemporaryDirectory(prefix="kf-rehearsal-") as folder:
        costs = measure_all(world, Path(folder), given.interval if given.journal else None)
    for name, cost in costs.items():
        print(cost.describe(name))
    return 0 if all(cost.is_met for cost in costs.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
