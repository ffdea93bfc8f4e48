# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's answers, asked for anew or told by another process that asked the same a moment ago."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Union

from .._domain.service_defaults import WINDOW
from .cache import Cache
from .cache_codec import parse_configs, parse_statuses, serialize_configs, serialize_statuses
from .deadline import Deadline
from .settings import Settings

if TYPE_CHECKING:
    from .._domain.monitor import MonitorConfig, MonitorStatus
    from .cache_codec import CachedConfig, CachedStatus
    from .client import Client

    AnyStatus = Union[MonitorStatus, CachedStatus]
    AnyConfig = Union[MonitorConfig, CachedConfig]

A = TypeVar("A")
K = TypeVar("K")

LONGEST_KEPT = 86400.0
"""Seconds after which nobody is told an answer any more, whatever age they accept."""


class CachedClient:
    """Answers a client's questions as the client does, and raises as it does; only the gate must not use it.

    Every task, host and fork is a process of its own, so the client and all that it needs is loaded when it is asked.
    """

    def __init__(self, settings: Settings, cache: Cache) -> None:
        self._settings = settings
        self._cache = cache
        self._asked: Client | None = None

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[AnyStatus]:
        """See Client.statuses."""

        def ask(deadline: Deadline) -> list[MonitorStatus]:
            return self._client().statuses(everything, window, deadline)

        return self._shared(f"statuses {everything} {window}", ask, serialize_statuses, parse_statuses)

    def configs(self, store: bool = True) -> Sequence[AnyConfig]:
        """See Client.configs. Without ``store``, a new response is not stored: for large ones that takes most time."""

        def ask(deadline: Deadline) -> list[MonitorConfig]:
            return self._client().configs(deadline)

        return self._shared("configs", ask, serialize_configs, parse_configs, store)

    def config(self, monitor_id: str) -> AnyConfig:
        """See Client.config."""

        def ask(deadline: Deadline) -> list[MonitorConfig]:
            return [self._client().config(monitor_id, deadline)]

        return self._shared(f"config {monitor_id}", ask, serialize_configs, parse_configs)[0]

    def version(self) -> dict[str, Any]:
        """See Client.version."""

        def keep(told: dict[str, Any]) -> bytes:
            return json.dumps(told).encode("ascii")

        return self._shared("version", lambda deadline: self._client().version(deadline), keep, json.loads)

    def close(self) -> None:
        """Give up the connection, if there is one."""
        if self._asked is not None:
            self._asked.close()

    def _client(self) -> Client:
        if self._asked is None:
            from .client import Client

            self._asked = Client(self._settings, cache=self._cache)
        return self._asked

    def _shared(
        self,
        question: str,
        ask: Callable[[Deadline], A],
        keep: Callable[[A], bytes],
        read: Callable[[bytes], K],
        store: bool = True,
    ) -> A | K:
        deadline = Deadline(self._settings.timeout)
        with self._cache.answer(question, deadline) as turn:
            if turn.kept is not None:
                return read(turn.kept.content)
            answer = ask(deadline)
            if store:
                turn.keep(lambda: keep(answer), LONGEST_KEPT)
            return answer
