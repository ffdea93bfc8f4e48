# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated machine: its clocks, its processes, and what may go wrong at each of their system calls."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from ..choices import Choices
from ..exploration import Watch
from ..processes import Killed, Process, Scheduler
from .file_system import Description, FileSystem, failure

T = TypeVar("T")

EPOCH = float(2**30)
"""The wall clock at the start of a run. Its fractions are exact, as those of all times that a run chooses are."""

BOOTED_BEFORE = 2.0
"""Seconds. So a run reaches a time since the boot that was before a reboot, too."""

MAX_CALLS = 20_000
"""System calls of one run, several times as many as any run of a product that is right makes."""

CLOSE = "close"
"""A system call that has its effect even if it fails."""

STALL = (8.0, 1.0, 64.0)


class Hazards(NamedTuple):
    """What may happen in a run: once in so many system calls, 0 for never; ``faults`` are errors by system call.

    ``turns``: another process may go on before one in so many system calls only, which is faster; 0 for all of them.
    """

    crash: int = 0
    crashes: int = 1
    stall: int = 0
    stalls: int = 1000
    fault: int = 0
    max_faults: int = 1000
    faults: tuple[tuple[str, int], ...] = ()
    lock_error: int | None = None
    inodes_differ: bool = False
    boot_clock: bool = True
    short_writes: bool = False
    turns: int = 0


class Machine:
    """The only way from the product to the world. ``true_time`` goes on whatever the clocks of the machine do."""

    def __init__(self, choices: Choices, watch: Watch, hazards: Hazards) -> None:
        self.choices, self.watch, self.hazards = choices, watch, hazards
        self.scheduler = Scheduler(choices)
        self.files = FileSystem()
        self.violations: list[str] = []
        self.descriptors: dict[int, tuple[Description, str]] = {}
        self.stalled: dict[str, float] = {}
        self.faults = 0
        self.crashes = self.stalls = 0
        self.abandoned = self.is_damaged = False
        self.started: set[str] = set()
        self.step_hook: Callable[[str], None] = lambda process: None
        self.done_hook: Callable[[str, object], None] = lambda process, result: None
        self.wall_changes: list[float] = []
        self.boot_changes: list[float] = []
        self.suspended = 0.0
        self._wall_offset = 0.0
        self._booted = -BOOTED_BEFORE
        self._next_descriptor = 3
        self._random = self._calls = 0

    @property
    def true_time(self) -> float:
        return self.scheduler.now + self.suspended

    @property
    def wall(self) -> float:
        return EPOCH + self.true_time + self._wall_offset

    @property
    def boot(self) -> float:
        """Seconds since the boot; without a boot clock, those in which the machine was not suspended."""
        return (self.true_time if self.hazards.boot_clock else self.scheduler.now) - self._booted

    @property
    def locks_are_busy(self) -> bool:
        """Whether something else than a task of the run may have a lock."""
        busy = (errno.EINTR, errno.EWOULDBLOCK)
        return self.hazards.lock_error in busy or any(code in busy for _name, code in self.hazards.faults)

    @property
    def may_leave_files(self) -> bool:
        """Whether unfinished files may be left: a task crashed, or files cannot be removed."""
        return self.crashes > 0 or self.is_damaged or any(name == "unlink" for name, _code in self.hazards.faults)

    def step_wall(self, seconds: float) -> None:
        self._wall_offset += seconds
        self.wall_changes.append(self.true_time)
        self.log("machine", f"the wall clock is set by {seconds:+g} s")

    def suspend(self, seconds: float) -> None:
        self.suspended += seconds
        if not self.hazards.boot_clock:
            self.boot_changes.append(self.true_time)
        self.log("machine", f"suspended for {seconds:g} s")

    def reboot(self) -> None:
        self._booted = self.true_time if self.hazards.boot_clock else self.scheduler.now
        self.boot_changes.append(self.true_time)
        self.log("machine", "rebooted")

    def start(self, name: str, function: Callable[[], object]) -> Process:
        process = self.scheduler.start(name, function)
        process.at_end.append(lambda: self._close_all(name))
        return process

    def current(self) -> str:
        process = self.scheduler.current
        assert process is not None, "a system call without a process"
        if process.killed:
            raise Killed
        return process.name

    def call(self, name: str, label: str, work: Callable[[], T]) -> T:
        """Do ``work``, the system call ``name``, in the current process, after whatever happens in between."""
        process = self.current()
        self._count()
        self.step_hook(process)
        if not self.hazards.turns or self.choices.chance(self.hazards.turns):
            self.scheduler.pause()
        self._disturb(process)
        try:
            if name != CLOSE:
                self._fail(name)
            result = work()
            if name == CLOSE:
                self._fail(name)
        except OSError as error:
            self.log(process, f"{label}: {error.strerror}")
            self.done_hook(process, error.errno)
            raise
        self.log(process, label)
        self.done_hook(process, result)
        return result

    def sleep(self, seconds: float) -> None:
        process = self.current()
        self._count()
        self.log(process, f"sleeps {seconds:.4g} s")
        self.scheduler.sleep(seconds)
        self.done_hook(process, None)

    def open(self, description: Description) -> int:
        descriptor = self._next_descriptor
        self._next_descriptor += 1
        self.descriptors[descriptor] = description, self.current()
        return descriptor

    def description(self, descriptor: int) -> Description:
        if descriptor not in self.descriptors:
            self.violate("a descriptor is used after it was closed")
            raise failure(errno.EBADF)
        return self.descriptors[descriptor][0]

    def close(self, descriptor: int) -> None:
        self.files.close(self.description(descriptor))
        del self.descriptors[descriptor]

    def random_text(self) -> str:
        self._random += 1
        return f"{self._random:016x}"

    def crash(self, process: Process) -> None:
        """End the process at once. One that crashes itself does not return."""
        self.crashes += 1
        self.log(process.name, "crashes")
        self.scheduler.kill(process)

    def abandon(self) -> None:
        """End the run without a result. It does not return."""
        self.abandoned = True
        for process in self.scheduler.processes:
            if process is not self.scheduler.current:
                self.scheduler.kill(process)
        assert self.scheduler.current is not None
        self.scheduler.kill(self.scheduler.current)

    def log(self, process: str, line: str) -> None:
        self.watch.log(f"{self.true_time:10.3f} {process:8} {line}")

    def violate(self, sentence: str) -> None:
        """Note what is wrong. It is raised at the end, because the product survives exceptions."""
        self.log("checker", sentence)
        self.violations.append(sentence)

    def _count(self) -> None:
        self._calls += 1
        if self._calls > MAX_CALLS:
            self.violate("the tasks do not end")
            self.abandon()

    def _disturb(self, process: str) -> None:
        hazards = self.hazards
        if hazards.crash and self.crashes < hazards.crashes and self.choices.chance(hazards.crash):
            assert self.scheduler.current is not None
            self.crash(self.scheduler.current)
        if hazards.stall and self.stalls < hazards.stalls and self.choices.chance(hazards.stall):
            seconds = self.choices.pick(STALL)
            self.stalls += 1
            self.log(process, f"is stopped for {seconds:g} s")
            self.stalled[process] = self.stalled.get(process, 0.0) + seconds
            self.scheduler.sleep(seconds)

    def _fail(self, name: str) -> None:
        for failing, code in self.hazards.faults:
            if failing == name and self.faults < self.hazards.max_faults and self.choices.chance(self.hazards.fault):
                self.faults += 1
                raise failure(code)

    def _close_all(self, name: str) -> None:
        for descriptor in [number for number, (_file, owner) in self.descriptors.items() if owner == name]:
            self.close(descriptor)
