# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of the service: its five calls, with authentication, retries and error messages."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from .._domain.monitor import MonitorConfig, MonitorStatus
from .._domain.service_defaults import MAX_WINDOW, WINDOW
from .._domain.text import sanitize
from .._domain.timestamps import duration
from . import payloads
from .authentication import Token, basic_headers, parse_token, rejects_client, secret_encodings
from .cache import Cache, NullCache
from .errors import (
    AccessError,
    ConfigurationError,
    CredentialsError,
    KnowledgeFrontError,
    NetworkError,
    NotFoundError,
    PayloadError,
    ServiceError,
)
from .redaction import redact, redact_body, redirect_target
from .retry import RETRYABLE_STATUSES, parse_retry_after, retry_delay
from .service_clock import MAX_RESPONSE_AGE, ServiceClock
from .settings import Secret, Settings
from .timeouts import Deadline, describe_timeout
from .transport import MAX_BODY_SIZE, PERMANENT_ERRORS, Request, RequestsTransport, Response, Transport

MAX_TOKEN_RESPONSE_SIZE = 2**20
MAX_SMALL_RESPONSE_SIZE = 8 * 2**20
"""Bytes of a response about one monitor or none."""

A = TypeVar("A")
E = TypeVar("E", bound=KnowledgeFrontError)


