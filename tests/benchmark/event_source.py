# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory of the event source over many polls, with alerts that are raised and cleared before every poll.

``measure`` runs the source as a process of its own against a simulator; run as a program, this file is that process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import runpy
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.control import Control
from simulator.large import large_world

from .cost import MeasurementError
from .service import Services
from .table import MET, MISSED, Row

SOURCE = Path(__file__).absolute().parents[2] / "extensions" / "eda" / "plugins" / "event_source" / "kf_alerts.py"

CHANGING = 50
"""Monitors that raise an alert, and monitors that clear theirs, before each poll.

They are the same in every other poll, because each monitor that has had an alert makes the response larger.
"""

VIOLATIONS = 3
"""Failing tests that raise an alert in the simulator's large world."""

MAX_GROWTH = 1.1
"""The largest ratio of memory in the last quarter of the polls to memory in the quarter before the middle."""

LONGEST_POLL = 300.0
"""Seconds for one poll of the largest size."""

HEADING: Row = ("monitors", "polls", "idle, MiB", "peak, MiB", "growth", "goal", "met")


@dataclass(frozen=True)
class Run:
    """A measurement; ``limit`` is the largest peak in MiB. Growth needs enough polls to compare."""

    monitors: int
    polls: int
    limit: float | None = None
    is_flat: bool = False

    @property
    def goal(self) -> str:
        goals = [f"peak <= {self.limit:,.0f} MiB"] if self.limit else []
        return ", ".join([*goals, f"growth <= {MAX_GROWTH}"] if self.is_flat else goals)


QUICK = (Run(1_000, 40, is_flat=True),)
FULL = (Run(20_000, 200, is_flat=True), Run(100_000, 15, limit=400))


@dataclass(frozen=True)
class Memory:
    """Resident MiB of the source: before it starts, after each poll, and at its peak."""

    idle: float
    polls: Sequence[float]
    peak: float

    @property
    def growth(self) -> float:
        """The largest value in the last quarter of the polls as a multiple of that in the second quarter."""
        quarter = len(self.polls) // 4
        if not quarter:
            raise ValueError("growth needs four polls")
        return max(self.polls[-quarter:]) / max(self.polls[quarter : 2 * quarter])


def measure_all(runs: Sequence[Run]) -> list[Row]:
    """Return a row for each run, under a heading. Raises MeasurementError if the source ends or hangs."""
    return [HEADING, *(make_row(run, measure(run)) for run in runs)]


def make_row(run: Run, memory: Memory) -> Row:
    is_met = (run.limit is None or memory.peak <= run.limit) and (not run.is_flat or memory.growth <= MAX_GROWTH)
    figures = (f"{memory.idle:.0f}", f"{memory.peak:.0f}", f"{memory.growth:.2f}" if run.is_flat else "")
    return [f"{run.monitors:,}", str(run.polls), *figures, run.goal, MET if is_met else MISSED]


def measure(run: Run) -> Memory:
    """Return the memory of a source that polls a world of that size. Raises MeasurementError if it ends or hangs."""
    secret = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="kf-events-") as name, Services(Path(name), secret) as services:
        service = services.of(run.monitors)
        names = [monitor.id for monitor in large_world(run.monitors).monitors]
        arguments = [service.url, service.client_id, str(Path(name) / "cursor")]
        with _running_source(arguments, secret) as source:
            idle = _resident(source.pid, "VmRSS")
            polls = []
            for number in range(run.polls):
                _wait_for_poll(source, service.control, number + 1)
                polls.append(_resident(source.pid, "VmRSS"))
                _change_alerts(service.control, names, number)
            return Memory(idle, polls, _resident(source.pid, "VmHWM"))


@contextlib.contextmanager
def _running_source(arguments: Sequence[str], secret: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", f"{__package__}.event_source", *arguments]
    environment = {**os.environ, "KF_CLIENT_SECRET": secret}
    process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if process.stdout is None or process.stdin is None or not process.stdout.readline():
            raise MeasurementError(f"the event source did not start: its process ended with {process.wait()}")
        yield process
    finally:
        process.terminate()
        process.communicate()


def _wait_for_poll(source: subprocess.Popen[bytes], control: Control, number: int) -> None:
    """Start the source with the first poll, and wait until the poll of that ``number`` has its status response."""
    if number == 1 and source.stdin is not None:
        source.stdin.write(b"\n")
        source.stdin.flush()
    deadline = time.monotonic() + LONGEST_POLL
    while control.calls().get("status", 0) < number:
        if source.poll() is not None or time.monotonic() > deadline:
            raise MeasurementError(f"the event source did not make poll {number} within {LONGEST_POLL:g} s")
        time.sleep(0.1)


def _change_alerts(control: Control, names: Sequence[str], number: int) -> None:
    """Raise the alerts of one group of monitors, and clear those of the other."""
    failing, passing = (0, CHANGING) if number % 2 else (CHANGING, 0)
    for name in names[passing : passing + CHANGING]:
        control.repair(name)
        control.test(name)
    for name in names[failing : failing + CHANGING]:
        control.fail(name)
        for _test in range(VIOLATIONS):
            control.test(name)


def _resident(pid: int, name: str) -> float:
    """Return the value of ``name`` in the status of a process, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


class DiscardingQueue:
    """Rules that receive every event at once."""

    async def put(self, event: Any) -> None:
        """Discard the event."""


def main() -> None:
    """Run the source until it is terminated, after a line on standard input."""
    api_url, client_id, cursor = sys.argv[1:]
    run_source = runpy.run_path(str(SOURCE))["main"]
    connection = {"api_url": api_url, "client_id": client_id, "timeout": int(LONGEST_POLL)}
    print("ready", flush=True)
    sys.stdin.readline()
    asyncio.run(run_source(DiscardingQueue(), {**connection, "cursor": cursor, "interval": 1}))


if __name__ == "__main__":
    main()
