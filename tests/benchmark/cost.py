# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one process costs: wall, CPU and memory as the kernel counts them, and requests as the service does."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LONGEST = 600.0
"""Seconds after which a process is ended: then something hangs."""


class MeasurementError(Exception):
    """A process did not do what is measured, so that its figures mean nothing: one sentence."""


@dataclass(frozen=True)
class Cost:
    """Of a process and all it started and waited for.

    ``wall`` and ``cpu`` are seconds; ``memory`` is the peak of the largest single process, in MiB; ``calls`` are what
    the service counted meanwhile, by endpoint.
    """

    wall: float
    cpu: float
    memory: float
    calls: Mapping[str, int] = field(default_factory=dict)

    @property
    def tokens(self) -> int:
        return self.calls.get("token", 0)

    @property
    def questions(self) -> int:
        return sum(self.calls.get(name, 0) for name in ("status", "config_monitors", "config_monitor", "version"))

    @property
    def kilobytes(self) -> float:
        return self.calls.get("bytes_out", 0) / 1000


def spend(command: Sequence[str], environment: Mapping[str, str], output: Path, longest: float = LONGEST) -> Cost:
    """Run ``command`` with its output in a file, and return what it cost. Raises Broken when it fails or hangs.

    The peak of memory is right only while this process itself is smaller: Linux hands it on to a child at its start.
    """
    with output.open("wb") as file:
        began = time.monotonic()
        running = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=output.parent,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        late = threading.Timer(longest, _end, [running.pid])
        late.start()
        try:
            _pid, status, usage = os.wait4(running.pid, 0)
        except BaseException:
            _end(running.pid)
            raise
        finally:
            late.cancel()
        wall = time.monotonic() - began
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        how = f"did not end within {longest:g} s" if wall >= longest else f"ended with {running.returncode}"
        raise MeasurementError(f"it {how}, and its output with: {_last_lines(output)}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _last_lines(output: Path) -> str:
    lines = output.read_text(encoding="utf-8", errors="replace").split("\n")
    return " | ".join([line.strip() for line in lines if line.strip()][-6:])[-600:] or "nothing"
