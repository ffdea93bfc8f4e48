# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import builtins
import errno
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import run_with_timeout
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import Route
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import network
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    RECENT,
    create_context,
    problem_codes,
)

V4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 443))
V6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2001:db8::1", 443, 0, 0))
TIMED_OUT = TimeoutError("timed out")
NO_ROUTE = OSError(errno.ENETUNREACH, "Network is unreachable")
REFUSED = ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def resolving(outcome: Any) -> Any:
    def getaddrinfo(*_given: Any, **_named: Any) -> Any:
        if isinstance(outcome, BaseException):
            raise outcome
        if isinstance(outcome, float):
            time.sleep(outcome)
        return outcome

    return getaddrinfo


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name_unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "name_server_failing"),
        (UnicodeError("label too long"), "name_unknown"),
        (OSError(errno.EMFILE, "Too many open files"), "name_unknown"),
        (1.0, "name_server_silent"),
    ],
)
def test_a_name_without_address_fails(monkeypatch: pytest.MonkeyPatch, outcome: Any, code: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving(outcome))
    monkeypatch.setattr("time.sleep", time.sleep)
    assert problem_codes(network.check_dns(create_context(timeout=0.2))) == {code: "failed"}


def test_the_addresses_of_a_name_are_counted_by_family(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving([V4, V4, V6]))
    context = create_context()
    (found,) = network.check_dns(context)
    assert "(1 IPv4, 1 IPv6)" in found.message
    assert len(context.addresses) == 2


def test_an_address_is_not_resolved() -> None:
    context = create_context("https://127.0.0.1:1")
    (found,) = network.check_dns(context)
    assert found.outcome == "ok"
    assert context.addresses == [(socket.AF_INET, ("127.0.0.1", 1))]


@pytest.mark.parametrize("check", [network.check_dns, network.check_tcp])
def test_dns_and_tcp_are_skipped_with_a_proxy(check: Any) -> None:
    context = create_context()
    context.route = Route(Secret("http://proxy.example:3128"), None)
    assert [one.outcome for one in check(context)] == ["skipped"]


@pytest.mark.parametrize(
    ("outcomes", "codes"),
    [
        ([None, None], {}),
        ([None, REFUSED], {"address_dead": "warning"}),
        ([REFUSED, REFUSED], {"port_refused": "failed"}),
        ([TIMED_OUT, TIMED_OUT], {"port_silent": "failed"}),
        ([TIMED_OUT, REFUSED], {"port_unreachable": "failed"}),
        ([NO_ROUTE], {"port_unreachable": "failed"}),
    ],
)
def test_the_port_is_checked_at_each_address(
    monkeypatch: pytest.MonkeyPatch, outcomes: list[OSError | None], codes: dict[str, str]
) -> None:
    pending = iter(outcomes)
    monkeypatch.setattr(network, "_try", lambda address, seconds: next(pending))
    context = create_context()
    context.addresses = [(entry[0], entry[4]) for entry in (V4, V6)][: len(outcomes)]
    assert problem_codes(network.check_tcp(context)) == codes


def test_open_and_closed_ports_are_distinguished() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        there = listener.getsockname()
        assert network.try_addresses([(socket.AF_INET, there)], 2)[0][1] is None
    ((_address, error),) = network.try_addresses([(socket.AF_INET, there)], 2)
    assert isinstance(error, ConnectionRefusedError)


def test_work_is_abandoned_after_its_timeout() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        run_with_timeout(0.1, lambda: time.sleep(2))
    assert time.monotonic() - began < 1
    assert run_with_timeout(1, lambda: 7) == 7
    with pytest.raises(KeyError):
        run_with_timeout(1, lambda: {}["x"])


ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


