# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service of a story: it answers at once, on a clock of its own, and keeps what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.deadline import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response

from .story import START, Told, at_last, headers_at_last

PATHS = {"/v2/status": "status", "/v2/config/monitor": "configs", "/v2/token": "token", "/v2/version": "version"}
ONE = "/v2/config/monitor/"

GRANTED = b'{"access_token": "t0ken-of-the-story", "token_type": "Bearer", "expires_in": 3600}'

MOST_CALLS = 5000
"""Far more than any story needs: whoever asks more often is caught in a loop."""


@dataclass(frozen=True)
class Exchange:
    """One question and the bytes that came back for it; ``at`` in epoch seconds."""

    kind: str
    params: Mapping[str, str]
    at: float
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class PlayedService:
    """Stands where the transport does. A clock moves only when somebody sleeps."""

    def __init__(self, answers: Iterable[Told]) -> None:
        self._left: dict[str, list[Told]] = {}
        for told in answers:
            self._left.setdefault(told.kind, []).append(told)
        self.elapsed = 0.0
        self.exchanges: list[Exchange] = []
        self.credentials: set[str] = set()

    def clock(self) -> float:
        return self.elapsed

    def now(self) -> float:
        return START + self.elapsed

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds < float("inf"), f"a sleep of {seconds} seconds"
        self.elapsed += seconds

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        path = urlsplit(request.url).path
        kind = "version" if path.startswith(ONE) else PATHS[path]
        self.credentials.add(request.authorization.reveal().partition(" ")[2].rstrip("="))
        told = self._next(kind)
        body, headers = at_last(told.body, self.now()), headers_at_last(told.headers, self.now())
        self.exchanges.append(Exchange(kind, dict(request.params), self.now(), told.status, body, headers))
        assert len(self.exchanges) < MOST_CALLS, "the service is asked without an end"
        return Response(told.status, headers, body)

    def close(self) -> None:
        pass

    def _next(self, kind: str) -> Told:
        left = self._left.get(kind)
        if left:
            return left.pop(0) if len(left) > 1 else left[0]
        return Told(kind, 200, GRANTED) if kind == "token" else Told(kind, 404, b"")
