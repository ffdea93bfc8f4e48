# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System calls on the files of reports, each of which can fail, and before and after each of which a process can end.

The files are real ones in a folder of the run. Assumes that a rename is atomic, that a file that was renamed without
fsync may be empty after a power cut, that a lock of ``flock`` belongs to the open file, and that the system closes the
files of a process that ends.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest import mock

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect import store
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import files, folder_lock, json_report

from ..choices import Choices
from ..processes import Process, Scheduler

NO_SPACE = ("open", "fsync", "replace")
"""Calls that fail on a full disk."""


class FilesModel:
    """Replaces the module ``os`` in the modules that read and write reports. One of ``one_in`` calls fails."""

    def __init__(self, scheduler: Scheduler, choices: Choices, one_in: int, log: Callable[[str], None]) -> None:
        self._scheduler = scheduler
        self._choices = choices
        self._one_in = one_in
        self.log = log
        self.on_replace: Callable[[], None] = lambda: None
        self._opened: dict[Process, set[int]] = {}
        self._written: dict[int, str] = {}
        self._synced: set[str] = set()
        self.volatile: set[str] = set()
        """The files that a power cut would leave empty."""
        self._numbers = count()

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def open(self, path: str, flags: int, mode: int = 0o777) -> int:
        descriptor: int = self._call("open", lambda: os.open(path, flags, mode))
        process = self._scheduler.current
        if process is not None:
            if process not in self._opened:
                self._opened[process] = set()
                process.at_end.append(lambda: self._close_all(process))
            self._opened[process].add(descriptor)
        if flags & os.O_CREAT:
            self._written[descriptor] = path
        return descriptor

    def close(self, descriptor: int) -> None:
        self._call("close", lambda: None)
        self._forget(descriptor)
        os.close(descriptor)

    def fdopen(self, descriptor: int, mode: str) -> Any:
        self._forget(descriptor)
        return os.fdopen(descriptor, mode)

    def open_file(self, descriptor: int, mode: str) -> Any:
        """Replace the builtin ``open`` where it takes over a descriptor."""
        self._forget(descriptor)
        return open(descriptor, mode)

    def fsync(self, descriptor: int) -> None:
        self._call("fsync", lambda: None)
        if descriptor in self._written:
            self._synced.add(self._written[descriptor])

    def replace(self, source: str, target: str) -> None:
        self._call("replace", lambda: self._replace(source, target))

    def _replace(self, source: str, target: str) -> None:
        os.replace(source, target)
        self.volatile.discard(target)
        if source not in self._synced:
            self.volatile.add(target)
        self._synced.discard(source)
        self.on_replace()

    def unlink(self, path: str) -> None:
        self._call("unlink", lambda: os.unlink(path))

    def lstat(self, path: str) -> os.stat_result:
        found: os.stat_result = self._call("lstat", lambda: os.lstat(path))
        return found

    def flock(self, descriptor: int, how: int) -> None:
        self._call("flock", lambda: fcntl.flock(descriptor, how))

    def token_hex(self, _size: int) -> str:
        return f"{next(self._numbers):016x}"

    def cut_power(self, path: str) -> None:
        """Leave of the file at ``path`` what is certain to be on the disk."""
        if path in self.volatile:
            os.truncate(path, 0)

    def _call(self, name: str, work: Callable[[], Any]) -> Any:
        process = self._scheduler.current
        if process is None:
            return work()
        self._scheduler.pause()
        self.log(f"    {process.name}: {name}")
        fault = self._one_in and self._choices.chance(self._one_in)
        kind = self._choices.below(3) if fault else 0
        if fault:
            self.log(f"    {process.name}: {name} {('killed before', 'no space', 'killed after')[kind]}")
        if fault and kind == 0:
            self._scheduler.kill(process)
        if fault and kind == 1 and name in NO_SPACE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        result = work()
        if fault and kind == 2:
            if name == "open":
                os.close(result)
            self._scheduler.kill(process)
        return result

    def _forget(self, descriptor: int) -> None:
        for opened in self._opened.values():
            opened.discard(descriptor)

    def _close_all(self, process: Process) -> None:
        for descriptor in self._opened.pop(process, set()):
            os.close(descriptor)


@contextmanager
def replaced(model: FilesModel, scheduler: Scheduler) -> Iterator[None]:
    """Let the modules that read and write reports use ``model``, and the clock of ``scheduler`` for locks."""
    clock = SimpleNamespace(monotonic=lambda: scheduler.now, sleep=scheduler.sleep)
    locks = SimpleNamespace(flock=model.flock, LOCK_EX=fcntl.LOCK_EX, LOCK_NB=fcntl.LOCK_NB)
    with ExitStack() as patches:
        for module in (store, files, folder_lock, json_report):
            patches.enter_context(mock.patch.object(module, "os", model))
        patches.enter_context(mock.patch.object(files, "secrets", model))
        patches.enter_context(mock.patch.object(files, "open", model.open_file, create=True))
        patches.enter_context(mock.patch.object(folder_lock, "time", clock))
        patches.enter_context(mock.patch.object(folder_lock, "fcntl", locks))
        yield
