# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client connection: read requests and send responses, including faulty ones."""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from simulator.control_calls import PREFIX, find_objection
from simulator.documents import problem
from simulator.faults import Fault
from simulator.service import Answer, Request, endpoint_of
from simulator.wire import GZIP_FROM, DisconnectedError, Wire, accepts_gzip, has_body, head_of
from simulator.wrong_answers import wrong_answer

if TYPE_CHECKING:
    from simulator.server import Simulator

_BODY_MAX = 64 << 20
_LINE_MAX = 65536
_LONGEST_PATH = 200


def sanitize(path: str) -> str:
    """Return a path for the log without the query and without control characters."""
    plain = path.partition("?")[0][:_LONGEST_PATH]
    return "".join(sign if "!" <= sign <= "~" else f"\\x{ord(sign):02x}" for sign in plain)


class Connection(BaseHTTPRequestHandler):
    """Reads requests with http.server and sends responses of the service or the control path."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Any

    def setup(self) -> None:
        """Prepare the connection; called by the server."""
        super().setup()
        self.simulator: Simulator = self.server.simulator
        self.wire = Wire(self.connection, self.simulator.closing)
        self.counted = False
        self.simulator.open_connections.add(self.connection)

    def finish(self) -> None:
        """Clean up; called by the server at the end of the connection."""
        self.simulator.open_connections.discard(self.connection)
        super().finish()

    def handle(self) -> None:
        """Serve requests until the connection ends; disconnects are ignored."""
        try:
            super().handle()
        except (DisconnectedError, OSError):
            self.close_connection = True

    def handle_one_request(self) -> None:
        """Read one request and send the response."""
        self.command, self.path, self.requestline = "", "", ""
        self.request_version = self.protocol_version
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(_LINE_MAX + 1)
        if not self.raw_requestline or self.simulator.closing.is_set():
            return
        if len(self.raw_requestline) > _LINE_MAX:
            self.send_error(414)
            return
        if not self.parse_request():
            return
        began = time.monotonic()
        body = self._body()
        if body is None:
            return
        request = Request(self.command, self.path, self.headers, body)
        before = self.wire.sent
        status = self._control(request) if self.path.startswith(PREFIX) else self._call(request)
        if not self.path.startswith(PREFIX):
            self.simulator.calls.count("bytes_out", self.wire.sent - before)
        if self.simulator.log:
            spent = (time.monotonic() - began) * 1000
            self.simulator.log(f"{sanitize(self.command)} {sanitize(self.path)} {status} {spent:.0f} ms")

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Reject a request that cannot be parsed; http.server calls this too."""
        self.close_connection = True
        message = "invalid request" if code < 500 else "unsupported request"
        self._send(Answer(int(code), problem(message, "")), None)

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding"):
            self.send_error(411)
            return None
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            self.send_error(400)
            return None
        if int(length) > _BODY_MAX:
            self.send_error(413)
            return None
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else None

    def _control(self, request: Request) -> int:
        objection = find_objection(str(self.client_address[0]), self.headers)
        if objection:
            answer = Answer(objection[0], problem(objection[1], ""))
        else:
            answer = self.simulator.control_calls.answer(request)
        self._send(answer, None)
        return answer.status

    def _call(self, request: Request) -> int | str:
        endpoint = endpoint_of(request.path)
        calls = self.simulator.calls
        if not self.counted:
            self.counted = True
            calls.count("connections")
        calls.count(endpoint)
        fault = self.simulator.faults.take(endpoint)
        if fault and fault.kind == "expired_token":
            self.simulator.tokens.expire_all()
        try:
            answer = self.simulator.service.answer(request)
            if fault:
                answer = wrong_answer(fault, answer)
        except Exception as mistake:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            # An error of the simulator must not look like a network fault.
            sys.stderr.write(f"simulator: internal error: {type(mistake).__name__} in a call of {endpoint}\n")
            answer = Answer(500, problem("internal error of the simulator", ""))
        self._send(answer, fault)
        return f"{answer.status} ({fault.kind})" if fault else answer.status

    def _send(self, answer: Answer, fault: Fault | None) -> None:
        body = answer.body if has_body(answer, self.command) else b""
        encoded = any(name.lower() == "content-encoding" for name, _text in answer.headers)
        accepted = accepts_gzip(self.headers.get("Accept-Encoding", "")) if getattr(self, "headers", None) else False
        gzipped = accepted and not encoded and len(body) >= GZIP_FROM
        if gzipped:
            body = self.simulator.service.zipped(body)
        keep = not self.close_connection
        length = len(body) if self.command != "HEAD" else len(answer.body)
        head = head_of(answer, length, gzipped, keep, self.simulator.fleet.clock())
        if fault is None:
            self.wire.send(head, body)
        elif not self.wire.send_badly(fault, head, body):
            self.close_connection = True
        if answer.afterwards:
            answer.afterwards()
