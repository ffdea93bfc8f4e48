# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is to ask, among processes that want to know the same."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

from ...module_utils._domain.text import sanitize
from .directory import SecureDirectory

SHORTEST_NAP, LONGEST_NAP = 0.005, 0.1


MOST_REPLACED = 3
"""How often a lock file may be replaced while we lock it. On some network file systems its inode differs each time."""


class LocksUnavailableError(Exception):
    """Files cannot be locked here, so that waiting would be in vain. Its text says why."""


@contextlib.contextmanager
def acquire(
    folder: SecureDirectory,
    name: str,
    lock_timeout: float,
    told: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    on_unlocked: Callable[[str], None] = lambda why: None,
) -> Iterator[bool]:
    """Yield whether it is our turn for ``name``, after at most ``patience`` seconds.

    It is not when meanwhile the one before us has ``told``, or when it takes longer. A process that dies at its turn
    loses it. Where files cannot be locked, everybody has a turn at once, and ``on_unlocked`` gets the reason.
    """
    descriptor, is_ours = None, True
    try:
        descriptor = _acquire(folder, name, clock() + lock_timeout, told, clock, sleep)
        is_ours = descriptor is not None
    except LocksUnavailableError as why:
        on_unlocked(str(why))
    try:
        yield is_ours
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _acquire(
    folder: SecureDirectory,
    name: str,
    until: float,
    told: Callable[[], bool],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> int | None:
    """Return the descriptor that holds the lock until it is closed; None if it is too late or not needed any more."""
    nap, replaced = SHORTEST_NAP, 0
    while True:
        descriptor = _try_lock(folder, name)
        if descriptor is not None:
            if _is_current(folder, name, descriptor):
                return descriptor
            os.close(descriptor)
            replaced += 1
            if replaced == MOST_REPLACED:
                raise LocksUnavailableError("the lock file is another one each time")
        if told() or clock() + nap > until:
            return None
        sleep(nap)
        nap = min(LONGEST_NAP, nap * 1.5)


def _try_lock(folder: SecureDirectory, name: str) -> int | None:
    """Return a descriptor with the lock, None if another process has it. Raises LocksUnavailableError.

    Only what says "try again" means that a process has it. Network file systems refuse locks in many other ways.
    """
    descriptor = None
    try:
        descriptor = folder.open_lock(name)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    except OSError as error:
        if descriptor is not None:
            os.close(descriptor)
        if isinstance(error, (BlockingIOError, InterruptedError)):
            return None
        raise LocksUnavailableError(sanitize(error.strerror or type(error).__name__, 100)) from None


def _is_current(folder: SecureDirectory, name: str, descriptor: int) -> bool:
    try:
        return folder.is_lock(name, descriptor)
    except OSError as error:
        os.close(descriptor)
        raise LocksUnavailableError(sanitize(error.strerror or type(error).__name__, 100)) from None
