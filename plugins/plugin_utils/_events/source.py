# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source: poll, compare, persist, publish and wait, until it is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ...module_utils._api import timeouts
from ...module_utils._api.client import Client
from ...module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ...module_utils._api.settings import Settings
from ...module_utils._api.transport import Transport
from ...module_utils._domain.timing import MIN_POLL_INTERVAL, outage_interval, poll_interval
from .cursor import Cursor
from .event import Event, stable_id
from .fetching import Fetcher, selection_key
from .publisher import Publisher, Queue
from .state import PollResult
from .token_cache import open_token_cache
from .transitions import Rules, detect_events, detect_outage

if TYPE_CHECKING:
    from .._recording.appender import Appender
    from .recording import PollRecording

LOGGER = logging.getLogger(__name__)

R = TypeVar("R")

SLOW_POLL = 5.0
"""Seconds after which the duration of a poll is logged."""


class EventSource:
    """Polls the service with one client. Raises ConfigurationError if the options are invalid."""

    def __init__(self, options: Mapping[str, Any], transport: Transport | None = None) -> None:
        self._interval: float | None = options["interval"]
        self._rules = Rules(options["initial"] == "active", options["stale_factor"], options["stale_grace"])
        settings = Settings.from_options(options)
        self._client = Client(settings, transport, cache=open_token_cache(settings, options, LOGGER.warning))
        self._recording: PollRecording | None = None
        self._journal: Appender | None = None
        if options["journal"]:
            from .recording import open_recording

            self._recording, self._journal = open_recording(options, self._client, LOGGER.warning)
        self._fetcher = Fetcher(self._client, options, LOGGER.warning, recording=self._recording)
        selection = stable_id(*map(repr, selection_key(options)))
        self._cursor = Cursor(options["cursor"], settings.api_url, selection)
        restored = self._cursor.take_state()
        self._state, self._restored = restored.state, restored.outbox
        self._selection_changed = self._cursor.selection_changed
        self._has_polled = False
        self._failures = 0
        self._error: KnowledgeFrontError | None = None

    async def run(self, queue: Queue, feedback: asyncio.Queue[Any] | None) -> None:
        """Publish events until cancelled. Raises ConfigurationError for an error that only the first poll can find."""
        publisher = Publisher(queue, feedback, self._cursor.acknowledge)
        try:
            await publisher.publish(self._restored)
            self._restored = ()
            while True:
                began = time.monotonic()
                await self._publish_next(publisher)
                await asyncio.sleep(max(self._pause() - (time.monotonic() - began), 0.0))
        finally:
            await publisher.close()
            self.close()

    def close(self) -> None:
        """Close the connection, the cursor and the journal."""
        self._client.close()
        if self._journal is not None:
            self._journal.close()
        self._cursor.close()

    async def _publish_next(self, publisher: Publisher) -> None:
        """Poll and publish the events, which are released before the next poll: a burst can have thousands."""
        events = await self._poll(publisher)
        await publisher.publish(events)
        if self._cursor.is_unsynced:
            await run_in_thread(self._cursor.sync, "knowledgefront-events")
        recording = self._recording
        if recording is not None:
            error, interval = self._error, self._poll_interval()
            await run_in_thread(lambda: recording.append(error, interval), "knowledgefront-journal")

    async def _poll(self, publisher: Publisher) -> list[Event]:
        """Return the events of one poll after they were written to the cursor."""
        began = time.monotonic()
        result = await self._fetch()
        fetched = time.monotonic()
        pending = publisher.pending()
        events = await run_in_thread(lambda: self._persist(result, pending), "knowledgefront-events")
        ended = time.monotonic()
        if ended - began > SLOW_POLL:
            LOGGER.info(
                "polled %d monitors in %.1f s: %.1f s to fetch, %.1f s to compare and write",
                len(self._state.monitors),
                ended - began,
                fetched - began,
                ended - fetched,
            )
        return events

    async def _fetch(self) -> PollResult | KnowledgeFrontError:
        try:
            return await start_in_thread(lambda: self._fetcher.poll(self._state), "knowledgefront-poll")
        except KnowledgeFrontError as error:
            if isinstance(error, ConfigurationError) and not self._has_polled:
                raise
            return error

    def _persist(self, result: PollResult | KnowledgeFrontError, pending: list[Event]) -> list[Event]:
        """Return the events of a poll after the cursor holds them, the new state and the ``pending`` events."""
        before = self._state
        if isinstance(result, PollResult):
            events, self._state = detect_events(before, result, self._rules, self._selection_changed)
            self._selection_changed, self._has_polled, self._failures = False, True, 0
            self._error = None
        else:
            self._failures += 1
            self._error = result
            events, self._state = detect_outage(before, result.code, str(result), self._fetcher.now()[1])
            if events:
                LOGGER.warning("the API is unavailable; retrying: %s", result)
        is_changed = bool(events) or before.polled_at is None or before.monitors.keys() != self._state.monitors.keys()
        self._cursor.persist(self._state, [*pending, *events], is_changed)
        return events

    def _poll_interval(self) -> float:
        """Return the seconds between the starts of two polls while the service responds."""
        return self._interval or (poll_interval(self._state.timers()) if self._has_polled else MIN_POLL_INTERVAL)

    def _pause(self) -> float:
        """Return the seconds between the starts of two polls, with exponential backoff in an outage."""
        if self._error is None:
            return self._poll_interval()
        return outage_interval(self._poll_interval(), self._failures, self._error.retry_after, random.random)


async def run_source(queue: Queue, options: Mapping[str, Any], feedback: asyncio.Queue[Any] | None) -> None:
    """Run the source until cancelled. Raises ConfigurationError, without a traceback, if the options are invalid."""
    created: list[EventSource] = []
    try:
        await run_in_thread(lambda: created.append(EventSource(options)), "knowledgefront-events")
        await created[0].run(queue, feedback)
    except asyncio.CancelledError:
        for source in created:
            source.close()
        raise
    except ConfigurationError as error:
        # ansible-rulebook prints the traceback.
        raise error.with_traceback(None) from None


def start_in_thread(work: Callable[[], R], name: str) -> asyncio.Future[R]:
    """Start ``work`` in a daemon thread and return its outcome; cancelling the future abandons the thread."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[R] = loop.create_future()

    def set_outcome(result: R | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]  # without an error, there is a result

    def deliver(result: R | None, error: BaseException | None) -> None:
        # The loop may be closed by now.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(set_outcome, result, error)

    timeouts.start_in_thread(work, deliver, name)
    return outcome


async def run_in_thread(work: Callable[[], R], name: str) -> R:
    """Run ``work`` in a thread and return its result; a cancellation takes effect when ``work`` has finished."""
    outcome = start_in_thread(work, name)
    cancelled: asyncio.CancelledError | None = None
    while not outcome.done():
        try:
            await asyncio.wait([outcome])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        outcome.exception()
        raise cancelled
    return outcome.result()
