# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service without a network: the calls that a test expects, in their order, and what each of them gets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Request, Response

TOKEN = "/v2/token"
STATUS = "/v2/status"
CONFIGS = "/v2/config/monitor"
VERSION = "/v2/version"


@dataclass(frozen=True)
class Step:
    """One expected call and its outcome: an answer, or an error to raise. ``takes`` seconds pass meanwhile."""

    path: str
    outcome: Response | Exception
    takes: float = 0.0


def answered(path: str, document: Any = None, status: int = 200, takes: float = 0.0, **headers: str) -> Step:
    """A step that answers with ``document`` as JSON, or as it is when it is bytes."""
    body = document if isinstance(document, bytes) else json.dumps({} if document is None else document).encode()
    return Step(path, Response(status, {name.replace("_", "-"): text for name, text in headers.items()}, body), takes)


def token(text: str = "token-1", takes: float = 0.0, **fields: Any) -> Step:
    """A step that grants a token for an hour."""
    document = {"access_token": text, "token_type": "Bearer", "expires_in": 3600, **fields}
    return answered(TOKEN, document, takes=takes)


@dataclass
class Time:
    """Time that passes only when somebody sleeps or a step takes it."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class ScriptedTransport:
    """Plays ``steps``. A call that is not the next expected one, and one expected in vain, fail the test."""

    def __init__(self, steps: Iterable[Step], time: Time) -> None:
        self._steps = list(steps)
        self._time = time
        self.requests: list[Request] = []
        self.closed = 0

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        assert self._steps, f"one call too many: {request.method} {request.url}"
        step = self._steps.pop(0)
        assert urlsplit(request.url).path == step.path, f"expected {step.path}, not {request.url}"
        assert request.method == ("POST" if step.path.endswith(TOKEN) else "GET")
        self.requests.append(request)
        self._time.now += step.takes
        if isinstance(step.outcome, Exception):
            raise step.outcome
        return step.outcome

    def close(self) -> None:
        self.closed += 1

    def paths(self) -> list[str]:
        return [urlsplit(request.url).path for request in self.requests]

    def prove_finished(self) -> None:
        assert not self._steps, f"these calls were expected and never made: {[step.path for step in self._steps]}"


@dataclass
class Play:
    """A client, the transport that plays for it, and its time."""

    client: Client
    transport: ScriptedTransport
    time: Time


def play(steps: Iterable[Step], draw: float = 1.0, **options: Any) -> Play:
    """Return a client for which ``steps`` are the whole service. ``draw`` is what chance yields."""
    time = Time()
    transport = ScriptedTransport(steps, time)
    given: Mapping[str, Any] = {"client_id": "id", "client_secret": "s3cr3t/+ word", **options}
    client = Client(Settings.from_options(given), transport, time.clock, time.sleep, lambda: draw)
    return Play(client, transport, time)
