# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache under two to four tasks, in random orders, with crashes, clocks that are set, and faults of the disk."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..choices import Choices
from ..exploration import Watch
from . import disturbances
from .disturbances import Disturbance
from .machine import Hazards, Machine
from .runs import Conditions, run_tasks
from .service import Account, Behaviour
from .tasks import ALL, GATE, HOUR, INFO, LOOKUP, MAIL, STATUS, WEB, Plan, World

MAIN = Account("https://one.example", "id-one", "secret-one")
ACCOUNTS = (
    *(MAIN,) * 5,
    MAIN._replace(client_id="id-two"),
    MAIN._replace(api_url="https://two.example"),
    MAIN._replace(secret="secret-two"),
    MAIN._replace(verified=False),
)
QUESTIONS = (STATUS, STATUS, STATUS, WEB, ALL, HOUR, MAIL)
KINDS = (INFO, INFO, LOOKUP, LOOKUP, GATE)

MAX_AGES = (16, 4, 64, 0)

SECOND_WAVES = (0.0, 1.0, 16.0, 16.5, 17.0, 18.0, 24.0, 90.0, 91.0, 101.0, *(90000.0,) * 4)
"""Seconds after which the second half of the tasks begins: around the lifetimes, and on the next day."""

DISK_FAULTS = (
    *(("mkdir", code) for code in (errno.EACCES, errno.EROFS)),
    *(("create", code) for code in (errno.ENOSPC, errno.EACCES, errno.EDQUOT, errno.EMFILE)),
    *(("write", code) for code in (errno.ENOSPC, errno.EIO)),
    *(("rename", code) for code in (errno.EIO, errno.ENOSPC, errno.EACCES)),
    *((name, errno.EIO) for name in ("open", "read", "stat", "fstat", "listdir", "close")),
    ("unlink", errno.EACCES),
)
LOCK_ERRORS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.EINTR, errno.EWOULDBLOCK, errno.ESTALE)

FAST, SLOW = (0.25, 0.125, 0.5), (0.25, 1.5, 3.0, 20.0)


class Habits(NamedTuple):
    """Of what the tasks of a run choose: often they are alike, as those of many hosts are."""

    accounts: tuple[Account, ...]
    questions: tuple[str, ...]
    kinds: tuple[str, ...]
    max_ages: tuple[int, ...]


class Mode(NamedTuple):
    """A kind of run: what it may meet. ``calm`` and ``quiet`` as in Judge."""

    hazards: Callable[[Choices], Hazards]
    events: Sequence[Disturbance] = ()
    calm: bool = False
    quiet: bool = False
    latencies: tuple[float, ...] = FAST
    timeouts: tuple[int, ...] = (16, 32)
    kinds: tuple[tuple[str, ...], ...] = ((INFO,), (INFO, LOOKUP), KINDS)
    questions: tuple[tuple[str, ...], ...] = ((STATUS,), (STATUS,), QUESTIONS)
    folders: Sequence[Callable[[Machine], bool]] = (disturbances.private,)


def no_hazards(choices: Choices) -> Hazards:
    return Hazards()


def disk_faults(choices: Choices) -> Hazards:
    faults = tuple({choices.pick(DISK_FAULTS) for _number in range(choices.below(3) + 1)})
    return Hazards(fault=choices.pick((2, 1, 8)), faults=tuple(sorted(faults)), short_writes=choices.chance(2))


def lock_faults(choices: Choices) -> Hazards:
    if choices.chance(4):
        return Hazards(inodes_differ=True)
    code = choices.pick(LOCK_ERRORS)
    return Hazards(fault=2, faults=(("lock", code),)) if choices.chance(3) else Hazards(lock_error=code)


def every_hazard(choices: Choices) -> Hazards:
    disk = disk_faults(choices)
    return disk._replace(crash=60, crashes=2, stall=100, fault=20, boot_clock=not choices.chance(4))


