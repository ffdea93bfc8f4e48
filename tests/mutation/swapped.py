# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mistakes the tests notice at once, when only the code of functions is swapped after the tests were collected.

That takes a tenth of the time, and what fails is noticed for certain. What does not fail says nothing yet: a value that
was made while the tests were collected is still the right one.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from forked import SURVIVED, TrialError, outcomes, start
from trial import QUICKLY, Trial


def noticed_at_once(trial: Trial, codes: list[str], folder: Path, limit: int, jobs: int) -> dict[str, str]:
    """Return what became of those of ``codes`` that fail."""
    results = folder / "results"
    results.unlink(missing_ok=True)
    collected = Collected(trial, codes, folder, limit, jobs, results)
    options = [*QUICKLY, *(str(path) for group in trial.tests for path in group)]
    output = folder / "output"
    pid = start(lambda: int(pytest.main(options, plugins=[collected])), folder, None, output)
    os.waitpid(pid, 0)
    if not results.is_file():
        log = output.read_text(encoding="utf-8", errors="replace")
        raise TrialError(f"the tests of {trial.source.stem} could not be collected\n{log}")
    found: dict[str, str] = json.loads(results.read_text(encoding="utf-8"))
    return found


class Collected:
    """Has each mistake tried by a fork of the pytest that has collected the tests, instead of running them itself."""

    def __init__(self, trial: Trial, codes: list[str], folder: Path, limit: int, jobs: int, results: Path) -> None:
        self._trial = trial
        self._codes = codes
        self._folder = folder
        self._limit = limit
        self._jobs = jobs
        self._results = results

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        tasks = [lambda code=code: self._try(session, code) for code in self._codes]
        log = outcomes(tasks, self._folder, self._limit, self._jobs)
        found = {code: outcome for code, outcome in zip(self._codes, log, strict=True) if outcome != SURVIVED}
        self._results.write_text(json.dumps(found), encoding="utf-8")
        return True

    def _try(self, session: pytest.Session, code: str) -> int:
        if not swap(self._trial, code):
            return int(pytest.ExitCode.OK)
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return int(pytest.ExitCode.TESTS_FAILED)
        return int(pytest.ExitCode.OK)


def swap(trial: Trial, code: str) -> bool:
    """Give the functions of the module the code that they have in ``code``. Return whether that changed any."""
    module = sys.modules[trial.name]
    mistaken: dict[str, Any] = {"__name__": trial.name, "__package__": module.__package__}
    try:
        exec(compile(code, str(trial.source), "exec"), mistaken)
        new = dict(_functions(mistaken, trial.name))
        changed = [
            (function, new[name])
            for name, function in _functions(vars(module), trial.name)
            if _code_of(function) != _code_of(new[name])
        ]
        for function, other in changed:
            function.__code__, function.__defaults__ = other.__code__, other.__defaults__
    except Exception:  # noqa: BLE001
        return False
    return bool(changed)


def _code_of(function: FunctionType) -> tuple[object, str]:
    return function.__code__, repr(function.__defaults__)


def _functions(namespace: Any, module: str) -> Iterator[tuple[str, FunctionType]]:
    """Yield the functions and methods that ``module`` itself defines, by their full names."""
    for found in namespace.values():
        if isinstance(found, type) and found.__module__ == module:
            yield from _functions(vars(found), module)
            continue
        for part in (found, getattr(found, "__func__", None), getattr(found, "fget", None)):
            if isinstance(part, FunctionType) and part.__module__ == module:
                yield part.__qualname__, part
