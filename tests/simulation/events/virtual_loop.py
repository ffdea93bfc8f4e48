# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event loop of asyncio that is a process of the scheduler: it waits in virtual time and gives way at every turn."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from ..processes import Killed, Scheduler


class _Selector:
    """Waits for the next timer of a loop, or until another thread wakes the loop."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        loop = self._loop
        if loop.is_stopped:
            loop.scheduler.block(lambda: False)
        if timeout == 0:
            loop.scheduler.pause()
        else:
            until = None if timeout is None else loop.scheduler.now + timeout
            loop.scheduler.block(lambda: loop.is_woken, until)
        loop.is_woken = False
        if loop.is_stopped:
            loop.scheduler.block(lambda: False)
        return []

    def close(self) -> None:
        """Do nothing, because nothing is open."""


class VirtualLoop(asyncio.BaseEventLoop):
    """A loop whose time is that of the scheduler. ``errors`` are those that no task handled.

    When ``is_stopped`` is set, the loop does not go on until its process is killed.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        super().__init__()
        self.scheduler = scheduler
        self.is_woken = self.is_stopped = False
        self.errors: list[str] = []
        self._clock_resolution = 1e-9
        self._selector = _Selector(self)
        self.set_exception_handler(self._note_error)

    def time(self) -> float:
        return self.scheduler.now

    def _process_events(self, event_list: list[Any]) -> None:
        """Do nothing, because the selector reports no events."""

    def _write_to_self(self) -> None:
        self.is_woken = True

    def _note_error(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not self.is_stopped:
            self.errors.append(f"{context.get('message')}: {context.get('exception')!r}")

    def abandon(self) -> None:
        """Release the tasks of a process that was killed, without any effect."""
        self.is_stopped = True
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coroutine = task.get_coro()
            if coroutine is not None:
                with contextlib.suppress(BaseException):
                    coroutine.close()  # type: ignore[union-attr]
        self._ready.clear()  # type: ignore[attr-defined]
        self._scheduled.clear()  # type: ignore[attr-defined]
        with contextlib.suppress(RuntimeError, Killed):
            self.close()
