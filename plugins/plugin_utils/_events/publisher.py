# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publication of events to the rules, and their acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from .event import Event

LOGGER = logging.getLogger(__name__)

MAX_PENDING = 100
"""Events that may await feedback before the publisher waits."""

ACK_TIMEOUT = 60.0
"""Seconds without any feedback after which the oldest pending event counts as acknowledged."""

CHECK_INTERVAL = 0.02
"""Seconds between two checks whether the queue is empty."""


class Queue(Protocol):
    """The part of the queue of ansible-rulebook that a source needs."""

    async def put(self, data: Any) -> None:
        """Add one event."""


class Publisher:
    """Puts events on the queue in order and calls ``acknowledge`` once for each, with its id.

    With feedback, an event is acknowledged when its feedback arrives. Otherwise it is acknowledged when it leaves the
    bounded queue inside the queue of ansible-rulebook; with any other queue, as soon as it is put.
    """

    def __init__(self, queue: Queue, feedback: asyncio.Queue[Any] | None, acknowledge: Callable[[str], None]) -> None:
        self._queue = queue
        self._feedback = feedback
        self._on_acknowledged = acknowledge
        inner = getattr(queue, "queue", None)
        self._inner = inner if feedback is None and getattr(inner, "maxsize", 0) > 0 else None
        self._pending: dict[str, Event] = {}
        self._feedback_arrived = asyncio.Event()
        self._listener = None if feedback is None else asyncio.create_task(self._listen(feedback))

    def pending(self) -> list[Event]:
        """Return the events that were put and are not acknowledged yet."""
        return list(self._pending.values())

    async def publish(self, events: Iterable[Event]) -> None:
        """Put all ``events``; without feedback, return when the rules have taken all of them."""
        for event in events:
            if self._feedback is not None:
                await self._wait_for_feedback()
                self._pending[event["id"]] = event
            # Filters of ansible-rulebook modify events in place.
            await self._queue.put(json.loads(json.dumps(event)))
            self._track(event)
            await asyncio.sleep(0)
        while self._inner is not None and self._pending:
            self._check_queue()
            if self._pending:
                await asyncio.sleep(CHECK_INTERVAL)

    async def close(self) -> None:
        """Process the feedback that has arrived, and stop listening."""
        self._check_queue()
        if self._listener is not None and self._feedback is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
            await self._drain(self._feedback)

    async def _drain(self, feedback: asyncio.Queue[Any]) -> None:
        """Process the queued feedback, and that of senders who wait for room in the queue."""
        while not feedback.empty():
            self._handle_feedback(feedback.get_nowait())
            await asyncio.sleep(0)

    def _track(self, event: Event) -> None:
        if self._inner is not None:
            self._pending[event["id"]] = event
            self._check_queue()
        elif self._feedback is None:
            self._on_acknowledged(event["id"])

    def _check_queue(self) -> None:
        """Acknowledge the events that have left the queue."""
        if self._inner is not None:
            for event_id in list(self._pending)[: max(0, len(self._pending) - self._inner.qsize())]:
                self._acknowledge(event_id)

    def _acknowledge(self, event_id: str) -> None:
        if self._pending.pop(event_id, None) is not None:
            self._on_acknowledged(event_id)

    async def _listen(self, feedback: asyncio.Queue[Any]) -> None:
        while True:
            self._handle_feedback(await feedback.get())

    def _handle_feedback(self, data: Any) -> None:
        """Acknowledge an event and all before it, which a filter or an error of ansible-rulebook dropped."""
        event_id = data.get("id") if isinstance(data, dict) else None
        if event_id not in self._pending:
            return
        for earlier in list(self._pending):
            if earlier == event_id:
                break
            LOGGER.warning(
                "event %s received no feedback although a later event did; it was dropped by a filter or an error and "
                "counts as published",
                earlier,
            )
            self._acknowledge(earlier)
        self._acknowledge(event_id)
        self._feedback_arrived.set()

    async def _wait_for_feedback(self) -> None:
        """Wait while too many events are pending, up to the timeout: a filter may drop every event."""
        while len(self._pending) >= MAX_PENDING:
            self._feedback_arrived.clear()
            try:
                await asyncio.wait_for(self._feedback_arrived.wait(), ACK_TIMEOUT)
            except asyncio.TimeoutError:
                # Feedback may arrive at the moment of the timeout.
                if self._feedback_arrived.is_set():
                    continue
                oldest = next(iter(self._pending))
                LOGGER.warning(
                    "%d events received no feedback within %g s; event %s counts as published",
                    len(self._pending),
                    ACK_TIMEOUT,
                    oldest,
                )
                self._acknowledge(oldest)
                return
