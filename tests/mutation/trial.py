# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the tests notice a mistake: each is tried in a process forked from one that has read all libraries."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import hypothesis  # noqa: F401  # pylint: disable=unused-import
import pytest
import requests  # noqa: F401  # pylint: disable=unused-import
from forked import TrialError, start

NOT_NEEDED = ("cacheprovider", "faulthandler", "junitxml", "logging", "threadexception", "unraisableexception")
QUICKLY = ["-x", "-q", "--tb=line", "--assert=plain", *(f"-pno:{plugin}" for plugin in NOT_NEEDED)]


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


def try_wholly(trial: Trial, code: str) -> int:
    """Import the module with ``code`` and run its tests; return pytest's word for what came of it."""
    sys.meta_path.insert(0, Mistaken(trial, code))
    for group in trial.tests:
        status = pytest.main([*QUICKLY, *map(str, group)])
        if status != pytest.ExitCode.OK:
            return int(status)
    return int(pytest.ExitCode.OK)


def seconds_unmutated(trial: Trial, folder: Path) -> float:
    """Return the processor time that the tests take. Raises TrialError when they do not pass as they are."""
    output = folder / "output"
    source = trial.source.read_text(encoding="utf-8")
    pid = start(lambda: try_wholly(trial, source), folder, None, output)
    status, usage = os.wait4(pid, 0)[1:]
    if status:
        log = output.read_text(encoding="utf-8", errors="replace")
        raise TrialError(f"the tests of {trial.source.stem} do not pass as they are: mend that first\n{log}")
    return usage.ru_utime + usage.ru_stime
