# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import (
    USER_AGENT,
    Request,
    RequestsTransport,
    Response,
    find_route,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import (
    Call,
    HangUp,
    Reset,
    ScriptedServer,
    as_json,
    http,
    service,
)

Serve = Callable[..., ScriptedServer]


def zip_bytes(content: bytes, level: int = 9) -> bytes:
    """Return ``content`` as gzip without the time, so that every process collects the same tests."""
    return gzip.compress(content, level, mtime=0)


SECRET = "hunter2"


def settings(url: str, **options: Any) -> Settings:
    return Settings.from_options({"api_url": url, "client_id": "id", "client_secret": SECRET, "retries": 0, **options})


def exchange(
    url: str, largest_body: int = 1000, timeout: float = 5.0, path: str = "/v2/status", **options: Any
) -> Response:
    transport = RequestsTransport(settings(url, timeout=timeout, **options), largest_body)
    try:
        return transport.exchange(Request("GET", url + path, Secret("Bearer " + SECRET)), Deadline(timeout))
    finally:
        transport.close()


def failure(url: str, **options: Any) -> errors.KnowledgeFrontError:
    started = time.monotonic()
    with pytest.raises(errors.KnowledgeFrontError) as caught:
        exchange(url, **options)
    assert time.monotonic() - started < 4, "every end comes within the budget"
    assert str(caught.value).isprintable()
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None, (
        "a library's error, which may hold a URL with a password, is no cause of is_holder"
    )
    return caught.value


def raising(error: type[Exception]) -> Callable[[Call], bytes]:
    def answer(call: Call) -> bytes:
        raise error

    return answer


def test_a_request_carries_our_headers_and_nothing_else_that_tells(serve: Serve) -> None:
    server = serve(lambda call: as_json({}))
    transport = RequestsTransport(settings(server.url))
    request = Request(
        "POST", server.url + "/v2/token", Secret("Basic abc"), {"t": "1"}, {"grant_type": "client_credentials"}
    )
    answer = transport.exchange(request, Deadline(5))
    [call] = server.calls
    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"{}", "application/json")
    assert (call.method, call.target, call.body) == ("POST", "/v2/token?t=1", b"grant_type=client_credentials")
    assert call.headers["authorization"] == "Basic abc"
    assert call.headers["user-agent"] == USER_AGENT
    assert call.headers["accept"] == "application/json"
    assert call.headers["cache-control"] == "no-cache"


def test_token_and_questions_share_one_connection(serve: Serve) -> None:
    server = serve(service({"/v2/status": {"monitor_list": []}, "/v2/config/monitor": {"monitor_list": []}}))
    client = Client(settings(server.url))
    for _count in range(3):
        assert client.statuses() == []
        assert client.configs() == []
    client.close()
    assert [call.path for call in server.calls].count("/v2/token") == 1
    assert server.connections == 1


@pytest.mark.parametrize(("status", "connections"), [(500, 1), (404, 1), (200, 1)])
def test_an_answer_of_any_status_leaves_the_connection_usable(serve: Serve, status: int, connections: int) -> None:
    server = serve(lambda call: as_json({}, status))
    transport = RequestsTransport(settings(server.url))
    request = Request("GET", server.url + "/", Secret("x"))
    assert [transport.exchange(request, Deadline(5)).status for _count in range(3)] == [status] * 3
    assert server.connections == connections


def test_a_connection_that_the_server_gave_up_meanwhile_is_replaced(serve: Serve) -> None:
    server = serve(lambda call: http(b"{}", Connection="close"))
    transport = RequestsTransport(settings(server.url))
    request = Request("GET", server.url + "/", Secret("x"))
    assert [transport.exchange(request, Deadline(5)).body for _count in range(2)] == [b"{}"] * 2
    assert server.connections == 2


def test_nothing_is_sent_before_the_first_exchange_and_closing_twice_is_harmless(serve: Serve) -> None:
    server = serve(lambda call: as_json({}))
    transport = RequestsTransport(settings(server.url))
    transport.close()
    transport.close()
    assert server.connections == 0