class Client:
    """Calls the service as one API client, over one connection and with one token for as long as it is valid.

    Every method raises only KnowledgeFrontError, and returns or raises within ``settings.timeout`` seconds.
    """

    def __init__(
        self,
        settings: Settings,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
        cache: Cache | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._transport = transport or RequestsTransport(settings)
        self._clock = clock
        self._sleep = sleep
        self._draw = draw
        self._cache: Cache = cache or NullCache()
        self._basic_headers = basic_headers(settings)
        self._token: Token | None = None
        self._sent_tokens: deque[Secret] = deque(maxlen=4)
        self._service_clock = ServiceClock()
        self._wall_clock = wall_clock

    def statuses(
        self, everything: bool = False, window: int = WINDOW, deadline: Deadline | None = None
    ) -> list[MonitorStatus]:
        """Return the monitors with an active alert, or every active one; counts are of the last ``window`` seconds."""
        params = _status_params(everything, window)
        return self._request("the status", "/v2/status", payloads.read_statuses, deadline, params)

    def stream_statuses(
        self, take: Callable[[MonitorStatus], object], window: int = WINDOW, deadline: Deadline | None = None
    ) -> None:
        """Pass every active monitor's status to ``take`` one by one, so that they are never in memory all at once.

        What ``take`` received is valid only when this method returns.
        """

        def read(body: bytes) -> None:
            payloads.stream_statuses(body, take)

        self._request("the status", "/v2/status", read, deadline, _status_params(True, window), decode=bytes)

    def stream_configs(self, take: Callable[[MonitorConfig], object], deadline: Deadline | None = None) -> None:
        """Pass the configuration of every active monitor to ``take``, as stream_statuses does."""

        def read(body: bytes) -> None:
            payloads.stream_configs(body, take)

        self._request("the configurations", "/v2/config/monitor", read, deadline, decode=bytes)

    def configs(self, deadline: Deadline | None = None) -> list[MonitorConfig]:
        """Return the configuration of every active monitor."""
        return self._request("the configurations", "/v2/config/monitor", payloads.read_configs, deadline)

    def config(self, monitor_id: str, deadline: Deadline | None = None) -> MonitorConfig:
        """Return one active monitor's configuration. Raises NotFoundError if the service has no such monitor."""
        if monitor_id.strip(".") == "" or not monitor_id.isprintable():
            raise NotFoundError(f"monitor_id {sanitize(monitor_id, 80)!r} is not a valid monitor id")
        what = f"the configuration of monitor {sanitize(monitor_id, 80)}"
        path = "/v2/config/monitor/" + quote(monitor_id, safe="")
        return self._request(
            what,
            path,
            lambda document: payloads.read_config(document, monitor_id),
            deadline,
            one=True,
            max_size=MAX_SMALL_RESPONSE_SIZE,
        )

    def version(self, deadline: Deadline | None = None) -> dict[str, Any]:
        """Return the version response as the service sends it."""
        return self._request(
            "the version", "/v2/version", payloads.read_version, deadline, max_size=MAX_SMALL_RESPONSE_SIZE
        )

    def authenticate(self, deadline: Deadline | None = None) -> None:
        """Request a token, unless there is a valid one already."""
        self._fresh_token(deadline or Deadline(self._settings.timeout, self._clock))

    def service_time(self) -> tuple[float, float] | None:
        """Return the earliest and the latest possible time of the service in epoch seconds; None if it is unknown."""
        return self._service_clock.now(self._clock())

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _request(
        self,
        what: str,
        path: str,
        read: Callable[[Any], A],
        deadline: Deadline | None,
        params: dict[str, str] | None = None,
        one: bool = False,
        max_size: int = MAX_BODY_SIZE,
        decode: Callable[[bytes], Any] = payloads.decode,
    ) -> A:
        deadline = deadline or Deadline(self._settings.timeout, self._clock)
        url = self._settings.api_url + path
        response = self._get(what, url, params or {}, deadline, max_size)
        if response.status == 401 and self._token is not None:
            self._token = Token(self._token.secret, float("-inf"))
            response = self._get(what, url, params or {}, deadline, max_size)
        if response.status == 401:
            raise self._failed(
                CredentialsError, what, url, response, "a new token was rejected too; check the API client"
            )
        if response.status == 403:
            raise self._failed(AccessError, what, url, response, "the API client may not read this; check its rights")
        if response.status == 404 and one:
            raise self._failed(NotFoundError, what, url, response, "there is no such active monitor; check the id")
        return self._read(what, url, response, lambda body: read(decode(body)), deadline)

    def _get(self, what: str, url: str, params: dict[str, str], deadline: Deadline, max_size: int) -> Response:
        token = self._fresh_token(deadline)
        bearer = Secret(f"Bearer {token.secret.reveal()}")
        response = self._send(what, Request("GET", url, bearer, params, None, max_size), deadline)
        return response._replace(body=redact_body(response.body, self._sent_secrets()))

    def _fresh_token(self, deadline: Deadline) -> Token:
        if self._token is None or not self._token.is_fresh(self._clock()):
            self._token = self._acquire_token(self._token, deadline)
            self._sent_tokens.append(self._token.secret)
        return self._token

    def _acquire_token(self, rejected: Token | None, deadline: Deadline) -> Token:
        """Return a token from the cache, or else a new one, which is then cached; never the ``rejected`` one."""

        def is_acceptable(text: bytes) -> bool:
            return rejected is None or text != rejected.secret.reveal().encode()

        with self._cache.acquire_token(is_acceptable, deadline) as lease:
            if lease.entry is not None:
                return Token(Secret(lease.entry.content.decode()), self._clock() + lease.entry.ttl)
            token = self._new_token(deadline)
            lease.store(token.secret.reveal().encode, token.good_until - self._clock())
            return token

    def _new_token(self, deadline: Deadline) -> Token:
        url = self._settings.api_url + "/v2/token"
        for basic in self._basic_headers:
            sent_at = self._clock()
            form = {"grant_type": "client_credentials"}
            request = Request("POST", url, basic, form=form, max_size=MAX_TOKEN_RESPONSE_SIZE)
            response = self._send("a token", request, deadline)
            if not rejects_client(response.status, response.body):
                break
        if response.status == 403:
            raise self._failed(AccessError, "a token", url, response, "the API client is locked out; check its rights")
        if response.status in (400, 401):
            advice = "check client_id and client_secret (KF_CLIENT_ID, KF_CLIENT_SECRET)"
            raise self._failed(CredentialsError, "a token", url, response, advice)
        token = self._read("a token", url, response, lambda body: parse_token(payloads.decode(body), sent_at), deadline)
        self._basic_headers = [basic]
        return token

    def _send(self, what: str, request: Request, deadline: Deadline) -> Response:
        attempt = 0
        while True:
            try:
                response = self._exchange(request, deadline)
                if response.status not in RETRYABLE_STATUSES:
                    return response
                failure: KnowledgeFrontError = self._status_error(what, request.url, response)
            except NetworkError as error:
                failure = self._no_response(what, request.url, error)
                if error.code in PERMANENT_ERRORS:
                    raise failure from None
            except KnowledgeFrontError as error:
                raise self._no_response(what, request.url, error) from None
            wait = retry_delay(attempt, failure.retry_after, self._draw)
            if attempt >= self._settings.retries or wait >= deadline.left():
                raise failure
            self._sleep(wait)
            attempt += 1

    def _exchange(self, request: Request, deadline: Deadline) -> Response:
        sent_at = self._clock()
        response = self._transport.exchange(request, deadline)
        received_at = self._clock()
        if request.method == "POST":
            self._service_clock.confirm()
        elif response.status == 200 and self._service_clock.is_suspect(response.headers, self._wall_clock()):
            self._token = self._new_token(deadline)
        age = self._service_clock.observe(response.headers, sent_at, received_at)
        if response.status == 200 and age > MAX_RESPONSE_AGE:
            raise ServiceError(
                f"the response is {duration(age)} old and comes from a cache between this machine and the service: "
                "configure that cache not to store anything below /v2",
                code="old_answer",
            )
        return response

    def _read(self, what: str, url: str, response: Response, read: Callable[[bytes], A], deadline: Deadline) -> A:
        if 300 <= response.status < 400:
            target = self._clean(redirect_target(response.headers.get("location", "")))
            advice = "redirects are not followed, to protect the credentials; set api_url to the final address"
            raise self._failed(ServiceError, what, url, response, f"it redirects to {target}; {advice}")
        if response.status == 404:
            raise self._failed(ServiceError, what, url, response, "check api_url")
        if response.status != 200:
            raise self._status_error(what, url, response)
        try:
            result = read(response.body)
        except (PayloadError, ServiceError) as error:
            sentence = f"failed to get {what} from {url}: {self._clean(str(error), 400)}"
            raise type(error)(sentence, code=error.code, status=response.status) from None
        if not deadline.left():
            raise self._no_response(what, url, NetworkError(describe_timeout(deadline), code="timeout"))
        return result

    def _status_error(self, what: str, url: str, response: Response) -> ServiceError:
        wait = parse_retry_after(response.headers)
        advice = (
            "try again later"
            if response.status in RETRYABLE_STATUSES
            else "check api_url, and that no proxy responds in its place"
        )
        if wait is not None:
            advice = f"the service asks to wait {wait:g} s"
        return self._failed(ServiceError, what, url, response, advice, wait)

    def _no_response(self, what: str, url: str, error: KnowledgeFrontError) -> KnowledgeFrontError:
        return type(error)(f"failed to get {what} from {url}: {self._clean(str(error), 400)}", code=error.code)

    def _failed(
        self, kind: type[E], what: str, url: str, response: Response, advice: str, wait: float | None = None
    ) -> E:
        reported = self._clean(payloads.read_error_message(response.body))
        outcome = f"HTTP {response.status}" + (f" ({reported})" if reported else "")
        message = f"failed to get {what} from {url}: {outcome}; {advice}"
        return kind(message, status=response.status, retry_after=wait)

    def _clean(self, text: str, limit: int = 200) -> str:
        """Return text of a server for use in a message, without the credentials that were sent."""
        return sanitize(redact(text, self._sent_secrets()), limit)

    def _sent_secrets(self) -> list[str]:
        return secret_encodings(self._settings) + [token.reveal().rstrip("=") for token in self._sent_tokens]


def _status_params(everything: bool, window: int) -> dict[str, str]:
    if not 1 <= window <= MAX_WINDOW:
        raise ConfigurationError(f"window must be from 1 to {MAX_WINDOW} seconds, not {window}")
    return {"t": str(window), **({"all": "true"} if everything else {})}


def confirm_deleted(client: Client, monitor_ids: Iterable[str]) -> str | None:
    """Request each monitor and return the first that still exists: the list that lacks it was truncated.

    Returns None if all are deleted. Raises KnowledgeFrontError when the service does not say.
    """
    for monitor_id in monitor_ids:
        try:
            client.config(monitor_id)
        except NotFoundError:
            continue
        return monitor_id
    return None
