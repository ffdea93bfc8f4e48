# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a worker ends when its controller is killed, which then can neither end it nor take its result."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1

CHECK_INTERVAL = 1.0
"""Seconds after which a worker that waits notices that it is alone, where the system does not tell it."""


@contextmanager
def exit_with_controller(number: int = signal.SIGKILL) -> Iterator[None]:
    """Have Linux send this worker the signal ``number`` when its controller dies meanwhile, even by SIGKILL.

    Elsewhere, and in a process that is no worker, nothing happens.
    """
    controller = _controller()
    armed = controller is not None and _set_death_signal(number)
    if armed and os.getppid() != controller:
        os.kill(os.getpid(), number)
    try:
        yield
    finally:
        if armed:
            _set_death_signal(0)


def sleep_with_controller(seconds: float) -> None:
    """Sleep for ``seconds``. Raises KeyboardInterrupt when the controller dies meanwhile."""
    controller, until = _controller(), time.monotonic() + seconds
    while True:
        if controller is not None and os.getppid() != controller:
            raise KeyboardInterrupt
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(left if controller is None else min(left, CHECK_INTERVAL))


def _controller() -> int | None:
    """Return the id of the process that made this worker; None if this is no worker."""
    parent = multiprocessing.parent_process()
    return None if parent is None else parent.pid


def _set_death_signal(number: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    try:
        return bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
