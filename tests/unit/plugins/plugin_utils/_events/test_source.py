# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source: pauses, cancellation, and secrets in logs and events."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    KnowledgeFrontError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import source as source_module
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import validate_arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor import Cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_format import decode_cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.source import (
    EventSource,
    run_in_thread,
    start_in_thread,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import MonitorState, SourceState

SECRET = "S3cr3t-that-is-long-enough-to-be-found"


class RefusingTransport:
    """A service that returns what it received."""

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        return Response(401, {}, f'{{"error": "no {SECRET}"}}'.encode())

    def close(self) -> None:
        """Do nothing: there is no connection."""


def make_source(**given: Any) -> EventSource:
    return EventSource(
        validate_arguments({"client_id": "id", "client_secret": SECRET, **given}, {}), RefusingTransport()
    )


def fail_polls(source: EventSource, times: int, retry_after: float | None = None) -> None:
    error: KnowledgeFrontError = ServiceError("no", retry_after=retry_after)
    for _number in range(times):
        source._persist(error, [])


@pytest.fixture
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 1.0)


@pytest.mark.usefixtures("no_jitter")
@pytest.mark.parametrize(
    ("interval", "failures", "retry_after", "seconds"),
    [
        (10, 1, None, 10),
        (10, 2, None, 20),
        (10, 5, None, 160),
        (10, 6, None, 300),
        (10, 5000, None, 300),
        (1000, 3, None, 1000),
        (10, 1, 45.0, 45),
        (10, 6, 45.0, 300),
        (10, 1, 1e9, 3600),
        (None, 1, None, 15),
    ],
)
def test_an_outage_increases_the_pause(
    interval: float | None, failures: int, retry_after: float | None, seconds: float
) -> None:
    source = make_source(interval=interval)
    fail_polls(source, failures, retry_after)
    assert source._pause() == seconds


def test_the_pause_follows_the_shortest_timer() -> None:
    source = make_source()
    source._has_polled = True
    source._state = SourceState({str(timer): MonitorState("", "", timer=timer) for timer in (300.0, 20.0, None)}, 1.0)
    assert source._pause() == 20


def test_no_secret_is_in_an_event_or_a_log(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    async def play() -> list[Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        running = asyncio.create_task(make_source(cursor=str(tmp_path / "cursor.json")).run(queue, None))
        event = await asyncio.wait_for(queue.get(), 5)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        return [event]

    with caplog.at_level(logging.DEBUG):
        events = asyncio.run(play())
    assert events[0]["kind"] == "api_lost"
    assert events[0]["after"]["error"]["code"] == "credentials"
    written = decode_cursor((tmp_path / "cursor.json").read_bytes())
    output = str(events) + caplog.text + str(written)
    assert "the API is unavailable" in output
    assert SECRET not in output


def test_a_source_that_is_cancelled_while_it_opens_its_cursor_unlocks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "cursor.json")
    opening, go_on = threading.Event(), threading.Event()

    class Slow(Cursor):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            opening.set()
            go_on.wait(5)

    async def play() -> None:
        options = validate_arguments({"client_id": "id", "client_secret": SECRET, "cursor": path}, {})
        running = asyncio.create_task(source_module.run_source(asyncio.Queue(), options, None))
        while not opening.is_set():
            await asyncio.sleep(0.01)
        running.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running

    monkeypatch.setattr(source_module, "Cursor", Slow)
    asyncio.run(play())
    Cursor(path, "service", "all").close()


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_cancellation_abandons_a_started_thread_and_waits_for_a_running_one(released: threading.Event) -> None:
    done: list[str] = []

    def short() -> None:
        time.sleep(0.2)
        done.append("short")

    async def play() -> None:
        polling = asyncio.ensure_future(start_in_thread(released.wait, "test"))
        writing = asyncio.create_task(run_in_thread(short, "test"))
        await asyncio.sleep(0.05)
        for task in (polling, writing):
            task.cancel()
        began = time.monotonic()
        for task in (polling, writing):
            with pytest.raises(asyncio.CancelledError):
                await task
        assert done == ["short"]
        assert time.monotonic() - began < 2

    asyncio.run(play())


def test_an_error_in_a_thread_is_raised_if_it_is_awaited(released: threading.Event) -> None:
    def fail() -> None:
        raise ServiceError("no")

    async def play() -> None:
        with pytest.raises(ServiceError):
            await start_in_thread(fail, "test")
        with pytest.raises(ServiceError):
            await run_in_thread(fail, "test")
        start_in_thread(released.wait, "test")

    asyncio.run(play())
    released.set()
