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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import proxied, trusted
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.certificate import read_certificate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.finding import Finding
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.patients_at_hand import (
    bad,
    patient,
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
    moments = [NOW + datetime.timedelta(days=number) for number in (begins, ends)]
    return {"not_before": moments[0], "not_after": moments[1]}


def looked_at(url: str, **options: Any) -> list[Finding]:
    made = patient(url, timeout=2, **options)
    assert bad(proxied.examine(made)) == {}
    return trusted.examine(made)


def answering(_call: Any) -> bytes:
    raise HangUp


@pytest.mark.parametrize(
    ("name", "begins", "ends", "codes", "says"),
    [
        ("127.0.0.1", -9, 100.5, {}, "it ends in 100 days"),
        ("127.0.0.1", -9, 5.5, {"tls_expires_soon": "warning"}, "it ends in 5 days"),
        ("127.0.0.1", -9, -2.5, {"tls_expired": "failed"}, "ended 3 days ago"),
        ("127.0.0.1", 2, 9, {"tls_not_yet_valid": "failed"}, "not yet valid"),
        ("other.example", -9, 100, {"tls_other_name": "failed"}, "for other.example"),
    ],
)
def test_a_certificate_is_judged_by_names_and_times(
    serve: Serve,
    authority: trustme.CA,
    ca_path: str,
    name: str,
    begins: float,
    ends: float,
    codes: dict[str, str],
    says: str,
) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert(name, **days(begins, ends))))
    (found,) = looked_at(server.url, ca_path=ca_path)
    assert bad([found]) == codes
    assert says in found.found
    assert f"ca_path {ca_path}" in found.found


def test_the_name_of_a_host_counts_and_not_only_its_address(
    serve: Serve, authority: trustme.CA, ca_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert("kf.example", **days(-1, 99))))
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *given, **named: real("127.0.0.1", *given, **named))
    for host, codes in (("kf.example", {}), ("xy.example", {"tls_other_name": "failed"})):
        assert bad(looked_at(f"https://{host}:{server.port}", ca_path=ca_path)) == codes


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", None])
def test_what_is_trusted_is_told_as_the_library_takes_it(
    serve: Serve, authority: trustme.CA, ca_path: str, variable: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {variable: ca_path} if variable else {}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    (found,) = looked_at(server.url, environment=environment)
    assert bad([found]) == ({} if variable else {"tls_untrusted": "failed"})
    assert (
        f"verified by {variable} {ca_path}" if variable else "verified by the usual authorities in /"
    ) in found.found


def test_a_folder_of_authorities_is_taken_for_one(serve: Serve, authority: trustme.CA, tmp_path: Path) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    assert bad(looked_at(server.url, ca_path=str(tmp_path))) == {"tls_untrusted": "failed"}


def test_a_certificate_that_signed_itself_is_called_so(serve: Serve, ca_path: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    pair = Path(ca_path).with_name("pair.pem")
    pair.write_bytes(OTHER.private_key_pem.bytes() + OTHER.cert_pem.bytes())
    context.load_cert_chain(pair)
    assert bad(looked_at(serve(answering, tls=context).url, ca_path=ca_path)) == {"tls_self_signed": "failed"}


@pytest.mark.parametrize("issuer", ["known", "unknown"])
def test_no_verification_is_warned_of_in_any_case(serve: Serve, authority: trustme.CA, issuer: str) -> None:
    by = authority if issuer == "known" else OTHER
    server = serve(answering, tls=server_context(by.issue_cert("127.0.0.1", **days(-1, 99))))
    (found,) = looked_at(server.url, validate_certs=False)
    assert bad([found]) == {"tls_unverified": "warning"}
    assert "verify" in found.found


@pytest.mark.parametrize(
    ("content", "code"), [(None, "ca_path_missing"), (b"", "ca_path_useless"), (b"no certificate", "ca_path_useless")]
)
def test_authorities_that_are_none_fail_before_anybody_is_asked(
    tmp_path: Path, content: bytes | None, code: str
) -> None:
    path = tmp_path / "authorities.pem"
    if content is not None:
        path.write_bytes(content)
    assert bad(looked_at("https://127.0.0.1:9", ca_path=str(path))) == {code: "failed"}


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "tls_absent"),
        (b"220 mail.example ESMTP\r\n", "tls_absent"),
        (b"\x15\x03\x01\x00\x02\x02\x28", "tls_failed"),
    ],
)
def test_a_port_without_tls_is_told_from_a_handshake_that_fails(serve: Serve, greeting: bytes, code: str) -> None:
    server = serve(answering, greeting=greeting)
    assert bad(looked_at(f"https://127.0.0.1:{server.port}")) == {code: "failed"}


def test_a_handshake_without_end_is_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert bad(looked_at(f"https://127.0.0.1:{port}")) == {"tls_silent": "failed"}


def test_a_server_that_hangs_up_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        port = listener.getsockname()[1]
        assert bad(looked_at(f"https://127.0.0.1:{port}")) == {"tls_failed": "failed"}


def test_a_certificate_that_is_shown_once_only_is_refused_all_the_same(
    serve: Serve, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Any:
        raise OSError("gone")

    monkeypatch.setattr(trusted, "_trusting_anybody", gone)
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    assert bad(looked_at(server.url)) == {"tls_untrusted": "failed"}


@pytest.mark.parametrize("problem", [ValueError, ImportError])
def test_a_certificate_that_verifies_and_cannot_be_read_is_fine(
    serve: Serve, authority: trustme.CA, ca_path: str, problem: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_encoded: bytes) -> Any:
        raise problem("no")

    monkeypatch.setattr(trusted, "read_certificate", read)
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1", **days(-1, 99))))
    assert bad(looked_at(server.url, ca_path=ca_path)) == {}
    assert bad(looked_at(server.url)) == {"tls_untrusted": "failed"}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9"])
def test_plain_http_has_no_certificate(url: str) -> None:
    assert [one.outcome for one in looked_at(url)] == ["skipped"]


def test_a_proxy_of_another_kind_is_not_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://proxy.example")
    made = patient()
    proxied.examine(made)
    assert [one.outcome for one in trusted.examine(made)] == ["skipped"]


def test_a_proxy_that_fails_in_the_meantime_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    made = patient()
    proxied.examine(made)
    assert bad(trusted.examine(made)) == {"proxy_unreachable": "failed"}


def test_who_speaks_tls_is_found_out(serve: Serve, authority: trustme.CA) -> None:
    server = serve(answering, tls=server_context(authority.issue_cert("127.0.0.1")))
    assert trusted.speaks_tls("127.0.0.1", server.port, 2)
    assert not trusted.speaks_tls("127.0.0.1", serve(answering, greeting=b"220 hello\r\n").port, 2)
    assert not trusted.speaks_tls("127.0.0.1", 9, 1)


def test_without_authorities_of_the_library_the_systems_count() -> None:
    assert trusted.trusting(None).verify_mode == ssl.CERT_REQUIRED
    assert trusted._by(patient(), None) == "the system's authorities"


def test_a_certificate_of_an_older_library_and_without_names_is_read(authority: trustme.CA) -> None:
    certificate = ssl.PEM_cert_to_DER_cert(authority.cert_pem.bytes().decode())
    read = read_certificate(certificate)
    assert read.ends > read.begins
    assert read.told.startswith("for ")
    with pytest.raises(ValueError):
        read_certificate(b"no certificate")
