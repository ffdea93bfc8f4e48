# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The server, for use in this process: ``with Simulator() as simulator: simulator.url``."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from queue import Empty, SimpleQueue
from typing import Any

from simulator.connection import Connection
from simulator.control import Control
from simulator.control_calls import ControlCalls
from simulator.documents import Documents
from simulator.faults import Faults
from simulator.playback import make_fleet
from simulator.service import Calls, Service
from simulator.tokens import Tokens
from simulator.world import DEFAULT_WORLD, World, default_client, read_world

STOP_CHECK_INTERVAL = 0.5
"""Seconds between two checks for a stop request."""


class ListenError(OSError):
    """The address cannot be bound; the message has the reason."""


def loopback_address(host: str) -> str:
    """Return the address to bind. Raises ListenError unless it is a loopback address."""
    name = "127.0.0.1" if host == "localhost" else host
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(name).is_loopback:
            return name
    raise ListenError(f"{host!r} is not a loopback address: use 127.0.0.1")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_port = False
    request_queue_size = 256

    def __init__(self, simulator: Simulator, address: tuple[str, int], tls: ssl.SSLContext | None) -> None:
        self.simulator = simulator
        self.tls = tls
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Connection)

    def server_bind(self) -> None:
        # Without the host name lookup of the base class, which can take seconds.
        if self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def finish_request(self, request: Any, client_address: Any) -> None:
        # The handshake runs in the thread of the connection, so that a slow client does not block others.
        if self.tls:
            with contextlib.suppress(OSError):
                request.settimeout(10)
                with self.tls.wrap_socket(request, server_side=True) as secured:
                    secured.settimeout(None)
                    super().finish_request(secured, client_address)
            return
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore disconnects."""


class Simulator:
    """The API of one world. ``clock`` returns epoch seconds; ``log`` receives one line per request, without secrets.

    A world that plays a history has a clock of its own; its tokens expire in real time, as clients expect. The default
    world is the bundled shop with a random secret. Raises ListenError if ``host`` is not loopback or the port is in
    use.
    """

    def __init__(
        self,
        world: World | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        ca_file: str | os.PathLike[str] | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.world = world or read_world(DEFAULT_WORLD)
        if not self.world.clients:
            self.world.clients = [default_client()]
        self.log = log
        self.closing = threading.Event()
        # Used in signal handlers: SimpleQueue.put is reentrant, while Event.set can deadlock.
        self._stop_requests: SimpleQueue[None] = SimpleQueue()
        self.fleet = make_fleet(self.world, clock)
        self.tokens = Tokens(self.world.token_lifetime, clock)
        self.service = Service(self.world.clients, self.tokens, Documents(self.fleet, self.world.utc_mktime_offset))
        self.faults = Faults()
        self.calls = Calls()
        self.control_calls = ControlCalls(self.fleet, self.faults, self.calls, self.request_stop)
        self.open_connections: set[socket.socket] = set()
        address = loopback_address(host)
        try:
            self._server = _Server(self, (address, port), tls)
        except OSError as problem:
            why = "the port is in use" if problem.errno == errno.EADDRINUSE else problem.strerror or "it is refused"
            raise ListenError(f"cannot listen on {host}, port {port}: {why}") from None
        self.port = self._server.server_port
        name = f"[{address}]" if ":" in address else address
        self.url = f"{'https' if tls else 'http'}://{name}:{self.port}"
        self.client_id = self.world.clients[0].id
        self.client_secret = self.world.clients[0].secret
        self.control = Control(self.url, ca_file=ca_file)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def start(self) -> None:
        """Start serving; the port has been bound since the object was created."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def request_stop(self) -> None:
        """End ``wait_for_stop``; may be called by any thread or signal handler."""
        self._stop_requests.put(None)

    def wait_for_stop(self) -> None:
        """Wait until ``request_stop`` is called; the caller then calls ``close``."""
        while True:
            # A signal just before the wait does not interrupt it, hence the timeout.
            with contextlib.suppress(Empty):
                self._stop_requests.get(timeout=STOP_CHECK_INTERVAL)
                return

    def close(self) -> None:
        """Stop at once and close all connections. Idempotent."""
        self.closing.set()
        if self._thread:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        for connection in list(self.open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
