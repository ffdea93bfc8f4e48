# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control path changes the world, counts calls and refuses nonsense with one sentence."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

import pytest

from simulator.control import Control, ControlError


def alerts(call: Any) -> list[str]:
    return [entry["label"] for entry in call.get("/v2/status").json["monitor_list"]]


def test_a_monitor_fails_and_is_repaired(call: Any, clock: Any) -> None:
    control = call.simulator.control
    assert control.fail("Web", "HTTP status 500")["failing"]
    clock.now += 20
    assert alerts(call) == ["Mail"]
    clock.now += 10
    assert alerts(call) == ["Web", "Mail"]
    assert call.get("/v2/status").json["monitor_list"][0]["last_failed"]["error"] == "HTTP status 500"
    control.repair("web/1")
    clock.now += 10
    assert alerts(call) == ["Mail"]
    control.pause("Mail")
    assert alerts(call) == []
    control.resume("mail")
    clock.now += 10
    assert alerts(call) == ["Mail"]
    control.remove("Mail")
    assert alerts(call) == []


def test_monitors_come_and_change(call: Any, clock: Any) -> None:
    control = call.simulator.control
    assert control.add("extra", label="Extra", timer=1, violations=1, failing_for=5)["alert_active"]
    assert control.add("extra", label="Extra", timer=1)["last_test"] is None
    assert control.test("Extra")["last_test"] == clock.now
    assert control.change("Extra", timer=5, label="Renamed")["label"] == "Renamed"
    assert control.monitor("Renamed")["timer"] == 5
    control.change("Renamed", active=False)
    assert call.get("/v2/config/monitor/extra").status == 404
    assert [state["id"] for state in control.monitors()] == ["web/1", "mail", "gone", "new", "extra"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("GET", "/nothing", None, 404, "unknown control path"),
        ("GET", "/", None, 404, "unknown control path"),
        ("GET", "/monitors/", None, 404, "unknown control path"),
        ("POST", "/monitors/mail/explode", None, 404, "unknown control path"),
        ("GET", "/monitors/mail/fail", None, 405, "supports only POST"),
        ("POST", "/calls", None, 405, "supports only GET, DELETE"),
        ("GET", "/shutdown", None, 405, "supports only POST"),
        ("POST", "/monitors/nobody/fail", None, 404, "no monitor has the id or label 'nobody'"),
        ("DELETE", "/monitors/nobody", None, 404, "no monitor has"),
        ("PATCH", "/monitors/nobody", b"{}", 404, "no monitor has"),
        ("POST", "/monitors/Twin/fail", None, 409, "2 monitors have the label"),
        ("POST", "/monitors/mail/fail", b"{", 400, "must be JSON"),
        ("POST", "/monitors/mail/fail", b"[]", 400, "must be a JSON object"),
        ("POST", "/monitors/mail/fail", b'{"error": 5}', 400, "error must be a non-empty string"),
        ("POST", "/monitors/mail/fail", b"[" * 100000, 400, "must be JSON"),
        ("PUT", "/monitors/mail", b'{"timer": 0}', 400, "timer must be"),
        ("PUT", "/monitors/mail", b'{"id": "other"}', 400, "as in the path"),
        ("PATCH", "/monitors/mail", b'{"id": "other"}', 400, "unknown key 'id'"),
        ("PATCH", "/monitors/mail", b'{"time_zone": "Nowhere"}', 400, "unknown time zone"),
        ("POST", "/faults", b"{}", 400, "kind must be one of"),
    ],
)
def test_refusals(call: Any, method: str, path: str, body: bytes | None, status: int, sentence: str) -> None:
    call.simulator.control.add("twin-1", label="Twin")
    call.simulator.control.add("twin-2", label="Twin")
    before = call.simulator.control.monitors()
    reply = call.ask(method, "/_simulator" + path, body)
    assert reply.status == status
    assert sentence in reply.json["error"]
    assert call.simulator.control.monitors() == before


def test_the_client_raises_the_sentence(call: Any) -> None:
    with pytest.raises(ControlError, match="no monitor has the id or label 'nobody'"):
        call.simulator.control.fail("nobody")
    with pytest.raises(OSError, match="."):
        Control("http://127.0.0.1:9", timeout=1).calls()


def test_calls_are_counted_without_our_own(call: Any) -> None:
    control = call.simulator.control
    for path in ("status", "status?all=true", "config/monitor", "config/monitor/mail", "version", "nothing"):
        call.get(f"/v2/{path}")
    counts = control.calls()
    bytes_out = counts.pop("bytes_out")
    assert bytes_out > 1000
    assert counts == {
        "token": 1, "status": 2, "config_monitors": 1, "config_monitor": 1, "version": 1, "other": 1, "connections": 1,
    }  # fmt: skip
    control.reset_calls()
    assert set(control.calls().values()) == {0}


def test_a_call_that_met_a_fault_is_counted(call: Any) -> None:
    call.simulator.control.fault("status", "version", code=500)
    call.get("/v2/version")
    assert call.simulator.control.calls()["version"] == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /v2/status HTTP/9.9\r\n\r\n", 505),
        (b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"POST /v2/token HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /v2/token HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /v2/token HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
    ],
)
def test_what_is_no_request_gets_a_json_refusal_and_the_end(simulator: Any, sent: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=10) as raw:
        raw.sendall(sent)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := raw.recv(65536):
                received += piece
    head, _blank, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert isinstance(json.loads(body)["error"], str)


def test_a_client_that_leaves_in_the_middle_does_no_harm(simulator: Any, call: Any, capfd: Any) -> None:
    for sent in (b"", b"GET", b"POST /v2/token HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"):
        with socket.create_connection(("127.0.0.1", simulator.port), timeout=10) as raw:
            raw.sendall(sent)
    assert call.get("/v2/version").status == 200
    assert capfd.readouterr().err == ""


def test_a_mistake_of_our_own_is_an_answer_and_one_line(call: Any, monkeypatch: Any, capfd: Any) -> None:
    monkeypatch.setattr(call.simulator.service, "_version", lambda _request: 1 / 0)
    assert call.get("/v2/version").status == 500
    assert capfd.readouterr().err == "simulator: internal error: ZeroDivisionError in a call of version\n"
