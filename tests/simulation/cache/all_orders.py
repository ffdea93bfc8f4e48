# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache under two tasks, in every order of their system calls, with at most one disturbance at every place.

A run ends where it reaches a state to which other choices led before: the same results of all system calls of each
task, files, locks and time. What follows from that state is tried there.
"""

from __future__ import annotations

import errno
import hashlib
from typing import Any, NamedTuple

from ..choices import Choices
from ..exploration import Watch
from . import disturbances
from .disturbances import Disturbance
from .file_system import Inode
from .machine import Hazards, Machine
from .random_tasks import MAIN
from .runs import Conditions, run_tasks
from .service import Behaviour
from .tasks import GATE, LOOKUP, STATUS, WEB, Plan, World

NEXT_DAY = 90000.0
ONE = Plan("one", MAIN, (STATUS,), timeout=8)
TWO = ONE._replace(name="two")
EARLY = ONE._replace(name="early")
LATENCY = Behaviour((0.25,))
EVERY_CALL = tuple(
    (call, errno.EIO)
    for call in ("mkdir", "create", "open", "read", "write", "rename", "stat", "fstat", "listdir", "close")
)


class Scenario(NamedTuple):
    """Tasks and what they may meet, once; ``event`` happens at one of the times ``event_times``."""

    name: str
    plans: tuple[Plan, ...]
    conditions: Conditions = Conditions(behaviour=LATENCY)
    event: Disturbance | None = None
    event_times: tuple[float, ...] = (0.0,)


def _without_tokens(*plans: Plan, begin: float = 0.0, **others: object) -> tuple[Plan, ...]:
    return tuple(plan._replace(token_cache=False, begin=begin, **others) for plan in plans)


def _disturbed(hazards: Hazards, quiet: bool = False) -> Conditions:
    return Conditions(hazards, LATENCY, calm=False, quiet=quiet)


PAIR = _without_tokens(ONE, TWO)
DAY_BEFORE = _without_tokens(EARLY)
LOOKUPS = (*_without_tokens(ONE, begin=1.0, kind=LOOKUP), *_without_tokens(TWO, begin=17.0, kind=LOOKUP))
RENEWAL = (
    LOOKUPS[0],
    *_without_tokens(ONE._replace(name="fresh"), begin=6.0, max_age=4),
    *_without_tokens(TWO, begin=8.0, kind=LOOKUP),
)
REMOVAL = (
    *_without_tokens(ONE._replace(name="other", questions=(WEB,)), begin=NEXT_DAY - 0.5),
    *_without_tokens(ONE, begin=NEXT_DAY),
    *_without_tokens(TWO, begin=NEXT_DAY + 0.03125),
)
"""A task removes old files, among them a lock file that another one opens at the same time; a third one comes later."""

ANY_CLOCK = _disturbed(Hazards())

SCENARIOS = (
    Scenario("a lock file that is removed", (*DAY_BEFORE, *REMOVAL)),
    Scenario("one question", PAIR),
    Scenario("one token", tuple(plan._replace(kind=GATE) for plan in (ONE, TWO))),
    Scenario("a response that expires", (*DAY_BEFORE, *_without_tokens(ONE, TWO, begin=16.5))),
    Scenario("a full disk", PAIR, _disturbed(Hazards(fault=2, max_faults=1, faults=(("write", errno.ENOSPC),)))),
    Scenario("a crash", PAIR, _disturbed(Hazards(crash=2, crashes=1), quiet=True)),
    Scenario("files of the day before", (EARLY, ONE._replace(begin=NEXT_DAY), TWO._replace(begin=NEXT_DAY))),
    Scenario("a newer response", (*DAY_BEFORE, *RENEWAL)),
    Scenario("a stopped lookup", (*DAY_BEFORE, *LOOKUPS), _disturbed(Hazards(stall=2, stalls=1), quiet=True)),
    Scenario("cached results", (*DAY_BEFORE, *_without_tokens(ONE, TWO, begin=1.0, kind=LOOKUP))),
    Scenario("a question and its token", (ONE, TWO)),
    Scenario("a token and two questions", (ONE, TWO._replace(questions=(WEB,)))),
    Scenario("a stopped task", PAIR, _disturbed(Hazards(stall=2, stalls=1), quiet=True)),
    Scenario("a power cut", PAIR, ANY_CLOCK, disturbances.cut_power, (0.0, 0.25)),
    Scenario("no locks", PAIR, _disturbed(Hazards(lock_error=errno.ENOLCK))),
    Scenario("a clock that is set", PAIR, ANY_CLOCK, disturbances.step_clock, (0.0, 0.25, 0.26)),
    Scenario("two accounts", (PAIR[0], PAIR[1]._replace(account=MAIN._replace(client_id="id-two")))),
    Scenario("a damaged file", PAIR, ANY_CLOCK, disturbances.damage_file, (0.0, 0.25, 0.26)),
    Scenario("a call that fails", PAIR, _disturbed(Hazards(fault=2, max_faults=1, faults=EVERY_CALL))),
)


class CacheOrders:
    """Every order of two tasks."""

    name, summary = "cache-orders", "the shared cache: every order of two tasks, with one disturbance at every place"
    exhaustive = True

    def __init__(self, scenarios: tuple[Scenario, ...] = SCENARIOS) -> None:
        self._world: World | None = None
        self._scenarios = scenarios

    def run(self, choices: Choices, watch: Watch) -> None:
        if self._world is None:
            self._world = World("kf_simulated_cache_orders")
        scenario = choices.pick(self._scenarios)
        watch.log(scenario.name)
        events = [(choices.pick(scenario.event_times), scenario.event)] if scenario.event else []
        run_tasks(
            self._world,
            scenario.plans,
            scenario.conditions,
            choices,
            watch,
            events,
            prepare=lambda machine: Reached(scenario.name, machine, choices).attach(),
        )


class Reached:
    """Ends a run in a state that other choices reached before."""

    def __init__(self, scenario: str, machine: Machine, choices: Choices) -> None:
        self._scenario, self._machine, self._choices = scenario, machine, choices
        self._histories: dict[str, bytes] = {}

    def attach(self) -> None:
        count = self._machine.step_hook

        def step(process: str) -> None:
            count(process)
            if not self._choices.is_first_way_to(self._state()):
                self._machine.abandon()

        self._machine.step_hook, self._machine.done_hook = step, self._note

    def _note(self, process: str, result: object) -> None:
        """Add the result of a system call to the history of its process, of which all that it does is a function."""
        seen = f"{self._machine.true_time} {self._machine.wall} {result if is_plain(result) else type(result).__name__}"
        before = self._histories.get(process, b"")
        self._histories[process] = hashlib.blake2b(before + seen.encode(), digest_size=8).digest()

    def _state(self) -> tuple[object, ...]:
        machine = self._machine
        files = [(name, *_describe(inode)) for name, inode in sorted(machine.files.names.items())]
        opened = sorted(
            (owner, held.name, *_describe(held.inode), held.inode.locked_by is held)
            for held, owner in machine.descriptors.values()
        )
        processes = [
            (self._histories.get(process.name), process.ended, process.killed, process.until)
            for process in machine.scheduler.processes
        ]
        counts = machine.crashes, machine.stalls, machine.faults, sorted(machine.stalled.items())
        times = machine.true_time, machine.wall, machine.boot
        return self._scenario, times, counts, files, opened, processes


def _describe(inode: Inode) -> tuple[Any, ...]:
    is_locked = inode.locked_by is not None
    return inode.number, inode.content, inode.mtime, inode.mode, inode.owner, inode.links, is_locked


def is_plain(result: object) -> bool:
    """Return whether the text of ``result`` is the same in each run: not that of an object of the model."""
    return result is None or isinstance(result, (int, float, str, bytes, tuple, list))
