# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single-flight: of the processes that need the same response, one sends the request and the others wait for it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

from ...module_utils._domain.text import sanitize
from .directory import SecureDirectory

MIN_INTERVAL, MAX_INTERVAL = 0.005, 0.1
"""Seconds between two attempts to lock."""

MAX_REPLACED_LOCKS = 3
"""Replacements of a lock file while it is locked. On some network file systems its inode differs each time."""


class LocksUnavailableError(Exception):
    """Files cannot be locked here, so that waiting is useless. Its text is the reason."""


@contextlib.contextmanager
def acquire(
    directory: SecureDirectory,
    name: str,
    lock_timeout: float,
    is_done: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    on_unlocked: Callable[[str], None] = lambda why: None,
) -> Iterator[bool]:
    """Yield whether this process holds the lock for ``name``, after at most ``lock_timeout`` seconds.

    It does not if meanwhile another process ``is_done``, or on a timeout. A process that dies releases its lock. Where
    files cannot be locked, every process counts as the holder, and ``on_unlocked`` gets the reason.
    """
    descriptor, is_holder = None, True
    try:
        descriptor = _acquire(directory, name, clock() + lock_timeout, is_done, clock, sleep)
        is_holder = descriptor is not None
    except LocksUnavailableError as why:
        on_unlocked(str(why))
    try:
        yield is_holder
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _acquire(
    directory: SecureDirectory,
    name: str,
    until: float,
    is_done: Callable[[], bool],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> int | None:
    """Return the descriptor that holds the lock until it is closed; None on a timeout or if it is not needed."""
    interval, replaced = MIN_INTERVAL, 0
    while True:
        descriptor = _try_lock(directory, name)
        if descriptor is not None:
            if _is_current(directory, name, descriptor):
                return descriptor
            os.close(descriptor)
            replaced += 1
            if replaced == MAX_REPLACED_LOCKS:
                raise LocksUnavailableError("the lock file is replaced each time")
        if is_done() or clock() + interval > until:
            return None
        sleep(interval)
        interval = min(MAX_INTERVAL, interval * 1.5)


def _try_lock(directory: SecureDirectory, name: str) -> int | None:
    """Return a descriptor with the lock, None if another process has it. Raises LocksUnavailableError.

    Only "try again" means that a process has it. Network file systems refuse locks in many other ways.
    """
    descriptor = None
    try:
        descriptor = directory.open_lock(name)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        if isinstance(error, (BlockingIOError, InterruptedError)):
            return None
        raise LocksUnavailableError(sanitize(error.strerror or type(error).__name__, 100)) from None


def _is_current(directory: SecureDirectory, name: str, descriptor: int) -> bool:
    try:
        return directory.is_lock(name, descriptor)
    except OSError as error:
        os.close(descriptor)
        raise LocksUnavailableError(sanitize(error.strerror or type(error).__name__, 100)) from None
