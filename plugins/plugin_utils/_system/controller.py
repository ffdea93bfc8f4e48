# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a worker ends when its controller is killed, which then can neither end it nor take its result.

Linux sends a signal then. Elsewhere a thread looks whether the worker has another parent.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PR_SET_PDEATHSIG = 1

CHECK_INTERVAL = 1.0
"""Seconds after which a worker that waits notices that it is alone, where the system does not tell it."""


_death_signal = 0
"""The signal that Linux sends this process when its controller dies, 0 for none."""


@contextmanager
def exit_with_controller(number: int = signal.SIGKILL) -> Iterator[None]:
    """Have this worker sent the signal ``number`` when its controller dies meanwhile, even by SIGKILL.

    In a process that is no worker, nothing happens. Contexts can be nested; the innermost one decides on the signal.
    """
    controller = _controller()
    if controller is None:
        yield
        return
    outer = _death_signal
    if not _set_death_signal(number):
        with _watching(controller, number):
            yield
        return
    if os.getppid() != controller:
        os.kill(os.getpid(), number)
    try:
        yield
    finally:
        _set_death_signal(outer)


@contextmanager
def _watching(controller: int, number: int) -> Iterator[None]:
    """Have a thread send this process the signal ``number`` once when it has another parent than ``controller``."""
    ended = threading.Event()

    def watch() -> None:
        while os.getppid() == controller:
            if ended.wait(CHECK_INTERVAL):
                return
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=watch, name="kf-orphans", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


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
    """Ask for the signal ``number`` when the parent dies, 0 for none, and return whether the system can do that."""
    global _death_signal
    if not sys.platform.startswith("linux"):
        return False
    try:
        done = bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
    if done:
        _death_signal = number
    return done
