# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an event counts as told: by feedback, by leaving a queue of one, or by being put."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import telling as telling_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.telling import Telling

EVENTS = [{"id": str(number), "meta": {"hosts": ["a"]}} for number in range(5)]


class Filtered:
    """The queue of ansible-rulebook, whose filters change events and take those in ``dropped``."""

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


def test_a_queue_without_bounds_has_an_event_as_soon_as_it_is_put() -> None:
    async def play() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        told: list[str] = []
        await Telling(queue, None, told.append).tell(EVENTS)
        assert told == [event["id"] for event in EVENTS]
        assert [queue.get_nowait() for _turn in EVENTS] == EVENTS

    run(play())


def test_an_event_in_a_queue_of_one_is_told_when_it_was_taken() -> None:
    async def play() -> None:
        queue, told = Filtered(), list[str]()
        telling = Telling(queue, None, told.append)
        task = asyncio.create_task(telling.tell(EVENTS[:3]))
        for taken in range(3):
            await asyncio.sleep(0.05)
            assert told == [str(number) for number in range(taken)]
            assert not task.done()
            await queue.queue.get()
        await task
        assert told == ["0", "1", "2"]
        assert telling.untold() == []
        assert "source" not in EVENTS[0]["meta"]

    run(play())


@pytest.mark.parametrize("taken", [0, 1, 2])
def test_who_is_cancelled_knows_what_was_taken(taken: int) -> None:
    async def play() -> None:
        queue, told = Filtered(), list[str]()
        telling = Telling(queue, None, told.append)
        task = asyncio.create_task(telling.tell(EVENTS))
        for _turn in range(taken):
            await queue.queue.get()
        await cancelled(task)
        await telling.close()
        assert told == [str(number) for number in range(taken)]

    run(play())


def test_with_feedback_an_event_is_told_when_it_comes() -> None:
    async def play() -> None:
        queue, told, feedback = Filtered(), list[str](), asyncio.Queue[Any](1)
        telling = Telling(queue, feedback, told.append)
        task = asyncio.create_task(telling.tell(EVENTS[:3]))
        taken = [await queue.queue.get() for _turn in range(3)]
        await task
        assert told == []
        assert telling.untold() == EVENTS[:3]
        await feedback.put({"id": "of somebody else"})
        await feedback.put("no event")
        for event in taken[:2]:
            await feedback.put(event)
        await asyncio.sleep(0.01)
        assert told == ["0", "1"]
        await feedback.put(taken[2])
        await telling.close()
        assert told == ["0", "1", "2"]

    run(play())


def test_what_a_filter_took_counts_as_told_when_a_later_one_has_feedback(caplog: pytest.LogCaptureFixture) -> None:
    async def play() -> None:
        queue, told, feedback = Filtered(dropped=("1", "2")), list[str](), asyncio.Queue[Any](1)
        telling = Telling(queue, feedback, told.append)
        task = asyncio.create_task(telling.tell(EVENTS))
        for _turn in range(3):
            await feedback.put(await queue.queue.get())
        await task
        await telling.close()
        assert told == ["0", "1", "2", "3", "4"]
        assert caplog.text.count("a filter or an error took it") == 2

    with caplog.at_level(logging.WARNING):
        run(play())


def test_rules_that_never_give_feedback_hold_it_up_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(telling_module, "MOST_UNCONFIRMED", 2)
    monkeypatch.setattr(telling_module, "PATIENCE", 0.05)

    async def play() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        told: list[str] = []
        telling = Telling(queue, asyncio.Queue(1), told.append)
        await telling.tell(EVENTS)
        assert told == ["0", "1", "2"]
        assert [event["id"] for event in telling.untold()] == ["3", "4"]
        await telling.close()

    with caplog.at_level(logging.WARNING):
        run(play())
    assert "there is no feedback for 2 events" in caplog.text
