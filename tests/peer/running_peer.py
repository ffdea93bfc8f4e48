# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A peer as a process of its own, and what it says about the calls it got."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GRANTED = ("client_credentials",)
TIMEOUT = 30.0
"""Seconds that a peer gets to start; it needs about one."""


@dataclass(frozen=True)
class Account:
    """An API client as the peer knows it. ``lifetime`` is that of its tokens in seconds."""

    id: str
    secret: str
    grants: tuple[str, ...] = GRANTED
    lifetime: int = 600


class NotStarted(Exception):
    """The peer ended, or said nothing, before it served."""


class Peer:
    """``name`` is that of the file that decides; the peer ends with this object's process, however that ends."""

    def __init__(self, peers: Path, name: str, accounts: list[Account], folder: Path) -> None:
        self.name = name
        self._errors = folder / f"{name}.errors"
        port_file = folder / f"{name}.port"
        command = [str(peers / "bin" / "node"), str(peers / "servers" / "server.mjs"), name, str(port_file)]
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=errors, stderr=errors)
        assert self._process.stdin
        self._process.stdin.write(json.dumps([asdict(account) for account in accounts]).encode() + b"\n")
        self._process.stdin.flush()
        self._port = self._wait_for(port_file)
        self.url = f"http://127.0.0.1:{self._port}"

    def calls(self) -> list[tuple[str, int]]:
        """Return the path and the status of every call since the last ``forget``."""
        return [(call[0], call[1]) for call in self._control("GET", "/peer/calls")]

    def forget(self) -> None:
        self._control("DELETE", "/peer/calls")

    def revoke_all(self) -> None:
        """Revoke every token that was issued so far."""
        self._control("POST", "/peer/revocation")

    def close(self) -> int:
        """End the peer as its parent's end would, and return its exit code."""
        assert self._process.stdin
        self._process.stdin.close()
        try:
            return self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise

    def _wait_for(self, port_file: Path) -> int:
        end = time.monotonic() + TIMEOUT
        while not port_file.exists():
            if self._process.poll() is not None or time.monotonic() > end:
                self._process.kill()
                raise NotStarted(self._errors.read_text(encoding="utf-8", errors="replace")[-4000:])
            time.sleep(0.02)
        return int(port_file.read_text(encoding="ascii"))

    def _control(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            assert answer.status == 200, f"{method} {path} got {answer.status}"
            return json.loads(answer.read())
        finally:
            connection.close()
