# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five calls over a real socket, and what a careful service refuses."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest

FORM = "application/x-www-form-urlencoded"
GRANT = b"grant_type=client_credentials"


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


GOOD = basic("reader:reader-secret")


@pytest.mark.parametrize(
    ("authorization", "content_type", "body", "status", "error"),
    [
        (GOOD, FORM, GRANT, 200, None),
        (GOOD, FORM + "; charset=utf-8", GRANT, 200, None),
        (basic("re%61der:reader%2Dsecret"), FORM, GRANT, 200, None),
        (basic("team%3Ared:red-secret"), FORM, GRANT, 200, None),
        (basic("team:red:red-secret"), FORM, GRANT, 401, "invalid_client"),
        (None, FORM, GRANT, 401, "invalid_client"),
        (None, FORM, GRANT + b"&client_id=reader&client_secret=reader-secret", 401, "invalid_client"),
        (basic("reader:wrong"), FORM, GRANT, 401, "invalid_client"),
        (basic("nobody:reader-secret"), FORM, GRANT, 401, "invalid_client"),
        (basic("reader"), FORM, GRANT, 401, "invalid_client"),
        (basic("reader:"), FORM, GRANT, 401, "invalid_client"),
        ("Basic ====", FORM, GRANT, 401, "invalid_client"),
        ("Basic /w==", FORM, GRANT, 401, "invalid_client"),
        ("Bearer x", FORM, GRANT, 401, "invalid_client"),
        (GOOD, FORM, b"", 400, "invalid_request"),
        (GOOD, FORM, b"grant_type=", 400, "invalid_request"),
        (GOOD, FORM, GRANT + b"&" + GRANT, 400, "invalid_request"),
        (GOOD, FORM, b"\xff\xff", 400, "invalid_request"),
        (GOOD, "application/json", b'{"grant_type":"client_credentials"}', 400, "invalid_request"),
        (GOOD, FORM, b"grant_type=password", 400, "unsupported_grant_type"),
    ],
)
def test_token(call: Any, authorization: str | None, content_type: str, body: bytes, status: int, error: Any) -> None:
    headers = {"Content_Type": content_type, **({"Authorization": authorization} if authorization else {})}
    reply = call.ask("POST", "/v2/token", body, **headers)
    assert (reply.status, reply.json.get("error")) == (status, error)
    assert reply.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in reply.headers) == (status == 401)
    assert b"secret" not in reply.body


def test_a_token_expires_when_it_says(call: Any, clock: Any) -> None:
    answer = call.token().json
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    bearer = "Bearer " + answer["access_token"]
    clock.now += 3599
    assert call.ask("GET", "/v2/version", Authorization=bearer).status == 200
    clock.now += 1
    reply = call.ask("GET", "/v2/version", Authorization=bearer)
    assert reply.status == 401
    assert "expired" in reply.headers["WWW-Authenticate"]


def forged(token: str, how: str) -> str:
    head, claims, signature = token.split(".")
    if how == "no algorithm":
        return base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=") + f".{claims}."
    if how == "longer life":
        changed = json.loads(base64.urlsafe_b64decode(claims + "=="))
        changed["exp"] += 10**6
        claims = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
        return f"{head}.{claims}.{signature}"
    return {"cut": f"{head}.{claims}", "dots": "...", "text": "opaque", "umlaut": "\xe4.\xe4.\xe4"}[how]


@pytest.mark.parametrize("how", ["no algorithm", "longer life", "cut", "dots", "text", "umlaut"])
def test_a_forged_token_gives_nothing(call: Any, how: str) -> None:
    token = call.token().json["access_token"]
    reply = call.ask("GET", "/v2/status", Authorization="Bearer " + forged(token, how))
    assert reply.status == 401
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]
    assert token.encode() not in reply.body


@pytest.mark.parametrize("path", ["/v2/status", "/v2/config/monitor", "/v2/config/monitor/mail", "/v2/version"])
def test_no_access_without_a_token_or_with_a_forbidden_client(call: Any, path: str) -> None:
    for headers in ({}, {"Authorization": GOOD}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  "}):
        reply = call.ask("GET", path, **headers)
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    outsider = call.token("outsider", "outsider-secret").json["access_token"]
    reply = call.ask("GET", path, Authorization=f"Bearer {outsider}")
    assert reply.status == 403
    assert isinstance(reply.json["error"], str)


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/", 404, None),
        ("GET", "/v2", 404, None),
        ("GET", "/v1/status", 404, None),
        ("GET", "/v2/status/", 404, None),
        ("GET", "/v2/config/monitor/", 404, None),
        ("GET", "/v2/config/monitor/a/b", 404, None),
        ("GET", "/v2/config/monitor/nobody", 404, None),
        ("GET", "/v2/config/monitor/gone", 404, None),
        ("GET", "/v2/config/monitor/Web", 404, None),
        ("GET", "/v2/token", 405, "POST"),
        ("POST", "/v2/status", 405, "GET"),
        ("DELETE", "/v2/config/monitor/mail", 405, "GET"),
        ("OPTIONS", "/v2/version", 405, "GET"),
        ("BREW", "/v2/version", 405, "GET"),
        ("GET", "/v2/status?t=0", 400, None),
        ("GET", "/v2/status?t=10801", 400, None),
        ("GET", "/v2/status?t=-5", 400, None),
        ("GET", "/v2/status?t=", 400, None),
        ("GET", "/v2/status?t=1.5", 400, None),
        ("GET", "/v2/status?t=%D9%A3", 400, None),
        ("GET", "/v2/status?t=60&t=70", 400, None),
        ("GET", "/v2/status?t=" + "9" * 5000, 400, None),
        ("GET", "/v2/status?all=maybe", 400, None),
        ("GET", "/v2/status?t=10800&all=TRUE", 200, None),
    ],
)
def test_refusals(call: Any, method: str, path: str, status: int, allow: str | None) -> None:
    call.get("/v2/version")
    reply = call.ask(method, path, Authorization=f"Bearer {call.token_text}")
    assert (reply.status, reply.headers["Allow"]) == (status, allow)
    assert reply.headers["Content-Type"] == "application/json"
    if status != 200:
        assert isinstance(reply.json["error"], str)


