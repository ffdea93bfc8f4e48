# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill a controller in the middle of a task, and see that no process of its play is left: ``MARK COMMAND...``.

The task is in its middle as soon as the file MARK exists, or what COMMAND prints contains it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TIMEOUT = 30.0


def processes_with(text: str) -> list[int]:
    """Return the processes that have ``text`` in their environment, without this one and its parents."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            except OSError:
                continue
            if text.encode() in environment and state not in "ZX":
                found.append(int(entry.name))
    return found


def main(mark: str, command: list[str]) -> int:
    own = f"ENDED_EARLY_RUN={os.getpid()}"
    name, _is, value = own.partition("=")
    controller = subprocess.Popen(
        command, env={**os.environ, name: value}, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert controller.stdout is not None
    for line in controller.stdout:
        if mark in line:
            break
    time.sleep(1.0)
    workers = [found for found in processes_with(own) if found != controller.pid]
    controller.kill()
    controller.wait()
    until = time.monotonic() + TIMEOUT
    while (left := processes_with(own)) and time.monotonic() < until:
        time.sleep(0.1)
    for each in left:
        os.kill(each, signal.SIGKILL)
    print(f"workers={len(workers)} left={len(left)} after={TIMEOUT - (until - time.monotonic()):.1f}")
    return 0 if workers and not left else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
