# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-rulebook as the source sees it: a queue with room for one event, and rules that take the events slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from ..choices import Choices

Event = dict[str, Any]

DELAYS = (0.0, 0.0, 0.5, 5.0, 30.0)
"""Seconds that the rules need for an event."""


class Receiver(Protocol):
    """What hears of the events that the rules take and confirm."""

    def take(self, event: Event) -> None: ...

    def confirm(self, event: Event, is_dropped: bool) -> None: ...


class RulesQueue:
    """The queue that is passed to a source: it changes events, as filters do."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self.queue: asyncio.Queue[Event] = asyncio.Queue(1)
        self._step = step

    async def put(self, event: Event) -> None:
        self._step("put")
        event.setdefault("meta", {})["source"] = {"name": "alerts"}
        await self.queue.put(event)


async def receive(
    queue: RulesQueue,
    feedback: asyncio.Queue[Event] | None,
    choices: Choices,
    receiver: Receiver,
    step: Callable[[str], None],
    is_calm: bool,
) -> None:
    """Take events until cancelled, and confirm them with ``feedback``, except for those that a filter drops.

    ``is_calm`` if every event is taken and confirmed at once.
    """
    while True:
        step("wait")
        event = await queue.queue.get()
        receiver.take(event)
        step("taken")
        delay = 0.0 if is_calm else choices.pick(DELAYS)
        if delay:
            await asyncio.sleep(delay)
        if feedback is None:
            continue
        if not is_calm and choices.chance(8):
            receiver.confirm(event, is_dropped=True)
            continue
        await asyncio.shield(feedback.put(event))
        receiver.confirm(event, is_dropped=False)
