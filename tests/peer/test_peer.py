# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our client and OAuth servers of other authors, over a real socket; what was asked is what the server counted."""

from __future__ import annotations

import base64
import json
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import CredentialsError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import (
    Request,
    RequestsTransport,
    Response,
)
from ansible_collections.knowledgefront.monitoring.tests.peer.accounts import (
    ACCEPTED,
    KNOWN,
    ODD,
    PLAIN,
    REFUSED,
    SHORT_LIVED,
    Case,
)
from ansible_collections.knowledgefront.monitoring.tests.peer.running_peer import Account, Peer

TOKEN, STATUS = "/v2/token", "/v2/status"
GRANTED, ANSWERED, EXPIRED = (TOKEN, 200), (STATUS, 200), (STATUS, 401)
OVER = 2.1
"""Seconds after which a token that lives for one has ended, by clocks that count whole ones."""


class RecordingTransport(RequestsTransport):
    """A connection that keeps the tokens it saw, and does something before each question."""

    def __init__(self, settings: Settings, before: Callable[[], None]) -> None:
        super().__init__(settings)
        self._before = before
        self.tokens: list[str] = []

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        if request.method == "GET":
            self._before()
            self.tokens.append(request.authorization.reveal().removeprefix("Bearer "))
        return super().exchange(request, deadline)


def encodings(account: Account) -> list[str]:
    """Return how an error could say the secret back."""
    pairs = [f"{account.id}:{account.secret}", f"{quote(account.id, safe='')}:{quote(account.secret, safe='')}"]
    encoded = [base64.b64encode(text.encode()).decode().rstrip("=") for text in (account.secret, *pairs)]
    plain = [account.secret, quote(account.secret, safe=""), quote_plus(account.secret)]
    return [*plain, json.dumps(account.secret)[1:-1], *encoded]


class RecordingClient:
    """A client of ``peer`` as ``account``."""

    def __init__(self, peer: Peer, account: Account, before: Callable[[], None] = lambda: None, **more: Any) -> None:
        given = {"api_url": peer.url, "client_id": account.id, "client_secret": account.secret, "retries": 0}
        settings = Settings.from_options({**given, "timeout": 30})
        self.account = account
        self.transport = RecordingTransport(settings, before)
        self.client = Client(settings, self.transport, **more)

    def leaks(self, error: BaseException) -> list[str]:
        message = "\n".join([str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]).encode()
        found = [text for text in encodings(self.account) if text.encode() in message]
        return found + [token for token in self.transport.tokens if token.encode() in message]


@pytest.fixture(scope="module", params=["oidc_provider", "oauth2_server"])
def running(request: pytest.FixtureRequest, peers: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    peer = Peer(peers, request.param, KNOWN, tmp_path_factory.mktemp("peer"))
    yield peer
    assert peer.close() == 0


@pytest.fixture
def peer(running: Peer) -> Peer:
    running.forget()
    return running


def token_requests(peer: Peer, case: Case) -> list[tuple[str, int]]:
    return [(TOKEN, status) for status in (case.decoding if peer.name == "oidc_provider" else case.as_they_are)]


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_client_gets_its_token_with_at_most_one_request_more(peer: Peer, name: str) -> None:
    case = ACCEPTED[name]
    client, expected = RecordingClient(peer, case.account), token_requests(peer, case)
    if expected[-1] != GRANTED:
        with pytest.raises(CredentialsError, match="HTTP 401"):
            client.client.statuses()
        assert peer.calls() == expected
        return
    assert (client.client.statuses(), client.client.configs()) == ([], [])
    assert client.client.version() == {"major": 2, "minor": 0}
    assert peer.calls() == [*expected, ANSWERED, ("/v2/config/monitor", 200), ("/v2/version", 200)]


@pytest.mark.parametrize("name", REFUSED)
def test_a_rejected_client_stops(peer: Peer, name: str) -> None:
    case = REFUSED[name]
    client = RecordingClient(peer, case.account)
    with pytest.raises(CredentialsError, match=r"HTTP 40[01] \(.+\); check client_id and client_secret") as caught:
        client.client.statuses()
    assert caught.type is CredentialsError
    assert peer.calls() == token_requests(peer, case)
    assert client.leaks(caught.value) == []


def test_a_refusal_says_what_the_server_says(peer: Peer) -> None:
    limited = REFUSED["a client that may not"].account
    with pytest.raises(CredentialsError, match="unauthorized_client|grant type is not allowed") as caught:
        RecordingClient(peer, limited).client.statuses()
    assert caught.value.status == 400


@pytest.mark.parametrize("account", [PLAIN, ODD], ids=lambda account: account.id)
def test_a_revoked_token_is_replaced_once(peer: Peer, account: Account) -> None:
    client = RecordingClient(peer, account)
    client.client.statuses()
    peer.revoke_all()
    peer.forget()
    assert client.client.statuses() == []
    assert peer.calls() == [EXPIRED, GRANTED, ANSWERED]
    first, refused, new = client.transport.tokens
    assert first == refused != new


@pytest.mark.parametrize("account", [PLAIN, ODD], ids=lambda account: account.id)
def test_a_rejected_new_token_is_final(peer: Peer, account: Account) -> None:
    client = RecordingClient(peer, account, before=peer.revoke_all)
    with pytest.raises(CredentialsError, match="a new token was refused too") as caught:
        client.client.statuses()
    calls = peer.calls()
    assert calls[calls.index(GRANTED) :] == [GRANTED, EXPIRED, GRANTED, EXPIRED]
    assert len(set(client.transport.tokens)) == 2
    assert client.leaks(caught.value) == []


def test_a_token_is_replaced_before_it_ends(peer: Peer) -> None:
    client = RecordingClient(peer, SHORT_LIVED)
    client.client.statuses()
    time.sleep(OVER)
    assert client.client.statuses() == []
    assert peer.calls() == [GRANTED, ANSWERED, GRANTED, ANSWERED]


def test_a_token_that_ended_while_our_clock_stood_still_is_replaced_once(peer: Peer) -> None:
    client = RecordingClient(peer, SHORT_LIVED, clock=lambda: 0.0)
    client.client.statuses()
    time.sleep(OVER)
    assert client.client.statuses() == []
    assert peer.calls() == [GRANTED, ANSWERED, EXPIRED, GRANTED, ANSWERED]
