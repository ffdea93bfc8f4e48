# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator in this process, a clock that stands still, and a plain HTTP client to ask with."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from simulator.server import Simulator  # noqa: E402
from simulator.world import world_from  # noqa: E402

NOON = 1_780_315_200  # 2026-06-01T12:00:00 UTC


class Clock:
    """Epoch seconds that pass only when told."""

    def __init__(self) -> None:
        self.now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Asks over one connection, with a token of its own unless told otherwise."""

    def __init__(self, simulator: Simulator, tls: ssl.SSLContext | None = None) -> None:
        self.simulator = simulator
        if tls:
            self.connection: Any = http.client.HTTPSConnection("127.0.0.1", simulator.port, timeout=10, context=tls)
        else:
            self.connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=10)
        self.token_text = ""

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        self.connection.request(method, path, body, named)
        answer = self.connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())

    def token(self, client_id: str | None = None, secret: str | None = None) -> Reply:
        pair = f"{client_id or self.simulator.client_id}:{secret or self.simulator.client_secret}"
        basic = "Basic " + base64.b64encode(pair.encode()).decode()
        form = "application/x-www-form-urlencoded"
        return self.ask("POST", "/v2/token", b"grant_type=client_credentials", Authorization=basic, Content_Type=form)

    def get(self, path: str, **headers: str) -> Reply:
        if not self.token_text:
            self.token_text = self.token().json["access_token"]
        return self.ask("GET", path, Authorization=f"Bearer {self.token_text}", **headers)


WORLD = {
    "clients": [
        {"id": "reader", "secret": "reader-secret"},
        {"id": "team:red", "secret": "red-secret"},
        {"id": "outsider", "secret": "outsider-secret", "forbidden": True},
    ],
    "monitors": [
        {
            "id": "web/1",
            "label": "Web",
            "timer": 10,
            "time_zone": "America/Chicago",
            "config": {"url": "https://example.com", "password": "hunter2", "deep": [{"api_key": "k", "port": 1}]},
        },
        {"id": "mail", "label": "Mail", "type": "smtp", "timer": 10, "failing_for": 100, "error": "no relay"},
        {"id": "gone", "label": "Gone", "active": False},
        {"id": "new", "label": "New", "timer": 10, "fresh": True},
    ],
}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def simulator(clock: Clock) -> Iterator[Simulator]:
    with Simulator(world_from(WORLD), clock=clock) as running:
        yield running


@pytest.fixture
def call(simulator: Simulator) -> Iterator[Caller]:
    caller = Caller(simulator)
    yield caller
    caller.connection.close()


@pytest.fixture
def caller_of() -> Callable[..., Caller]:
    return Caller
