# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import builtins
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import proxied
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    bad,
    patient,
)

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@contextmanager
def proxy(answer: bytes | Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Serve one answer for each connection; yield the port and what was asked."""
    asked: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    asked.append(connection.recv(65536))
                    if callable(answer):
                        answer(connection)
                    else:
                        connection.sendall(answer)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield listener.getsockname()[1], asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def dripping(connection: socket.socket) -> None:
    for _piece in range(9):
        connection.sendall(b"x")
        time.sleep(0.2)


def through(by: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Any:
    monkeypatch.setenv("HTTPS_PROXY", by)
    return patient(environment={"HTTPS_PROXY": by}, **options)


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        (ESTABLISHED, {}),
        (b"HTTP/1.0 200 OK\r\nVia: x\r\n\r\n", {}),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", {"proxy_authentication": "failed"}),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n<html>no", {"proxy_refuses": "failed"}),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", {"proxy_refuses": "failed"}),
        (b"SSH-2.0-OpenSSH_9.2\r\n", {"proxy_nonsense": "failed"}),
        (b"HTTP/1.1 2000 Odd\r\n\r\n", {"proxy_nonsense": "failed"}),
        (b"", {"proxy_nonsense": "failed"}),
        (b"x" * 200_000, {"proxy_nonsense": "failed"}),
        (lambda connection: time.sleep(2), {"proxy_silent": "failed"}),
        (dripping, {"proxy_silent": "failed"}),
    ],
)
def test_what_a_proxy_says_decides(monkeypatch: pytest.MonkeyPatch, answer: Any, codes: dict[str, str]) -> None:
    with proxy(answer) as (port, _asked):
        made = through(f"http://jane:hunter2@127.0.0.1:{port}", monkeypatch, timeout=0.5)
        found = proxied.examine(made)
    assert bad(found) == codes
    assert f"the proxy 127.0.0.1:{port} with a password from HTTPS_PROXY" in found[0].found
    assert "hunter2" not in str(found)
    assert "jane" not in str(found)


def test_a_proxy_is_asked_as_the_library_would(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(ESTABLISHED) as (port, asked):
        proxied.examine(through(f"http://jane:hunt%2Fer2@127.0.0.1:{port}", monkeypatch))
        proxied.examine(through(f"127.0.0.1:{port}", monkeypatch, url="https://[2001:db8::1]:8443"))
    pair = base64.b64encode(b"jane:hunt/er2")
    assert asked[0].startswith(b"CONNECT api.knowledgefront.com:443 HTTP/1.1\r\nHost: api.knowledgefront.com:443\r\n")
    assert b"Proxy-Authorization: Basic " + pair in asked[0]
    assert asked[1].startswith(b"CONNECT [2001:db8::1]:8443 HTTP/1.1\r\n")
    assert b"Authorization" not in asked[1]


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("http://127.0.0.1:9", {"proxy_unreachable": "failed"}),
        ("http://no-such-host.invalid:3128", {"proxy_unreachable": "failed"}),
        ("http://[::1", {"proxy_no_url": "failed"}),
        ("http://:3128", {"proxy_no_url": "failed"}),
        ("http://proxy.example:port", {"proxy_no_url": "failed"}),
        ("https://proxy.example", {"proxy_kind": "warning"}),
        ("socks5h://proxy.example", {"proxy_kind": "warning"}),
    ],
)
def test_a_proxy_that_cannot_be_asked(monkeypatch: pytest.MonkeyPatch, url: str, codes: dict[str, str]) -> None:
    assert bad(proxied.examine(through(url, monkeypatch, timeout=1))) == codes


@pytest.mark.parametrize(
    ("url", "environment", "told"),
    [
        ("https://api.example.com", {}, "no proxy is set"),
        (
            "https://api.example.com",
            {"HTTPS_PROXY": "http://p.example:1", "no_proxy": ".example.com"},
            "no proxy applies to this URL, with HTTPS_PROXY and no_proxy in the environment",
        ),
        ("http://127.0.0.1:1", {"HTTP_PROXY": "http://p.example:1"}, "no proxy is used for a loopback address"),
    ],
)
def test_no_proxy_is_told_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], told: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    made = patient(url, environment=environment)
    (found,) = proxied.examine(made)
    assert found.found == told
    assert made.proxy is None


def test_without_the_library_there_is_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *given: Any, **named: Any) -> Any:
        if name == "requests":
            raise ImportError(name)
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    assert bad(proxied.examine(patient())) == {"library_missing": "failed"}


def test_the_passwords_of_a_proxy_are_among_the_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    made = through("http://jane:hunt%2Fer2@127.0.0.1:9", monkeypatch, timeout=1)
    proxied.examine(made)
    assert {"hunt%2Fer2", "hunt/er2", base64.b64encode(b"jane:hunt/er2").decode().rstrip("=")} <= set(made.secrets())
