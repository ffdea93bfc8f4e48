# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault does on the wire what its name says, as often as asked, and then the service is well again."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from simulator.control import ControlError
from simulator.faults import KINDS, FaultError, fault_from


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "must be a mapping"),
        ({}, "kind must be one of"),
        ({"kind": "meteor"}, "kind must be one of"),
        ({"kind": ["delay"]}, "kind must be one of"),
        ({"kind": "delay"}, "delay requires seconds"),
        ({"kind": "delay", "seconds": "5"}, "seconds must be a number"),
        ({"kind": "delay", "seconds": -1}, "seconds must be"),
        ({"kind": "delay", "seconds": True}, "seconds must be"),
        ({"kind": "delay", "seconds": 1, "second": 1}, "no parameter 'second'"),
        ({"kind": "silent", "endpoint": "tokens"}, "endpoint must be token, status"),
        ({"kind": "silent", "times": 0}, "times must be"),
        ({"kind": "silent", "skip": -1}, "skip must be"),
        ({"kind": "status"}, "status requires code"),
        ({"kind": "status", "code": 99}, "code must be"),
        ({"kind": "status", "code": 503, "retry_after": "a\r\nb: c"}, "retry_after must be"),
        ({"kind": "reset", "at": "end"}, "at must be before, headers or body"),
        ({"kind": "body"}, "either body or body_base64"),
        ({"kind": "body", "body": "", "body_base64": ""}, "either body or body_base64"),
        ({"kind": "body", "body_base64": "%"}, "body_base64 must be"),
        ({"kind": "body", "body": 1, "headers": {"A b": "c"}}, "headers must be"),
        ({"kind": "redirect"}, "redirect requires location"),
        ({"kind": "bomb", "bytes": 0}, "bytes must be"),
        ({"kind": "bomb", "bytes": 9, "filling": ""}, "filling must be a non-empty ASCII string"),
        ({"kind": "slow_body", "chunk": 0}, "chunk must be"),
        ({"kind": "mutate", "changes": [{"path": []}]}, "changes must be"),
        ({"kind": "mutate", "changes": [{"path": ["a"], "value": 1, "delete": True}]}, "changes must be"),
        ({"kind": "mutate", "changes": [{"path": ["a"]}]}, "changes must be"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(given: object, sentence: str) -> None:
    with pytest.raises(FaultError, match=sentence):
        fault_from(given)


def test_the_control_path_says_why_a_fault_is_refused(call: Any) -> None:
    with pytest.raises(ControlError, match="kind must be one of"):
        call.simulator.control.fault("meteor")


@pytest.mark.parametrize(
    ("kind", "parameters", "status", "check"),
    [
        ("status", {"code": 503}, 503, lambda r: r.headers["Retry-After"] is None and r.json["error"]),
        ("status", {"code": 429, "retry_after": 7}, 429, lambda r: r.headers["Retry-After"] == "7"),
        ("status", {"code": 503, "retry_after": "Fri, 31"}, 503, lambda r: r.headers["Retry-After"] == "Fri, 31"),
        ("status", {"code": 502, "body": "no", "content_type": "text/plain"}, 502, lambda r: r.body == b"no"),
        ("status", {"code": 599, "body": {"a": 1}}, 599, lambda r: r.json == {"a": 1}),
        ("html", {}, 200, lambda r: r.body.startswith(b"<!DOCTYPE") and "html" in r.headers["Content-Type"]),
        ("body", {"body": {"monitor_list": None}}, 200, lambda r: r.json == {"monitor_list": None}),
        ("body", {"body": '"text"'}, 200, lambda r: r.json == "text"),
        ("body", {"body": "{}", "headers": {"X-A": "b"}}, 200, lambda r: r.headers["X-A"] == "b"),
        ("body", {"body_base64": "/w=="}, 200, lambda r: r.body == b"\xff"),
        ("empty", {}, 200, lambda r: r.body == b"" and r.headers["Content-Length"] == "0"),
        ("no_content", {}, 204, lambda r: r.body == b"" and r.headers["Content-Length"] is None),
        ("redirect", {"location": "https://evil.example/"}, 302, lambda r: "evil" in r.headers["Location"]),
        ("redirect", {"location": "/", "code": 308}, 308, lambda r: r.headers["Location"] == "/"),
        ("delay", {"seconds": 0.2}, 200, lambda r: len(r.json["monitor_list"]) == 3),
        ("slow_body", {"interval": 0.001, "chunk": 100}, 200, lambda r: len(r.json["monitor_list"]) == 3),
        ("slow_headers", {"interval": 0.001, "chunk": 10}, 200, lambda r: len(r.json["monitor_list"]) == 3),
        ("expired_token", {}, 401, lambda r: "invalid_token" in r.headers["WWW-Authenticate"]),
        ("bomb", {"bytes": 10**7}, 200, lambda r: len(r.body) < 10**5 and len(gzip.decompress(r.body)) == 10**7),
        ("large", {"bytes": 10**6}, 200, lambda r: len(r.body) == 10**6 and r.body.startswith(b'{"error":null')),
        ("bomb", {"bytes": 10**7, "filling": "[],"}, 200, lambda r: gzip.decompress(r.body).count(b"[],") > 3 * 10**6),
        ("bomb", {"bytes": 1}, 200, lambda r: gzip.decompress(r.body) == b"{"),
        ("mutate", {"changes": [{"path": ["error"], "value": "busy"}]}, 200, lambda r: r.json["error"] == "busy"),
        ("mutate", {"changes": [{"path": ["monitor_list"], "delete": True}]}, 200, lambda r: len(r.json) == 3),
        (
            "mutate",
            {"changes": [{"path": ["monitor_list", "*", "label"], "value": 5}]},
            200,
            lambda r: {entry["label"] for entry in r.json["monitor_list"]} == {5},
        ),
        (
            "mutate",
            {"changes": [{"path": ["monitor_list", "*"], "delete": True}, {"path": ["monitor_list", 0], "value": 1}]},
            200,
            lambda r: r.json["monitor_list"] == [1],
        ),
        ("mutate", {"changes": [{"path": ["a", "b"], "value": 1}]}, 500, lambda r: "cannot mutate" in r.json["error"]),
        ("mutate", {"changes": [{"path": ["t", "b"], "value": 1}]}, 500, lambda r: "cannot mutate" in r.json["error"]),
        (
            "mutate",
            {"changes": [{"path": ["monitor_list", 9], "value": 1}]},
            500,
            lambda r: "cannot" in r.json["error"],
        ),
    ],
)
def test_a_wrong_answer(call: Any, kind: str, parameters: dict[str, Any], status: int, check: Any) -> None:
    call.get("/v2/version")
    call.simulator.control.fault(kind, "status", **parameters)
    reply = call.get("/v2/status?all=true")
    assert reply.status == status
    assert check(reply)
    call.token_text = ""
    assert call.get("/v2/status?all=true").status == 200
    assert call.simulator.control.faults() == []


def test_malformed_json_is_whole_on_the_wire(call: Any) -> None:
    call.simulator.control.fault("malformed", "status")
    reply = call.get("/v2/status?all=true")
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.body)


