# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts the model of the system into the modules of the event source while a run lasts."""

# Functions are looked up when they are called, because a restart replaces them.
# pylint: disable=unnecessary-lambda

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import (
    arguments,
    cursor,
    fetching,
    publisher,
    recording,
    source,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._recording import appender
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system import files

from .service import Service

SMALL_LIMITS: list[tuple[ModuleType, str, float]] = [
    (publisher, "MAX_PENDING", 3),
    (publisher, "CHECK_INTERVAL", 1.0),
    (fetching, "MAX_CONFIRMATIONS", 2),
    (cursor, "MIN_JOURNAL_SIZE", 1500),
]
"""Limits of the product that a short run would not reach otherwise."""


class System:
    """What the modules see. ``life`` and ``calls`` are those of the current process."""

    def __init__(self, monotonic: Callable[[], float], service: Service) -> None:
        self.monotonic = monotonic
        self.service = service
        self.wall_offset = 0.0
        self.sleep: Callable[[float], None] = lambda seconds: None
        self.start_thread: Callable[..., None] = lambda work, deliver, name: None
        self.new_lock: Callable[[], Any] = lambda: None
        self.calls: Any = None
        self.poll_began: Callable[[], None] = lambda: None
        self.poll_ended: Callable[[KnowledgeFrontError | None], None] = lambda error: None
        self.new_journal: Callable[..., Any] = lambda *given, **named: None
        self.sources: list[Any] = []
        self._tokens = 0

    def wall(self) -> float:
        return self.service.now + self.wall_offset

    def new_client(self, settings: Any, transport: Any = None, **_others: Any) -> Client:
        return Client(
            settings,
            self.service,
            self.monotonic,
            lambda seconds: self.sleep(seconds),
            lambda: 0.5,
            wall_clock=self.wall,
        )

    def new_fetcher(self, *given: Any, **named: Any) -> ObservedFetcher:
        return ObservedFetcher(self, fetching.Fetcher(*given, clock=self.wall, **named))

    def new_source(self, *given: Any) -> Any:
        made = REAL_SOURCE(*given)
        self.sources.append(made)
        return made

    def token_hex(self, _size: int) -> str:
        self._tokens += 1
        return f"{self._tokens:016x}"


REAL_SOURCE = source.EventSource


class ObservedFetcher:
    """A fetcher whose polls the checker hears of."""

    def __init__(self, system: System, fetcher: fetching.Fetcher) -> None:
        self._system = system
        self._fetcher = fetcher
        self.now = fetcher.now

    def poll(self, state: Any) -> Any:
        self._system.poll_began()
        try:
            result = self._fetcher.poll(state)
        except KnowledgeFrontError as error:
            self._system.poll_ended(error)
            raise
        self._system.poll_ended(None)
        return result


class _CurrentCalls:
    """The ``os`` of the current process."""

    def __init__(self, system: System) -> None:
        self._system = system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system.calls, name)


@contextmanager
def installed(system: System) -> Iterator[None]:
    """Replace clock, disk, threads and network of the event source."""
    calls = _CurrentCalls(system)
    locks = SimpleNamespace(
        LOCK_EX=fcntl.LOCK_EX, LOCK_NB=fcntl.LOCK_NB, flock=lambda *given: system.calls.flock(*given)
    )
    replaced: list[tuple[ModuleType, str, Any]] = [
        *SMALL_LIMITS,
        (source, "time", SimpleNamespace(monotonic=system.monotonic)),
        (source, "random", SimpleNamespace(random=lambda: 0.5)),
        (source, "timeouts", SimpleNamespace(start_in_thread=lambda *given: system.start_thread(*given))),
        (source, "Client", system.new_client),
        (source, "Cursor", partial(cursor.Cursor, clock=system.monotonic)),
        (source, "Fetcher", system.new_fetcher),
        (source, "EventSource", system.new_source),
        (arguments, "os", calls),
        (cursor, "os", calls),
        (cursor, "fcntl", locks),
        (cursor, "threading", SimpleNamespace(RLock=lambda: system.new_lock())),
        (cursor, "open", lambda *given, **named: system.calls.open_file(*given, **named)),
        (files, "os", calls),
        (files, "open", lambda *given, **named: system.calls.open_file(*given, **named)),
        (files, "secrets", SimpleNamespace(token_hex=system.token_hex)),
        (recording, "PollRecording", partial(recording.PollRecording, clock=system.wall)),
        (recording, "Appender", partial(appender.Appender, now=system.wall)),
        (appender, "os", calls),
        (appender, "Journal", SimpleNamespace(open=lambda *given, **named: system.new_journal(*given, **named))),
    ]
    if hasattr(source, "open_token_cache"):
        replaced.append((source, "open_token_cache", lambda *given: None))
    with ExitStack() as stack:
        for module, name, value in replaced:
            stack.enter_context(mock.patch.object(module, name, value, create=name == "open"))
        logging.disable(logging.CRITICAL)
        stack.callback(logging.disable, logging.NOTSET)
        yield