@contextmanager
def proxy(answer: bytes | Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """Serve one response per connection; yield the port and the received requests."""
    requests: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            with connection:
                try:
                    requests.append(connection.recv(65536))
                    if callable(answer):
                        answer(connection)
                    else:
                        connection.sendall(answer)
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield listener.getsockname()[1], requests
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def drip(connection: socket.socket) -> None:
    for _piece in range(9):
        connection.sendall(b"x")
        time.sleep(0.2)


def create_proxied(proxy_url: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Any:
    monkeypatch.setenv("HTTPS_PROXY", proxy_url)
    return create_context(environment={"HTTPS_PROXY": proxy_url}, **options)


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
        (drip, {"proxy_silent": "failed"}),
    ],
)
def test_the_response_of_a_proxy_decides(monkeypatch: pytest.MonkeyPatch, answer: Any, codes: dict[str, str]) -> None:
    with proxy(answer) as (port, _requests):
        context = create_proxied(f"http://jane:hunter2@127.0.0.1:{port}", monkeypatch, timeout=0.5)
        found = network.check_proxy(context)
    assert problem_codes(found) == codes
    assert f"the proxy 127.0.0.1:{port} with a password from HTTPS_PROXY" in found[0].message
    assert "hunter2" not in str(found)
    assert "jane" not in str(found)


def test_a_proxy_gets_the_request_of_the_http_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy(ESTABLISHED) as (port, requests):
        network.check_proxy(create_proxied(f"http://jane:hunt%2Fer2@127.0.0.1:{port}", monkeypatch))
        network.check_proxy(create_proxied(f"127.0.0.1:{port}", monkeypatch, url="https://[2001:db8::1]:8443"))
    pair = base64.b64encode(b"jane:hunt/er2")
    assert requests[0].startswith(b"CONNECT api.knowledgefront.com:443 HTTP/1.")
    assert b"Proxy-Authorization: Basic " + pair in requests[0]
    assert requests[1].startswith(b"CONNECT [2001:db8::1]:8443 HTTP/1.")
    assert b"Authorization" not in requests[1]


@pytest.mark.parametrize(
    ("url", "codes"),
    [
        ("http://127.0.0.1:9", {"proxy_unreachable": "failed"}),
        ("http://no-such-host.invalid:3128", {"proxy_unreachable": "failed"}),
        ("http://a b.example:3128", {"proxy_unreachable": "failed"}),
        ("http://[::1", {"proxy_no_url": "failed"}),
        ("http://:3128", {"proxy_no_url": "failed"}),
        ("http://proxy.example:port", {"proxy_no_url": "failed"}),
        ("https://proxy.example", {"proxy_kind": "warning"}),
        ("socks5h://proxy.example", {"proxy_kind": "warning"}),
    ],
)
def test_an_unusable_proxy_has_a_code(monkeypatch: pytest.MonkeyPatch, url: str, codes: dict[str, str]) -> None:
    assert problem_codes(network.check_proxy(create_proxied(url, monkeypatch, timeout=1))) == codes


@pytest.mark.parametrize(
    ("url", "environment", "explanation"),
    [
        ("https://api.example.com", {}, "no proxy is set"),
        (
            "https://api.example.com",
            {"HTTPS_PROXY": "http://p.example:1", "no_proxy": ".example.com"},
            "no proxy applies to this URL; set: HTTPS_PROXY and no_proxy",
        ),
        ("http://127.0.0.1:1", {"HTTP_PROXY": "http://p.example:1"}, "no proxy is used for a loopback address"),
    ],
)
def test_a_missing_proxy_is_explained(
    monkeypatch: pytest.MonkeyPatch, url: str, environment: dict[str, str], explanation: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    context = create_context(url, environment=environment)
    (found,) = network.check_proxy(context)
    assert found.message == explanation
    assert context.proxy is None


def test_the_proxy_check_requires_the_http_library(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *given: Any, **named: Any) -> Any:
        if name == "requests":
            raise ImportError(name)
        return real(name, *given, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    # It is installed, but one of its own libraries is not: no other check would fail.
    assert problem_codes(network.check_proxy(create_context())) == {"library_missing": "failed"}
    with pytest.raises(network.MissingLibraryError):
        network.check_proxy(create_context(environment_facts={"versions": {**RECENT, "requests": None}}))


def test_the_passwords_of_a_proxy_are_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    context = create_proxied("http://jane:hunt%2Fer2@127.0.0.1:9", monkeypatch, timeout=1)
    network.check_proxy(context)
    assert {"hunt%2Fer2", "hunt/er2", base64.b64encode(b"jane:hunt/er2").decode().rstrip("=")} <= set(context.secrets())