@pytest.mark.parametrize("location", ["http://[::1", "https://\xff\xfe/", "//", "", "http://a:b:c/", "x" * 9000])
def test_a_redirect_to_nonsense_is_an_answer_like_any_other(serve: Serve, location: str) -> None:
    server = serve(lambda call: http(b"", 302, Location=location))
    assert exchange(server.url).status == 302


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_so_that_credentials_go_nowhere_else(serve: Serve, status: int) -> None:
    other = serve(lambda call: as_json({}))
    server = serve(lambda call: http(b"", status, Location=other.url + "/v2/status"))
    assert exchange(server.url).status == status
    assert (len(server.calls), other.connections) == (1, 0)


def test_netrc_does_not_replace_our_header(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login intruder password intruder\ndefault login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server = serve(lambda call: as_json({}))
    exchange(server.url)
    assert server.calls[0].headers["authorization"] == "Bearer " + SECRET


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_loopback_is_reached_directly_whatever_proxy_is_set(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    proxy = serve(lambda call: as_json({}, 502))
    server = serve(lambda call: as_json({}))
    monkeypatch.setenv(variable, proxy.url)
    assert exchange(server.url).status == 200
    assert proxy.connections == 0


def test_a_proxy_that_refuses_is_named_without_its_password(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(lambda call: http(b"", 407, Connection="close"))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//me:{SECRET}@"))
    error = failure("https://service.invalid")
    assert (error.code, type(error)) == ("proxy", errors.NetworkError)
    assert "HTTPS_PROXY" in str(error)


@pytest.mark.parametrize(
    "proxy", [f"http://me:{SECRET}@[::1", f"http://me:{SECRET}@h:port", f"nonsense://me:{SECRET}@"]
)
def test_an_invalid_proxy_is_reported_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert "proxy" in str(failure("https://service.invalid"))


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (raising(Reset), errors.NetworkError, "connection"),
        (raising(HangUp), errors.NetworkError, "connection"),
        (lambda call: b"SSH-2.0-OpenSSH_9.6\r\n", errors.NetworkError, "connection"),
        (lambda call: b"\x16\x03\x01\x00\x05hello\r\n\r\n", errors.NetworkError, "connection"),
        (lambda call: b"HTTP/1.1 abc Odd\r\n\r\n", errors.NetworkError, "connection"),
        (lambda call: b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", errors.NetworkError, "connection"),
        (lambda call: b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", errors.NetworkError, "connection"),
        (lambda call: http(b"{", Connection="close", length=500), errors.NetworkError, "incomplete"),
        (lambda call: http(b"", Connection="close", length=1), errors.NetworkError, "incomplete"),
        (
            lambda call: b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
            errors.NetworkError,
            "incomplete",
        ),
        (
            lambda call: b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
            errors.NetworkError,
            "incomplete",
        ),
        (lambda call: http(b"not gzip", Content_Encoding="gzip"), errors.NetworkError, "incomplete"),
        (
            lambda call: http(zip_bytes(b"{}" * 99)[:20], Content_Encoding="gzip", length=90, Connection="close"),
            errors.NetworkError,
            "incomplete",
        ),
        (lambda call: http(b"x" * 1001), errors.ServiceError, "answer_too_large"),
        (
            lambda call: http(zip_bytes(b"0" * 50_000_000), Content_Encoding="gzip"),
            errors.ServiceError,
            "answer_too_large",
        ),
        (
            lambda call: http(zip_bytes(zip_bytes(b"{}")), Content_Encoding="gzip, gzip"),
            errors.ServiceError,
            "encoding",
        ),
        (lambda call: http(b"{}", Content_Encoding="br"), errors.ServiceError, "encoding"),
    ],
)
def test_a_broken_answer_is_no_answer(serve: Serve, answer: Any, kind: type[Exception], code: str) -> None:
    error = failure(serve(answer).url)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize(
    ("headers", "body", "beginning"),
    [
        ({}, b"x" * 300_000, b"xxx"),
        ({"Content_Encoding": "gzip"}, zip_bytes(b"x" * 50_000_000), b"xxx"),
        ({"Content_Encoding": "gzip, gzip"}, zip_bytes(zip_bytes(b"x")), b""),
        ({"Content_Encoding": "br"}, b"x" * 300_000, b""),
    ],
)
def test_of_an_error_only_the_begin_is_read(
    serve: Serve, status: int, headers: dict[str, str], body: bytes, beginning: bytes
) -> None:
    server = serve(lambda call: http(body, status, **headers))
    answer = exchange(server.url, largest_body=2**28)
    assert answer.status == status
    assert answer.body[:3] == beginning
    assert len(answer.body) <= 65536


def test_a_request_says_how_large_its_answer_may_be(serve: Serve) -> None:
    transport = RequestsTransport(settings(serve(lambda call: http(b"x" * 100)).url))
    for largest, fits in ((99, False), (100, True)):
        request = Request("GET", transport._settings.api_url, Secret("x"), max_size=largest)
        if fits:
            assert len(transport.exchange(request, Deadline(5)).body) == 100
        else:
            with pytest.raises(errors.ServiceError):
                transport.exchange(request, Deadline(5))


@pytest.mark.parametrize("length", ["\xb2", "9" * 5000, "-1", "1, 1", "two", ""])
def test_a_content_length_that_is_no_number_is_never_a_traceback(serve: Serve, length: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n".encode("latin-1")
    server = serve(lambda call: head + b"{}")
    try:
        answer = exchange(server.url)
    except errors.KnowledgeFrontError:
        return
    assert answer.body in (b"{}", b"")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (lambda call: http(zip_bytes(b'{"a": 1}'), Content_Encoding="gzip"), b'{"a": 1}'),
        (lambda call: http(b"x" * 1000), b"x" * 1000),
        (lambda call: http(b"{}rest", length=2, Connection="close"), b"{}"),
        (lambda call: b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", b"{}"),
        (lambda call: b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n{}", b"{}"),
        (lambda call: b"HTTP/1.1 100 Continue\r\n\r\n" + http(b"{}"), b"{}"),
        (lambda call: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
    ],
)
def test_a_whole_answer_is_read_whole(serve: Serve, answer: Any, body: bytes) -> None:
    assert exchange(serve(answer).url).body == body


def drips(start: bytes, drop: bytes) -> Callable[[ScriptedServer], Any]:
    return lambda server: server.drip(start, drop)


@pytest.mark.parametrize(
    "dripping",
    [
        drips(b"", b"H"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X-Drip: a\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"a"),
        drips(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b" "),
        drips(b"HTTP/1.1 200 OK\r\nConnection: keep\r\n\r\n", b" "),
        drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", b""),
    ],
    ids=["status", "headers", "one header", "interim answers", "body", "body without length", "chunks", "silence"],
)
def test_an_answer_that_drips_for_minutes_ends_with_the_budget(serve: Serve, dripping: Any) -> None:
    servers: list[ScriptedServer] = []
    servers.append(serve(lambda call: dripping(servers[0])))
    error = failure(servers[0].url, timeout=1)
    assert (error.code, type(error)) == ("timeout", errors.NetworkError)
    assert "timed out after 1 s" in str(error)


def test_the_budget_holds_over_token_retries_and_questions(serve: Serve) -> None:
    servers: list[ScriptedServer] = []
    granting = service({})

    def answer(call: Call) -> Any:
        return granting(call) if call.path == "/v2/token" else servers[0].drip(b"HTTP/1.1 200 OK\r\n\r\n", b" ")

    servers.append(serve(answer))
    started = time.monotonic()
    with pytest.raises(errors.NetworkError) as caught:
        Client(settings(servers[0].url, timeout=1, retries=4)).statuses()
    assert caught.value.code == "timeout"
    assert time.monotonic() - started < 4


def test_after_a_late_answer_the_next_question_gets_its_own(serve: Serve) -> None:
    servers: list[ScriptedServer] = []

    def answer(call: Call) -> Any:
        return servers[0].drip(b"", b"") if call.path == "/slow" else as_json({"fresh": True})

    servers.append(serve(answer))
    transport = RequestsTransport(settings(servers[0].url))
    with pytest.raises(errors.NetworkError):
        transport.exchange(Request("GET", servers[0].url + "/slow", Secret("x")), Deadline(0.2))
    assert (
        transport.exchange(Request("GET", servers[0].url + "/quick", Secret("x")), Deadline(5)).body
        == b'{"fresh": true}'
    )


def test_no_server_is_a_network_error_that_names_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(f"http://127.0.0.1:{port}")
    assert (error.code, type(error)) == ("connection", errors.NetworkError)
    assert "Connection refused" in str(error)
    assert "api_url" in str(error)


def test_an_unknown_host_is_reported_as_such() -> None:
    error = failure("https://service.invalid", timeout=3)
    assert error.code in ("unknown_host", "dns", "timeout")


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b", ".", "h\u2024st"])
def test_an_invalid_host_is_an_error_without_a_traceback(host: str) -> None:
    failure(f"https://{host}", timeout=3)


def test_threads_do_not_pile_up(serve: Serve) -> None:
    server = serve(lambda call: as_json({}))
    transport = RequestsTransport(settings(server.url))
    for _count in range(20):
        transport.exchange(Request("GET", server.url + "/", Secret("x")), Deadline(5))
    transport.close()
    time.sleep(0.05)
    assert [thread.name for thread in threading.enumerate()].count("knowledgefront-exchange") <= 1


@pytest.mark.parametrize("show", [repr, str])
def test_neither_requests_nor_answers_show_what_is_in_them(show: Callable[[Any], str]) -> None:
    assert SECRET not in show(Request("GET", "https://h", Secret(SECRET)))
    assert SECRET not in show(Response(200, {}, SECRET.encode()))


FAR = "https://api.example.com"


@pytest.mark.parametrize(
    ("url", "environment", "proxy"),
    [
        (FAR, {}, None),
        (FAR, {"HTTPS_PROXY": "http://a:1"}, "http://a:1"),
        (FAR, {"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1"}, "http://a:1"),
        (FAR, {"ALL_PROXY": "http://u:hunter2@a:1"}, "http://u:hunter2@a:1"),
        (FAR, {"HTTP_PROXY": "http://a:1"}, None),
        (FAR, {"HTTPS_PROXY": "http://a:1", "NO_PROXY": "example.com"}, None),
        (FAR, {"HTTPS_PROXY": "http://a:1", "NO_PROXY": "other.com"}, "http://a:1"),
        ("http://127.0.0.1:1", {"HTTP_PROXY": "http://a:1", "ALL_PROXY": "http://a:1"}, None),
        ("https://localhost", {"HTTPS_PROXY": "http://a:1"}, None),
    ],
)
def test_find_route_returns_the_proxy(
    url: str, environment: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    route = find_route(settings(url))
    assert (route.proxy and route.proxy.reveal()) == proxy
    assert SECRET not in repr(route)


@pytest.mark.parametrize(
    ("options", "environment", "authorities"),
    [
        ({"ca_path": "/a"}, {"REQUESTS_CA_BUNDLE": "/b"}, "/a"),
        ({}, {"REQUESTS_CA_BUNDLE": "/b", "CURL_CA_BUNDLE": "/c"}, "/b"),
        ({}, {"CURL_CA_BUNDLE": "/c"}, "/c"),
        ({"validate_certs": False}, {"REQUESTS_CA_BUNDLE": "/b"}, None),
    ],
)
def test_find_route_returns_the_trusted_certificates(
    options: dict[str, Any], environment: dict[str, str], authorities: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert find_route(settings(FAR, **options)).authorities == authorities


def test_without_any_wish_the_authorities_of_the_library_are_trusted() -> None:
    assert Path(find_route(settings(FAR)).authorities or "").is_file()
