# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends HTTP requests: the only module that uses the HTTP library."""

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
from .errors import ConfigurationError, KnowledgeFrontError, NetworkError, ServiceError, raise_interruption
from .response_body import create_decompressor, read_body
from .settings import Secret, Settings
from .timeouts import Deadline, describe_timeout, run_with_timeout

if TYPE_CHECKING:
    import requests

USER_AGENT = "knowledgefront.monitoring/0.1.0"
MAX_BODY_SIZE = 128 * 2**20
"""Bytes of a decoded response that are read at most: about 100,000 monitors need half of it."""

MAX_ERROR_SIZE = 65536
"""Bytes that are read of a response with another status than 200, of which a message quotes a few words."""

CONNECT_TIMEOUT = 10.0
"""Seconds for one address of the host, so that an unreachable one leaves time for the next."""

PERMANENT_ERRORS = frozenset({"certificate", "tls", "unknown_host", "answer_too_large"})
"""Codes of network errors that a retry cannot resolve."""


class Request(NamedTuple):
    """An HTTP request. ``authorization`` is the whole header value, ``max_size`` limits the response body in bytes."""

    method: str
    url: str
    authorization: Secret
    params: Mapping[str, str] = MappingProxyType({})
    form: Mapping[str, str] | None = None
    max_size: int = MAX_BODY_SIZE


