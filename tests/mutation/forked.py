# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a program with a mistake, in a process of its own that comes to an end whatever the mistake is."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"

WAITING = 60
"""How many times the limit of processor time ends a trial that waits: a busy machine must not look like a hang."""
MOST_MEMORY = 4 << 30

Task = Callable[[], int]


class TrialError(Exception):
    """The tests could not be run, with a sentence that says so."""


def outcomes(tasks: Iterable[Task], folder: Path, limit: int, jobs: int) -> Iterator[str]:
    """Yield what became of each of ``tasks``, in their order, with ``jobs`` of them tried at a time.

    ``limit`` is in seconds of processor time; ``folder`` is for what the tests write.
    """
    running: dict[int, int] = {}
    done: dict[int, str] = {}
    given = 0
    for number, task in enumerate(tasks):
        if len(running) == jobs:
            _await(running, done, folder)
        running[start(task, folder, limit)] = number
        while given in done:
            yield done.pop(given)
            given += 1
    while running:
        _await(running, done, folder)
    yield from (done[number] for number in sorted(done))


def start(task: Task, folder: Path, limit: int | None, output: Path = Path(os.devnull)) -> int:
    """Run ``task`` in a process of its own and return its number; pytest's word is the status it ends with."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        _confine(folder, limit, output)
        status = task()
    except KeyboardInterrupt:
        status = int(pytest.ExitCode.INTERRUPTED)
    finally:
        os._exit(status)


def _confine(folder: Path, limit: int | None, output: Path) -> None:
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(descriptor, stream)
    own = folder / str(os.getpid())
    own.mkdir()
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(own)
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        with contextlib.suppress(OSError, ValueError):  # macOS has no such limit.
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WAITING * limit)


def _await(running: dict[int, int], done: dict[int, str], folder: Path) -> None:
    pid, status = os.wait()
    shutil.rmtree(folder / str(pid), ignore_errors=True)
    done[running.pop(pid)] = _meaning(status)


def _meaning(status: int) -> str:
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGALRM, signal.SIGKILL) else KILLED
    code = os.WEXITSTATUS(status)
    # A module that cannot be imported interrupts the collection, or is a wrong use of pytest when conftest.py needs it.
    if code in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR):
        return KILLED
    if code == pytest.ExitCode.OK:
        return SURVIVED
    raise TrialError(f"pytest ended with {code}, which is no verdict on a mistake: run its tests by hand")
