# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an event counts as acknowledged: with feedback, when it leaves a bounded queue, or when it is put."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import publisher as publisher_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.publisher import Publisher

EVENTS = [{"id": str(number), "meta": {"hosts": ["a"]}} for number in range(5)]


class FilteredQueue:
    """The queue of ansible-rulebook; its filters modify events and drop those in ``dropped``."""

    def __init__(self, dropped: tuple[str, ...] = ()) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue(1)
        self.dropped = dropped

    async def put(self, event: Any) -> None:
        event["meta"]["source"] = "x"
        if event["id"] not in self.dropped:
            await self.queue.put(event)


async def cancelled(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def run(play: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(play, 10))


def test_an_unbounded_queue_acknowledges_at_once() -> None:
    async def play() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        acknowledged: list[str] = []
        await Publisher(queue, None, acknowledged.append).publish(EVENTS)
        assert acknowledged == [event["id"] for event in EVENTS]
        assert [queue.get_nowait() for _number in EVENTS] == EVENTS

    run(play())


def test_a_bounded_queue_acknowledges_when_the_event_leaves_it() -> None:
    async def play() -> None:
        queue, acknowledged = FilteredQueue(), list[str]()
        publisher = Publisher(queue, None, acknowledged.append)
        task = asyncio.create_task(publisher.publish(EVENTS[:3]))
        for taken in range(3):
            await asyncio.sleep(0.05)
            assert acknowledged == [str(number) for number in range(taken)]
            assert not task.done()
            await queue.queue.get()
        await task
        assert acknowledged == ["0", "1", "2"]
        assert publisher.pending() == []
        assert "source" not in EVENTS[0]["meta"]

    run(play())


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_a_cancelled_publisher_acknowledges_what_left_the_queue(taken: int) -> None:
    async def play() -> None:
        queue, acknowledged = FilteredQueue(), list[str]()
        publisher = Publisher(queue, None, acknowledged.append)
        task = asyncio.create_task(publisher.publish(EVENTS))
        for _number in range(taken):
            await queue.queue.get()
        await cancelled(task)
        await publisher.close()
        assert acknowledged == [str(number) for number in range(taken)]

    run(play())


def test_feedback_acknowledges_its_event() -> None:
    async def play() -> None:
        queue, acknowledged, feedback = FilteredQueue(), list[str](), asyncio.Queue[Any](1)
        publisher = Publisher(queue, feedback, acknowledged.append)
        task = asyncio.create_task(publisher.publish(EVENTS[:3]))
        taken = [await queue.queue.get() for _number in range(3)]
        await task
        assert acknowledged == []
        assert publisher.pending() == EVENTS[:3]
        await feedback.put({"id": "of another source"})
        await feedback.put("no event")
        for event in taken[:2]:
            await feedback.put(event)
        await asyncio.sleep(0.01)
        assert acknowledged == ["0", "1"]
        await feedback.put(taken[2])
        await publisher.close()
        assert acknowledged == ["0", "1", "2"]

    run(play())


def test_a_dropped_event_is_acknowledged_by_later_feedback(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        queue, acknowledged, feedback = FilteredQueue(dropped=("1", "2")), list[str](), asyncio.Queue[Any](1)
        publisher = Publisher(queue, feedback, acknowledged.append)
        task = asyncio.create_task(publisher.publish(EVENTS))
        for _number in range(3):
            await feedback.put(await queue.queue.get())
        await task
        await publisher.close()
        assert acknowledged == ["0", "1", "2", "3", "4"]
        assert caplog.text.count("dropped by a filter or an error") == 2

    with caplog.at_level(logging.WARNING):
        run(play())


def test_missing_feedback_delays_events_until_the_timeout(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(publisher_module, "MAX_PENDING", 2)
    monkeypatch.setattr(publisher_module, "ACK_TIMEOUT", 0.05)

    async def play() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        acknowledged: list[str] = []
        publisher = Publisher(queue, asyncio.Queue(1), acknowledged.append)
        await publisher.publish(EVENTS)
        assert acknowledged == ["0", "1", "2"]
        assert [event["id"] for event in publisher.pending()] == ["3", "4"]
        await publisher.close()

    with caplog.at_level(logging.WARNING):
        run(play())
    assert "2 events received no feedback" in caplog.text


@pytest.mark.parametrize("confirmed", [0, 1])
def test_feedback_at_the_time_of_the_timeout_counts(monkeypatch: pytest.MonkeyPatch, confirmed: int) -> None:
    """Feedback for the newest pending event leaves none, and that for an older one must not acknowledge the next."""
    monkeypatch.setattr(publisher_module, "MAX_PENDING", 2)
    waits: list[float] = []

    async def play() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        feedback: asyncio.Queue[Any] = asyncio.Queue()
        acknowledged: list[str] = []

        async def time_out(waiting: Coroutine[Any, Any, Any], seconds: float) -> None:
            waiting.close()
            waits.append(seconds)
            feedback.put_nowait(EVENTS[confirmed])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            raise asyncio.TimeoutError

        monkeypatch.setattr(publisher_module.asyncio, "wait_for", time_out)
        publisher = Publisher(queue, feedback, acknowledged.append)
        await publisher.publish(EVENTS[:3])
        assert acknowledged == [event["id"] for event in EVENTS[: confirmed + 1]]
        await publisher.close()

    asyncio.run(play())
    assert len(waits) == 1
