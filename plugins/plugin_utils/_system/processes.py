# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends a worker process in an orderly way: with its controller, or by a signal, without losing a report.

A controller that is killed can neither end its workers nor take their results. Linux sends a signal to them; on other
systems a thread checks the parent process.
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
from types import FrameType

PR_SET_PDEATHSIG = 1

CHECK_INTERVAL = 1.0
"""Seconds between two checks of the parent process, where the system sends no signal."""

END_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_death_signal = 0
"""The signal that Linux sends this process when its controller dies, 0 for none."""


@contextmanager
def exit_with_controller(number: int = signal.SIGKILL) -> Iterator[None]:
    """Send this worker the signal ``number`` if its controller dies within the context, even by SIGKILL.

    Does nothing in a process that is not a worker. Contexts can be nested; the innermost one sets the signal.
    """
    controller = _controller()
    if controller is None:
        yield
        return
    outer = _death_signal
    if not _set_death_signal(number):
        with _watch_parent(controller, number):
            yield
        return
    if os.getppid() != controller:
        os.kill(os.getpid(), number)
    try:
        yield
    finally:
        _set_death_signal(outer)


@contextmanager
def _watch_parent(controller: int, number: int) -> Iterator[None]:
    """Run a thread that sends this process the signal ``number`` when ``controller`` is not its parent any more."""
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


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt on the first SIGINT or SIGTERM, ignore further ones, and send it again afterwards.

    So the work within the context can finish its report. Releases of Ansible differ in how they end workers: some send
    only SIGTERM, some exit from a signal handler.
    """
    received: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        for ignored in END_SIGNALS:
            signal.signal(ignored, signal.SIG_IGN)
        received.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in END_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if received:
            os.kill(os.getpid(), received[0])


def _controller() -> int | None:
    """Return the id of the process that started this worker; None if this is not a worker."""
    parent = multiprocessing.parent_process()
    return None if parent is None else parent.pid


def _set_death_signal(number: int) -> bool:
    """Request the signal ``number`` for the death of the parent, 0 for none; return whether the system supports it."""
    global _death_signal
    if not sys.platform.startswith("linux"):
        return False
    try:
        is_set = bool(ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False
    if is_set:
        _death_signal = number
    return is_set
