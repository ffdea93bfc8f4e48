# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that checks share: options, the controller's environment, exchanges, and what earlier checks found."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from ...module_utils._api.authentication import secret_encodings
from ...module_utils._api.errors import KnowledgeFrontError
from ...module_utils._api.settings import Settings
from ...module_utils._api.timeouts import Deadline
from ...module_utils._api.transport import Request, Response, Route, Transport

if TYPE_CHECKING:
    from ...module_utils._api.client import Client
    from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus

T = TypeVar("T")

NETWORK_TIMEOUT = 5.0
"""Seconds for a check below HTTP; a slower network is unusable for a gate."""


@dataclass(frozen=True)
class Environment:
    """The controller's environment; ``versions`` has None for a library that is not installed."""

    environment: Mapping[str, str]
    folder: str
    config_file: str | None
    cache_folder: str | None
    versions: Mapping[str, str | None]


@dataclass(frozen=True)
class Exchange:
    """One attempt of a request: its response, or the code of the error."""

    request: Request
    response: Response | None
    error: str | None
    seconds: float

    @property
    def outcome(self) -> str:
        return f"HTTP {self.response.status}" if self.response is not None else f"no response ({self.error})"


class Recorder:
    """A transport that records each exchange of another transport."""

    def __init__(self, transport: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._clock = clock
        self._exchanges: list[Exchange] = []

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        started = self._clock()
        response, code = None, None
        try:
            response = self._transport.exchange(request, deadline)
            return response
        except KnowledgeFrontError as error:
            code = error.code
            raise
        finally:
            self._exchanges.append(Exchange(request, response, code, self._clock() - started))

    def close(self) -> None:
        self._transport.close()

    def mark(self) -> int:
        """Return a mark for ``since``."""
        return len(self._exchanges)

    def since(self, mark: int, path: str) -> list[Exchange]:
        """Return the exchanges after ``mark`` with URLs that contain ``path``, oldest first."""
        return [made for made in self._exchanges[mark:] if path in urlsplit(made.request.url).path]

    @property
    def has_response(self) -> bool:
        return any(made.response is not None for made in self._exchanges)

    def tokens(self) -> list[str]:
        """Return every bearer token that was sent."""
        sent = (made.request.authorization.reveal() for made in self._exchanges)
        return sorted({text[7:].rstrip("=") for text in sent if text.startswith("Bearer ")})


@dataclass
class CheckContext:
    """``sources`` has value and origin of each connection option; if ``options`` is None, ``mistake`` has the reason.

    The checks fill in the other fields. A check may rely on the fields that its prerequisites fill in.
    """

    sources: Mapping[str, Any]
    options: Mapping[str, Any] | None
    mistake: str
    environment: Environment
    total: Deadline
    settings: Settings | None = None
    route: Route | None = None
    addresses: list[Any] = field(default_factory=list)
    client: Client | None = None
    recorder: Recorder | None = None
    responses: dict[str, Response] = field(default_factory=dict)
    statuses: list[MonitorStatus] | None = None
    configs: list[MonitorConfig] | None = None

    @property
    def valid_settings(self) -> Settings:
        """Return the settings, for checks that require valid options."""
        return _require(self.settings)

    @property
    def authenticated_client(self) -> Client:
        """Return the client, for checks that require a token."""
        return _require(self.client)

    @property
    def exchanges(self) -> Recorder:
        """Return the recorded exchanges, for checks that send requests."""
        return _require(self.recorder)

    @property
    def host(self) -> str:
        return urlsplit(self.valid_settings.api_url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.valid_settings.api_url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def is_encrypted(self) -> bool:
        return urlsplit(self.valid_settings.api_url).scheme == "https"

    @property
    def proxy(self) -> str | None:
        """Return the URL of the proxy for the service, with any password in it."""
        return self.route.proxy.reveal() if self.route is not None and self.route.proxy is not None else None

    def proxy_parts(self) -> SplitResult:
        """Return the parts of the proxy's URL, which may lack a scheme. Raises ValueError."""
        proxy = self.proxy or ""
        return urlsplit(proxy if "//" in proxy else f"//{proxy}")

    def network_timeout(self) -> float:
        """Return the seconds for a check below HTTP."""
        return min(NETWORK_TIMEOUT, self.valid_settings.timeout, self.total.left())

    def secrets(self) -> list[str]:
        """Return every text that must not appear in a result."""
        given = self.sources.get("client_secret")
        texts = [str(given.value)] if given is not None and given.value else []
        texts += secret_encodings(self.settings) if self.settings is not None else []
        texts += self.recorder.tokens() if self.recorder is not None else []
        return [*texts, *_proxy_secrets(self.proxy or "")]


def _require(value: T | None) -> T:
    if value is None:
        raise AssertionError("a check ran without its prerequisites")
    return value


def _proxy_secrets(url: str) -> list[str]:
    head, at, _place = url.rpartition("@")
    if not at:
        return []
    pair = head.rpartition("//")[2]
    password = pair.partition(":")[2]
    encoded = base64.b64encode(unquote(pair).encode()).decode("ascii").rstrip("=")
    return [text for text in (password, unquote(password), encoded) if text]
