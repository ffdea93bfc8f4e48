# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as the tasks of a simulated machine reach it. Each response names who requested what, and its number."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from ..choices import Choices
from .loading import Product
from .machine import Machine

TOKEN_LIFETIME = 100
"""Seconds. The product stops using a token a tenth of them earlier."""


class Account(NamedTuple):
    """What makes two clients different: the address, the id and secret, and whether the certificate is verified."""

    api_url: str
    client_id: str
    secret: str
    verified: bool = True

    @property
    def label(self) -> list[str]:
        """What identifies the account in a response, without the secret, which the product removes from responses."""
        secret = hashlib.sha256(self.secret.encode()).hexdigest()[:8]
        return [self.api_url, self.client_id, secret, "verified" if self.verified else "not verified"]


class Exchange:
    """One request and its response. ``number`` identifies the response; times are true ones."""

    def __init__(self, task: Any, account: Account, subject: str, sent: float, number: int) -> None:
        self.task, self.account, self.subject, self.sent, self.number = task, account, subject, sent, number
        self.received: float | None = None
        self.ended: float | None = None
        self.clocks = (0.0, 0.0)
        self.token: str | None = None
        self.status: int | None = None
        self.is_revoked = False


class Observer(Protocol):
    """Who judges the exchanges."""

    def sent(self, exchange: Exchange) -> None: ...

    def received(self, exchange: Exchange) -> None: ...


class Behaviour(NamedTuple):
    """How the service behaves in a run: seconds of a response, and how often a request fails, once in so many."""

    latencies: tuple[float, ...] = (1.0,)
    failures: int = 0


class Service:
    """All addresses of the service. ``task`` returns the task of the process that runs."""

    def __init__(
        self, machine: Machine, choices: Choices, behaviour: Behaviour, observer: Observer, task: Callable[[], Any]
    ) -> None:
        self.machine, self.choices, self.behaviour, self.observer = machine, choices, behaviour, observer
        self.task = task
        self.exchanges: list[Exchange] = []
        self.tokens: dict[str, Exchange] = {}

    def revoke_tokens(self) -> None:
        self.machine.log("service", "revokes all tokens")
        for exchange in self.tokens.values():
            exchange.is_revoked = True

    def begin(self, account: Account, subject: str) -> Exchange:
        exchange = Exchange(self.task(), account, subject, self.machine.true_time, len(self.exchanges))
        self.exchanges.append(exchange)
        self.machine.log(exchange.task.name, f"requests {subject} (number {exchange.number})")
        self.machine.done_hook(exchange.task.name, ("sent", exchange.number))
        self.observer.sent(exchange)
        return exchange

    def body(self, exchange: Exchange) -> bytes:
        label = json.dumps([*exchange.account.label, exchange.subject, exchange.number])
        if exchange.subject.startswith("config "):
            name = exchange.subject.partition(" ")[2]
            return json.dumps({"error": None, "monitor": {"id": name, "label": label, "active": True}}).encode()
        entry = {
            "monitor": "m1",
            "label": label,
            "alert_active": True,
            "alert_count": 1,
            "fail_count": 1,
            "test_count": 1,
        }
        return json.dumps({"error": None, "monitor_list": [entry]}).encode()


def transport_class(product: Product, current: Callable[[], Service]) -> type:
    """Return the class that takes the place of the product's transport."""
    transport = product.module("plugins.module_utils._api.transport")
    errors = product.module("plugins.module_utils._api.errors")

    class ModelTransport:
        def __init__(self, settings: Any) -> None:
            secret = settings.client_secret.reveal()
            self._account = Account(settings.api_url, settings.client_id, secret, settings.validate_certs)

        def close(self) -> None:
            """Close nothing."""

        def exchange(self, request: Any, deadline: Any) -> Any:
            service = current()
            machine = service.machine
            subject = subject_of(request.url[len(self._account.api_url) :], request.params)
            machine.call("send", f"sends {subject}", lambda: None)
            exchange = service.begin(self._account, subject)
            try:
                return self._respond(service, request, exchange, deadline.left())
            finally:
                exchange.ended = machine.true_time

        def _respond(self, service: Service, request: Any, exchange: Exchange, left: float) -> Any:
            behaviour, machine = service.behaviour, service.machine
            latency = service.choices.pick(behaviour.latencies)
            failed = bool(behaviour.failures) and service.choices.chance(behaviour.failures)
            machine.scheduler.sleep(min(latency, left))
            if latency > left:
                raise errors.NetworkError("timed out", code="timeout")
            if failed:
                machine.log(exchange.task.name, "gets no response")
                raise errors.NetworkError("the connection failed", code="connection")
            exchange.received, exchange.clocks = machine.true_time, (machine.wall, machine.boot)
            exchange.status, body = self._result(service, request, exchange)
            machine.log(exchange.task.name, f"gets response {exchange.number}, status {exchange.status}")
            machine.done_hook(exchange.task.name, ("received", exchange.number, exchange.status))
            service.observer.received(exchange)
            return transport.Response(exchange.status, {}, body)

        def _result(self, service: Service, request: Any, exchange: Exchange) -> tuple[int, bytes]:
            kind, _blank, credentials = request.authorization.reveal().partition(" ")
            if request.method == "POST":
                given = base64.b64decode(credentials).decode().split(":")
                assert (kind, given) == ("Basic", [self._account.client_id, self._account.secret])
                token = f"token-number-{exchange.number}"
                service.tokens[token] = exchange
                document = {"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFETIME}
                return 200, json.dumps(document).encode()
            exchange.token = credentials
            issued = service.tokens.get(credentials)
            if issued is None or issued.account != self._account:
                service.machine.violate("a token is sent to where it is not from")
                return 401, b""
            assert issued.received is not None
            is_over = exchange.sent - issued.received >= TOKEN_LIFETIME
            return (401, b"") if is_over or issued.is_revoked else (200, service.body(exchange))

    return ModelTransport


def subject_of(path: str, params: Mapping[str, str]) -> str:
    """Return what a request is about, in the words in which the tasks name their questions."""
    if path == "/v2/token":
        return "token"
    if path == "/v2/status":
        return f"status {params.get('all', 'false')} {params['t']}"
    return "config " + path.rpartition("/")[2]
