# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules ``os`` and ``fcntl`` and the function ``open`` of the cursor, on a model of a disk.

Every call is a step at which the process may be stopped, another thread may go on, or the disk may fail.
"""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import Callable
from types import SimpleNamespace, TracebackType

from .disk import FOLDER, Disk, Inode

NO_SPACE, BROKEN, SHORT = range(3)
"""How writes fail: no space left, an error of the device, or a write that ends early."""


class DiskFault:
    """A range of the steps of a disk that fail, in one way."""

    def __init__(self, first: int = 0, count: int = 0, kind: int = NO_SPACE) -> None:
        self._steps = range(first, first + count)
        self._kind = kind

    def __contains__(self, step: int) -> bool:
        return step in self._steps

    @property
    def is_short(self) -> bool:
        return self._kind == SHORT

    def error(self) -> OSError:
        number = errno.EIO if self._kind == BROKEN else errno.ENOSPC
        return OSError(number, os.strerror(number))


class ModelOs:
    """The functions of ``os`` that the cursor uses. ``step`` is called before each of them."""

    path = SimpleNamespace(
        dirname=posixpath.dirname,
        join=posixpath.join,
        abspath=posixpath.abspath,
        expanduser=lambda path: path,
        expandvars=lambda path: path,
        isdir=lambda path: path == FOLDER,
    )

    def __init__(self, disk: Disk, step: Callable[[str], None]) -> None:
        self._disk = disk
        self._step = step
        self.fault = DiskFault()
        self.environ: dict[str, str] = {}

    def __getattr__(self, name: str) -> object:
        if name.startswith("O_") or name in ("curdir", "strerror"):
            return getattr(os, name)
        raise AttributeError(f"the model of the disk has no os.{name}")

    def _begin(self, label: str, may_fail: bool = False) -> bool:
        """Begin a step; return whether it must end early."""
        self._step(label)
        self._disk.steps += 1
        if not may_fail or self._disk.steps not in self.fault:
            return False
        self._disk.failed_at = self._disk.steps
        if label == "write" and self.fault.is_short:
            return True
        raise self.fault.error()

    def open(self, path: str, flags: int, mode: int = 0o777) -> int:
        is_lock = bool(flags & os.O_CREAT) and not flags & os.O_EXCL
        self._begin("open", may_fail=bool(flags & os.O_ACCMODE) and not is_lock)
        return self._disk.open(path, flags, mode)

    def close(self, descriptor: int) -> None:
        self._begin("close")
        self._disk.close(descriptor)

    def write(self, descriptor: int, content: bytes) -> int:
        inode = self._disk.file(descriptor)
        if self._begin("write", may_fail=True):
            content = content[: len(content) // 2]
        # Another thread may write while this one is at the step: appending is atomic.
        inode.append(content)
        return len(content)

    def fsync(self, descriptor: int) -> None:
        try:
            self._begin("fsync", may_fail=True)
        except OSError:
            opened = self._disk.opened.get(descriptor)
            if opened is not None and opened.inode is not None:
                opened.inode.is_unreliable = True
            raise
        self._disk.flush(descriptor)

    def fchmod(self, descriptor: int, mode: int) -> None:
        self._begin("fchmod")
        self._disk.file(descriptor).mode = 0o100000 | mode

    def replace(self, source: str, target: str) -> None:
        self._begin("replace", may_fail=True)
        self._disk.replace(source, target)

    def unlink(self, path: str) -> None:
        self._begin("unlink")
        self._disk.unlink(path)

    def stat(self, path: str) -> SimpleNamespace:
        return SimpleNamespace(st_mode=stat.S_IFDIR | 0o700) if path == FOLDER else self.lstat(path)

    def lstat(self, path: str) -> SimpleNamespace:
        self._begin("lstat")
        return _found(self._disk.named(path))

    def fstat(self, descriptor: int) -> SimpleNamespace:
        return _found(self._disk.file(descriptor))

    def geteuid(self) -> int:
        return 1000

    def fdopen(self, descriptor: int, mode: str, closefd: bool = True) -> ModelFile:
        return ModelFile(self, self._disk, descriptor, closefd)

    def flock(self, descriptor: int, _operation: int) -> None:
        self._begin("flock")
        self._disk.lock(descriptor)

    def open_file(self, descriptor: int, mode: str, closefd: bool = True) -> ModelFile:
        """Do what the function ``open`` does with a descriptor."""
        return ModelFile(self, self._disk, descriptor, closefd)


def _found(inode: Inode) -> SimpleNamespace:
    return SimpleNamespace(
        st_mode=inode.mode, st_uid=1000, st_nlink=1, st_dev=1, st_ino=inode.number, st_size=len(inode.data)
    )


class ModelFile:
    """A file object of a descriptor, read or written from its beginning, without a buffer."""

    def __init__(self, system: ModelOs, disk: Disk, descriptor: int, closes: bool) -> None:
        self._system = system
        self._disk = disk
        self._descriptor = descriptor
        self._closes = closes

    def __enter__(self) -> ModelFile:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._closes:
            self._system.close(self._descriptor)

    def read(self, size: int) -> bytes:
        return bytes(self._disk.file(self._descriptor).data[:size])

    def write(self, content: bytes) -> int:
        """Write all of ``content``, as a buffered file does, or raise OSError."""
        written = 0
        while written < len(content):
            written += self._system.write(self._descriptor, content[written:] if written else content)
        return written

    def flush(self) -> None:
        """Do nothing, because nothing is buffered."""
