# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import ssl
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import NetworkError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.transport import (
    RequestsTransport,
    Response,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor import endpoints
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.context import (
    CheckContext,
    Exchange,
    Recorder,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.responses import (
    classify_refused,
    describe_response,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._doctor.results import CheckResult
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._doctor.check_contexts import (
    create_context,
    problem_codes,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import (
    Call,
    HangUp,
    ScriptedServer,
    as_json,
    http,
    service,
)

Serve = Callable[..., ScriptedServer]
STATUSES = {"monitor_list": [{"monitor": "m", "label": "Mail", "alert_active": True}]}
CONFIGS = {"monitor_list": [{"id": "a/b", "type": "smtp"}, {"id": "m", "type": "http"}]}
DOCUMENTS = {
    "/v2/status": STATUSES,
    "/v2/config/monitor": CONFIGS,
    "/v2/config/monitor/m": {"monitor": {"id": "m"}},
    "/v2/version": {"major": 2, "odd": {"x": 1}, "text": "{{ 7 }} and more", "release_date": "2026-05-31"},
}
CHECKS: dict[str, Callable[[CheckContext], list[CheckResult]]] = {
    "status": endpoints.check_status,
    "configurations": endpoints.check_configurations,
    "configuration": endpoints.check_configuration,
    "version": endpoints.check_version,
}


def connect(url: str, **options: Any) -> CheckContext:
    context = create_context(url, **options)
    context.recorder = Recorder(RequestsTransport(context.valid_settings))
    return context


def serving(document: Any, **token: Any) -> Callable[[Call], bytes]:
    """Return a handler that issues tokens and responds to any other request with ``document``."""
    token_document = {"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600, **token}

    def answer(call: Call) -> bytes:
        if call.path == "/v2/token":
            return as_json({name: value for name, value in token_document.items() if value != "absent"})
        return document if isinstance(document, bytes) else as_json(document)

    return answer


def test_a_healthy_service_is_described_by_sizes_and_times(serve: Serve) -> None:
    context = connect(serve(service(DOCUMENTS)).url)
    token = endpoints.check_token(context)
    assert "71 bytes" in token[0].message
    assert "3600 s" in token[1].message
    for check, run in CHECKS.items():
        found = run(context)
        assert problem_codes(found) == {}, check
        assert found[0].message.startswith("HTTP 200, "), check
    assert found[1].message == "major 2, release_date 2026-05-31"
    assert [one.id for one in context.configs or []] == ["a/b", "m"]
    assert set(context.responses) == {"token", *CHECKS}
    assert context.recorder is not None
    assert context.recorder.tokens() == ["token-1"]


@pytest.mark.parametrize(
    ("lifetime", "codes"),
    [
        (3600, {}),
        (3599.5, {}),
        (120, {}),
        (86400, {}),
        (119, {"token_lifetime": "warning"}),
        (86401, {"token_lifetime": "warning"}),
        (0, {"token_lifetime": "warning"}),
        (-5, {"token_lifetime": "warning"}),
        (10**300, {"token_lifetime": "warning"}),
        ("3600", {"token_lifetime": "warning"}),
        (None, {"token_lifetime": "warning"}),
        (True, {"token_lifetime": "warning"}),
        ("absent", {"token_lifetime": "warning"}),
    ],
)
def test_an_unusual_token_lifetime_is_a_warning(serve: Serve, lifetime: Any, codes: dict[str, str]) -> None:
    assert problem_codes(endpoints.check_token(connect(serve(serving({}, expires_in=lifetime)).url))) == codes


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (as_json({"error": "invalid_client"}, 401), "credentials"),
        (as_json({"error": "invalid_client"}, 400), "credentials"),
        (as_json({}, 403), "forbidden"),
        (as_json({}, 404), "not_there"),
        (as_json({}, 418), "refused"),
        (as_json({}, 429, Retry_After="99"), "rate_limited"),
        (as_json({}, 500), "server_error"),
        (as_json({}, 408), "server_error"),
        (http(b"", 204), "unexpected_status"),
        (http(b"", 302, Location="https://login.example/"), "redirect"),
        (http(b"<!DOCTYPE html><title>Log in to the hotel"), "web_page"),
        (http(b"<HTML><head>"), "web_page"),
        (http(b" \n"), "empty"),
        (http(b'{"a": '), "no_json"),
        (http(b"[" * 100_000), "no_json"),
        (as_json([]), "no_object"),
        (as_json({"access_token": 7}), "token_unusable"),
        (as_json({"access_token": "a", "token_type": "MAC"}), "token_unusable"),
        (as_json({"access_token": "a"}, Age="99999"), "old_answer"),
        (http(b"short", length=10, Connection="close"), "incomplete"),
    ],
)
def test_every_response_in_place_of_a_token_has_a_code(serve: Serve, answer: bytes, code: str) -> None:
    found = endpoints.check_token(connect(serve(lambda call: answer).url))
    assert problem_codes(found) == {code: "failed"}
    assert found[0].message


def test_a_redirect_is_reported_with_its_target(serve: Serve) -> None:
    found = endpoints.check_token(connect(serve(lambda call: http(b"", 302, Location="https://login.example/x?y")).url))
    assert "https://login.example;" in found[0].message


def test_a_missing_response_has_a_code(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up(call: Call) -> bytes:
        raise HangUp

    context = connect(serve(hang_up).url, timeout=1)
    assert problem_codes(endpoints.check_token(context)) == {"connection": "failed"}
    assert [one.outcome for one in endpoints.check_clock(context)] == ["skipped"]
    quiet = connect(serve(lambda call: iter(())).url, timeout=1)
    assert problem_codes(endpoints.check_token(quiet)) == {"timeout": "failed"}


def test_a_port_that_expects_tls_is_recognised(serve: Serve) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    server = serve(serving({}), tls=context)
    found = endpoints.check_token(connect(f"http://127.0.0.1:{server.port}", timeout=2))
    assert problem_codes(found) == {"tls_expected": "failed"}


@pytest.mark.parametrize("check", ["status", "configurations"])
@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"error": "database is away", "monitor_list": []}, "answered_error"),
        ({"monitor_list": None}, "contract"),
        (
            {"monitor_list": [{"monitor": "Secret Shop", "id": "Secret Shop", "alert_active": 1, "timer": "x"}]},
            "contract",
        ),
        ({"monitor_list": [{"monitor": "Secret Shop", "id": "Secret Shop", "alert_active": True}] * 2}, "contract"),
        (http(b"<html>Secret Shop", 502), "server_error"),
    ],
)
def test_a_refused_response_fails_and_quotes_no_monitor(serve: Serve, check: str, document: Any, code: str) -> None:
    context = connect(serve(serving(document)).url)
    endpoints.check_token(context)
    found = CHECKS[check](context)
    assert problem_codes(found) == {code: "failed"}
    assert "Secret Shop" not in str(found)


