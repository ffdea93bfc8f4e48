# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to a simulated machine while tasks run: clocks, power cuts, and what others do to the folder."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence

from .file_system import OWNER, STRANGER
from .machine import Machine
from .service import Service

Disturbance = Callable[[Machine, Service], None]

JUMPS = (-4.0, 4.0, -3600.0, 3600.0, -90000.0, 90000.0)


def step_clock(machine: Machine, service: Service) -> None:
    machine.step_wall(machine.choices.pick(JUMPS))


def set_back(machine: Machine, service: Service) -> None:
    machine.step_wall(machine.choices.pick((-4.0, -16.0)))


def suspend(machine: Machine, service: Service) -> None:
    machine.suspend(machine.choices.pick((4.0, 64.0, 3600.0)))


def cut_power(machine: Machine, service: Service) -> None:
    """End every task that has started. What they wrote is there, in part, empty or not at all."""
    machine.log("machine", "loses power")
    for process in machine.scheduler.processes:
        if process is not machine.scheduler.current and not process.ended and process.name in machine.started:
            machine.crash(process)
    for name in sorted(machine.files.names):
        inode = machine.files.names[name]
        damage = machine.choices.below(4)
        if damage == 3:
            _remove(machine, name)
        elif damage:
            inode.content = inode.content[: len(inode.content) // 2 if damage == 1 else 0]
    machine.reboot()


def revoke(machine: Machine, service: Service) -> None:
    service.revoke_tokens()


def crash_one(machine: Machine, service: Service) -> None:
    running = [
        process for process in machine.scheduler.processes if process.name in machine.started and not process.ended
    ]
    if running:
        machine.crash(machine.choices.pick(running))


def damage_file(machine: Machine, service: Service) -> None:
    """Do something to one file or to all of them, as a backup, a full disk or another user does."""
    machine.is_damaged = True
    names = sorted(machine.files.names)
    if not names:
        return
    names = names if machine.choices.chance(2) else [machine.choices.pick(names)]
    what, work = machine.choices.pick(DAMAGES)
    for name in names:
        if stat.S_ISREG(machine.files.names[name].mode):
            machine.log("machine", f"{name[:6]}: {what}")
            work(machine, name)


def confuse(machine: Machine, service: Service) -> None:
    """Give each record the content of another one, as a restored backup with confused names."""
    machine.is_damaged = True
    machine.log("machine", "the names of the records are exchanged")
    names = sorted(name for name in machine.files.names if len(name) == 32)
    contents = [machine.files.names[name].content for name in names]
    for name, content in zip(names, contents[1:] + contents[:1], strict=True):
        machine.files.names[name].content = content


def _truncate(machine: Machine, name: str) -> None:
    inode = machine.files.names[name]
    inode.content = inode.content[: machine.choices.below(len(inode.content) + 1)]


def _alter(machine: Machine, name: str) -> None:
    inode = machine.files.names[name]
    if inode.content:
        place = machine.choices.below(len(inode.content))
        changed = bytes([inode.content[place] ^ 1])
        inode.content = inode.content[:place] + changed + inode.content[place + 1 :]


def _replace(mode: int, owner: int) -> Callable[[Machine, str], None]:
    def work(machine: Machine, name: str) -> None:
        content = machine.files.names[name].content
        _remove(machine, name)
        machine.files.create(name, mode, owner, machine.wall, content)

    return work


def _remove(machine: Machine, name: str) -> None:
    if not stat.S_ISDIR(machine.files.names[name].mode):
        machine.files.unlink(name)


def _age(machine: Machine, name: str) -> None:
    machine.files.names[name].mtime -= 90000.0


DAMAGES: Sequence[tuple[str, Callable[[Machine, str], None]]] = (
    ("removed", _remove),
    ("truncated", _truncate),
    ("altered", _alter),
    ("replaced by another user", _replace(0o644, STRANGER)),
    ("replaced by another user, unreadable", _replace(0o600, STRANGER)),
    ("made readable", _replace(0o644, OWNER)),
    ("replaced with a link", _replace(stat.S_IFLNK | 0o777, STRANGER)),
    ("replaced with a pipe", _replace(stat.S_IFIFO | 0o600, OWNER)),
    ("replaced with a folder", _replace(stat.S_IFDIR | 0o700, OWNER)),
    ("linked from elsewhere", lambda machine, name: machine.files.add_link(name)),
    ("given a time of yesterday", _age),
)


def private(machine: Machine) -> bool:
    return True


def _folder(mode: int, owner: int, exists: bool = True) -> Callable[[Machine], bool]:
    def work(machine: Machine) -> bool:
        machine.files.exists = exists
        machine.files.inode.mode, machine.files.inode.owner = mode, owner
        return False

    return work


FOLDERS: Sequence[Callable[[Machine], bool]] = (
    _folder(stat.S_IFDIR | 0o755, OWNER),
    _folder(stat.S_IFDIR | 0o770, OWNER),
    _folder(stat.S_IFDIR | 0o700, STRANGER),
    _folder(stat.S_IFDIR | 0o777, STRANGER),
    _folder(stat.S_IFLNK | 0o777, STRANGER),
    _folder(stat.S_IFREG | 0o600, OWNER),
)
"""Put a folder there that the cache must not use; they return that it is not private."""
