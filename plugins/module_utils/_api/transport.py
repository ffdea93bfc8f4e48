# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How bytes travel: the one place that knows the HTTP library."""

from __future__ import annotations

import re
import socket
import ssl
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from .._domain.text import sanitize
from .answer_body import out_of_time, read_body, unpacker_for
from .deadline import Deadline
from .errors import ConfigurationError, KnowledgeFrontError, NetworkError, ServiceError
from .settings import Secret, Settings
from .threads import run_with_timeout
from .unexpected import raise_interruption

if TYPE_CHECKING:
    import requests

USER_AGENT = "knowledgefront.monitoring/0.1.0"
LARGEST_BODY = 128 * 2**20
"""Bytes of a decoded answer that are read at most: about 100,000 monitors need half of it."""

LARGEST_ERROR = 65536
"""Bytes that are read of an answer with another status than 200, of which only a few words are shown."""

LONGEST_CONNECT = 10.0
"""Seconds for one address of the host, so that a dead one leaves time for the next."""

PERMANENT = frozenset({"certificate", "tls", "unknown_host", "answer_too_large"})
"""Codes of network errors that the next attempt would meet again."""


class Request(NamedTuple):
    """One HTTP request. ``authorization`` is the whole header value, ``largest`` bounds the bytes of the answer."""

    method: str
    url: str
    authorization: Secret
    params: Mapping[str, str] = MappingProxyType({})
    form: Mapping[str, str] | None = None
    largest: int = LARGEST_BODY


class Response(NamedTuple):
    """One whole HTTP answer, of any status; header names are in lower case, ``body`` is decoded from gzip."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


class Route(NamedTuple):
    """Through which proxy requests go, and the file or folder whose certificates are trusted; None for none."""

    proxy: Secret | None
    authorities: str | None


class Transport(Protocol):
    """What the client needs of the network."""

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        """Return the answer, whatever its status. Raises NetworkError, ConfigurationError or ServiceError."""

    def close(self) -> None:
        """Give up the connection."""


class RequestsTransport:
    """Sends requests over one kept connection. Nothing is sent, and no library loaded, before the first exchange."""

    def __init__(self, settings: Settings, largest_body: int = LARGEST_BODY) -> None:
        self._settings = settings
        self._largest_body = largest_body
        self._session: requests.Session | None = None

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        """As Transport says. No answer, however slowly it drips in, takes longer than ``deadline`` allows.

        The library can only bound the silence between two bytes, and nothing bounds a name server. So the exchange runs
        in a thread that is left behind when time is up.
        """
        if self._session is None:
            self._session = _new_session()
            if not self._settings.validate_certs:
                _silence_unverified()
        session = self._session

        def ask() -> Response:
            with _translated(self._settings, deadline):
                return self._exchange(session, request, deadline)

        try:
            return run_with_timeout(deadline.left() + 0.05, ask, "knowledgefront-exchange")
        except TimeoutError:
            self._session = None
            raise NetworkError(out_of_time(deadline), code="timeout") from None

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _exchange(self, session: requests.Session, request: Request, deadline: Deadline) -> Response:
        settings, budget = self._settings, max(deadline.left(), 0.001)
        with session.request(
            request.method,
            request.url,
            params=request.params,
            data=request.form,
            auth=_Authorization(request.authorization),
            timeout=(min(LONGEST_CONNECT, budget), budget),
            verify=_verify(settings),
            proxies=_proxies(settings),
            allow_redirects=False,
            stream=True,
        ) as answer:
            body = self._read(answer, min(request.largest, self._largest_body), deadline)
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(answer.status_code, headers, body)

    def _read(self, answer: requests.Response, largest: int, deadline: Deadline) -> bytes:
        """Return the body. The library would unpack it itself, as often and as far as its sender wants."""
        encoding = answer.headers.get("Content-Encoding", "")

        def read(size: int) -> bytes:
            data: bytes = answer.raw.read(size, decode_content=False)
            return data

        if answer.status_code != 200:
            return _error_body(read, encoding, min(largest, LARGEST_ERROR), deadline)
        body = read_body(read, unpacker_for(encoding), largest, deadline)
        announced = answer.headers.get("Content-Length", "")
        if re.fullmatch("[0-9]{1,18}", announced) and answer.raw.tell() < int(announced):
            raise NetworkError("the connection ended in the middle of the answer", code="incomplete")
        return body


def _error_body(read: Callable[[int], bytes], encoding: str, largest: int, deadline: Deadline) -> bytes:
    """Return the begin of what an error says; nothing when it is packed in a way that nobody asked for."""
    try:
        unpacker = unpacker_for(encoding)
    except ServiceError:
        return b""
    return read_body(read, unpacker, largest, deadline, cut=True)


def _silence_unverified() -> None:
    """Keep the library from warning on the screen of what an option says, in this process from now on.

    Until ansible-core 2.18, a worker's other threads wait for ever for their turn to write there. Filters that are put
    back afterwards, as with ``warnings.catch_warnings``, would change under a thread that is left behind.
    """
    from urllib3.exceptions import InsecureRequestWarning

    warnings.filterwarnings("ignore", "Unverified HTTPS request", InsecureRequestWarning)


class _Authorization:
    """Sets our header. As an ``auth`` of its own it also keeps a ``.netrc`` entry from replacing it."""

    def __init__(self, value: Secret) -> None:
        self._value = value

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = self._value.reveal()
        return prepared


def route_of(settings: Settings) -> Route:
    """Return how the library will get to the service, of which the environment decides a part.

    Raises ConfigurationError when the library is missing.
    """
    session = _new_session()
    from requests import utils

    # An empty mapping, as the library itself starts from: to None it adds nothing from the environment.
    proxies = _proxies(settings) or {}
    merged = session.merge_environment_settings(settings.api_url, proxies, None, _verify(settings), None)
    proxy = utils.select_proxy(settings.api_url, merged["proxies"])
    verify = merged["verify"]
    authorities = None if verify is False else utils.DEFAULT_CA_BUNDLE_PATH if verify is True else str(verify)
    return Route(Secret(proxy) if proxy else None, authorities)


def _proxies(settings: Settings) -> dict[str, str] | None:
    return dict.fromkeys(("http", "https"), "") if settings.loopback else None


def _verify(settings: Settings) -> bool | str:
    return (settings.ca_path or True) if settings.validate_certs else False


def _new_session() -> requests.Session:
    try:
        import requests
    except ImportError:
        raise ConfigurationError(
            f"the Python library requests is missing for {sanitize(sys.executable)}: install it there, for example by "
            "pip install requests",
            code="requests_missing",
        ) from None
    except BaseException as error:  # noqa: BLE001 - a library that does not fit to another one can raise anything
        raise_interruption(error)
        raise ConfigurationError(
            f"the Python library requests cannot be loaded by {sanitize(sys.executable)} ({type(error).__name__}): "
            "install it there again, with the libraries that it needs",
            code="requests_broken",
        ) from None

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Nothing is followed. The library would look at where it leads all the same, and fail over nonsense."""

    session = Session()
    session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"})
    session.headers["Cache-Control"] = "no-cache"
    return session


