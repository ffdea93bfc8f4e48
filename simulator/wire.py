# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending responses: complete, slowly, truncated, with a reset, or not at all."""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from collections.abc import Iterator
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

from simulator.faults import Fault
from simulator.service import Answer

GZIP_FROM = 1024
_BODILESS = (204, 304)
# Seconds for the client to read the data before the reset discards it.
_BEFORE_RESET = 0.05


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    for entry in header.lower().split(","):
        coding, _semicolon, weight = entry.strip().partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


class DisconnectedError(Exception):
    """The client disconnected."""


class Wire:
    """Sends data on one connection; ``sent`` counts bytes. ``closing`` ends every wait when the simulator stops."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self.sent = 0
        self._connection = connection
        self._closing = closing

    def send(self, head: bytes, body: bytes) -> None:
        """Send a complete response, a small one in one call."""
        if len(body) <= 65536:
            self._put(head + body)
        else:
            self._put(head)
            self._put(body)

    def send_badly(self, fault: Fault, head: bytes, body: bytes) -> bool:
        """Send a response with a fault; return whether the connection can be reused."""
        parameters = fault.parameters
        if fault.kind == "silent":
            self._wait(None)
        if fault.kind == "reset":
            at = parameters.get("at", "before")
            self._put({"before": b"", "headers": head, "body": head + body[: max(1, len(body) // 2)]}[at])
            self._reset()
            return False
        if fault.kind == "truncated":
            self._put(head + body[: len(body) // 2])
            return False
        if fault.kind == "delay":
            self._wait(parameters["seconds"])
        elif fault.kind == "slow_headers":
            self._drip(head, parameters)
            head = b""
        elif fault.kind == "slow_body":
            self._put(head)
            self._drip(body, parameters)
            head = body = b""
        self.send(head, body)
        return True

    def _put(self, data: bytes) -> None:
        if data:
            self._connection.sendall(data)
            self.sent += len(data)

    def _drip(self, data: bytes, parameters: dict[str, Any]) -> None:
        for piece in _pieces(data, parameters.get("chunk", 1)):
            self._put(piece)
            self._wait(parameters.get("interval", 0.1))

    def _wait(self, seconds: float | None) -> None:
        """Wait for ``seconds``, or forever. Raises DisconnectedError at the end of the connection."""
        if seconds is not None:
            if self._closing.wait(seconds):
                raise DisconnectedError
            return
        while not self._closing.wait(0.05) and not self._client_left():
            pass
        raise DisconnectedError

    def _client_left(self) -> bool:
        readable, _writable, _broken = select.select([self._connection], [], [], 0)
        if not readable:
            return False
        try:
            # TLS does not support MSG_PEEK; data received here is discarded.
            return not self._connection.recv(65536)
        except OSError:
            return True

    def _reset(self) -> None:
        if self.sent:
            self._closing.wait(_BEFORE_RESET)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # An orderly shutdown by the server would send a FIN first.
        os.close(self._connection.detach())


def _pieces(data: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


def head_of(answer: Answer, length: int, gzipped: bool, keep: bool, now: float) -> bytes:
    """Return the status line and headers of a response with a body of ``length`` bytes; ``now`` in epoch seconds."""
    try:
        phrase = HTTPStatus(answer.status).phrase
    except ValueError:
        phrase = "Unnamed"
    headers = [("Date", formatdate(now, usegmt=True)), ("Server", "knowledgefront-simulator"), *answer.headers]
    if answer.content_type and answer.status not in _BODILESS:
        headers.append(("Content-Type", answer.content_type))
    if gzipped:
        headers.append(("Content-Encoding", "gzip"))
    if length >= GZIP_FROM or gzipped:
        headers.append(("Vary", "Accept-Encoding"))
    if answer.status not in _BODILESS and not any(name.lower() == "content-length" for name, _text in answer.headers):
        headers.append(("Content-Length", str(length)))
    if not keep:
        headers.append(("Connection", "close"))
    lines = "".join(f"{name}: {text}\r\n" for name, text in headers)
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{lines}\r\n".encode("latin-1", "replace")


def has_body(answer: Answer, method: str) -> bool:
    """Whether the response may have a body."""
    return method != "HEAD" and answer.status not in _BODILESS
