# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How work that blocks is done without holding up the event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TypeVar

from ...module_utils._api.threads import start_in_thread

R = TypeVar("R")


def begun(work: Callable[[], R], name: str) -> asyncio.Future[R]:
    """Begin ``work`` in a thread that keeps no process alive. Who gives up waiting leaves it behind."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[R] = loop.create_future()

    def settle(result: R | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]  # without an error, it is there

    def deliver(result: R | None, error: BaseException | None) -> None:
        # The loop may have ended meanwhile, with nobody left to tell.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, error)

    start_in_thread(work, deliver, name)
    return outcome


async def finished(work: Callable[[], R], name: str) -> R:
    """Do ``work``, which takes little time and must not be left half done: being cancelled waits for its end."""
    outcome = begun(work, name)
    cancelled: asyncio.CancelledError | None = None
    while not outcome.done():
        try:
            await asyncio.wait([outcome])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        outcome.exception()
        raise cancelled
    return outcome.result()
