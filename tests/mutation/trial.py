# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the tests notice a mistake: each is tried in a process forked from one that has read all libraries."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import math
import os
import resource
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import hypothesis  # noqa: F401
import pytest
import requests  # noqa: F401

KILLED, TIMED_OUT, SURVIVED = "killed", "timed out", "survived"

SLOWER = 5
"""How many times the processor time of the unmutated program is a hang."""
LEAST_SECONDS = 5
WAITING = 60
"""How many times that limit ends a trial that waits: long, as a busy machine must not look like a hang."""
MOST_MEMORY = 4 << 30
NOT_NEEDED = ("cacheprovider", "faulthandler", "junitxml", "logging", "threadexception", "unraisableexception")
QUICKLY = ["-x", "-q", "--tb=line", "--assert=plain", *(f"-pno:{plugin}" for plugin in NOT_NEEDED)]


class TrialError(Exception):
    """The tests could not be run, with a sentence that says so."""


@dataclass(frozen=True)
class Trial:
    """What is run: one of the groups in ``tests`` after the other, for the module ``name``, read from ``source``."""

    name: str
    source: Path
    tests: Sequence[Sequence[Path]]


class Mistaken(importlib.abc.MetaPathFinder, importlib.abc.SourceLoader):
    """Imports one module with other code than its file holds."""

    def __init__(self, trial: Trial, code: str) -> None:
        self._trial = trial
        self._code = code

    def find_spec(
        self, fullname: str, path: object, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._trial.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._trial.source, loader=self)

    def get_filename(self, fullname: str) -> str:
        return str(self._trial.source)

    def get_data(self, path: str | bytes) -> bytes:
        return self._code.encode("utf-8")


def seconds_unmutated(trial: Trial, folder: Path) -> float:
    """Return the processor time that the tests take. Raises TrialError when they do not pass as they are."""
    output = folder / "output"
    pid = _start(trial, trial.source.read_text(encoding="utf-8"), folder, None, output)
    _, status, usage = os.wait4(pid, 0)
    if status:
        told = output.read_text(encoding="utf-8", errors="replace")
        raise TrialError(f"the tests of {trial.source.stem} do not pass as they are: mend that first\n{told}")
    return usage.ru_utime + usage.ru_stime


def outcomes(trial: Trial, codes: Iterable[str], folder: Path, jobs: int) -> Iterator[str]:
    """Yield what became of each of ``codes``, in their order, with ``jobs`` of them tried at a time in ``folder``."""
    limit = max(LEAST_SECONDS, math.ceil(SLOWER * seconds_unmutated(trial, folder)))
    running: dict[int, int] = {}
    done: dict[int, str] = {}
    given = 0
    for number, code in enumerate(codes):
        if len(running) == jobs:
            _await(running, done, folder)
        running[_start(trial, code, folder, limit)] = number
        while given in done:
            yield done.pop(given)
            given += 1
    while running:
        _await(running, done, folder)
    yield from (done[number] for number in sorted(done))


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
    raise TrialError(f"pytest ended with {code}, which is no verdict on a mutant: run its tests by hand")


def _start(trial: Trial, code: str, folder: Path, limit: int | None, output: Path = Path(os.devnull)) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        status = _run(trial, code, folder, limit, output)
    finally:
        os._exit(status)


def _run(trial: Trial, code: str, folder: Path, limit: int | None, output: Path) -> int:
    told = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(told, stream)
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        with contextlib.suppress(OSError, ValueError):  # macOS has no such limit.
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(WAITING * limit)
    sys.meta_path.insert(0, Mistaken(trial, code))
    options = [*QUICKLY, f"--basetemp={folder / str(os.getpid())}"]
    for group in trial.tests:
        status = int(pytest.main([*options, *map(str, group)]))
        if status != pytest.ExitCode.OK:
            return status
    return int(pytest.ExitCode.OK)
