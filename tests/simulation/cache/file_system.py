# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of one folder on a POSIX file system, without processes, faults or time of its own.

It assumes: rename replaces a name in one step; an inode lives as long as a name or a descriptor leads to it, and its
number is used again afterwards; a lock of ``flock`` belongs to the open file description; the time of a file is that of
the wall clock in steps of 4 ms; what was not fsynced may be missing, whole or in part, after a power cut.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import NamedTuple

OWNER, STRANGER = 1000, 1001
TICK = 1 / 256


class Status(NamedTuple):
    """The fields of a stat result that the product uses."""

    st_ino: int
    st_mode: int
    st_uid: int
    st_nlink: int
    st_size: int
    st_mtime_ns: int

    @property
    def st_mtime(self) -> float:
        return self.st_mtime_ns / 1e9


class Inode:
    """A file, pipe, link or folder. ``locked_by`` is the open file description that has its lock."""

    def __init__(self, number: int, mode: int, owner: int, mtime: float) -> None:
        self.number, self.mode, self.owner, self.mtime = number, mode, owner, mtime
        self.content = b""
        self.links = 0
        self.opened = 0
        self.locked_by: Description | None = None

    def status(self) -> Status:
        ticks = int(self.mtime / TICK) * int(TICK * 1e9)
        return Status(self.number, self.mode, self.owner, self.links, len(self.content), ticks)


class Description:
    """An open file description."""

    def __init__(self, inode: Inode, name: str, writable: bool) -> None:
        self.inode, self.name, self.writable = inode, name, writable


class FileSystem:
    """The folder ``inode`` with ``names`` of files in it."""

    def __init__(self) -> None:
        self.inode = Inode(2, stat.S_IFDIR | 0o700, OWNER, 0.0)
        self.exists = False
        self.names: dict[str, Inode] = {}
        self._numbers: dict[int, Inode] = {}

    def create(self, name: str, mode: int, owner: int, mtime: float, content: bytes = b"") -> Inode:
        """Put a new file of any kind in the place of ``name``."""
        inode = Inode(self._free_number(), mode if stat.S_IFMT(mode) else stat.S_IFREG | mode, owner, mtime)
        inode.content = content
        self._numbers[inode.number] = inode
        self._link(name, inode)
        return inode

    def open(self, name: str, flags: int, mode: int, mtime: float) -> Description:
        inode = self.names.get(name)
        if inode is None:
            if not flags & os.O_CREAT:
                raise failure(errno.ENOENT)
            inode = self.create(name, mode, OWNER, mtime)
        elif flags & os.O_EXCL:
            raise failure(errno.EEXIST)
        if stat.S_ISLNK(inode.mode) and flags & os.O_NOFOLLOW:
            raise failure(errno.ELOOP)
        writable = bool(flags & (os.O_WRONLY | os.O_RDWR))
        if stat.S_ISDIR(inode.mode) and writable:
            raise failure(errno.EISDIR)
        if inode.owner != OWNER and (not inode.mode & 0o004 or writable):
            raise failure(errno.EACCES)
        if flags & os.O_TRUNC:
            inode.content, inode.mtime = b"", mtime
        inode.opened += 1
        return Description(inode, name, writable)

    def close(self, description: Description) -> None:
        inode = description.inode
        inode.opened -= 1
        if inode.locked_by is description:
            inode.locked_by = None
        self._forget(inode)

    def lock(self, description: Description) -> None:
        """Take the lock without waiting."""
        holder = description.inode.locked_by
        if holder is not None and holder is not description:
            raise failure(errno.EWOULDBLOCK)
        description.inode.locked_by = description

    def rename(self, old: str, new: str) -> None:
        inode = self._inode(old)
        if new in self.names and stat.S_ISDIR(self.names[new].mode):
            raise failure(errno.EISDIR)
        del self.names[old]
        inode.links -= 1
        self._link(new, inode)

    def unlink(self, name: str) -> None:
        inode = self._inode(name)
        if stat.S_ISDIR(inode.mode):
            raise failure(errno.EISDIR)
        del self.names[name]
        inode.links -= 1
        self._forget(inode)

    def status(self, name: str) -> Status:
        return self._inode(name).status()

    def add_link(self, name: str) -> None:
        """Give the file a second name, outside of the folder."""
        self._inode(name).links += 1

    def _link(self, name: str, inode: Inode) -> None:
        previous = self.names.get(name)
        self.names[name] = inode
        inode.links += 1
        if previous is not None:
            previous.links -= 1
            self._forget(previous)

    def _inode(self, name: str) -> Inode:
        if name not in self.names:
            raise failure(errno.ENOENT)
        return self.names[name]

    def _forget(self, inode: Inode) -> None:
        if inode.links == 0 and inode.opened == 0:
            self._numbers.pop(inode.number, None)

    def _free_number(self) -> int:
        return next(number for number in range(11, 10**6) if number not in self._numbers)


def failure(code: int) -> OSError:
    return OSError(code, os.strerror(code))
