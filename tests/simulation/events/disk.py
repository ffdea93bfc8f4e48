# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of a file system: what processes see, and what a power cut leaves of it.

Assumptions of the model: a rename replaces a file at once. An unlinked file lives as long as it is open. A lock of
``flock`` belongs to an open file and ends when it is closed, by the process or by its end. A process that is killed
leaves every completed write. A power cut leaves what was flushed; of later writes any prefix, or all their length
with zeros from a sector or a write on; of later changes of the folder any prefix. After a flush that failed, later
flushes of the same file prove nothing.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field

from ..choices import Choices

FOLDER = "/state"
SECTOR = 512
WHOLE, FLUSHED, PREFIX, ZEROS = range(4)
"""What a power cut leaves of writes that were not flushed."""


@dataclass
class Inode:
    """A file: its current content, and the content that was flushed."""

    number: int
    mode: int
    data: bytearray = field(default_factory=bytearray)
    flushed: bytes = b""
    is_unreliable: bool = False
    lock: int | None = None
    write_ends: list[int] = field(default_factory=list)

    def append(self, content: bytes) -> None:
        self.data += content
        self.write_ends.append(len(self.data))


@dataclass
class OpenFile:
    """An open file, or the folder if it has no inode."""

    inode: Inode | None
    path: str


class Disk:
    """One folder of files. ``failed_at`` is the last step that failed, ``replaced_at`` that of the last rename."""

    def __init__(self) -> None:
        self.files: dict[str, Inode] = {}
        self.opened: dict[int, OpenFile] = {}
        self._flushed_folder: dict[str, Inode] = {}
        self._folder_versions: list[dict[str, Inode]] = []
        self._numbers = 0
        self.steps = 0
        self.failed_at = self.replaced_at = 0

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def open(self, path: str, flags: int, mode: int) -> int:
        if path == FOLDER:
            return self._new_descriptor(None, path)
        inode = self.files.get(path)
        if inode is None:
            if not flags & os.O_CREAT:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            inode = self.files[path] = Inode(self.next_number(), 0o100000 | mode)
            self._note_folder()
        elif flags & os.O_CREAT and flags & os.O_EXCL:
            raise OSError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        return self._new_descriptor(inode, path)

    def _new_descriptor(self, inode: Inode | None, path: str) -> int:
        descriptor = 1000 + self.next_number()
        self.opened[descriptor] = OpenFile(inode, path)
        return descriptor

    def file(self, descriptor: int) -> Inode:
        opened = self.opened.get(descriptor)
        if opened is None or opened.inode is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return opened.inode

    def named(self, path: str) -> Inode:
        if path not in self.files:
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self.files[path]

    def close(self, descriptor: int) -> None:
        opened = self.opened.pop(descriptor, None)
        if opened is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if opened.inode is not None and opened.inode.lock == descriptor:
            opened.inode.lock = None

    def lock(self, descriptor: int) -> None:
        inode = self.file(descriptor)
        if inode.lock not in (None, descriptor):
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK))
        inode.lock = descriptor

    def replace(self, source: str, target: str) -> None:
        self.files[target] = self.named(source)
        del self.files[source]
        self.replaced_at = self.steps
        self._note_folder()

    def unlink(self, path: str) -> None:
        self.named(path)
        del self.files[path]
        self._note_folder()

    def flush(self, descriptor: int) -> None:
        if self.opened[descriptor].inode is None:
            self._flushed_folder = dict(self.files)
            self._folder_versions.clear()
            return
        inode = self.file(descriptor)
        if not inode.is_unreliable:
            inode.flushed = bytes(inode.data)

    def _note_folder(self) -> None:
        self._folder_versions.append(dict(self.files))

    def end_processes(self) -> None:
        """Close every file, as the end of all processes does."""
        for descriptor in list(self.opened):
            self.close(descriptor)

    def cut_power(self, choices: Choices) -> None:
        """Lose what was not flushed, as far as the choices say."""
        self.end_processes()
        versions = [self._flushed_folder, *self._folder_versions]
        self.files = dict(versions[-1 - choices.below(len(versions))])
        for path in sorted(self.files):
            inode = self.files[path]
            inode.data = bytearray(_remains(inode, choices))
            inode.flushed, inode.is_unreliable = bytes(inode.data), False
        self._flushed_folder = dict(self.files)
        self._folder_versions.clear()


def _remains(inode: Inode, choices: Choices) -> bytes:
    """Return the content of a file after a power cut."""
    written, flushed = bytes(inode.data), inode.flushed
    if written == flushed or not written.startswith(flushed):
        return flushed
    rest = written[len(flushed) :]
    outcome = choices.below(4)
    if outcome == WHOLE:
        return written
    if outcome == FLUSHED:
        return flushed
    if outcome == PREFIX:
        return flushed + rest[: choices.below(len(rest))]
    sectors = range(len(flushed) // SECTOR * SECTOR, len(written), SECTOR)
    ends = sorted({len(flushed), *sectors, *inode.write_ends} & set(range(len(flushed), len(written))))
    return written[: (end := choices.pick(ends))] + bytes(len(written) - end)
