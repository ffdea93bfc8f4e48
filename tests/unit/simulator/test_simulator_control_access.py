# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of this machine drive the simulator; a web page in a browser on it cannot."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

HERE = ("Host", "127.0.0.1:8000")

ACCEPTED = {
    "address": [HERE],
    "name": [("Host", "localhost")],
    "name in capitals, with a port": [("Host", "LocalHost:8000")],
    "another loopback address": [("Host", "127.8.0.1:1")],
    "IPv6": [("Host", "[::1]:8000")],
    "page of this machine": [HERE, ("Origin", "http://localhost:3000")],
    "page of this machine by address": [HERE, ("Origin", "https://[::1]")],
    "JSON": [HERE, ("Content-Type", "application/json")],
    "JSON with its encoding": [HERE, ("Content-Type", "Application/JSON; charset=UTF-8")],
}

REFUSED = {
    "no host": (403, []),
    "empty host": (403, [("Host", "")]),
    "name of another site": (403, [("Host", "rebound.example.com:8000")]),
    "begins like an address": (403, [("Host", "127.0.0.1.example.com")]),
    "ends like a name": (403, [("Host", "example.com.localhost")]),
    "begins like a name": (403, [("Host", "localhost.example.com")]),
    "user before the host": (403, [("Host", "localhost@example.com")]),
    "address of another machine": (403, [("Host", "192.0.2.7:8000")]),
    "all addresses": (403, [("Host", "0.0.0.0:8000")]),
    "IPv6 of another machine": (403, [("Host", "[2001:db8::1]:8000")]),
    "short address": (403, [("Host", "127.1")]),
    "number": (403, [("Host", "2130706433")]),
    "no port behind the colon": (403, [("Host", "localhost:x")]),
    "two hosts": (403, [HERE, ("Host", "rebound.example.com")]),
    "the same host twice": (403, [HERE, HERE]),
    "page of another site": (403, [HERE, ("Origin", "https://example.com")]),
    "page without a site": (403, [HERE, ("Origin", "null")]),
    "empty origin": (403, [HERE, ("Origin", "")]),
    "origin with a path": (403, [HERE, ("Origin", "http://localhost/x")]),
    "origin that begins well": (403, [HERE, ("Origin", "http://localhost.example.com")]),
    "origin with a user": (403, [HERE, ("Origin", "http://localhost@example.com")]),
    "origin of an extension": (403, [HERE, ("Origin", "chrome-extension://localhost")]),
    "two origins": (403, [HERE, ("Origin", "http://localhost"), ("Origin", "https://example.com")]),
    "two origins in one": (403, [HERE, ("Origin", "http://localhost https://example.com")]),
    "form": (415, [HERE, ("Content-Type", "application/x-www-form-urlencoded")]),
    "form with a file": (415, [HERE, ("Content-Type", "multipart/form-data; boundary=x")]),
    "plain text": (415, [HERE, ("Content-Type", "text/plain")]),
    "plain text that says JSON": (415, [HERE, ("Content-Type", "text/plain; application/json")]),
    "JSON and plain text": (415, [HERE, ("Content-Type", "application/json"), ("Content-Type", "text/plain")]),
    "JSON beside plain text": (415, [HERE, ("Content-Type", "application/json, text/plain")]),
    "empty type": (415, [HERE, ("Content-Type", "")]),
}

CALLS = [
    ("GET", "/_simulator/monitors"),
    ("POST", "/_simulator/monitors/mail/fail"),
    ("POST", "/_simulator/faults"),
    ("DELETE", "/_simulator/calls"),
    ("POST", "/_simulator/shutdown"),
    ("GET", "//_simulator/calls"),
    ("GET", "/_simulator/"),
]


def status_of(call: Any, method: str, path: str, headers: list[tuple[str, str]], version: str = "1.1") -> int:
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {text}" for name, text in headers), "Connection: close"]
    with socket.create_connection(("127.0.0.1", call.simulator.port), 5) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head, _end, body = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert json.loads(body)
    return int(head.split()[1])


@pytest.mark.parametrize("name", ACCEPTED)
def test_programs_and_pages_of_this_machine_are_accepted(call: Any, name: str) -> None:
    assert status_of(call, "POST", "/_simulator/monitors/mail/fail", ACCEPTED[name]) == 200
    assert status_of(call, "GET", "/_simulator/calls", ACCEPTED[name], "1.0") == 200


@pytest.mark.parametrize("name", REFUSED)
def test_whatever_else_a_browser_can_send_is_refused(call: Any, name: str) -> None:
    status, headers = REFUSED[name]
    for method, path in CALLS:
        assert status_of(call, method, path, headers) == status
    assert call.simulator.control.faults() == []
    assert not call.simulator.control.monitor("new")["failing"]


def test_the_api_itself_answers_under_any_name(call: Any) -> None:
    assert status_of(call, "GET", "/v2/status", [("Host", "api.knowledgefront.com")]) == 401
