# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime
import ssl
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trustme
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import errors
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Secret, Settings
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import (
    Request,
    RequestsTransport,
    Response,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json

Serve = Callable[..., ScriptedServer]
LONG_AGO = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_path(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


def tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def exchange(url: str, **options: Any) -> Response:
    given = {"api_url": url, "client_id": "id", "client_secret": "hunter2", "timeout": 5, **options}
    transport = RequestsTransport(Settings.from_options(given))
    try:
        return transport.exchange(Request("GET", url + "/v2/status", Secret("Bearer hunter2")), Deadline(5))
    finally:
        transport.close()


def failure(url: str, **options: Any) -> errors.KnowledgeFrontError:
    started = time.monotonic()
    with pytest.raises(errors.KnowledgeFrontError) as caught:
        exchange(url, **options)
    assert time.monotonic() - started < 4
    assert str(caught.value).isprintable()
    return caught.value


def answering(call: Any) -> bytes:
    return as_json({})


def test_a_certificate_of_the_given_authority_is_accepted(serve: Serve, authority: trustme.CA, ca_path: str) -> None:
    server = serve(answering, tls(authority.issue_cert("127.0.0.1")))
    assert exchange(server.url, ca_path=ca_path).status == 200


@pytest.mark.parametrize(
    ("issue", "reason"),
    [
        (lambda authority: trustme.CA().issue_cert("127.0.0.1"), "ca_path"),
        (lambda authority: authority.issue_cert("other.example"), "127.0.0.1"),
        (lambda authority: authority.issue_cert("127.0.0.1", not_after=LONG_AGO), "expired"),
    ],
    ids=["unknown authority", "wrong name", "expired"],
)
def test_a_certificate_that_does_not_verify_gets_no_credentials(
    serve: Serve, authority: trustme.CA, ca_path: str, issue: Callable[[trustme.CA], trustme.LeafCert], reason: str
) -> None:
    server = serve(answering, tls(issue(authority)))
    error = failure(server.url, ca_path=ca_path)
    assert (error.code, type(error)) == ("certificate", errors.NetworkError)
    assert reason in str(error)
    assert "ca_path" in str(error)
    assert server.calls == []


def test_without_ca_path_only_the_usual_authorities_count(serve: Serve, authority: trustme.CA) -> None:
    server = serve(answering, tls(authority.issue_cert("127.0.0.1")))
    error = failure(server.url)
    assert error.code == "certificate"
    assert "KF_CA_PATH" in str(error)
    assert server.calls == []


def test_validation_can_be_switched_off(serve: Serve) -> None:
    server = serve(answering, tls(trustme.CA().issue_cert("other.example")))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        filters = list(warnings.filters)
        for _number in range(2):
            assert exchange(server.url, validate_certs=False).status == 200
        # A filter that was put back would change under the threads of other exchanges.
        assert list(warnings.filters)[1:] == filters
    assert caught == []


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff\x00"],
)
def test_a_ca_path_without_certificates_is_named(
    serve: Serve, authority: trustme.CA, tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "broken.pem"
    if content is not None:
        path.write_bytes(content)
    server = serve(answering, tls(authority.issue_cert("127.0.0.1")))
    error = failure(server.url, ca_path=str(path))
    assert "ca_path" in str(error)
    assert str(path) in str(error)
    assert server.calls == []


def test_a_plain_answer_where_tls_was_expected_is_no_answer(serve: Serve) -> None:
    server = serve(answering, greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    error = failure(server.url.replace("http:", "https:"))
    assert (error.code, type(error)) == ("tls", errors.NetworkError)


def test_tls_where_a_plain_answer_was_expected_is_no_answer(serve: Serve, authority: trustme.CA) -> None:
    server = serve(answering, tls(authority.issue_cert("127.0.0.1")))
    error = failure(server.url.replace("https:", "http:"))
    assert isinstance(error, errors.NetworkError)
    assert server.calls == []


def test_the_machines_authorities_do_not_replace_ca_path(
    serve: Serve, authority: trustme.CA, ca_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
    server = serve(answering, tls(authority.issue_cert("127.0.0.1")))
    assert exchange(server.url, ca_path=ca_path).status == 200


def test_a_missing_bundle_of_the_machine_is_no_traceback(
    serve: Serve, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    server = serve(answering, tls(authority.issue_cert("127.0.0.1")))
    assert isinstance(failure(server.url), errors.KnowledgeFrontError)
