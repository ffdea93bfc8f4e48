# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service's five calls."""

from __future__ import annotations

import random
import re
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from .._domain.monitor import MonitorConfig, MonitorStatus
from .._domain.service_defaults import LONGEST_WINDOW, WINDOW
from .._domain.text import sanitize
from .._domain.timestamps import duration
from . import payloads
from .answer_body import out_of_time
from .cache import Cache, NullCache
from .credentials import basic_headers, secret_encodings
from .deadline import Deadline
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
from .redaction import redact, redact_body
from .retry import RETRIED, pause, retry_after
from .service_clock import OLDEST, ServiceClock
from .settings import Secret, Settings
from .token import Token, read_token, refuses_client
from .transport import LARGEST_BODY, PERMANENT, Request, RequestsTransport, Response, Transport

LARGEST_TOKEN_ANSWER = 2**20
LARGEST_SMALL_ANSWER = 8 * 2**20
"""Bytes of an answer that is about one monitor or none."""

A = TypeVar("A")
E = TypeVar("E", bound=KnowledgeFrontError)


class Client:
    """Asks the service on behalf of one API client, over one connection and with one token for as long as it is valid.

    Every method raises KnowledgeFrontError and nothing else, within ``settings.timeout`` seconds.
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
        self._basics = basic_headers(settings)
        self._token: Token | None = None
        self._sent_tokens: deque[Secret] = deque(maxlen=4)
        self._service_clock = ServiceClock()
        self._wall_clock = wall_clock

    def statuses(
        self, everything: bool = False, window: int = WINDOW, deadline: Deadline | None = None
    ) -> list[MonitorStatus]:
        """Return the monitors with an active alert, or every active one; counts are of the last ``window`` seconds."""
        params = _status_params(everything, window)
        return self._ask("the status", "/v2/status", payloads.read_statuses, deadline, params)

    def each_status(
        self, take: Callable[[MonitorStatus], object], window: int = WINDOW, deadline: Deadline | None = None
    ) -> None:
        """Give every active monitor's status to ``take``, one by one, so that they are never in memory all at once.

        What was taken counts only when this returns.
        """

        def read(body: bytes) -> None:
            payloads.stream_statuses(body, take)

        self._ask("the status", "/v2/status", read, deadline, _status_params(True, window), decode=bytes)

    def each_config(self, take: Callable[[MonitorConfig], object], deadline: Deadline | None = None) -> None:
        """Give the configuration of every active monitor to ``take``, as each_status does."""

        def read(body: bytes) -> None:
            payloads.stream_configs(body, take)

        self._ask("the configurations", "/v2/config/monitor", read, deadline, decode=bytes)

    def configs(self, deadline: Deadline | None = None) -> list[MonitorConfig]:
        """Return the configuration of every active monitor."""
        return self._ask("the configurations", "/v2/config/monitor", payloads.read_configs, deadline)

    def config(self, monitor_id: str, deadline: Deadline | None = None) -> MonitorConfig:
        """Return one active monitor's configuration. Raises NotFoundError when the service does not know it."""
        if monitor_id.strip(".") == "" or not monitor_id.isprintable():
            raise NotFoundError(f"monitor_id {sanitize(monitor_id, 80)!r} cannot be the id of a monitor")
        what = f"the configuration of monitor {sanitize(monitor_id, 80)}"
        path = "/v2/config/monitor/" + quote(monitor_id, safe="")
        return self._ask(
            what,
            path,
            lambda document: payloads.read_config(document, monitor_id),
            deadline,
            one=True,
            largest=LARGEST_SMALL_ANSWER,
        )

    def version(self, deadline: Deadline | None = None) -> dict[str, Any]:
        """Return the version answer as the service sends it."""
        return self._ask("the version", "/v2/version", payloads.read_version, deadline, largest=LARGEST_SMALL_ANSWER)

    def authenticate(self, deadline: Deadline | None = None) -> None:
        """Get a token, unless there is a good one already."""
        self._fresh_token(deadline or Deadline(self._settings.timeout, self._clock))

    def service_time(self) -> tuple[float, float] | None:
        """Return the earliest and the latest epoch seconds that it can be for the service, None if nothing told."""
        return self._service_clock.now(self._clock())

    def close(self) -> None:
        """Give up the connection."""
        self._transport.close()

    def _ask(
        self,
        what: str,
        path: str,
        read: Callable[[Any], A],
        deadline: Deadline | None,
        params: dict[str, str] | None = None,
        one: bool = False,
        largest: int = LARGEST_BODY,
        decode: Callable[[bytes], Any] = payloads.decode,
    ) -> A:
        deadline = deadline or Deadline(self._settings.timeout, self._clock)
        url = self._settings.api_url + path
        response = self._get(what, url, params or {}, deadline, largest)
        if response.status == 401 and self._token is not None:
            self._token = Token(self._token.secret, float("-inf"))
            response = self._get(what, url, params or {}, deadline, largest)
        if response.status == 401:
            raise self._failed(
                CredentialsError, what, url, response, "a new token was refused too; check the API client"
            )
        if response.status == 403:
            raise self._failed(AccessError, what, url, response, "the API client may not read this; check its rights")
        if response.status == 404 and one:
            raise self._failed(NotFoundError, what, url, response, "there is no such active monitor; check the id")
        return self._read(what, url, response, lambda body: read(decode(body)), deadline)

    def _get(self, what: str, url: str, params: dict[str, str], deadline: Deadline, largest: int) -> Response:
        token = self._fresh_token(deadline)
        bearer = Secret(f"Bearer {token.secret.reveal()}")
        response = self._send(what, Request("GET", url, bearer, params, None, largest), deadline)
        return response._replace(body=redact_body(response.body, self._sent()))

    def _fresh_token(self, deadline: Deadline) -> Token:
        if self._token is None or not self._token.fresh(self._clock()):
            self._token = self._shared_token(self._token, deadline)
            self._sent_tokens.append(self._token.secret)
        return self._token

    def _shared_token(self, useless: Token | None, deadline: Deadline) -> Token:
        """Return a token that is kept, or else a new one, which is kept then; never the ``useless`` one."""

        def acceptable(text: bytes) -> bool:
            return useless is None or text != useless.secret.reveal().encode()

        with self._cache.token(acceptable, deadline) as turn:
            if turn.kept is not None:
                return Token(Secret(turn.kept.content.decode()), self._clock() + turn.kept.left)
            token = self._new_token(deadline)
            turn.keep(token.secret.reveal().encode, token.good_until - self._clock())
            return token

    def _new_token(self, deadline: Deadline) -> Token:
        url = self._settings.api_url + "/v2/token"
        for basic in self._basics:
            asked_at = self._clock()
            form = {"grant_type": "client_credentials"}
            request = Request("POST", url, basic, form=form, largest=LARGEST_TOKEN_ANSWER)
            response = self._send("a token", request, deadline)
            if not refuses_client(response.status, response.body):
                break
        if response.status == 403:
            raise self._failed(AccessError, "a token", url, response, "the API client is locked out; check its rights")
        if response.status in (400, 401):
            advice = "check client_id and client_secret (KF_CLIENT_ID, KF_CLIENT_SECRET)"
            raise self._failed(CredentialsError, "a token", url, response, advice)
        token = self._read("a token", url, response, lambda body: read_token(payloads.decode(body), asked_at), deadline)
        self._basics = [basic]
        return token

    def _send(self, what: str, request: Request, deadline: Deadline) -> Response:
        attempt = 0
        while True:
            try:
                response = self._exchange(request, deadline)
                if response.status not in RETRIED:
                    return response
                failure: KnowledgeFrontError = self._refused(what, request.url, response)
            except NetworkError as error:
                failure = self._unanswered(what, request.url, error)
                if error.code in PERMANENT:
                    raise failure from None
            except KnowledgeFrontError as error:
                raise self._unanswered(what, request.url, error) from None
            wait = pause(attempt, failure.retry_after, self._draw)
            if attempt >= self._settings.retries or wait >= deadline.left():
                raise failure
            self._sleep(wait)
            attempt += 1

    def _exchange(self, request: Request, deadline: Deadline) -> Response:
        asked_at = self._clock()
        response = self._transport.exchange(request, deadline)
        answered_at = self._clock()
        if request.method == "POST":
            self._service_clock.confirm()
        elif response.status == 200 and self._service_clock.is_suspect(response.headers, self._wall_clock()):
            self._token = self._new_token(deadline)
        age = self._service_clock.observe(response.headers, asked_at, answered_at)
        if response.status == 200 and age > OLDEST:
            raise ServiceError(
                f"the answer is {duration(age)} old: a cache between here and the service gave it, and must not keep "
                "what is below /v2",
                code="old_answer",
            )
        return response

    def _read(self, what: str, url: str, response: Response, read: Callable[[bytes], A], deadline: Deadline) -> A:
        if 300 <= response.status < 400:
            to = self._told(_host_of(response.headers.get("location", "")))
            advice = "credentials are not sent after a redirect; set api_url to the final address"
            raise self._failed(ServiceError, what, url, response, f"it points to {to}; {advice}")
        if response.status == 404:
            raise self._failed(ServiceError, what, url, response, "check api_url")
        if response.status != 200:
            raise self._refused(what, url, response)
        try:
            answer = read(response.body)
        except (PayloadError, ServiceError) as error:
            sentence = f"failed to get {what} from {url}: {self._told(str(error), 400)}"
            raise type(error)(sentence, code=error.code, status=response.status) from None
        if not deadline.left():
            raise self._unanswered(what, url, NetworkError(out_of_time(deadline), code="timeout"))
        return answer

    def _refused(self, what: str, url: str, response: Response) -> ServiceError:
        wait = retry_after(response.headers)
        advice = "try again later" if response.status in RETRIED else "check api_url, and that no proxy answers for it"
        if wait is not None:
            advice = f"it asks to wait {wait:g} s"
        return self._failed(ServiceError, what, url, response, advice, wait)

    def _unanswered(self, what: str, url: str, error: KnowledgeFrontError) -> KnowledgeFrontError:
        return type(error)(f"failed to get {what} from {url}: {self._told(str(error), 400)}", code=error.code)

    def _failed(
        self,
        kind: type[E],
        what: str,
        url: str,
        response: Response,
        advice: str,
        wait: float | None = None,
    ) -> E:
        said = self._told(payloads.complaint(response.body))
        came_back = f"HTTP {response.status}" + (f" ({said})" if said else "")
        message = f"failed to get {what} from {url}: {came_back}; {advice}"
        return kind(message, status=response.status, retry_after=wait)

    def _told(self, text: str, limit: int = 200) -> str:
        """Return what a server said for use in a sentence, even if it said back what we sent."""
        return sanitize(redact(text, self._sent()), limit)

    def _sent(self) -> list[str]:
        return secret_encodings(self._settings) + [token.reveal().rstrip("=") for token in self._sent_tokens]


def _status_params(everything: bool, window: int) -> dict[str, str]:
    if not 1 <= window <= LONGEST_WINDOW:
        raise ConfigurationError(f"window must be from 1 to {LONGEST_WINDOW} seconds, not {window}")
    return {"t": str(window), **({"all": "true"} if everything else {})}


HOST = re.compile(r"[a-z0-9.-]{1,253}")


def _host_of(location: str) -> str:
    """Return where a redirect leads, as far as it can be shown."""
    try:
        target = urlsplit(location)
    except ValueError:
        return "something that is no URL"
    host = target.hostname or ""
    return f"{target.scheme}://{host}" if HOST.fullmatch(host) else "another path or an odd host"
