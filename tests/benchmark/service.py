# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asked: a simulator for each size, in a process of its own so that its work is not counted as ours."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from simulator.control import Control

from .cost import MeasurementError

ROOT = Path(__file__).resolve().parents[2]
SERVE = ROOT / "tests" / "integration" / "targets" / "setup_simulator" / "files" / "serve_while.py"
START_TIMEOUT = 120.0
"""Seconds that a simulator of the largest size gets to start."""


class Service:
    """A simulator of so many monitors, some of them ``alerting``."""

    def __init__(self, monitors: int, alerting: int, folder: Path, secret: str) -> None:
        ready = folder / f"ready-{monitors}-{alerting}.json"
        options = ["--monitors", str(monitors), "--alerting", str(alerting), "--ready-json", str(ready)]
        self._running = subprocess.Popen(
            [sys.executable, str(SERVE), str(os.getpid()), str(ROOT), *options],
            env={**os.environ, "KF_SIMULATOR_SECRET": secret},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            ready_data = self._when_ready(ready)
        except BaseException:
            self.stop()
            raise
        self.url, self.client_id = ready_data["url"], ready_data["client_id"]
        self.control = Control(self.url, timeout=60)

    def _when_ready(self, ready: Path) -> dict[str, str]:
        deadline = time.monotonic() + START_TIMEOUT
        while not ready.exists():
            if self._running.poll() is not None or time.monotonic() > deadline:
                raise MeasurementError(f"the simulator did not start within {START_TIMEOUT:g} s (see above)")
            time.sleep(0.05)
        ready_data: dict[str, str] = json.loads(ready.read_text(encoding="utf-8"))
        return ready_data

    @contextlib.contextmanager
    def counting(self, latency: int) -> Iterator[dict[str, int]]:
        """Answer so many milliseconds later, and fill what is yielded with the calls that were made meanwhile."""
        counted: dict[str, int] = {}
        self.control.clear_faults()
        if latency:
            self.control.fault("delay", times=None, seconds=latency / 1000)
        self.control.reset_calls()
        yield counted
        counted.update(self.control.calls())

    def stop(self) -> None:
        self._running.terminate()
        self._running.wait()


class Services:
    """Starts each size at its first use, and keeps it to the end."""

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder, self._secret = folder, secret
        self._started: dict[tuple[int, int], Service] = {}

    def __enter__(self) -> Services:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        for service in self._started.values():
            service.stop()

    def of(self, monitors: int, alerting: int = 0) -> Service:
        """Return the service of that size. Raises Broken when it does not start."""
        size = monitors, alerting
        if size not in self._started:
            self._started[size] = Service(monitors, alerting, self._folder, self._secret)
        return self._started[size]
