# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The responses of the API: the five documented calls, error responses, and counts of the calls."""

from __future__ import annotations

import base64
import binascii
import gzip
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qs, unquote, unquote_plus

from simulator.documents import Documents, encode, problem
from simulator.timeline import WINDOW_MAX
from simulator.tokens import InvalidTokenError, Tokens
from simulator.world import Client

JSON = "application/json"
ENDPOINTS = {
    "/v2/token": "token",
    "/v2/status": "status",
    "/v2/config/monitor": "config_monitors",
    "/v2/version": "version",
}
ENDPOINT_NAMES = ("token", "status", "config_monitors", "config_monitor", "version")
_ONE_MONITOR = "/v2/config/monitor/"
_WINDOW_DEFAULT = 1800
_NO_STORE = (("Cache-Control", "no-store"), ("Pragma", "no-cache"))


@dataclass(frozen=True)
class Request:
    """A request; ``target`` is the undecoded path with its query."""

    method: str
    target: str
    headers: Message = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def path(self) -> str:
        """Return the undecoded path without the query."""
        return self.target.partition("?")[0].partition("#")[0]

    @property
    def query(self) -> dict[str, list[str]]:
        """Return the decoded query as lists of values."""
        return parse_qs(self.target.partition("?")[2].partition("#")[0], keep_blank_values=True)


@dataclass
class Answer:
    """A response; ``afterwards`` is called when it has been sent."""

    status: int
    body: bytes = b""
    content_type: str | None = JSON
    headers: tuple[tuple[str, str], ...] = ()
    afterwards: Callable[[], None] | None = None


