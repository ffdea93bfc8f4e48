# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the event source under a fault, which ends and returns, and print as JSON what it did.

The first argument is the path of its cursor, the second one a JSON object:
``loses_api`` is true if the fault prevents valid responses, ``loses_it_again`` if it does so with a valid token, and
``recovers`` if polls continue soon after its end.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.simulator.control import Control

COLLECTIONS = os.environ["ANSIBLE_COLLECTIONS_PATH"].partition(os.pathsep)[0]
SOURCE = Path(COLLECTIONS, "ansible_collections", "knowledgefront", "monitoring", "extensions", "eda", "plugins")

INTERVAL = 1
"""Seconds between two polls."""

POLLS = 2
"""Polls during a fault that does not prevent valid responses."""

MAX_WAIT = 20.0
"""Seconds to wait for anything that the source or the simulator must do."""


class FilteredQueue:
    """The queue of ansible-rulebook, which holds one event."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(1)

    async def put(self, event: dict[str, Any]) -> None:
        await self.queue.put(event)


class Warnings(logging.Handler):
    """Collects the warnings of the source."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


class Scenario:
    """The source, the rules that receive its events, and the simulator."""

    def __init__(self, cursor: str, expected: dict[str, bool], control: Control | None, orders: list[Any]) -> None:
        self._arguments = {"interval": INTERVAL, "config_every": 1, "cursor": cursor}
        self._cursor = Path(cursor)
        self._loses_api = expected["loses_api"]
        self._loses_it_again = expected["loses_it_again"]
        self._recovers = expected["recovers"]
        self._control = control
        self._orders = orders
        self.events: list[dict[str, Any]] = []
        self.late: list[str] = []

    async def run(self) -> str | None:
        """Return why the source ended by itself, None if it was cancelled."""
        queue = FilteredQueue()
        receiver = asyncio.create_task(self._receive(queue))
        main = runpy.run_path(str(SOURCE / "event_source" / "kf_alerts.py"))["main"]
        self._source = asyncio.create_task(main(queue, self._arguments))
        scenes = asyncio.create_task(self._play())
        await asyncio.wait([self._source, scenes], return_when=asyncio.FIRST_COMPLETED)
        ended = None
        if self._source.done():
            error = self._source.exception()
            ended = f"{getattr(error, 'code', '')}: {error}" if error is not None else "without an error"
        for task in (self._source, receiver):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        if ended is None:
            scenes.result()
        return ended

    async def _receive(self, queue: FilteredQueue) -> None:
        while True:
            self.events.append(await queue.queue.get())

    async def _play(self) -> None:
        """Start during the fault, end it, let it return while a monitor begins to fail, and end it again."""
        await self._wait_for("the first poll", self._cursor.exists)
        await self._wait_for_fault(0, self._loses_api)
        if self._control is None or not self._recovers:
            await asyncio.sleep(2 * INTERVAL)
            return
        self._control.clear_faults()
        if self._count("api_lost"):
            await self._wait_for("api_back", lambda: self._count("api_back"))
        await self._wait_for_polls(1)
        lost = self._count("api_lost")
        for order in self._orders:
            self._control.fault(**order)
        monitor = self._control.monitors()[0]["id"]
        self._control.fail(monitor, "HTTP 503")
        await self._wait_for("an alert", lambda: self._test(monitor)["alert_active"], pause=0.3)
        await self._wait_for_fault(lost, self._loses_it_again)
        self._control.clear_faults()
        await self._wait_for("alert_raised", lambda: self._count("alert_raised", monitor))
        self._control.repair(monitor)
        self._test(monitor)
        await self._wait_for("alert_cleared", lambda: self._count("alert_cleared", monitor))

    def _test(self, monitor: str) -> dict[str, Any]:
        assert self._control is not None
        return self._control.test(monitor)

    async def _wait_for_fault(self, lost: int, loses_api: bool) -> None:
        """Wait until the source notices the fault again, or has polled in spite of it."""
        if loses_api:
            await self._wait_for("api_lost", lambda: self._count("api_lost") > lost)
        else:
            await self._wait_for_polls(POLLS)

    async def _wait_for_polls(self, number: int) -> None:
        """Wait until a number of polls have begun and ended: the next one begins only then."""
        if self._control is None:
            await asyncio.sleep((number + 1) * INTERVAL)
            return
        control, before = self._control, self._control.calls().get("status", 0)
        await self._wait_for("polls", lambda: control.calls().get("status", 0) > before + number, pause=0.2)

    async def _wait_for(self, what: str, is_reached: Callable[[], Any], pause: float = 0.05) -> None:
        deadline = time.monotonic() + MAX_WAIT
        while not is_reached():
            if time.monotonic() > deadline:
                self.late.append(what)
                return
            await asyncio.sleep(pause)

    def _count(self, kind: str, monitor: str | None = None) -> int:
        return sum(
            event["kind"] == kind and (monitor is None or event["monitor"]["id"] == monitor) for event in self.events
        )


def main() -> None:
    cursor, expected = sys.argv[1], json.loads(sys.argv[2])
    warnings = Warnings()
    logging.basicConfig(level=logging.DEBUG, handlers=[logging.StreamHandler(), warnings])
    url = os.environ["KF_FAULTS_CONTROL"]
    orders = json.loads(Path(os.environ["KF_FAULTS_ORDERS"]).read_text(encoding="ascii"))
    scenario = Scenario(cursor, expected, Control(url) if url else None, orders)
    ended = asyncio.run(scenario.run())
    print(json.dumps({"events": scenario.events, "warnings": warnings.messages, "ended": ended, "late": scenario.late}))


if __name__ == "__main__":
    main()
