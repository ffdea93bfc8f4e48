# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One process of the event source: its loop and threads, and what ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from ansible_collections.knowledgefront.monitoring.extensions.eda.plugins.event_source.kf_alerts import main
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import ConfigurationError

from ..choices import Choices
from ..exploration import Violation
from ..processes import Killed, Process, Scheduler
from .checker import CANCELLED, Checker
from .rules import Event, RulesQueue, receive
from .system_calls import DiskFault
from .virtual_loop import VirtualLoop

CLOSING = 120.0
"""Seconds within which a cancelled source must have ended."""


class Plan(NamedTuple):
    """How a process ends: after ``seconds``, or killed at a step. A second source may start, and the disk may fail."""

    seconds: float
    how: str = CANCELLED
    killed_at: int = 0
    intruder_at: float | None = None
    fault: DiskFault = DiskFault()
    is_calm: bool = False


class Life:
    """A process, which is over when it ended or was stopped at a step."""

    def __init__(self, scheduler: Scheduler, choices: Choices, checker: Checker, plan: Plan) -> None:
        self._scheduler = scheduler
        self._choices = choices
        self._checker = checker
        self._plan = plan
        self._steps = 0
        self._processes: list[Process] = []
        self._is_abandoned = False
        self.loop = VirtualLoop(scheduler)
        self.is_over = self.was_killed = False
        self.cancelled_at = float("inf")

    def start(self, arguments: dict[str, Any], has_feedback: bool) -> None:
        self._processes.append(self._scheduler.start("loop", lambda: self._run(arguments, has_feedback)))

    def start_thread(
        self, work: Callable[[], Any], deliver: Callable[[Any, BaseException | None], None], name: str
    ) -> None:
        """Run ``work`` in a thread of this process, as the product's function of the same purpose does."""

        def run() -> None:
            try:
                result = work()
            except Killed:
                raise
            except BaseException as error:  # noqa: BLE001 - the receiver raises it again
                deliver(None, error)
            else:
                deliver(result, None)

        self._processes.append(self._scheduler.start(name, run))

    def step(self, _label: str) -> None:
        """A step of this process begins: it may be killed here, and another thread may go on."""
        if self._is_abandoned:
            raise Killed
        self._steps += 1
        if self._steps == self._plan.killed_at:
            self.is_over = self.was_killed = self.loop.is_stopped = True
        self._stop_if_over()
        self._scheduler.pause()
        self._stop_if_over()

    def _stop_if_over(self) -> None:
        if self.is_over:
            self._scheduler.block(lambda: False)

    def take(self, event: Event) -> None:
        if not self.is_over:
            self._checker.take(event, self._scheduler.now)

    def confirm(self, event: Event, is_dropped: bool) -> None:
        if not self.is_over:
            self._checker.confirm(event, self._scheduler.now, is_dropped)

    def _run(self, arguments: dict[str, Any], has_feedback: bool) -> None:
        self.loop.run_until_complete(self._main(arguments, has_feedback))
        self.is_over = self.loop.is_stopped = True

    async def _main(self, arguments: dict[str, Any], has_feedback: bool) -> None:
        queue = RulesQueue(self.step)
        feedback: asyncio.Queue[Event] | None = asyncio.Queue(1) if has_feedback else None
        given = arguments if feedback is None else {**arguments, "eda_feedback_queue": feedback}
        source = self.loop.create_task(main(queue, given))  # type: ignore[arg-type]
        rules = self.loop.create_task(receive(queue, feedback, self._choices, self, self.step, self._plan.is_calm))
        left = self._plan.seconds
        if self._plan.intruder_at is not None and arguments.get("cursor"):
            await asyncio.wait([source, rules], timeout=self._plan.intruder_at)
            self._refuse_end(source, rules)
            await self._intrude(arguments)
            left -= self._plan.intruder_at
        await asyncio.wait([source, rules], timeout=left, return_when=asyncio.FIRST_COMPLETED)
        self._refuse_end(source, rules)
        await self._cancel(source)
        rules.cancel()
        if self.loop.errors:
            raise Violation(f"an error was not handled: {self.loop.errors[0]}")

    def _refuse_end(self, source: asyncio.Task[None], rules: asyncio.Task[None]) -> None:
        if rules.done():
            rules.result()
        if source.done():
            raise Violation(f"the source ended by itself: {source.exception()!r}")

    async def _intrude(self, arguments: dict[str, Any]) -> None:
        """Start a second source with the same cursor, which must be refused."""
        queue: asyncio.Queue[Event] = asyncio.Queue()
        second = self.loop.create_task(main(queue, arguments))
        await asyncio.wait([second], timeout=1.0)
        if not second.done():
            raise Violation("two sources use one cursor")
        error = second.exception()
        if not isinstance(error, ConfigurationError) or error.code != "cursor" or not queue.empty():
            raise Violation(f"a second source ended with {error!r}")

    async def _cancel(self, source: asyncio.Task[None]) -> None:
        """Cancel the source, once or twice. It must end as cancelled."""
        self.cancelled_at = self._scheduler.now
        source.cancel()
        if self._choices.below(3) == 2:
            await asyncio.sleep(0)
            source.cancel()
        await asyncio.wait([source], timeout=CLOSING)
        if not source.done():
            raise Violation(f"the source does not end within {CLOSING:.0f} s after it was cancelled")
        if not source.cancelled():
            raise Violation(f"a cancelled source ended with {source.exception()!r}")

    def end(self) -> None:
        """Kill what is left of the process."""
        self.is_over = self.loop.is_stopped = True
        for process in self._processes:
            self._scheduler.kill(process)
        self.abandon()

    def abandon(self) -> None:
        """Release what the process held, without any effect."""
        self._is_abandoned = True
        self.loop.abandon()


class ThreadLock:
    """A lock of the threads of a process, which a thread may take more than once."""

    def __init__(self, scheduler: Scheduler, life: Life) -> None:
        self._scheduler = scheduler
        self._life = life
        self._owner: Process | None = None
        self._depth = 0

    def __enter__(self) -> None:
        current = self._scheduler.current
        if self._owner is not current:
            if self._owner is not None:
                self._scheduler.block(lambda: self._owner is None)
            self._owner = current
        self._depth += 1

    def __exit__(self, *_exception: object) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