class Refusal(Exception):
    """An error response."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def endpoint_of(path: str) -> str:
    """Return the name of the endpoint of an undecoded path, or ``other``."""
    name = ENDPOINTS.get(path)
    if name is None and path.startswith(_ONE_MONITOR):
        rest = path[len(_ONE_MONITOR) :]
        name = "config_monitor" if rest and "/" not in rest else None
    return name or "other"


class Service:
    """Handles requests about one fleet."""

    def __init__(self, clients: list[Client], tokens: Tokens, documents: Documents) -> None:
        self._clients = {client.id: client for client in clients}
        self._tokens = tokens
        self._documents = documents
        self._zipped: tuple[bytes, bytes] = (b"", b"")

    def answer(self, request: Request) -> Answer:
        """Return the response as documented, without faults."""
        endpoint = endpoint_of(request.path)
        try:
            if endpoint == "other":
                raise Refusal(Answer(404, problem("unknown path", request.path)))
            method = "POST" if endpoint == "token" else "GET"
            if request.method != method:
                body = problem(f"this path supports only {method}", request.path)
                raise Refusal(Answer(405, body, headers=(("Allow", method),)))
            if endpoint == "token":
                return self._token(request)
            self._admit(request)
            return Answer(200, getattr(self, f"_{endpoint}")(request))
        except Refusal as refusal:
            return refusal.answer

    def zipped(self, body: bytes) -> bytes:
        """Return the compressed body; the result for the last body object is cached."""
        last, packed = self._zipped
        if last is not body:
            packed = gzip.compress(body, 1, mtime=0)
            self._zipped = (body, packed)
        return packed

    def _token(self, request: Request) -> Answer:
        client = self._client(request.headers.get("Authorization", ""))
        if client is None:
            challenge = (("WWW-Authenticate", 'Basic realm="token", charset="UTF-8"'), *_NO_STORE)
            raise Refusal(Answer(401, _oauth("invalid_client", "client authentication failed"), headers=challenge))
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            raise _bad_token_request("invalid_request", "the body must be application/x-www-form-urlencoded")
        grants = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True).get("grant_type", [])
        if len(grants) != 1 or not grants[0]:
            raise _bad_token_request("invalid_request", "grant_type is required exactly once")
        if grants[0] != "client_credentials":
            raise _bad_token_request("unsupported_grant_type", "the only grant_type is client_credentials")
        lifetime = self._tokens.lifetime
        document = {
            "access_token": self._tokens.issue(client.id),
            "token_type": "Bearer",
            "expires_in": int(lifetime),
        }
        return Answer(200, encode(document), headers=_NO_STORE)

    def _client(self, authorization: str) -> Client | None:
        scheme, _blank, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, secret = base64.b64decode(credentials.strip(), validate=True).decode("utf-8").partition(":")
        except (binascii.Error, ValueError):
            return None
        # RFC 6749 requires form encoding, but most clients and the vendor's sample send the plain values.
        for found, given in ((name, secret), (unquote_plus(name), unquote_plus(secret))):
            client = self._clients.get(found)
            if colon and client and hmac.compare_digest(client.secret.encode(), given.encode("utf-8", "replace")):
                return client
        return None

    def _admit(self, request: Request) -> None:
        scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refusal(_challenge(401, "an access token is required", request, ""))
        try:
            client = self._clients.get(self._tokens.client_of(token.strip()))
        except InvalidTokenError as why:
            raise Refusal(_challenge(401, str(why), request, "invalid_token")) from None
        if client is None or client.forbidden:
            raise Refusal(_challenge(403, "this client has no access to the account", request, "insufficient_scope"))

    def _status(self, request: Request) -> bytes:
        given = {name: _single(request, name) for name in ("all", "t")}
        everything = (given["all"] or "false").lower()
        if everything not in ("true", "false", "1", "0"):
            raise _bad_query("all must be true or false", request)
        window = given["t"] if given["t"] is not None else str(_WINDOW_DEFAULT)
        if not (window.isascii() and window.isdigit() and len(window) < 10 and 1 <= int(window) <= WINDOW_MAX):
            raise _bad_query(f"t must be a whole number of seconds from 1 to {WINDOW_MAX}", request)
        return self._documents.status(everything in ("true", "1"), int(window))

    def _config_monitors(self, _request: Request) -> bytes:
        return self._documents.configurations()

    def _config_monitor(self, request: Request) -> bytes:
        monitor_id = unquote(request.path[len(_ONE_MONITOR) :])
        body = self._documents.one_configuration(monitor_id)
        if body is None:
            raise Refusal(Answer(404, problem("no active monitor has this id", f"/config/monitor/{monitor_id}")))
        return body

    def _version(self, _request: Request) -> bytes:
        return self._documents.version()


def _oauth(error: str, description: str) -> bytes:
    return encode({"error": error, "error_description": description})


def _bad_token_request(error: str, description: str) -> Refusal:
    return Refusal(Answer(400, _oauth(error, description), headers=_NO_STORE))


def _bad_query(sentence: str, request: Request) -> Refusal:
    return Refusal(Answer(400, problem(sentence, request.path.removeprefix("/v2"))))


def _single(request: Request, name: str) -> str | None:
    values = request.query.get(name, [])
    if len(values) > 1:
        raise _bad_query(f"{name} must be given once", request)
    return values[0] if values else None


def _challenge(status: int, sentence: str, request: Request, error: str) -> Answer:
    header = 'Bearer realm="api"' + (f', error="{error}", error_description="{sentence}"' if error else "")
    body = problem(sentence, request.path.removeprefix("/v2"))
    return Answer(status, body, headers=(("WWW-Authenticate", header),))


_COUNTED = (*ENDPOINT_NAMES, "other", "connections", "bytes_out")


class Calls:
    """Counts requests, connections and bytes of the API, without the control path. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = dict.fromkeys(_COUNTED, 0)

    def count(self, what: str, by: int = 1) -> None:
        """Count one more call, connection or ``by`` bytes."""
        with self._lock:
            self._counts[what] += by

    def as_dict(self) -> dict[str, int]:
        """Return the counts since the start or the last reset."""
        with self._lock:
            return dict(self._counts)

    def reset(self) -> None:
        """Reset the counts."""
        with self._lock:
            self._counts = dict.fromkeys(_COUNTED, 0)