@contextmanager
def _translated(settings: Settings, deadline: Deadline) -> Iterator[None]:
    """Raise our own error for each of the library's; none of them, and no text of theirs, leaves this file.

    They are not kept as causes either: Ansible prints causes, and theirs can hold a URL with a proxy's password.
    """
    from requests import exceptions
    from urllib3 import exceptions as below

    try:
        yield
    except (exceptions.Timeout, below.ReadTimeoutError):
        raise NetworkError(out_of_time(deadline), code="timeout") from None
    except exceptions.ProxyError as error:
        raise NetworkError(
            f"the proxy did not let us through ({_reason(error)}): check HTTPS_PROXY and NO_PROXY", code="proxy"
        ) from None
    except (exceptions.SSLError, below.SSLError) as error:
        raise _tls_error(error, settings) from None
    except below.HTTPError:
        raise NetworkError("the connection ended in the middle of the answer", code="incomplete") from None
    except exceptions.ConnectionError as error:
        raise _connection_error(error, deadline) from None
    except KnowledgeFrontError:
        raise
    except (exceptions.RequestException, ValueError, TypeError) as error:
        # The library lets some of its parsers' errors through for a host or a proxy that can be none.
        raise ConfigurationError(f"api_url or a proxy variable cannot be used ({type(error).__name__})") from None
    except OSError as error:
        raise ConfigurationError(
            f"ca_path cannot be read as certificates ({_reason(error)}): {sanitize(settings.ca_path or 'not set')}"
        ) from None


def _connection_error(error: BaseException, deadline: Deadline) -> KnowledgeFrontError:
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            code = "dns" if cause.errno == socket.EAI_AGAIN else "unknown_host"
            return NetworkError(f"the host name does not resolve ({_reason(cause)}): check api_url", code=code)
        if isinstance(cause, (TimeoutError, socket.timeout)):
            return NetworkError(out_of_time(deadline), code="timeout")
    return NetworkError(
        f"the connection failed ({_reason(error)}): check api_url, the network and any proxy", code="connection"
    )


def _tls_error(error: BaseException, settings: Settings) -> KnowledgeFrontError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            used = f"ca_path {sanitize(settings.ca_path)}" if settings.ca_path else "the usual authorities"
            return NetworkError(
                f"the certificate does not verify against {used} ({sanitize(cause.verify_message)}): name the "
                "authority that signed it in ca_path (KF_CA_PATH)",
                code="certificate",
            )
        if isinstance(cause, ssl.SSLError) and settings.ca_path and "X509" in str(cause.strerror):
            return ConfigurationError(
                f"ca_path holds no certificates ({_reason(cause)}): {sanitize(settings.ca_path)}", code="ca_path"
            )
    return NetworkError(f"no TLS connection could be made ({_reason(error)})", code="tls")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and what it was raised for, outermost first, however the libraries wrapped it."""
    pending, seen = [error], set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = [*current.args, getattr(current, "reason", None), current.__cause__, current.__context__]
        pending += [inner for inner in wrapped if isinstance(inner, BaseException)]


def _reason(error: BaseException) -> str:
    """Return the operating system's words for ``error``. The libraries' own texts may hold a URL with credentials."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return sanitize(cause.strerror, 100)
    return type(list(_causes(error))[-1]).__name__
