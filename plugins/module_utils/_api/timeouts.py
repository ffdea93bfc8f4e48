# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time budgets: deadlines, and work that is abandoned when its time is up."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")


class Deadline:
    """The end of a time budget of ``seconds``."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the remaining seconds, 0 when the budget is spent."""
        return max(0.0, self._end - self._clock())


def describe_timeout(deadline: Deadline) -> str:
    """Return the message for a request that exceeded ``deadline``."""
    return f"timed out after {deadline.seconds:g} s"


def start_in_thread(
    work: Callable[[], R], deliver: Callable[[R | None, BaseException | None], None], name: str
) -> None:
    """Run ``work`` in a daemon thread called ``name`` and pass its result or its exception to ``deliver``."""

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - the receiver raises it again
            deliver(None, error)
        else:
            deliver(result, None)

    threading.Thread(target=run, daemon=True, name=name).start()


def run_with_timeout(seconds: float, work: Callable[[], R], name: str = "knowledgefront-check") -> R:
    """Run ``work`` in a thread called ``name`` and return its result.

    Raises what ``work`` raises, or TimeoutError after ``seconds``; the thread is then left behind, because nothing can
    interrupt a name server lookup or a slow response.
    """
    outcome: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    start_in_thread(work, lambda result, error: outcome.put((result, error)), name)
    try:
        result, error = outcome.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise TimeoutError(f"timed out after {seconds:g} s") from None
    if error is not None:
        raise error
    returned: R = result
    return returned
