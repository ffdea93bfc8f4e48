# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's answers, asked for anew or told by another process that asked the same a moment ago."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Union

from .._domain.window import WINDOW
from .deadline import Deadline
from .kept_monitors import keep_configs, keep_statuses, kept_configs, kept_statuses
from .settings import Settings
from .sharing import Sharing

if TYPE_CHECKING:
    from .._domain.monitor import MonitorConfig, MonitorStatus
    from .client import Client
    from .kept_monitors import KeptConfig, KeptStatus

    AnyStatus = Union[MonitorStatus, KeptStatus]
    AnyConfig = Union[MonitorConfig, KeptConfig]

A = TypeVar("A")
K = TypeVar("K")

LONGEST_KEPT = 86400.0
"""Seconds after which nobody is told an answer any more, whatever age they accept."""


class SharedAnswers:
    """Answers a client's questions as the client does, and raises as it does; only the gate must not use it.

    Every task, host and fork is a process of its own, so the client and all that it needs is loaded when it is asked.
    """

    def __init__(self, settings: Settings, sharing: Sharing) -> None:
        self._settings = settings
        self._sharing = sharing
        self._asked: Client | None = None

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[AnyStatus]:
        """See Client.statuses."""

        def ask(deadline: Deadline) -> list[MonitorStatus]:
            return self._client().statuses(everything, window, deadline)

        return self._shared(f"statuses {everything} {window}", ask, keep_statuses, kept_statuses)

    def configs(self) -> Sequence[AnyConfig]:
        """See Client.configs."""
        return self._shared("configs", lambda deadline: self._client().configs(deadline), keep_configs, kept_configs)

    def config(self, monitor_id: str) -> AnyConfig:
        """See Client.config."""

        def ask(deadline: Deadline) -> list[MonitorConfig]:
            return [self._client().config(monitor_id, deadline)]

        return self._shared(f"config {monitor_id}", ask, keep_configs, kept_configs)[0]

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

            self._asked = Client(self._settings, sharing=self._sharing)
        return self._asked

    def _shared(
        self, question: str, ask: Callable[[Deadline], A], keep: Callable[[A], bytes], read: Callable[[bytes], K]
    ) -> A | K:
        deadline = Deadline(self._settings.timeout)
        with self._sharing.answer(question, deadline) as turn:
            if turn.kept is not None:
                return read(turn.kept.content)
            answer = ask(deadline)
            turn.keep(lambda: keep(answer), LONGEST_KEPT)
            return answer
