# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long something may take that knows no limit of its own, such as a name server or an answer that drips in."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

R = TypeVar("R")


def start_in_thread(
    work: Callable[[], R], deliver: Callable[[R | None, BaseException | None], None], name: str
) -> None:
    """Do ``work`` in a thread with that ``name``, which keeps no process alive, and hand over what came of it."""

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised again, where somebody waits for it
            deliver(None, error)
        else:
            deliver(result, None)

    threading.Thread(target=run, daemon=True, name=name).start()


def run_with_timeout(seconds: float, work: Callable[[], R], name: str = "knowledgefront-check") -> R:
    """Return or raise what ``work`` does in a thread with that ``name``.

    After ``seconds``, raise TimeoutError and leave it behind.
    """
    outcome: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
    start_in_thread(work, lambda result, error: outcome.put((result, error)), name)
    try:
        result, error = outcome.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise TimeoutError(f"nothing came of it within {seconds:g} s") from None
    if error is not None:
        raise error
    told: R = result
    return told
