# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What went over the line while the plugins' own client asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...module_utils._api.deadline import Deadline
from ...module_utils._api.errors import KnowledgeFrontError
from ...module_utils._api.transport import Request, Response, Transport


@dataclass(frozen=True)
class Exchange:
    """One attempt: its answer, or the code of the error that came instead."""

    request: Request
    response: Response | None
    error: str | None
    seconds: float

    @property
    def came(self) -> str:
        """Return what came in a word or two."""
        return f"HTTP {self.response.status}" if self.response is not None else f"no answer ({self.error})"


class Recorder:
    """A transport that remembers each exchange of another one."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._clock = clock
        self._exchanges: list[Exchange] = []

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        began = self._clock()
        response, code = None, None
        try:
            response = self._transport.exchange(request, deadline)
            return response
        except KnowledgeFrontError as error:
            code = error.code
            raise
        finally:
            self._exchanges.append(Exchange(request, response, code, self._clock() - began))

    def close(self) -> None:
        self._transport.close()

    def mark(self) -> int:
        """Return a mark for ``since``."""
        return len(self._exchanges)

    def since(self, mark: int, path: str) -> list[Exchange]:
        """Return the exchanges after ``mark`` at URLs with ``path`` in them, oldest first."""
        return [made for made in self._exchanges[mark:] if path in urlsplit(made.request.url).path]

    @property
    def answered(self) -> bool:
        """Whether there was any answer at all."""
        return any(made.response is not None for made in self._exchanges)

    def tokens(self) -> list[str]:
        """Return every bearer token that was sent."""
        sent = (made.request.authorization.reveal() for made in self._exchanges)
        return sorted({text[7:].rstrip("=") for text in sent if text.startswith("Bearer ")})
