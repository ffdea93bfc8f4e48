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

from .folder import PrivateFolder

SHORTEST_NAP, LONGEST_NAP = 0.005, 0.1


@contextlib.contextmanager
def turn(
    folder: PrivateFolder,
    name: str,
    patience: float,
    told: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[bool]:
    """Yield whether it is our turn for ``name``, after at most ``patience`` seconds.

    It is not when meanwhile the one before us has ``told``, when it takes longer, or where locks are not to be had. A
    process that dies at its turn loses it.
    """
    until, nap = clock() + patience, SHORTEST_NAP
    while True:
        descriptor = _taken(folder, name)
        if descriptor is not None or told() or clock() + nap > until:
            break
        sleep(nap)
        nap = min(LONGEST_NAP, nap * 1.5)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _taken(folder: PrivateFolder, name: str) -> int | None:
    """Return the descriptor that holds the lock until it is closed, None when we cannot have it now."""
    try:
        descriptor = folder.open_lock(name)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if folder.is_lock(name, descriptor):
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None
