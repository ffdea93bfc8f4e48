# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every unit test can ask for."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import Answering, ScriptedServer
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import Play, Step, play

hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")

FIXTURES = Path(__file__).parent / "fixtures"

OUTSIDE = (
    "KF_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT_",
)


@pytest.fixture(autouse=True)
def quiet_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the machine's proxies, certificates, credentials and home out of the tests."""
    for name in list(os.environ):
        if name.upper().startswith(OUTSIDE):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """Return a reader of the answers that the vendor's documentation shows."""
    return lambda name: json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def script() -> Iterator[Callable[..., Play]]:
    """Return a maker of clients for scripted answers, and prove at the end that every expected call was made."""
    plays: list[Play] = []

    def make(*steps: Step, **options: Any) -> Play:
        plays.append(play(steps, **options))
        return plays[-1]

    yield make
    for made in plays:
        made.transport.prove_finished()


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Return a starter of servers on loopback, which end with the test."""
    servers: list[ScriptedServer] = []

    def start(answering: Answering, tls: ssl.SSLContext | None = None, greeting: bytes = b"") -> ScriptedServer:
        servers.append(ScriptedServer(answering, tls, greeting))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
