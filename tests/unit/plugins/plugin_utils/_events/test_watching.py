# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source's life: how long it waits, what it remembers in the middle of something, and what it shows."""

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
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.deadline import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    KnowledgeFrontError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import watching
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.arguments import checked_arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.background import begun, finished
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor import Cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_file import decode_cursor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.memory import MonitorState, SourceState
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.watching import Watch

SECRET = "S3cr3t-that-is-long-enough-to-be-found"


class Refusing:
    """A service that says back what it was sent."""

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        return Response(401, {}, f'{{"error": "no {SECRET}"}}'.encode())

    def close(self) -> None:
        """There is nothing to give up."""


def watch(**given: Any) -> Watch:
    return Watch(checked_arguments({"client_id": "id", "client_secret": SECRET, **given}, {}), Refusing())


def failed(watched: Watch, times: int, retry_after: float | None = None) -> None:
    error: KnowledgeFrontError = ServiceError("no", retry_after=retry_after)
    for _turn in range(times):
        watched._settled(error, [])


@pytest.fixture
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: most)


@pytest.mark.usefixtures("no_chance")
@pytest.mark.parametrize(
    ("interval", "failures", "asked_for", "seconds"),
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
def test_an_outage_is_asked_about_less_and_less_often(
    interval: float | None, failures: int, asked_for: float | None, seconds: float
) -> None:
    watched = watch(interval=interval)
    failed(watched, failures, asked_for)
    assert watched._pause() == seconds


def test_the_pause_follows_the_shortest_timer() -> None:
    watched = watch()
    watched._answered = True
    watched._memory = SourceState({str(timer): MonitorState("", "", timer=timer) for timer in (300.0, 20.0, None)}, 1.0)
    assert watched._pause() == 20


def test_no_secret_is_in_an_event_or_a_log(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    async def play() -> list[Any]:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        running = asyncio.create_task(watch(cursor=str(tmp_path / "cursor.json")).run(queue, None))
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
    shown = str(events) + caplog.text + str(written)
    assert "the API is lost" in shown
    assert SECRET not in shown


def test_who_is_cancelled_while_it_opens_its_cursor_leaves_it_to_others(
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
        options = checked_arguments({"client_id": "id", "client_secret": SECRET, "cursor": path}, {})
        running = asyncio.create_task(watching.watch(asyncio.Queue(), options, None))
        while not opening.is_set():
            await asyncio.sleep(0.01)
        running.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await running

    monkeypatch.setattr(watching, "Cursor", Slow)
    asyncio.run(play())
    Cursor(path, "service", "all").close()


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_what_was_begun_is_left_behind_and_what_must_be_finished_is_not(released: threading.Event) -> None:
    done: list[str] = []

    def short() -> None:
        time.sleep(0.2)
        done.append("short")

    async def play() -> None:
        asking = asyncio.ensure_future(begun(released.wait, "test"))
        writing = asyncio.create_task(finished(short, "test"))
        await asyncio.sleep(0.05)
        for task in (asking, writing):
            task.cancel()
        began = time.monotonic()
        for task in (asking, writing):
            with pytest.raises(asyncio.CancelledError):
                await task
        assert done == ["short"]
        assert time.monotonic() - began < 2

    asyncio.run(play())


def test_an_error_is_raised_where_somebody_waits_and_lost_where_nobody_does(released: threading.Event) -> None:
    def fail() -> None:
        raise ServiceError("no")

    async def play() -> None:
        with pytest.raises(ServiceError):
            await begun(fail, "test")
        with pytest.raises(ServiceError):
            await finished(fail, "test")
        begun(released.wait, "test")

    asyncio.run(play())
    released.set()
