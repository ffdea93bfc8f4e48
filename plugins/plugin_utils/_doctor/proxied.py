# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxy applies to the service's URL, and whether it lets us through. Its password is never told."""

from __future__ import annotations

import base64
import re
import socket
import time
from urllib.parse import SplitResult, unquote, urlsplit

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._api.threads import run_with_timeout
from ...module_utils._api.transport import route_of
from ...module_utils._domain.text import join_names, sanitize
from .finding import Finding, failed, fine, warning
from .patient import Patient
from .reachable import Unreachable, word_for

VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
LARGEST_HEAD = 65536
"""Bytes of a proxy's answer that are read."""


def examine(patient: Patient) -> list[Finding]:
    """Find the way that the HTTP library will go, and try a proxy that is on it."""
    try:
        patient.route = route_of(patient.known)
    except ConfigurationError as error:
        return [failed("library_missing", str(error))]
    if patient.proxy is None:
        return [fine(_without(patient))]
    try:
        parts = urlsplit(patient.proxy if "//" in patient.proxy else f"//{patient.proxy}")
        place = f"{parts.hostname}:{_port(parts)}" if parts.hostname else None
    except ValueError:
        place = None
    if place is None:
        return [failed("proxy_no_url", f"the proxy from {_set(patient)} is no URL")]
    told = f"the proxy {sanitize(place)}{' with a password' if '@' in parts.netloc else ''} from {_set(patient)}"
    if parts.scheme not in ("http", ""):
        return [warning("proxy_kind", f"{told} is one for {sanitize(parts.scheme, 20)}, which is not tried here")]
    began = time.monotonic()
    try:
        run_with_timeout(patient.short(), lambda: tunnel(patient).close())
    except TimeoutError:
        return [failed("proxy_silent", f"{told} does not answer within {patient.short():g} s")]
    except Unreachable as why:
        return [failed(why.code, f"{told} {why}")]
    return [fine(f"{told} lets us through, in {time.monotonic() - began:.2f} s")]


def tunnel(patient: Patient) -> socket.socket:
    """Return a connection through the proxy to the service. Raises Unreachable, and TimeoutError."""
    parts = urlsplit(str(patient.proxy) if "//" in str(patient.proxy) else f"//{patient.proxy}")
    connection = _to_proxy(parts, patient.short())
    try:
        connection.settimeout(patient.short())
        connection.sendall(_asking(patient, parts))
        status = _answered(connection)
    except TimeoutError:
        connection.close()
        raise
    except OSError:
        connection.close()
        raise Unreachable("proxy_nonsense", "hangs up when it is asked") from None
    if status == 200:
        return connection
    connection.close()
    if status is None:
        raise Unreachable("proxy_nonsense", "says nothing that a proxy says")
    if status == 407:
        raise Unreachable("proxy_authentication", "wants another user or password (HTTP 407)")
    raise Unreachable("proxy_refuses", f"does not let us through (HTTP {status})")


def _to_proxy(parts: SplitResult, seconds: float) -> socket.socket:
    try:
        return socket.create_connection((str(parts.hostname), _port(parts)), seconds)
    except (OSError, UnicodeError) as error:
        raise Unreachable("proxy_unreachable", f"cannot be reached ({word_for(error)})") from None


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 1080 if parts.scheme.startswith("socks") else 80)


def _asking(patient: Patient, parts: SplitResult) -> bytes:
    host = f"[{patient.host}]" if ":" in patient.host else patient.host
    lines = [f"CONNECT {host}:{patient.port} HTTP/1.1", f"Host: {host}:{patient.port}"]
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair.encode()).decode('ascii')}")
    return "\r\n".join([*lines, "", ""]).encode()


def _answered(connection: socket.socket) -> int | None:
    """Return the status in the proxy's answer, None when it is none."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < LARGEST_HEAD:
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
    found = re.match(rb"HTTP/1\.[01] ([0-9]{3})(?![0-9])", head)
    return int(found.group(1)) if found else None


def _set(patient: Patient) -> str:
    there = [name for name, value in patient.around.environment.items() if _is_it(name, value, patient)]
    return join_names(sorted(there)) if there else "the system's settings"


def _is_it(name: str, value: str, patient: Patient) -> bool:
    return name.upper() in VARIABLES and value == patient.proxy


def _without(patient: Patient) -> str:
    named = sorted(name for name in patient.around.environment if name.upper() in VARIABLES)
    if patient.known.loopback:
        return "no proxy is used for a loopback address"
    there = f"no proxy applies to this URL, with {join_names(named)} in the environment"
    return there if named else "no proxy is set"
