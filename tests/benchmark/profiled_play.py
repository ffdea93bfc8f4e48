# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``profiled_play.py FOLDER ARGUMENT...``: ansible-playbook with these arguments, its own time and its workers' kept.

With an empty FOLDER nothing is profiled, but what the workers import is told: Python's -X importtime writes to a
stderr that Ansible closes in them.
"""

from __future__ import annotations

import cProfile
import os
import sys
from pathlib import Path
from typing import Any

from ansible.cli.playbook import main
from ansible.executor.process.worker import WorkerProcess
from ansible.executor.task_executor import TaskExecutor


def keep_stderr() -> None:
    detach = WorkerProcess._detach
    fields = os.dup(2)

    def without_stderr(worker: Any) -> None:
        detach(worker)
        os.dup2(fields, 2)

    WorkerProcess._detach = without_stderr


def profile_workers(own: cProfile.Profile, folder: Path) -> None:
    work = TaskExecutor.run

    # Not the worker's own method: the controller ends it as soon as it has sent its result.
    def profiled(executor: Any) -> Any:
        own.disable()
        profiler = cProfile.Profile()
        try:
            return profiler.runcall(work, executor)
        finally:
            profiler.dump_stats(folder / f"worker-{os.getpid()}")

    TaskExecutor.run = profiled


def play(folder: str) -> None:
    if not folder:
        keep_stderr()
        main()
        return
    own = cProfile.Profile()
    profile_workers(own, Path(folder))
    try:
        own.runcall(main)
    finally:
        own.dump_stats(Path(folder) / "controller")


if __name__ == "__main__":
    sys.argv[1:2], wanted = [], sys.argv[1]
    play(wanted)
