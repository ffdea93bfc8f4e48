# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the host has addresses, and whether its port answers at each of them."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ...module_utils._api.threads import run_with_timeout
from ...module_utils._domain.text import join_names, sanitize
from .finding import Finding, failed, fine, skipped, warning
from .patient import Patient

MOST_ADDRESSES = 8
THROUGH = "a proxy applies, and does that for us"

Address = tuple[int, tuple[Any, ...]]


class Unreachable(Exception):
    """There is no way there; ``code`` is that of a finding, and the text tells what came instead."""

    def __init__(self, code: str, found: str) -> None:
        super().__init__(found)
        self.code = code


def name(patient: Patient) -> list[Finding]:
    """Resolve the service's host."""
    if patient.proxy is not None:
        return [skipped(THROUGH)]
    began = time.monotonic()
    try:
        patient.addresses = resolve(patient.host, patient.port, patient.short())
    except Unreachable as why:
        return [failed(why.code, str(why))]
    if _is_address(patient.host):
        return [fine(f"{patient.host} is an address: there is no name to resolve")]
    took = time.monotonic() - began
    return [fine(f"{sanitize(patient.host)} has {_counted(patient.addresses)}, told in {took:.2f} s")]


def port(patient: Patient) -> list[Finding]:
    """Connect to each of the host's addresses."""
    if patient.proxy is not None:
        return [skipped(THROUGH)]
    outcomes = connected(patient.addresses, patient.short())
    dead = [(address, error) for address, error in outcomes if error is not None]
    if not dead:
        return [fine(f"port {patient.port} answers at {_counted(patient.addresses)}")]
    why = join_names([f"{address[1][0]} ({word_for(error)})" for address, error in dead])
    if len(dead) < len(outcomes):
        return [warning("address_dead", f"{len(dead)} of {len(outcomes)} addresses do not answer at the port: {why}")]
    return [failed(_code([error for _address, error in dead]), f"port {patient.port} does not answer: {why}")]


def resolve(host: str, at_port: int, seconds: float) -> list[Address]:
    """Return the distinct addresses of ``host``. Raises Unreachable."""
    try:
        told = run_with_timeout(seconds, lambda: socket.getaddrinfo(host, at_port, type=socket.SOCK_STREAM))
    except TimeoutError:
        raise Unreachable(
            "name_server_silent", f"no name server told of {sanitize(host)} within {seconds:g} s"
        ) from None
    except socket.gaierror as error:
        code = "name_server_failing" if error.errno == socket.EAI_AGAIN else "name_unknown"
        raise Unreachable(code, f"{sanitize(host)} does not resolve ({sanitize(error.strerror)})") from None
    except (OSError, UnicodeError) as error:
        raise Unreachable("name_unknown", f"{sanitize(host)} does not resolve ({type(error).__name__})") from None
    return list(dict.fromkeys((int(entry[0]), tuple(entry[4])) for entry in told))[:MOST_ADDRESSES]


def connected(addresses: Sequence[Address], seconds: float) -> list[tuple[Address, OSError | None]]:
    """Return for each address what stands against connecting to it. All of them are tried at once."""
    with ThreadPoolExecutor(MOST_ADDRESSES) as pool:
        return list(zip(addresses, pool.map(lambda address: _connected(address, seconds), addresses), strict=True))


def _connected(address: Address, seconds: float) -> OSError | None:
    try:
        with socket.socket(address[0], socket.SOCK_STREAM) as made:
            made.settimeout(max(seconds, 0.01))
            made.connect(address[1])
    except OSError as error:
        return error
    return None


def _code(errors: Sequence[OSError]) -> str:
    if all(isinstance(error, ConnectionRefusedError) for error in errors):
        return "port_refused"
    return "port_silent" if all(isinstance(error, TimeoutError) for error in errors) else "port_unreachable"


def word_for(error: OSError | UnicodeError) -> str:
    return (
        "no answer"
        if isinstance(error, TimeoutError)
        else sanitize(getattr(error, "strerror", None) or type(error).__name__, 80)
    )


def _counted(addresses: Sequence[Address]) -> str:
    kinds = {"IPv4": socket.AF_INET, "IPv6": socket.AF_INET6}
    counts = {word: sum(family == kind for family, _place in addresses) for word, kind in kinds.items()}
    return (
        f"{len(addresses)} address{'es' if len(addresses) != 1 else ''} ("
        + ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        + ")"
    )


def _is_address(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False
