# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server on loopback that answers each call with exactly the bytes, and at the pace, that a test wants."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Call:
    """A request as it came in. Header names are in lower case; ``connection`` counts from 1."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


class Reset(Exception):
    """Raised by an answer: the connection is reset."""


class HangUp(Exception):
    """Raised by an answer: the connection is closed without a word."""


Answering = Callable[[Call], bytes | Iterable[bytes]]


def http(body: bytes = b"", status: int = 200, length: int | None = None, **headers: str) -> bytes:
    """Return an answer; ``length`` is a Content-Length that is wrong."""
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body) if length is None else length}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + body


def as_json(document: Any, status: int = 200, **headers: str) -> bytes:
    return http(json.dumps(document).encode(), status, Content_Type="application/json", **headers)


def service(documents: Mapping[str, Any], token: str = "token-1") -> Answering:
    """Return an answering that grants tokens and answers each path with its document, or its bytes; others get 404."""
    granted = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def answer(call: Call) -> bytes:
        known = {"/v2/token": granted, **documents}
        if call.path not in known:
            return as_json({"error": "not found"}, 404)
        document = known[call.path]
        return document if isinstance(document, bytes) else as_json(document)

    return answer


class ScriptedServer:
    """Serves ``answering`` on a port of its own until it is closed. With ``greeting`` it only says that."""

    def __init__(self, answering: Answering, tls: ssl.SSLContext | None = None, greeting: bytes = b"") -> None:
        self.calls: list[Call] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._answering = answering
        self._tls = tls
        self._greeting = greeting
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.stopping.set()
        for connection in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def drip(self, start: bytes, drop: bytes, every: float = 0.05, drops: int = 10_000) -> Iterator[bytes]:
        """Yield ``start`` and then ``drop`` for many minutes, or until the server is closed."""
        yield start
        for _count in range(drops):
            if self.stopping.wait(every):
                return
            yield drop

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._converse, args=(connection, self.connections), daemon=True).start()

    def _converse(self, connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, HangUp):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            if self._greeting:
                connection.sendall(self._greeting)
                while connection.recv(65536):
                    pass
            try:
                self._answer_all(connection, number)
            except Reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def _answer_all(self, connection: socket.socket, number: int) -> None:
        with connection.makefile("rb") as incoming:
            while (call := _read_call(incoming, number)) is not None:
                self.calls.append(call)
                answer = self._answering(call)
                for part in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(part)
                    if b"\r\nConnection: close\r\n" in part:
                        return


def _read_call(incoming: Any, number: int) -> Call | None:
    start = incoming.readline().decode("latin-1").split()
    if len(start) != 3:
        return None
    headers = {}
    while line := incoming.readline().decode("latin-1").strip():
        name, _colon, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body = incoming.read(int(headers.get("content-length", 0)))
    return Call(start[0], start[1], headers, body, number)
