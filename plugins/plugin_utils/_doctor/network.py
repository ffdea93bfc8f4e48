# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the way to the service below TLS: its proxy, its addresses and its port.

The transport reports one code for all failures of a proxy and one for all failed connections. These checks find out
which of them it is, since each needs another remedy.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import SplitResult, unquote

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._api.timeouts import run_with_timeout
from ...module_utils._api.transport import find_route
from ...module_utils._domain.text import join_names, sanitize
from .context import CheckContext
from .results import CheckResult, failed, ok, skipped, warning

PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
PROXY_PORTS = {"https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
TUNNEL_STATUS = re.compile(r"Tunnel connection failed: ([0-9]{3})")
"""How the standard library reports the HTTP status of a proxy."""

MAX_ADDRESSES = 8
BY_PROXY = "the proxy does this"

Address = tuple[int, tuple[Any, ...]]


class UnreachableError(Exception):
    """The service cannot be reached; ``code`` is that of a result, the text says what happened."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class MissingLibraryError(Exception):
    """A library is missing, so that neither this check nor those that require it can run."""


def check_proxy(context: CheckContext) -> list[CheckResult]:
    """Find the proxy that the HTTP library will use, and open a tunnel through it.

    Raises MissingLibraryError without the HTTP library, which is a failure of the check ``versions``.
    """
    try:
        context.route = find_route(context.valid_settings)
    except ConfigurationError as error:
        if context.environment.versions.get("requests") is None:
            raise MissingLibraryError("requests is not installed") from None
        return [failed("library_missing", str(error))]
    if context.proxy is None:
        return [ok(_explain_no_proxy(context))]
    origin = _proxy_origin(context)
    try:
        parts = context.proxy_parts()
        address = f"{parts.hostname}:{_proxy_port(parts)}" if parts.hostname else None
    except ValueError:
        address = None
    if address is None:
        return [failed("proxy_no_url", f"the proxy from {origin} is not a URL")]
    proxy = f"the proxy {sanitize(address)}{' with a password' if '@' in parts.netloc else ''} from {origin}"
    if parts.scheme not in ("http", ""):
        return [warning("proxy_kind", f"{proxy} has the scheme {sanitize(parts.scheme, 20)}, which is not checked")]
    started = time.monotonic()
    try:
        run_with_timeout(context.network_timeout(), lambda: open_tunnel(context).close())
    except TimeoutError:
        return [failed("proxy_silent", f"{proxy} does not respond within {context.network_timeout():g} s")]
    except UnreachableError as error:
        return [failed(error.code, f"{proxy} {error}")]
    return [ok(f"{proxy} connects to the service, in {time.monotonic() - started:.2f} s")]


def open_connection(context: CheckContext) -> socket.socket:
    """Return a connection to the service's port. Raises OSError, also TimeoutError, and UnreachableError."""
    if context.proxy is not None:
        return open_tunnel(context)
    return socket.create_connection((context.host, context.port), context.network_timeout())


def open_tunnel(context: CheckContext) -> socket.socket:
    """Return a connection through the proxy to the service's port. Raises UnreachableError and TimeoutError."""
    parts = context.proxy_parts()
    host = f"[{context.host}]" if ":" in context.host else context.host
    try:
        connection = HTTPConnection(str(parts.hostname), _proxy_port(parts), timeout=context.network_timeout())
        connection.set_tunnel(host, context.port, _proxy_headers(parts))
    except (HTTPException, UnicodeError) as error:
        raise UnreachableError("proxy_unreachable", f"cannot be used ({type(error).__name__})") from None
    try:
        connection.connect()
    except (OSError, HTTPException, UnicodeError) as error:
        is_connected = connection.sock is not None
        connection.close()
        if is_connected and isinstance(error, TimeoutError):
            raise
        raise _tunnel_error(error, is_connected) from None
    return connection.sock


def _tunnel_error(error: Exception, is_connected: bool) -> UnreachableError:
    status = TUNNEL_STATUS.match(str(error))
    if status is not None and status[1] == "407":
        return UnreachableError("proxy_authentication", "requires another user or password (HTTP 407)")
    if status is not None:
        return UnreachableError("proxy_refuses", f"refuses the connection to the service (HTTP {status[1]})")
    if is_connected or isinstance(error, HTTPException):
        return UnreachableError("proxy_nonsense", f"does not respond like a proxy ({type(error).__name__})")
    return UnreachableError("proxy_unreachable", f"cannot be reached ({describe_error(error)})")


def _proxy_port(parts: SplitResult) -> int:
    return parts.port or PROXY_PORTS.get(parts.scheme, 80)


def _proxy_headers(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"}


def _proxy_origin(context: CheckContext) -> str:
    """Return the environment variables that name the proxy."""
    variables = context.environment.environment.items()
    names = [name for name, value in variables if name.upper() in PROXY_VARIABLES and value == context.proxy]
    return join_names(sorted(names)) if names else "the system's settings"


def _explain_no_proxy(context: CheckContext) -> str:
    names = sorted(name for name in context.environment.environment if name.upper() in PROXY_VARIABLES)
    if context.valid_settings.loopback:
        return "no proxy is used for a loopback address"
    return f"no proxy applies to this URL; set: {join_names(names)}" if names else "no proxy is set"


def check_dns(context: CheckContext) -> list[CheckResult]:
    """Resolve the service's host, and set ``addresses``."""
    if context.proxy is not None:
        return [skipped(BY_PROXY)]
    started = time.monotonic()
    try:
        context.addresses = resolve(context.host, context.port, context.network_timeout())
    except UnreachableError as error:
        return [failed(error.code, str(error))]
    if _is_address(context.host):
        return [ok(f"{context.host} is an address and needs no name server")]
    seconds = time.monotonic() - started
    return [ok(f"{sanitize(context.host)} has {_count_addresses(context.addresses)}, resolved in {seconds:.2f} s")]


def check_tcp(context: CheckContext) -> list[CheckResult]:
    """Connect to each of the host's addresses."""
    if context.proxy is not None:
        return [skipped(BY_PROXY)]
    outcomes = try_addresses(context.addresses, context.network_timeout())
    errors = [(address, error) for address, error in outcomes if error is not None]
    if not errors:
        return [ok(f"port {context.port} accepts connections at {_count_addresses(context.addresses)}")]
    reasons = join_names([f"{address[1][0]} ({describe_error(error)})" for address, error in errors])
    if len(errors) < len(outcomes):
        message = f"{len(errors)} of {len(outcomes)} addresses do not accept connections: {reasons}"
        return [warning("address_dead", message)]
    code = _port_code([error for _address, error in errors])
    return [failed(code, f"port {context.port} does not accept connections: {reasons}")]


def resolve(host: str, port: int, seconds: float) -> list[Address]:
    """Return the distinct addresses of ``host``. Raises UnreachableError."""
    name = sanitize(host)
    try:
        entries = run_with_timeout(seconds, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except TimeoutError:
        raise UnreachableError("name_server_silent", f"{name} did not resolve within {seconds:g} s") from None
    except socket.gaierror as error:
        code = "name_server_failing" if error.errno == socket.EAI_AGAIN else "name_unknown"
        raise UnreachableError(code, f"{name} does not resolve ({sanitize(error.strerror)})") from None
    except (OSError, UnicodeError) as error:
        raise UnreachableError("name_unknown", f"{name} does not resolve ({type(error).__name__})") from None
    return list(dict.fromkeys((int(entry[0]), tuple(entry[4])) for entry in entries))[:MAX_ADDRESSES]


def try_addresses(addresses: Sequence[Address], seconds: float) -> list[tuple[Address, OSError | None]]:
    """Connect to all addresses at once; return the error of each, None if the connection succeeded."""
    with ThreadPoolExecutor(MAX_ADDRESSES) as pool:
        return list(zip(addresses, pool.map(lambda address: _try(address, seconds), addresses), strict=True))


def _try(address: Address, seconds: float) -> OSError | None:
    try:
        with socket.socket(address[0], socket.SOCK_STREAM) as connection:
            connection.settimeout(max(seconds, 0.01))
            connection.connect(address[1])
    except OSError as error:
        return error
    return None


def _port_code(errors: Sequence[OSError]) -> str:
    if all(isinstance(error, ConnectionRefusedError) for error in errors):
        return "port_refused"
    return "port_silent" if all(isinstance(error, TimeoutError) for error in errors) else "port_unreachable"


def describe_error(error: Exception) -> str:
    """Return the operating system's words for ``error``."""
    if isinstance(error, TimeoutError):
        return "no response"
    return sanitize(getattr(error, "strerror", None) or type(error).__name__, 80)


def _count_addresses(addresses: Sequence[Address]) -> str:
    families = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
    counts = {name: sum(family == kind for family, _place in addresses) for name, kind in families.items()}
    listed = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{len(addresses)} address{'es' if len(addresses) != 1 else ''} ({listed})"


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False