def test_head_is_refused_without_a_body_and_the_connection_lives_on(call: Any) -> None:
    reply = call.ask("HEAD", "/v2/status")
    assert (reply.status, reply.body) == (405, b"")
    assert call.get("/v2/version").status == 200


def test_status_lists_only_alerts_by_default(call: Any) -> None:
    assert [entry["monitor"] for entry in call.get("/v2/status").json["monitor_list"]] == ["mail"]
    everything = call.get("/v2/status?all=true&t=60").json
    assert [entry["monitor"] for entry in everything["monitor_list"]] == ["web/1", "mail", "new"]
    assert (everything["error"], everything["path"], everything["t"]) == (None, "/status", 60)


def test_a_fresh_monitor_has_no_past(call: Any, clock: Any) -> None:
    fresh = call.get("/v2/status?all=true").json["monitor_list"][2]
    assert [fresh[name] for name in ("last_test", "last_failed", "last_alert")] == [None] * 3
    assert [fresh[name] for name in ("test_count", "fail_count", "alert_count")] == [0] * 3
    clock.now += 10
    fresh = call.get("/v2/status?all=true").json["monitor_list"][2]
    assert (fresh["test_count"], fresh["last_test"]["error"]) == (1, None)


def test_times_are_utc_and_local_and_agree(call: Any, clock: Any) -> None:
    test = call.get("/v2/status?all=true").json["monitor_list"][0]["last_test"]
    assert test["utc_time_init"].startswith("2026-06-01T1")
    assert int(test["utc_time_init"][11:13]) - int(test["time_init"][11:13]) == 5
    assert clock.now - 10 < test["utc_mktime"] <= clock.now
    assert set(test) == {"error", "flag", "time_init", "utc_mktime", "utc_time_init"}


def test_configuration_is_redacted_at_any_depth(call: Any) -> None:
    one = call.get("/v2/config/monitor/web%2F1").json
    assert one["monitor"]["config"] == {
        "url": "https://example.com",
        "password": "********",
        "deep": [{"api_key": "********", "port": 1}],
    }
    assert one["path"] == "/config/monitor/web/1"
    listed = call.get("/v2/config/monitor").json
    assert [entry["id"] for entry in listed["monitor_list"]] == ["web/1", "mail", "new"]
    assert listed["monitor_list"][0] == one["monitor"]


@pytest.mark.parametrize(
    ("accept", "zipped"),
    [("gzip", True), ("deflate, GZIP;q=0.5", True), ("gzip;q=0", False), ("identity", False), ("br", False)],
)
def test_compression_when_it_is_wanted_and_worth_it(call: Any, accept: str, zipped: bool) -> None:
    for number in range(10):
        call.simulator.control.add(f"extra-{number}")
    plain = call.get("/v2/config/monitor").body
    reply = call.get("/v2/config/monitor", Accept_Encoding=accept)
    assert (reply.headers["Content-Encoding"] == "gzip") == zipped
    assert (gzip.decompress(reply.body) if zipped else reply.body) == plain
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    assert call.get("/v2/version", Accept_Encoding=accept).headers["Content-Encoding"] is None


def test_a_change_invalidates_cached_responses(call: Any, clock: Any) -> None:
    control = call.simulator.control
    assert call.get("/v2/status?all=true").json == call.get("/v2/status?all=true").json
    control.change("Web", label="Web two")
    assert call.get("/v2/status?all=true").json["monitor_list"][0]["label"] == "Web two"
    for seconds in (1, 5, 30, 7, 1800):
        clock.now += seconds
        cached = call.get("/v2/status?all=true&t=60").json
        control.change("Web two", description=str(seconds))
        assert call.get("/v2/status?all=true&t=60").json == cached
        assert cached["monitor_list"][0]["last_test"]["utc_mktime"] > clock.now - 10
