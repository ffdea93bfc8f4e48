# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is examined, and what the checks so far have found out about it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote, urlsplit

from ...module_utils._api.credentials import secret_encodings
from ...module_utils._api.deadline import Deadline
from ...module_utils._api.settings import Settings
from ...module_utils._api.transport import Response, Route
from .exchanges import Recorder

if TYPE_CHECKING:
    from ...module_utils._api.client import Client
    from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus

F = TypeVar("F")

SHORT = 5.0
"""Seconds for a check below HTTP. A network that needs longer for one is no use to a gate."""


@dataclass(frozen=True)
class Environment:
    """Where the controller is: what the checks would otherwise have to ask the machine for, each on its own."""

    environment: Mapping[str, str]
    folder: str
    config_file: str | None
    cache_folder: str | None
    versions: Mapping[str, str | None]


@dataclass
class Patient:
    """``sources`` has value and origin of each connection option; ``options`` is None where ``mistake`` says why.

    The rest is filled in by the checks, each of which may rely on what those that it needs have found.
    """

    sources: Mapping[str, Any]
    options: Mapping[str, Any] | None
    mistake: str
    around: Environment
    total: Deadline
    settings: Settings | None = None
    route: Route | None = None
    addresses: list[Any] = field(default_factory=list)
    client: Client | None = None
    recorder: Recorder | None = None
    answers: dict[str, Response] = field(default_factory=dict)
    statuses: list[MonitorStatus] | None = None
    configs: list[MonitorConfig] | None = None

    @property
    def known(self) -> Settings:
        """Return the settings, for checks that need the options to be right."""
        return _there(self.settings)

    @property
    def asking(self) -> Client:
        """Return the client, for checks that need a token."""
        return _there(self.client)

    @property
    def recorded(self) -> Recorder:
        """Return what went over the line, for checks that ask."""
        return _there(self.recorder)

    @property
    def host(self) -> str:
        return urlsplit(self.known.api_url).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.known.api_url)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def encrypted(self) -> bool:
        return urlsplit(self.known.api_url).scheme == "https"

    @property
    def proxy(self) -> str | None:
        """Return the URL of the proxy that applies, with any password in it."""
        return self.route.proxy.reveal() if self.route is not None and self.route.proxy is not None else None

    def short(self) -> float:
        """Return the seconds for a check below HTTP."""
        return min(SHORT, self.known.timeout, self.total.left())

    def secrets(self) -> list[str]:
        """Return every text that must not be in what is told."""
        given = self.sources.get("client_secret")
        texts = [str(given.value)] if given is not None and given.value else []
        texts += secret_encodings(self.settings) if self.settings is not None else []
        texts += self.recorder.tokens() if self.recorder is not None else []
        return [*texts, *_in_proxy(self.proxy or "")]


def _there(found: F | None) -> F:
    if found is None:
        raise AssertionError("a check was made without those that it needs")
    return found


def _in_proxy(url: str) -> list[str]:
    head, at, _place = url.rpartition("@")
    if not at:
        return []
    pair = head.rpartition("//")[2]
    password = pair.partition(":")[2]
    encoded = base64.b64encode(unquote(pair).encode()).decode("ascii").rstrip("=")
    return [text for text in (password, unquote(password), encoded) if text]