class Response(NamedTuple):
    """A complete HTTP response, of any status; header names are in lower case, ``body`` is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


class Route(NamedTuple):
    """The proxy of requests, and the file or folder with the trusted certificates; None for none."""

    proxy: Secret | None
    authorities: str | None


class Transport(Protocol):
    """The interface between the client and the network."""

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        """Return the response, whatever its status. Raises NetworkError, ConfigurationError or ServiceError."""

    def close(self) -> None:
        """Close the connection."""


class RequestsTransport:
    """Sends requests over a persistent connection. It loads the library on the first exchange, not before."""

    def __init__(self, settings: Settings, max_body_size: int = MAX_BODY_SIZE) -> None:
        self._settings = settings
        self._max_body_size = max_body_size
        self._session: requests.Session | None = None

    def exchange(self, request: Request, deadline: Deadline) -> Response:
        """See Transport. No response, however slowly it arrives, takes longer than ``deadline`` allows.

        The library limits only the time between two bytes, and nothing limits a name server lookup. So the exchange
        runs in a thread that is left behind on a timeout.
        """
        if self._session is None:
            self._session = _new_session()
            if not self._settings.validate_certs:
                _silence_unverified_warning()
        session = self._session

        def send() -> Response:
            with _translate_errors(self._settings, deadline):
                return self._exchange(session, request, deadline)

        try:
            return run_with_timeout(deadline.left() + 0.05, send, "knowledgefront-exchange")
        except TimeoutError:
            self._session = None
            raise NetworkError(describe_timeout(deadline), code="timeout") from None

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
            timeout=(min(CONNECT_TIMEOUT, budget), budget),
            verify=_verify(settings),
            proxies=_proxies(settings),
            allow_redirects=False,
            stream=True,
        ) as response:
            body = self._read(response, min(request.max_size, self._max_body_size), deadline)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, body)

    def _read(self, response: requests.Response, max_size: int, deadline: Deadline) -> bytes:
        """Return the body. The library itself would decompress it without a limit."""
        encoding = response.headers.get("Content-Encoding", "")

        def read(size: int) -> bytes:
            data: bytes = response.raw.read(size, decode_content=False)
            return data

        if response.status_code != 200:
            return _error_body(read, encoding, min(max_size, MAX_ERROR_SIZE), deadline)
        body = read_body(read, create_decompressor(encoding), max_size, deadline)
        announced = response.headers.get("Content-Length", "")
        if re.fullmatch("[0-9]{1,18}", announced) and response.raw.tell() < int(announced):
            raise NetworkError("the connection ended in the middle of the response", code="incomplete")
        return body


def _error_body(read: Callable[[int], bytes], encoding: str, max_size: int, deadline: Deadline) -> bytes:
    """Return the beginning of an error body; nothing if it has an unsupported encoding."""
    try:
        decompressor = create_decompressor(encoding)
    except ServiceError:
        return b""
    return read_body(read, decompressor, max_size, deadline, truncate=True)


def _silence_unverified_warning() -> None:
    """Silence the library's warning about validate_certs=false, in this process from now on.

    Until ansible-core 2.18, threads of a worker other than the main one block for ever when they write to the display.
    A temporary filter, as of ``warnings.catch_warnings``, would change under a thread that is left behind.
    """
    from urllib3.exceptions import InsecureRequestWarning

    warnings.filterwarnings("ignore", "Unverified HTTPS request", InsecureRequestWarning)


class _Authorization:
    """Sets the Authorization header. As ``auth`` it also prevents a ``.netrc`` entry from replacing it."""

    def __init__(self, value: Secret) -> None:
        self._value = value

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        prepared.headers["Authorization"] = self._value.reveal()
        return prepared


def find_route(settings: Settings) -> Route:
    """Return the route of requests, which depends on the environment too.

    Raises ConfigurationError when the library is missing.
    """
    session = _new_session()
    from requests import utils

    # An empty mapping, as the library uses it: with None it ignores the environment.
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
            f"the Python library requests is not installed for {sanitize(sys.executable)}: install it there, "
            "for example with pip install requests",
            code="requests_missing",
        ) from None
    except BaseException as error:  # noqa: BLE001 - incompatible libraries can raise anything
        raise_interruption(error)
        raise ConfigurationError(
            f"the Python library requests cannot be loaded by {sanitize(sys.executable)} ({type(error).__name__}): "
            "reinstall it there with its dependencies",
            code="requests_broken",
        ) from None

    class Session(requests.Session):
        def get_redirect_target(self, resp: requests.Response) -> None:
            """Follow no redirect. The library would parse the target nevertheless, and fail on an invalid one."""

    session = Session()
    session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json", "Accept-Encoding": "gzip"})
    session.headers["Cache-Control"] = "no-cache"
    return session


@contextmanager
def _translate_errors(settings: Settings, deadline: Deadline) -> Iterator[None]:
    """Raise an error of this collection for each of the library's; neither those nor their texts leave this module.

    Nor are they set as causes: Ansible prints causes, and theirs can contain a URL with a proxy's password.
    """
    from requests import exceptions
    from urllib3 import exceptions as below

    try:
        yield
    except (exceptions.Timeout, below.ReadTimeoutError):
        raise NetworkError(describe_timeout(deadline), code="timeout") from None
    except exceptions.ProxyError as error:
        raise NetworkError(
            f"the proxy refused the connection ({_reason(error)}): check HTTPS_PROXY and NO_PROXY", code="proxy"
        ) from None
    except (exceptions.SSLError, below.SSLError) as error:
        raise _tls_error(error, settings) from None
    except below.HTTPError:
        raise NetworkError("the connection ended in the middle of the response", code="incomplete") from None
    except exceptions.ConnectionError as error:
        raise _connection_error(error, deadline) from None
    except KnowledgeFrontError:
        raise
    except (exceptions.RequestException, ValueError, TypeError) as error:
        # The library does not wrap all errors of its parsers for an invalid host or proxy.
        raise ConfigurationError(f"api_url or a proxy variable is invalid ({type(error).__name__})") from None
    except OSError as error:
        raise ConfigurationError(
            f"cannot read certificates from ca_path ({_reason(error)}): {sanitize(settings.ca_path or 'not set')}"
        ) from None


def _connection_error(error: BaseException, deadline: Deadline) -> KnowledgeFrontError:
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            code = "dns" if cause.errno == socket.EAI_AGAIN else "unknown_host"
            return NetworkError(f"cannot resolve the host name ({_reason(cause)}): check api_url", code=code)
        if isinstance(cause, (TimeoutError, socket.timeout)):
            return NetworkError(describe_timeout(deadline), code="timeout")
    return NetworkError(
        f"the connection failed ({_reason(error)}): check api_url, the network and any proxy", code="connection"
    )


def _tls_error(error: BaseException, settings: Settings) -> KnowledgeFrontError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            used = f"ca_path {sanitize(settings.ca_path)}" if settings.ca_path else "the default authorities"
            return NetworkError(
                f"the certificate is not trusted by {used} ({sanitize(cause.verify_message)}): set ca_path "
                "(KF_CA_PATH) to the certificate of the authority that signed it",
                code="certificate",
            )
        if isinstance(cause, ssl.SSLError) and settings.ca_path and "X509" in str(cause.strerror):
            return ConfigurationError(
                f"ca_path contains no certificates ({_reason(cause)}): {sanitize(settings.ca_path)}", code="ca_path"
            )
    return NetworkError(f"the TLS connection failed ({_reason(error)})", code="tls")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield ``error`` and its causes, outermost first, however the libraries wrap them."""
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
    """Return the operating system's text for ``error``. The libraries' own texts may contain a URL with credentials."""
    for cause in _causes(error):
        if isinstance(cause, OSError) and cause.strerror:
            return sanitize(cause.strerror, 100)
    return type(list(_causes(error))[-1]).__name__
