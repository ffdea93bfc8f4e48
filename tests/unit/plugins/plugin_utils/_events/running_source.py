# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the source as ansible-rulebook does: by its path, with filters and a queue that holds one event."""

from __future__ import annotations

import asyncio
import contextlib
import runpy
from collections.abc import Callable
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import Event
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import COLLECTION, ROOT
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.recorded_world import valid

from simulator.server import Simulator

INSTALLED = ROOT.joinpath(".venv", "collections", *COLLECTION.split("."))
SOURCE = INSTALLED / "extensions" / "eda" / "plugins" / "event_source" / "kf_alerts.py"


class FilteredQueue:
    """The queue of ansible-rulebook: it modifies events, and holds one of them."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Event] = asyncio.Queue(1)

    async def put(self, event: Event) -> None:
        event.setdefault("meta", {})["source"] = {"name": "alerts"}
        await self.queue.put(event)


class RunningSource:
    """A running source and the events that its rules have received; with ``feedback`` they send feedback."""

    def __init__(self, simulator: Simulator, feedback: bool = False, **arguments: Any) -> None:
        self.arguments = {
            "api_url": simulator.url,
            "client_id": simulator.client_id,
            "client_secret": simulator.client_secret,
            "interval": 0.1,
            "retries": 0,
            **arguments,
        }
        self.received: list[Event] = []
        self.queue = FilteredQueue()
        self.feedback: asyncio.Queue[Event] | None = None
        if feedback:
            self.feedback = self.arguments["eda_feedback_queue"] = asyncio.Queue(1)

    async def __aenter__(self) -> RunningSource:
        self._source = asyncio.create_task(runpy.run_path(str(SOURCE))["main"](self.queue, self.arguments))
        self._rules = asyncio.create_task(self._receive())
        return self

    async def __aexit__(self, *_exception: object) -> None:
        self.pause()
        await asyncio.wait([self._rules])
        if self._source.done():
            return
        self._source.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait_for(self._source, 60)

    async def _receive(self) -> None:
        while True:
            event = await self.queue.queue.get()
            self.received.append(event)
            if self.feedback is not None:
                await asyncio.shield(self.feedback.put(event))

    def pause(self) -> None:
        """Stop receiving events."""
        self._rules.cancel()

    async def wait_until(self, reached: Callable[[], object], seconds: float = 60) -> None:
        """Wait for a condition. Raises the error of the source if that ends first."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not reached():
            if self._source.done():
                self._source.result()
                raise AssertionError("the source ended by itself")
            assert asyncio.get_running_loop().time() < deadline, self.kinds()
            await asyncio.sleep(0.02)

    async def wait_for_error(self) -> BaseException | None:
        await asyncio.wait([self._source], timeout=60)
        return self._source.exception()

    def kinds(self) -> list[tuple[str, str]]:
        return [(event["kind"], event.get("monitor", {}).get("id", "")) for event in valid(self.received)]
