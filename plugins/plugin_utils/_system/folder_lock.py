# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks a folder, so that several processes can replace the same file one after another without losing a change."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOCK_TIMEOUT = 5.0
"""Seconds to wait for the lock. It is only held while a file is read and replaced."""

RETRY_INTERVAL = 0.02


@contextmanager
def lock_folder(path: str, timeout: float = LOCK_TIMEOUT) -> Iterator[bool]:
    """Lock the folder of the file at ``path`` within the context, against others that use this function.

    Yields False if that is impossible: some file systems have no locks, and in a shared folder any user may hold one.
    The lock ends with the process and leaves no file behind.
    """
    try:
        descriptor = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        yield False
        return
    try:
        yield _acquire(descriptor, time.monotonic() + timeout)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, until: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR) or time.monotonic() >= until:
                return False
        time.sleep(RETRY_INTERVAL)


def sync_folder(path: str) -> None:
    """Write the entry of the file at ``path`` to the disk, where the system supports that."""
    try:
        descriptor = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        return
    finally:
        os.close(descriptor)
