# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory that only this user can access, with atomic writes and no followed links."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Iterator

from ...module_utils._domain.text import sanitize
from .signed_files import InsecureDirectoryError, explain, file_version, open_folder, read_file

LOCK_SUFFIX = ".lock"

FILE_NAME = r"[0-9a-f]{32}(\.lock)?|\.[0-9a-f]{16}\.tmp"
"""Matches every file name that the cache writes."""

CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


class SecureDirectory:
    """Reads and writes files by name, completely or not at all.

    Creates ``path`` if it is absent. Raises InsecureDirectoryError when it is not a directory that belongs to this
    user alone.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            os.makedirs(path, PRIVATE_FOLDER, exist_ok=True)
            self._folder = open_folder(path)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise InsecureDirectoryError(explain(path, f"cannot be used ({sanitize(why)})")) from None

    def close(self) -> None:
        os.close(self._folder)

    def read(self, name: str, max_size: int) -> bytes | None:
        """Return the content of ``name``; None if it is absent or this user cannot have written it."""
        return read_file(self._folder, name, max_size)

    def write(self, name: str, content: bytes) -> None:
        """Replace the content of ``name`` in one step. Raises OSError, and then leaves the old content."""
        unfinished = f".{secrets.token_hex(8)}.tmp"
        descriptor = os.open(unfinished, CREATE, PRIVATE_FILE, dir_fd=self._folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(unfinished, name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        except BaseException:
            self.remove(unfinished)
            raise

    def version(self, name: str) -> tuple[int, int] | None:
        """Return a value that differs after each write of ``name``; None if it is absent."""
        return file_version(self._folder, name)

    def open_lock(self, name: str) -> int:
        """Return a descriptor of the lock file of ``name``. Raises OSError."""
        return os.open(name + LOCK_SUFFIX, LOCK, PRIVATE_FILE, dir_fd=self._folder)

    def is_lock(self, name: str, descriptor: int) -> bool:
        """Return whether ``descriptor`` is still the lock file of ``name``, which another process may remove as old.

        Raises OSError.
        """
        try:
            found = os.stat(name + LOCK_SUFFIX, dir_fd=self._folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return found.st_ino == os.fstat(descriptor).st_ino

    def remove_old(self, before: float) -> None:
        """Remove files of the cache whose last write was earlier than ``before``, in epoch seconds.

        Nothing is written to a lock file. It is removed only while no other process holds its lock.
        """
        for name in list(self._names()):
            with contextlib.suppress(OSError):
                if os.stat(name, dir_fd=self._folder, follow_symlinks=False).st_mtime < before:
                    self._remove_old(name)

    def _remove_old(self, name: str) -> None:
        if not name.endswith(LOCK_SUFFIX):
            os.unlink(name, dir_fd=self._folder)
            return
        descriptor = os.open(name, LOCK & ~os.O_CREAT, dir_fd=self._folder)
        try:
            if not _is_locked(descriptor) and self.is_lock(name[: -len(LOCK_SUFFIX)], descriptor):
                os.unlink(name, dir_fd=self._folder)
        finally:
            os.close(descriptor)

    def _names(self) -> Iterator[str]:
        with contextlib.suppress(OSError):
            yield from (name for name in os.listdir(self._folder) if re.fullmatch(FILE_NAME, name))

    def remove(self, name: str) -> None:
        """Remove ``name``, if possible."""
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._folder)


def _is_locked(descriptor: int) -> bool:
    """Lock the file and return False; return True if another process has the lock, False if it cannot be locked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
