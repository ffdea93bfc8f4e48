# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of a fault: a simulator or a replacement server, and the environment to reach it."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme

from simulator.control_calls import ControlCalls
from simulator.faults import fault_from
from simulator.server import Simulator
from simulator.service import Calls
from simulator.world import Client, world_from

from .fault import Fault
from .worlds import TESTED_BEFORE_START, WORLDS

CLIENT = "fault-finder"
UNRESOLVABLE_URL = "https://kf.invalid"


class TimedCalls(Calls):
    """Records the time of each call in seconds of the monotonic clock, which all processes share."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[tuple[float, str]] = []

    def count(self, what: str, by: int = 1) -> None:
        super().count(what, by)
        if what not in ("connections", "bytes_out"):
            self.times.append((time.monotonic(), what))

    def between(self, began: float, ended: float) -> dict[str, int]:
        """Return the number of calls by endpoint between the two times."""
        found = [what for at, what in self.times if began <= at <= ended]
        return {what: found.count(what) for what in set(found)}


@dataclass
class Stage:
    """How to reach the service. ``calls`` is None if requests are not counted; ``control`` is empty if faults cannot be
    set at run time.
    """

    url: str
    environment: dict[str, str] = field(default_factory=dict)
    calls: TimedCalls | None = None
    control: str = ""


@contextlib.contextmanager
def stage(fault: Fault, secret: str, folder: Path) -> Iterator[Stage]:
    """Yield the network of ``fault``; ``folder`` is for certificates."""
    with SCENES[fault.scene](fault, secret, folder) as found:
        yield found


@contextlib.contextmanager
def _simulator(fault: Fault, secret: str, tls: ssl.SSLContext | None = None) -> Iterator[Simulator]:
    world = world_from({"monitors": WORLDS[fault.world_name]})
    world.clients = [Client(CLIENT, secret)]
    with Simulator(world, tls=tls) as running:
        running.calls = TimedCalls()
        running.control_calls = ControlCalls(running.fleet, running.faults, running.calls, running.request_stop)
        if fault.world_name in TESTED_BEFORE_START:
            running.fleet.test_once(TESTED_BEFORE_START[fault.world_name])
        yield running


@contextlib.contextmanager
def _http(fault: Fault, secret: str, folder: Path) -> Iterator[Stage]:
    with _simulator(fault, secret) as running:
        yield Stage(running.url, calls=running.calls, control=running.url)


def _tls(make: Callable[[trustme.CA], tuple[bytes, bytes]], known: bool = True, location: str = "") -> Callable:
    """Return a service with the key and certificate of ``make``; the client trusts its authority if ``known``."""

    @contextlib.contextmanager
    def scene(fault: Fault, secret: str, folder: Path) -> Iterator[Stage]:
        authority, own, pair = trustme.CA(), folder / "authority.pem", folder / "pair.pem"
        (authority if known else trustme.CA()).cert_pem.write_to_path(own)
        pair.write_bytes(b"".join(make(authority)))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)
        with _simulator(fault, secret, context) as running:
            if location:
                order = {"kind": "redirect", "endpoint": "any", "times": None, "location": location}
                running.faults.add(fault_from(order))
            yield Stage(running.url, {"KF_CA_PATH": str(own)}, running.calls)

    return scene


def _issue_certificate(
    name: str, lifetime: timedelta = timedelta(days=2)
) -> Callable[[trustme.CA], tuple[bytes, bytes]]:
    def make(authority: trustme.CA) -> tuple[bytes, bytes]:
        now = datetime.now(timezone.utc)
        issued = authority.issue_cert(name, not_before=now - timedelta(days=9), not_after=now + lifetime)
        return issued.private_key_pem.bytes(), issued.cert_chain_pems[0].bytes()

    return make


def _self_sign(_authority: trustme.CA) -> tuple[bytes, bytes]:
    other = trustme.CA()
    return other.private_key_pem.bytes(), other.cert_pem.bytes()


@contextlib.contextmanager
def _serve_socket(answer: Callable[[socket.socket], None] | None) -> Iterator[int]:
    """Yield the port of a server that calls ``answer`` for each connection; with None, connections stay half-open."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if answer is not None:
            threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection = listener.accept()[0]
            threading.Thread(target=_answer, args=(connection, answer), daemon=True).start()


def _answer(connection: socket.socket, answer: Callable[[socket.socket], None]) -> None:
    with contextlib.suppress(OSError), connection:
        answer(connection)


def _send(text: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(text)

    return answer


def _replace_service(url: str, answer: Callable[[socket.socket], None] | None, **environment: str) -> Callable:
    """Return a replacement server; ``{port}`` in ``url`` and ``environment`` is its port."""

    @contextlib.contextmanager
    def scene(_fault: Fault, _secret: str, folder: Path) -> Iterator[Stage]:
        (folder / "empty.pem").touch()
        with _serve_socket(answer) as port:
            named = {name: text.format(port=port, folder=folder) for name, text in environment.items()}
            yield Stage(url.format(port=port), named)

    return scene


def _proxy(address: str, answer: Callable[[socket.socket], None] | None) -> Callable:
    return _replace_service(UNRESOLVABLE_URL, answer, HTTPS_PROXY=address, https_proxy=address)


CLOSE = _send(b"")
DENY_PROXY = _send(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
PLAIN, ENCRYPTED, PROXY = "http://127.0.0.1:{port}", "https://127.0.0.1:{port}", "http://user:pass@127.0.0.1:{port}"

SCENES: dict[str, Callable] = {
    "http": _http,
    "no_such_name": _replace_service(UNRESOLVABLE_URL, None),
    "nobody": _replace_service("http://127.0.0.1:9", None),
    "half_open": _replace_service(PLAIN, None),
    "other_protocol": _replace_service(PLAIN, _send(b"220 mail.example ESMTP\r\n")),
    "hangs_up": _replace_service(PLAIN, CLOSE),
    "tls": _tls(_issue_certificate("127.0.0.1")),
    "tls_expired": _tls(_issue_certificate("127.0.0.1", timedelta(days=-1))),
    "tls_self_signed": _tls(_self_sign),
    "tls_other_name": _tls(_issue_certificate("other.example")),
    "tls_unknown_authority": _tls(_issue_certificate("127.0.0.1"), known=False),
    "tls_downgrade": _tls(_issue_certificate("127.0.0.1"), location="http://127.0.0.1:9/v2/token"),
    "tls_missing": _replace_service(ENCRYPTED, _send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
    "tls_silent": _replace_service(ENCRYPTED, None),
    "tls_no_authorities": _replace_service(ENCRYPTED, CLOSE, KF_CA_PATH="{folder}/empty.pem"),
    "tls_lost_authorities": _replace_service(ENCRYPTED, CLOSE, KF_CA_PATH="{folder}/none.pem"),
    "proxy_nobody": _proxy("http://127.0.0.1:9", None),
    "proxy_denies": _proxy(PROXY, DENY_PROXY),
    "proxy_hangs_up": _proxy(PROXY, CLOSE),
    "proxy_silent": _proxy(PROXY, None),
    "proxy_nonsense": _proxy("http://[::1", None),
}