def test_a_gzip_stream_that_ends_early(call: Any) -> None:
    call.simulator.control.fault("truncated_gzip", "status")
    reply = call.get("/v2/status?all=true", Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] == "gzip"
    unpacker = zlib.decompressobj(31)
    unpacker.decompress(reply.body)
    assert not unpacker.eof


def test_a_body_cut_short(call: Any) -> None:
    call.simulator.control.fault("truncated", "status")
    with pytest.raises(http.client.IncompleteRead):
        call.get("/v2/status?all=true")


@pytest.mark.parametrize(("at", "some"), [("before", False), ("headers", True), ("body", True)])
def test_a_reset_is_a_real_one(call: Any, at: str, some: bool) -> None:
    call.get("/v2/version")
    call.simulator.control.fault("reset", "status", at=at)
    with socket.create_connection(("127.0.0.1", call.simulator.port), timeout=10) as raw:
        raw.sendall(f"GET /v2/status HTTP/1.1\r\nAuthorization: Bearer {call.token_text}\r\n\r\n".encode())
        received = b""
        with pytest.raises(ConnectionResetError):
            while True:
                piece = raw.recv(65536)
                assert piece, "an orderly end instead of a reset"
                received += piece
    assert received.startswith(b"HTTP/1.1 200") == some
    if at == "headers":
        assert received.endswith(b"\r\n\r\n")
    if at == "body":
        assert not received.endswith(b"\r\n\r\n")


def test_silence_lasts_until_somebody_leaves(call: Any) -> None:
    call.simulator.control.fault("silent", "version", times=None)
    call.connection.timeout = 0.3
    with pytest.raises(TimeoutError):
        call.get("/v2/version")
    with pytest.raises(TimeoutError):
        call.connection.close()
        call.get("/v2/version")
    began = time.monotonic()
    call.simulator.close()
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("value", [0, -1, "3600", None, [], 1e308, {"a": 1}, True])
def test_a_token_lifetime_can_be_any_lie(call: Any, value: Any) -> None:
    call.simulator.control.fault("token_lifetime", expires_in=value)
    assert call.get("/v2/version").status == 200
    call.simulator.control.fault("token_lifetime", expires_in=value)
    assert call.token().json["expires_in"] == value


def test_faults_queue_skip_and_keep_to_their_endpoint(call: Any) -> None:
    control = call.simulator.control
    control.fault("status", "status", times=2, skip=1, code=500)
    control.fault("status", "status", code=502)
    control.fault("status", "version", times=None, code=503)
    # The first call is skipped by the first fault only, and so meets the second.
    assert [call.get("/v2/status").status for _call in range(4)] == [502, 500, 500, 200]
    assert [call.get("/v2/version").status for _call in range(3)] == [503] * 3
    assert [fault["code"] for fault in control.faults()] == [503]
    control.clear_faults()
    assert call.get("/v2/version").status == 200


def test_an_expired_token_for_any_endpoint_is_not_used_up_by_a_token_call(call: Any) -> None:
    call.get("/v2/version")
    call.simulator.control.fault("expired_token")
    call.token()
    assert call.get("/v2/status").status == 401
    call.token_text = ""
    assert call.get("/v2/status").status == 200


def test_every_kind_is_tried_above() -> None:
    tried = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f'"{kind}"' not in tried] == []
