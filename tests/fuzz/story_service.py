# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service of a story: it responds at once on a virtual clock and records its exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response

from .story import START, StoryResponse, expand_body, expand_headers

PATHS = {"/v2/status": "status", "/v2/config/monitor": "configs", "/v2/token": "token", "/v2/version": "version"}
CONFIG_PATH = "/v2/config/monitor/"

TOKEN_BODY = b'{"access_token": "t0ken-of-the-story", "token_type": "Bearer", "expires_in": 3600}'

MAX_CALLS = 5000
"""More requests than any story needs; exceeding it indicates an endless loop."""


@dataclass(frozen=True)
class Exchange:
    """A request at ``at`` (epoch seconds) and its response."""

    kind: str
    params: Mapping[str, str]
    at: float
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class StoryService:
    """Replaces the transport. The clock advances only by sleeping."""

    def __init__(self, responses: Iterable[StoryResponse]) -> None:
        self._left: dict[str, list[StoryResponse]] = {}
        for response in responses:
            self._left.setdefault(response.kind, []).append(response)
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
        kind = "version" if path.startswith(CONFIG_PATH) else PATHS[path]
        self.credentials.add(request.authorization.reveal().partition(" ")[2].rstrip("="))
        response = self._next(kind)
        body, headers = expand_body(response.body, self.now()), expand_headers(response.headers, self.now())
        self.exchanges.append(Exchange(kind, dict(request.params), self.now(), response.status, body, headers))
        assert len(self.exchanges) < MAX_CALLS, "endless requests"
        return Response(response.status, headers, body)

    def close(self) -> None:
        pass

    def _next(self, kind: str) -> StoryResponse:
        left = self._left.get(kind)
        if left:
            return left.pop(0) if len(left) > 1 else left[0]
        return StoryResponse(kind, 200, TOKEN_BODY) if kind == "token" else StoryResponse(kind, 404, b"")
