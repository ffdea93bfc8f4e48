# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import network, tls
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import CheckResult
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.tls import parse_certificate
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    create_context,
    problem_codes,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import HangUp, ScriptedServer

Serve = Callable[..., ScriptedServer]
NOW = datetime.datetime.now(datetime.timezone.utc)
OTHER = trustme.CA()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def server_context(certificate: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def days(begins: float, ends: float) -> dict[str, datetime.datetime]:
    limits = [NOW + datetime.timedelta(days=number) for number in (begins, ends)]
    return {"not_before": limits[0], "not_after": limits[1]}


def check(url: str, **options: Any) -> list[CheckResult]:
    context = create_context(url, timeout=2, **options)
    assert problem_codes(network.check_proxy(context)) == {}
    return tls.check_tls(context)


def answering(_call: Any) -> bytes:
    raise HangUp


@pytest.mark.parametrize(
    ("name", "begins", "ends", "codes", "fragment"),
    [
        ("127.0.0.1", -9, 100.5, {}, "it expires in 100 days"),
        ("127.0.0.1", -9, 5.5, {"tls_expires_soon": "warning"}, "it expires in 5 days"),
        ("127.0.0.1", -9, -2.5, {"tls_expired": "failed"}, "expired 3 days ago"),
        ("127.0.0.1", 2, 9, {"tls_not_yet_valid": "failed"}, "not yet valid"),
        ("other.example", -9, 100, {"tls_other_name": "failed"}, "for other.example"),
    ],
)
def test_names_and_validity_of_a_certificate_decide(
    serve: Serve,
    authority: trustme.CA,
    ca_path: str,
    name: str,
    begins: float,
    ends: float,
    codes: dict[str, str],
    fragment: str,
) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert(name, **days(begins, ends))))
    (found,) = check(server.url, ca_path=ca_path)
    assert problem_codes([found]) == codes
    assert fragment in found.message
    assert f"ca_path {ca_path}" in found.message


def test_the_certificate_must_name_the_host(
    serve: Serve, authority: trustme.CA, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert("kf.example", **days(-1, 99))))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *given, **named: real("127.0.0.1", *given, **named))
    for host, codes in (("kf.example", {}), ("xy.example", {"tls_other_name": "failed"})):
        assert problem_codes(check(f"https://{host}:{server.port}", ca_path=ca_path)) == codes


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", None])
def test_the_source_of_the_ca_certificates_is_named(
    serve: Serve, authority: trustme.CA, ca_path: str, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {variable: ca_path} if variable else {}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    (found,) = check(server.url, environment=environment)
    assert problem_codes([found]) == ({} if variable else {"tls_untrusted": "failed"})
    assert (
        f"verified by {variable} {ca_path}" if variable else "verified by the default CA certificates in /"
    ) in found.message


def test_ca_path_can_be_a_folder(serve: Serve, authority: trustme.CA, tmp_path: Path) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    assert problem_codes(check(server.url, ca_path=str(tmp_path))) == {"tls_untrusted": "failed"}


def test_a_self_signed_certificate_is_recognised(serve: Serve, ca_path: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = Path(ca_path).with_name("pair.pem")
    pair.write_bytes(OTHER.private_key_pem.bytes() + OTHER.cert_pem.bytes())
    context.load_cert_chain(pair)
    assert problem_codes(check(serve(answering, tls=context).url, ca_path=ca_path)) == {"tls_self_signed": "failed"}


@pytest.mark.parametrize("issuer", ["known", "unknown"])
def test_disabled_verification_is_always_a_warning(serve: Serve, authority: trustme.CA, issuer: str) -> None:
    by = authority if issuer == "known" else OTHER
    server = serve(answering, tls=server_context(by.issue_cert("127.0.0.1", **days(-1, 99))))
    (found,) = check(server.url, validate_certs=False)
    assert problem_codes([found]) == {"tls_unverified": "warning"}
    assert "verify" in found.message


@pytest.mark.parametrize(
    ("content", "code"), [(None, "ca_path_missing"), (b"", "ca_path_useless"), (b"no certificate", "ca_path_useless")]
)
def test_an_invalid_ca_path_fails_before_any_connection(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)
    assert problem_codes(check("https://127.0.0.1:9", ca_path=str(path))) == {code: "failed"}


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "tls_absent"),
        (b"220 mail.example ESMTP\r\n", "tls_absent"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "tls_failed"),
    ],
)
def test_a_port_without_tls_and_a_failed_handshake_are_distinguished(serve: Serve, greeting: bytes, code: str) -> None:
    server = serve(answering, greeting=greeting)
    assert problem_codes(check(f"https://127.0.0.1:{server.port}")) == {code: "failed"}


def test_a_handshake_without_end_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert problem_codes(check(f"https://127.0.0.1:{port}")) == {"tls_silent": "failed"}


def test_a_server_that_hangs_up_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        port = listener.getsockname()[1]
        assert problem_codes(check(f"https://127.0.0.1:{port}")) == {"tls_failed": "failed"}


def test_a_refused_certificate_needs_no_second_connection(
    serve: Serve, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Any:
        raise OSError("refuse")

    monkeypatch.setattr(tls, "_unverified_context", refuse)
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    assert problem_codes(check(server.url)) == {"tls_untrusted": "failed"}


@pytest.mark.parametrize("problem", [ValueError, ImportError])
def test_a_verified_certificate_that_cannot_be_parsed_is_ok(
    serve: Serve, authority: trustme.CA, ca_path: str, problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_encoded: bytes) -> Any:
        raise problem("no")

    monkeypatch.setattr(tls, "parse_certificate", read)
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    assert problem_codes(check(server.url, ca_path=ca_path)) == {}
    assert problem_codes(check(server.url)) == {"tls_untrusted": "failed"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9"])
def test_plain_http_has_no_certificate(url: str) -> None:
    assert [one.outcome for one in check(url)] == ["skipped"]


def test_a_proxy_of_another_scheme_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example")
    context = create_context()
    network.check_proxy(context)
    assert [one.outcome for one in tls.check_tls(context)] == ["skipped"]


def test_a_proxy_that_fails_later_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    context = create_context()
    network.check_proxy(context)
    assert problem_codes(tls.check_tls(context)) == {"proxy_unreachable": "failed"}


def test_a_tls_port_is_recognised(serve: Serve, authority: trustme.CA) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1")))
    assert tls.is_tls_port("127.0.0.1", server.port, 2)
    assert not tls.is_tls_port("127.0.0.1", serve(answering, greeting=b"220 hello\r\n").port, 2)
    assert not tls.is_tls_port("127.0.0.1", 9, 1)


def test_the_system_store_is_the_default() -> None:
    assert tls.load_authorities(None).verify_mode == ssl.CERT_REQUIRED
    assert tls._describe_authorities(create_context(), None) == "the system's CA certificates"


def test_a_certificate_without_alternative_names_is_parsed(authority: trustme.CA) -> None:
    certificate = ssl.PEM_cert_to_DER_cert(authority.cert_pem.bytes().decode())
    read = parse_certificate(certificate)
    assert read.ends > read.begins
    assert read.description.startswith("for ")
    with pytest.raises(ValueError):
        parse_certificate(b"no certificate")
