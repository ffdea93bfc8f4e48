# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source's life: ask, compare, remember, tell, wait, until it is cancelled."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Mapping
from typing import Any

from ...module_utils._api.client import Client
from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ...module_utils._api.settings import Settings
from ...module_utils._api.transport import Transport
from ...module_utils._domain.timing import SHORTEST_POLL, poll_interval
from .asking import Question, selection_named
from .background import begun, finished
from .configurations import timers
from .cursor import Cursor
from .event import Event, identity
from .sample import Sample
from .telling import Queue, Telling
from .transitions import Rules, compared, lost

LOGGER = logging.getLogger(__name__)

SLOW_POLL = 5.0
"""Seconds after which a poll is worth a line in the log."""

LONGEST_BACKOFF, LONGEST_ASKED = 300.0, 3600.0
"""Seconds between two questions in a long outage, unless the interval is longer or the service asks for more."""


class Watch:
    """Asks as ``options`` say, with one client. Raises ConfigurationError when they cannot be followed."""

    def __init__(self, options: Mapping[str, Any], transport: Transport | None = None) -> None:
        self._interval: float | None = options["interval"]
        self._rules = Rules(options["initial"] == "active", options["stale_factor"], options["stale_grace"])
        settings = Settings.from_options(options)
        self._client = Client(settings, transport)
        self._question = Question(self._client, options, LOGGER.warning)
        selection = identity(*map(repr, selection_named(options)))
        self._cursor = Cursor(options["cursor"], settings.api_url, selection)
        restored = self._cursor.take_state()
        self._memory, self._restored = restored.memory, restored.outbox
        self._reselected = self._cursor.reselected
        self._answered = False
        self._failures = 0
        self._asked_to_wait = 0.0

    async def run(self, queue: Queue, feedback: asyncio.Queue[Any] | None) -> None:
        """Tell events until cancelled; only a mistake in the options, found with the first answer, ends it too."""
        telling = Telling(queue, feedback, self._cursor.acknowledge)
        try:
            await telling.tell(self._restored)
            self._restored = ()
            while True:
                began = time.monotonic()
                events = await self._poll(telling)
                await telling.tell(events)
                if events:
                    await finished(self._cursor.sync, "knowledgefront-events")
                await asyncio.sleep(max(self._pause() - (time.monotonic() - began), 0.0))
        finally:
            await telling.close()
            self.close()

    def close(self) -> None:
        """Give up the connection and the cursor."""
        self._client.close()
        self._cursor.close()

    async def _poll(self, telling: Telling) -> list[Event]:
        """Return the events of one poll, which are written to the cursor."""
        began = time.monotonic()
        found = await self._asked()
        fetched = time.monotonic()
        untold = telling.untold()
        events = await finished(lambda: self._settled(found, untold), "knowledgefront-events")
        ended = time.monotonic()
        if ended - began > SLOW_POLL:
            LOGGER.info(
                "a poll of %d monitors took %.1f s: %.1f s to fetch, %.1f s to compare and write",
                len(self._memory.monitors),
                ended - began,
                fetched - began,
                ended - fetched,
            )
        return events

    async def _asked(self) -> Sample | KnowledgeFrontError:
        try:
            return await begun(lambda: self._question.ask(self._memory), "knowledgefront-question")
        except KnowledgeFrontError as error:
            if isinstance(error, ConfigurationError) and not self._answered:
                raise
            return error

    def _settled(self, found: Sample | KnowledgeFrontError, untold: list[Event]) -> list[Event]:
        """Return what happened, after it was written down together with what is ``untold`` from before."""
        before = self._memory
        if isinstance(found, Sample):
            events, self._memory = compared(before, found, self._rules, self._reselected)
            self._reselected, self._answered, self._failures = False, True, 0
        else:
            self._failures += 1
            self._asked_to_wait = min(found.retry_after or 0.0, LONGEST_ASKED)
            events, self._memory = lost(before, found.code, str(found), self._question.now()[1])
            if events:
                LOGGER.warning("the API is lost, and is asked again until it is back: %s", found)
        news = bool(events) or before.sampled is None or before.monitors.keys() != self._memory.monitors.keys()
        self._cursor.persist(self._memory, [*untold, *events], news)
        return events

    def _pause(self) -> float:
        """Return the seconds from one question to the next, in an outage more and more of them."""
        interval = self._interval or (poll_interval(timers(self._memory.monitors)) if self._answered else SHORTEST_POLL)
        if self._failures == 0:
            return interval
        backoff = min(max(interval, LONGEST_BACKOFF), interval * 2.0 ** min(self._failures - 1, 16))
        return max(self._asked_to_wait, backoff * random.uniform(0.75, 1.0))


async def watch(queue: Queue, options: Mapping[str, Any], feedback: asyncio.Queue[Any] | None) -> None:
    """Run the source. Raises ConfigurationError for a mistake in the options, with a sentence and no more."""
    made: list[Watch] = []
    try:
        await finished(lambda: made.append(Watch(options)), "knowledgefront-events")
        await made[0].run(queue, feedback)
    except asyncio.CancelledError:
        for each in made:
            each.close()
        raise
    except ConfigurationError as error:
        # ansible-rulebook shows the lines of a traceback.
        raise error.with_traceback(None) from None
