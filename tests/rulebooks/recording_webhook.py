# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A local webhook that records its requests and can refuse them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class RecordedCall:
    """A request. ``body`` is the decoded JSON or None; ``status`` is that of the response."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int


Answering = Callable[[str, str, Any], tuple[int, Any]]
"""Maps method, path and body to a status and a response body."""


def accept(_method: str, _path: str, _body: Any) -> tuple[int, Any]:
    return 202, {}


class RecordingWebhook:
    """Serves inside a ``with`` block. ``answering`` may be replaced at any time."""

    def __init__(self, answering: Answering = accept) -> None:
        self.answering = answering
        self.calls: list[RecordedCall] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> RecordingWebhook:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def accepted(self) -> list[RecordedCall]:
        """Return the accepted calls."""
        return [call for call in self.calls if call.status < 300]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(text) if text else None
                status, answer = webhook.answering(self.command, self.path, body)
                webhook.calls.append(RecordedCall(self.command, self.path, dict(self.headers), body, status))
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = answer

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
