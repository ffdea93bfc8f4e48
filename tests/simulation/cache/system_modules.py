# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules ``os`` and ``fcntl`` of a simulated machine, for the one folder of the cache.

They have only what the product uses, so that nothing else reaches the real system.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable

from .file_system import OWNER, Description, Inode, Status, failure
from .machine import Machine

FOLDER = "/home/deploy/.ansible/knowledgefront"

Current = Callable[[], Machine]


class ModelOs:
    """The functions of ``os`` that the cache uses, for one folder and the files in it."""

    path = os.path
    error = OSError
    stat_result = os.stat_result

    def __init__(self, current: Current) -> None:
        self._machine = current
        for name in dir(os):
            if name.startswith("O_"):
                setattr(self, name, getattr(os, name))

    def geteuid(self) -> int:
        return OWNER

    def makedirs(self, path: str, mode: int = 0o777, exist_ok: bool = False) -> None:
        def work() -> None:
            if not machine.files.exists:
                machine.files.exists = True
                machine.files.inode.mode = stat.S_IFDIR | mode

        machine = self._machine()
        machine.call("mkdir", "creates the folder", work)

    def open(self, path: str, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        machine = self._machine()

        def work() -> Description:
            if dir_fd is not None:
                self._check_folder(dir_fd)
                return self._open(path, flags, mode)
            folder = machine.files.inode
            if not machine.files.exists:
                raise failure(2)
            if stat.S_ISLNK(folder.mode):
                raise failure(40)
            if not stat.S_ISDIR(folder.mode):
                raise failure(20)
            folder.opened += 1
            return Description(folder, path, False)

        created = "create" if flags & os.O_CREAT else "open"
        description = machine.call(created, f"opens {_short(path)}", work)
        return machine.open(description)

    def _open(self, name: str, flags: int, mode: int) -> Description:
        machine = self._machine()
        found = machine.files.names.get(name)
        if found is not None and stat.S_ISFIFO(found.mode) and not flags & os.O_NONBLOCK:
            machine.violate(f"opening {name}, a pipe, waits without an end")
            raise failure(6)
        if found is not None and stat.S_ISLNK(found.mode) and not flags & os.O_NOFOLLOW:
            machine.violate(f"the link {name} is followed")
        is_record = not name.startswith(".") and not name.endswith(".lock")
        if is_record and flags & (os.O_WRONLY | os.O_RDWR):
            machine.violate(f"{name} is written in place, so that others can read a part of it")
        if found is None and flags & os.O_CREAT:
            self._check_created(mode)
        return machine.files.open(name, flags, mode, machine.wall)

    def _check_created(self, mode: int) -> None:
        machine = self._machine()
        folder = machine.files.inode
        if folder.owner != OWNER or folder.mode & 0o077:
            machine.violate("a file is created in a folder that other users can access")
        if mode & 0o077:
            machine.violate("a file is created that other users can access")

    def close(self, descriptor: int) -> None:
        machine = self._machine()
        machine.call(
            "close", f"closes {_short(machine.description(descriptor).name)}", lambda: machine.close(descriptor)
        )

    def fdopen(self, descriptor: int, mode: str) -> ModelFile:
        self._machine().current()
        return ModelFile(self._machine(), descriptor)

    def fstat(self, descriptor: int) -> Status:
        machine = self._machine()
        description = machine.description(descriptor)
        return machine.call("fstat", f"examines open {_short(description.name)}", description.inode.status)

    def stat(self, name: str, *, dir_fd: int, follow_symlinks: bool) -> Status:
        def work() -> Status:
            self._check_folder(dir_fd)
            found = machine.files.status(name)
            if machine.hazards.inodes_differ and name.endswith(".lock"):
                return found._replace(st_ino=found.st_ino + 10**6)
            return found

        machine = self._machine()
        return machine.call("stat", f"examines {_short(name)}", work)

    def replace(self, old: str, new: str, *, src_dir_fd: int, dst_dir_fd: int) -> None:
        machine = self._machine()
        machine.call("rename", f"renames {_short(old)} to {_short(new)}", lambda: machine.files.rename(old, new))

    def unlink(self, name: str, *, dir_fd: int) -> None:
        machine = self._machine()
        machine.call("unlink", f"removes {_short(name)}", lambda: machine.files.unlink(name))

    def listdir(self, descriptor: int) -> list[str]:
        machine = self._machine()
        self._check_folder(descriptor)
        return machine.call("listdir", "lists the folder", lambda: sorted(machine.files.names))

    def _check_folder(self, descriptor: int) -> None:
        machine = self._machine()
        assert machine.description(descriptor).inode is machine.files.inode


class ModelFile:
    """An open file: what was written to it reaches the file system when it is closed, in parts if the run says so."""

    def __init__(self, machine: Machine, descriptor: int) -> None:
        self._machine, self._descriptor = machine, descriptor
        self._unwritten = b""

    def __enter__(self) -> ModelFile:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def read(self, size: int) -> bytes:
        machine = self._machine
        description = machine.description(self._descriptor)

        def work() -> bytes:
            if is_unsafe(description.inode):
                machine.violate(f"{description.name} is read, which another user can have written")
            return description.inode.content[:size]

        return machine.call("read", f"reads {_short(description.name)}", work)

    def write(self, content: bytes) -> int:
        self._unwritten += content
        return len(content)

    def close(self) -> None:
        machine = self._machine
        description = machine.description(self._descriptor)
        size = len(self._unwritten)
        parts = (
            [self._unwritten[: size // 2], self._unwritten[size // 2 :]]
            if machine.hazards.short_writes
            else [self._unwritten]
        )
        self._unwritten = b""
        try:
            for part in parts if size else []:
                machine.call(
                    "write", f"writes {_short(description.name)}", lambda part=part: _append(machine, description, part)
                )
        finally:
            machine.call("close", f"closes {_short(description.name)}", lambda: machine.close(self._descriptor))


class ModelFcntl:
    LOCK_EX, LOCK_NB, LOCK_UN = fcntl.LOCK_EX, fcntl.LOCK_NB, fcntl.LOCK_UN

    def __init__(self, current: Current) -> None:
        self._machine = current

    def flock(self, descriptor: int, operation: int) -> None:
        machine = self._machine()
        description = machine.description(descriptor)

        def work() -> None:
            if machine.hazards.lock_error is not None:
                raise failure(machine.hazards.lock_error)
            if not operation & fcntl.LOCK_NB and description.inode.locked_by not in (None, description):
                machine.violate("waiting for a lock has no end")
            machine.files.lock(description)

        machine.call("lock", f"locks {_short(description.name)}", work)


def is_unsafe(inode: Inode) -> bool:
    """Return whether another user can have written the file."""
    is_private = inode.owner == OWNER and not inode.mode & 0o077
    return not (is_private and stat.S_ISREG(inode.mode) and inode.links <= 1)


def _append(machine: Machine, description: Description, part: bytes) -> None:
    description.inode.content += part
    description.inode.mtime = machine.wall


def _short(name: str) -> str:
    """Return a name of the folder's files that is short enough for a log."""
    if name == FOLDER:
        return "the folder"
    start, point, kind = name.rpartition(".")
    return f"{start[:6]}{point}{kind}" if point and start else name[:6] if not point else f"{kind[:4]}"
