# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How events reach the rules, and when one counts as told."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from .event import Event

LOGGER = logging.getLogger(__name__)

MOST_UNCONFIRMED, PATIENCE = 100, 60.0
"""Events without feedback, and seconds without any, before the source goes on telling."""

NAP = 0.02
"""Seconds between two looks at whether the last event was taken."""


class Queue(Protocol):
    """What an event source is given."""

    async def put(self, data: Any) -> None:
        """Take one event."""


class Telling:
    """Puts events one after the other and says of each, once, that it was told.

    With feedback, that is when it came. Else it is when the event has left the queue of ansible-rulebook, which holds
    one at a time; of any other queue, when it took the event.
    """

    def __init__(self, queue: Queue, feedback: asyncio.Queue[Any] | None, told: Callable[[str], None]) -> None:
        self._queue = queue
        self._feedback = feedback
        self._told = told
        inner = getattr(queue, "queue", None)
        self._inner = inner if feedback is None and getattr(inner, "maxsize", 0) > 0 else None
        self._untold: dict[str, Event] = {}
        self._confirmed = asyncio.Event()
        self._listener = None if feedback is None else asyncio.create_task(self._listen(feedback))

    def untold(self) -> list[Event]:
        """Return the events that were put and do not count as told yet."""
        return list(self._untold.values())

    async def tell(self, events: Iterable[Event]) -> None:
        """Put all ``events``, as fast as they are taken."""
        waiting = deque(events)
        while waiting:
            event = waiting.popleft()
            if self._feedback is not None:
                await self._patiently()
                self._untold[event["id"]] = event
            # Filters write into what they are given.
            await self._queue.put(json.loads(json.dumps(event)))
            self._put(event)
            await asyncio.sleep(0)
        while self._inner is not None and self._untold:
            self._see_taken()
            if self._untold:
                await asyncio.sleep(NAP)

    async def close(self) -> None:
        """Take what feedback there is and stop listening."""
        self._see_taken()
        if self._listener is not None and self._feedback is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
            await self._drain(self._feedback)

    async def _drain(self, feedback: asyncio.Queue[Any]) -> None:
        """Take what is there, and what somebody could not put before."""
        while not feedback.empty():
            self._confirm(feedback.get_nowait())
            await asyncio.sleep(0)

    def _put(self, event: Event) -> None:
        if self._inner is not None:
            self._untold[event["id"]] = event
            self._see_taken()
        elif self._feedback is None:
            self._told(event["id"])

    def _see_taken(self) -> None:
        if self._inner is not None:
            for event_id in list(self._untold)[: max(0, len(self._untold) - self._inner.qsize())]:
                self._count(event_id)

    def _count(self, event_id: str) -> None:
        if self._untold.pop(event_id, None) is not None:
            self._told(event_id)

    async def _listen(self, feedback: asyncio.Queue[Any]) -> None:
        while True:
            self._confirm(await feedback.get())

    def _confirm(self, data: Any) -> None:
        event_id = data.get("id") if isinstance(data, dict) else None
        if event_id not in self._untold:
            return
        for passed in list(self._untold):
            if passed == event_id:
                break
            LOGGER.warning("there was no feedback for the event %s: a filter or an error took it", passed)
            self._count(passed)
        self._count(event_id)
        self._confirmed.set()

    async def _patiently(self) -> None:
        """Wait while too many events have no feedback. A filter may have taken all of them, so not for ever."""
        while len(self._untold) >= MOST_UNCONFIRMED:
            self._confirmed.clear()
            try:
                await asyncio.wait_for(self._confirmed.wait(), PATIENCE)
            except asyncio.TimeoutError:
                oldest = next(iter(self._untold))
                LOGGER.warning("there is no feedback for %d events; %s counts as told", len(self._untold), oldest)
                self._count(oldest)
                return
