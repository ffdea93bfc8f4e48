# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A webhook on this machine that keeps what it was told, and refuses when asked to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Told:
    """One call. ``body`` is the decoded JSON, None when there was none; ``status`` is what it was answered."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int


Answering = Callable[[str, str, Any], tuple[int, Any]]
"""From method, path and body to a status and what to answer."""


def accept(_method: str, _path: str, _body: Any) -> tuple[int, Any]:
    return 202, {}


class RecordingWebhook:
    """Serves from entering to leaving. ``answering`` may be replaced at any time."""

    def __init__(self, answering: Answering = accept) -> None:
        self.answering = answering
        self.calls: list[Told] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> RecordingWebhook:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def taken(self) -> list[Told]:
        """Return the calls that were not refused."""
        return [call for call in self.calls if call.status < 300]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = json.loads(text) if text else None
                status, answer = webhook.answering(self.command, self.path, body)
                webhook.calls.append(Told(self.command, self.path, dict(self.headers), body, status))
                told = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            do_GET = do_POST = answer

            def log_message(self, format: str, *args: Any) -> None:
                pass

        return Handler
