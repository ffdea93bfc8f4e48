# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that run synchronous code one at a time, in an order that the choices of the run decide, in virtual time.

Each process is a thread, and only the one that the scheduler selected runs. It gives way where the model of the system
calls ``pause``, ``sleep`` or ``block``, so that a run depends on nothing but its choices.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from .choices import Choices
from .exploration import Violation


class Killed(BaseException):
    """The process was killed: its system calls have no effect any more."""


class Process:
    """A function that a scheduler runs. ``error`` is what it raised, None if it raised nothing or was killed."""

    def __init__(self, name: str, function: Callable[[], object], leave: Callable[[Process], None]) -> None:
        self.name = name
        self.killed = self.ended = False
        self.error: BaseException | None = None
        self.at_end: list[Callable[[], None]] = []
        """What the system does when the process ends in whatever way, such as the release of its locks."""
        self.ready: Callable[[], bool] | None = None
        self.until: float | None = None
        self.selected = threading.Semaphore(0)
        self._function = function
        self._leave = leave
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def _run(self) -> None:
        self.selected.acquire()
        try:
            if not self.killed:
                self._function()
        except Killed:
            pass
        except BaseException as exc:  # noqa: BLE001 - it is raised where the run ends
            self.error = None if self.killed else exc
        self.ended = True
        for release in self.at_end:
            release()
        self._leave(self)

    def can_run(self, now: float) -> bool:
        if self.ended:
            return False
        if self.until is not None and self.until <= now:
            return True
        return self.ready() if self.ready is not None else self.until is None


class Scheduler:
    """Decides by the choices of a run which process goes on. ``now`` is virtual time in seconds."""

    def __init__(self, choices: Choices, now: float = 0.0) -> None:
        self.now = now
        self.processes: list[Process] = []
        self.current: Process | None = None
        self._choices = choices
        self._main = threading.Semaphore(0)
        self._killers: list[threading.Semaphore] = []
        self._error: BaseException | None = None

    def start(self, name: str, function: Callable[[], object]) -> Process:
        """Add a process, which begins when it is selected."""
        process = Process(name, function, self._leave)
        self.processes.append(process)
        return process

    def run(self) -> None:
        """Run all processes until they have ended.

        Raise what a process raised, and Violation if those that are left wait for each other without an end.
        """
        self._select()
        self._main.acquire()
        for process in self.processes:
            self.kill(process)
        if self._error is not None:
            raise self._error

    def pause(self) -> None:
        """Let another process go on here, if the choices say so. Raise Killed in a process that was killed."""
        self.block(None)

    def sleep(self, seconds: float) -> None:
        self.block(None, self.now + max(0.0, seconds))

    def block(self, ready: Callable[[], bool] | None, until: float | None = None) -> bool:
        """Wait until ``ready()`` or until the virtual time ``until``; return False if the time was over first."""
        process = self.current
        if process is None:
            raise RuntimeError("only a process of the scheduler can wait")
        if process.killed:
            raise Killed
        process.ready, process.until = ready, until
        if self._select() is not process:
            process.selected.acquire()
        process.ready = process.until = None
        if process.killed:
            raise Killed
        return ready is None or ready()

    def kill(self, process: Process) -> None:
        """End ``process`` where it is: its code unwinds without an effect. One that kills itself does not return."""
        if process.ended:
            return
        process.killed = True
        if process is self.current:
            raise Killed
        killer = self.current
        self._killers.append(killer.selected if killer else self._main)
        self.current = process
        process.selected.release()
        self._killers[-1].acquire()
        self._killers.pop()
        self.current = killer

    def _leave(self, process: Process) -> None:
        """Go on after the end of ``process``: with who killed it, or with another process."""
        if process.error is not None:
            self._finish(process.error)
        elif process.killed and self._killers:
            self._killers[-1].release()
        else:
            self._select()

    def _select(self) -> Process | None:
        """Let a process go on and return it. If none can, end the run and return None."""
        previous = self.current
        try:
            following = self._choose()
        except Exception as exc:  # noqa: BLE001 - it is raised where the run ends
            self._finish(exc)
            return None
        self.current = following
        if following is None:
            self._finish(None)
        elif following is not previous:
            following.selected.release()
        return following

    def _choose(self) -> Process | None:
        while True:
            able = [process for process in self.processes if process.can_run(self.now)]
            if able:
                able.sort(key=lambda process: process is not self.current)
                return self._choices.pick(able) if len(able) > 1 else able[0]
            left = [process for process in self.processes if not process.ended]
            if not left:
                return None
            times = [process.until for process in left if process.until is not None]
            if not times:
                names = ", ".join(process.name for process in left)
                raise Violation(f"these processes wait for each other without an end: {names}")
            self.now = min(times)

    def _finish(self, error: BaseException | None) -> None:
        self.current, self._error = None, error
        self._main.release()