CLOCKS = (disturbances.step_clock, disturbances.suspend, disturbances.cut_power)
DAMAGE = (disturbances.damage_file,)

MODES = (
    Mode(no_hazards, calm=True, quiet=True),
    Mode(no_hazards, (disturbances.revoke,), calm=True, quiet=True),
    Mode(no_hazards, (disturbances.revoke,), calm=True, quiet=True, kinds=((GATE,), (GATE, INFO))),
    Mode(lambda choices: Hazards(crash=30, crashes=2, short_writes=True), (disturbances.crash_one,), quiet=True),
    Mode(lambda choices: Hazards(stall=30), quiet=True, timeouts=(4, 8)),
    Mode(lambda choices: Hazards(stall=20, stalls=1), quiet=True, kinds=((LOOKUP,),)),
    Mode(no_hazards, quiet=True, latencies=SLOW, timeouts=(4, 8)),
    Mode(lambda choices: Hazards(boot_clock=not choices.chance(4)), CLOCKS),
    Mode(no_hazards, (disturbances.set_back,)),
    Mode(no_hazards, (disturbances.cut_power,)),
    Mode(no_hazards, DAMAGE),
    Mode(no_hazards, DAMAGE),
    Mode(no_hazards, (disturbances.confuse,), questions=((STATUS, HOUR), (WEB, MAIL))),
    Mode(disk_faults),
    Mode(lock_faults),
    Mode(no_hazards, folders=disturbances.FOLDERS),
    Mode(every_hazard, (*CLOCKS, *DAMAGE, disturbances.revoke, disturbances.crash_one)),
)


class CacheTasks:
    """Random orders of up to four tasks."""

    name, summary = "cache", "the shared cache: tasks, crashes, clocks, locks and disks in random orders"
    exhaustive = False

    def __init__(self) -> None:
        self._world: World | None = None

    def run(self, choices: Choices, watch: Watch) -> None:
        if self._world is None:
            self._world = World("kf_simulated_cache")
        mode = choices.pick(MODES)
        failures = choices.pick((0, 0, 5))
        wave = choices.pick(SECOND_WAVES)
        count = choices.below(3) + 2
        habits = Habits(
            choices.pick(((MAIN,), (MAIN,), ACCOUNTS)),
            choices.pick(mode.questions),
            choices.pick(mode.kinds),
            choices.pick(((16,), (16,), MAX_AGES)),
        )
        plans = [_plan(number, choices, mode, wave, habits) for number in range(count)]
        times = [
            choices.pick((0.0, wave)) + choices.pick((0.5, 1.0, 1.5, 2.0, 8.0, 17.0))
            for _number in _few(mode.events, choices)
        ]
        events = [(event_time, choices.pick(mode.events)) for event_time in times]
        hazards = mode.hazards(choices)._replace(turns=choices.pick((3, 12)))
        conditions = Conditions(hazards, Behaviour(mode.latencies, failures), mode.calm, mode.quiet)
        run_tasks(self._world, plans, conditions, choices, watch, events, choices.pick(mode.folders))


def _few(events: Sequence[Disturbance], choices: Choices) -> range:
    return range(choices.pick((0, 1, 2, 4)) if events else 0)


def _plan(number: int, choices: Choices, mode: Mode, wave: float, habits: Habits) -> Plan:
    return Plan(
        f"task{number}",
        choices.pick(habits.accounts),
        tuple(choices.pick(habits.questions) for _number in range(choices.pick((1, 2)))),
        choices.pick(habits.kinds),
        begin=choices.pick((wave, wave, 0.0) if number else (0.0, 0.0, wave)) + choices.pick((0.0, 0.0, 0.25, 2.0)),
        pause=choices.pick((0.0, 16.0, 101.0)),
        max_age=choices.pick(habits.max_ages),
        timeout=choices.pick(mode.timeouts),
        token_cache=not choices.chance(8),
    )