@pytest.mark.parametrize(
    ("ids", "answer", "codes"),
    [
        ([], as_json({}), {}),
        (["m"], as_json({"error": "no"}, 404), {"not_there": "failed"}),
        (["m"], as_json({"monitor": {"id": "Secret Shop"}}), {"contract": "failed"}),
        (["Secret Shop/1"], as_json({}, 401), {"credentials": "failed"}),
        (["SecretShop"], as_json({}, 401), {"credentials": "failed"}),
        ([".."], as_json({}), {"not_there": "failed"}),
    ],
)
def test_one_configuration_is_requested_and_its_id_is_not_displayed(
    serve: Serve, ids: list[str], answer: bytes, codes: dict[str, str]
) -> None:
    listed = as_json({"monitor_list": [{"id": one} for one in ids]})

    def answering(call: Call) -> bytes:
        return listed if call.path == "/v2/config/monitor" else serving(answer)(call)

    context = connect(serve(answering).url)
    endpoints.check_token(context)
    endpoints.check_configurations(context)
    found = endpoints.check_configuration(context)
    assert problem_codes(found) == codes
    assert "Secret" not in str(found)


def test_a_retried_request_is_a_warning(serve: Serve) -> None:
    answers = iter([as_json({}, 503, Retry_After="0"), as_json(STATUSES)])

    def answering(call: Call) -> bytes:
        return serving(next(answers))(call) if call.path == "/v2/status" else serving({})(call)

    context = connect(serve(answering).url, retries=1)
    endpoints.check_token(context)
    found = endpoints.check_status(context)
    assert problem_codes(found) == {"retried": "warning"}
    assert "HTTP 503" in found[1].message


def test_slow_and_uncompressed_responses_are_warnings() -> None:
    answer = Response(200, {}, b" " * endpoints.COMPRESSIBLE)
    exchanges = [Exchange(object(), None, "timeout", 2.0), Exchange(object(), answer, None, 11.0)]  # type: ignore[arg-type]
    found = endpoints.describe_success(exchanges)
    assert set(problem_codes(found)) == {"retried", "slow", "uncompressed"}
    assert "no response (timeout)" in str(found)
    packed = Response(200, {"content-encoding": "gzip", "content-length": "123"}, answer.body)
    assert problem_codes(endpoints.describe_success([Exchange(object(), packed, None, 0.1)])) == {}  # type: ignore[arg-type]
    assert describe_response(packed, 0.1) == "HTTP 200, 65536 bytes (compressed to 123) in 0.10 s"
    assert "(compressed)" in describe_response(
        Response(200, {"content-encoding": "gzip", "content-length": "x" * 99}, b""), 0.1
    )


def test_a_reported_error_is_quoted_in_one_line() -> None:
    body = json.dumps({"error": "away\r\n\x1b[31m"}).encode()
    assert classify_refused(Response(200, {}, body)) == (
        "answered_error",
        "the response reports an error: away\\r\\n\\x1b[31m",
    )


def test_an_error_of_the_transport_is_recorded_and_raised() -> None:
    class Away:
        def exchange(self, request: Any, deadline: Any) -> Any:
            raise NetworkError("away", code="proxy")

        def close(self) -> None:
            self.closed = True

    context = create_context()
    context.recorder = Recorder(Away())
    assert problem_codes(endpoints.check_token(context)) == {"proxy_refuses": "failed"}
    assert not context.recorder.has_response
    context.recorder.close()


@pytest.mark.parametrize(
    ("lead", "codes", "says"),
    [
        ((0.2, 1.2), {}, "agree within 2 s"),
        ((-20.0, -19.0), {}, "agree within 21 s"),
        ((300.0, 301.0), {"clock_behind": "warning"}, "5 min behind"),
        ((-301.0, -300.0), {"clock_ahead": "warning"}, "5 min ahead"),
        ((-31.0, -29.0), {}, "agree within 32 s"),
        (None, {"clock_untold": "warning"}, "Date"),
    ],
)
def test_the_clocks_are_compared(
    serve: Serve, lead: tuple[float, float] | None, codes: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = connect(serve(serving({})).url)
    endpoints.check_token(context)
    ours = 1_000_000.0
    service_time = None if lead is None else (ours + lead[0], ours + lead[1])
    monkeypatch.setattr(context.client, "service_time", lambda: service_time)
    (found,) = endpoints.check_clock(context, lambda: ours)
    assert problem_codes([found]) == codes
    assert says in found.message
