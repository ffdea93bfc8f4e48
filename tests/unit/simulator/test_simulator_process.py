# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m simulator`` as a real process: it says where it is, keeps its secrets and goes when told."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from simulator.connection import sanitize
from simulator.control import Control
from simulator.server import ListenError, Simulator
from simulator.world import World

ROOT = Path(__file__).resolve().parents[3]
SECRET = "s3cret-from-the-environment"


def started(arguments: list[str], secret: str | None) -> subprocess.Popen[str]:
    environment = {name: text for name, text in os.environ.items() if name != "KF_SIMULATOR_SECRET"}
    if secret:
        environment["KF_SIMULATOR_SECRET"] = secret
    command = [sys.executable, "-m", "simulator", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)


Start = Callable[..., "tuple[subprocess.Popen[str], int]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    running: list[subprocess.Popen[str]] = []

    def begin(*arguments: str, secret: str | None = SECRET) -> tuple[subprocess.Popen[str], int]:
        port_file = tmp_path / "port"
        process = started([*arguments, "--port-file", str(port_file)], secret)
        running.append(process)
        for _try in range(600):
            if port_file.exists() or process.poll() is not None:
                break
            time.sleep(0.05)
        assert process.poll() is None, process.communicate()
        return process, int(port_file.read_text())

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def at(port: int, secret: str = SECRET) -> Any:
    return SimpleNamespace(port=port, client_id="demo-client", client_secret=secret)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_also_with_open_connections(start: Start, number: int, tmp_path: Path) -> None:
    process, port = start("--pid-file", str(tmp_path / "pid"))
    assert int((tmp_path / "pid").read_text()) == process.pid
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(b"GET /v2/st")
        process.send_signal(number)
        assert process.wait(10) == 0
    assert process.communicate()[1] == ""
    assert list(tmp_path.iterdir()) == []


def test_a_signal_right_after_start_is_handled(start: Start) -> None:
    for _round in range(10):
        process, _port = start()
        process.terminate()
        assert process.wait(10) == 0


def test_nothing_secret_is_said(start: Start, caller_of: Any) -> None:
    process, port = start("--verbose")
    call = caller_of(at(port))
    call.token("demo-client", "wrong-s3cret")
    assert call.get("/v2/status?all=true&access_token=s3cret-in-query").status == 200
    call.connection.putrequest("GET", "/v2/x", skip_host=True)
    call.connection.endheaders()
    call.connection.getresponse().read()
    process.terminate()
    out, err = process.communicate(timeout=10)
    for secret in (SECRET, "s3cret", call.token_text, "grant_type"):
        assert secret not in out + err
    assert "export KF_API_URL=http://127.0.0.1:" in out
    lines = [line.rsplit(" ", 2)[0] for line in err.splitlines()]
    assert lines == ["POST /v2/token 401", "POST /v2/token 200", "GET /v2/status 200", "GET /v2/x 404"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a\x1b[31m", "/a\\x1b[31m"), ("/a b", "/a\\x20b"), ("/\xe4?q=1", "/\\xe4"), ("/" + "a" * 999, "/" + "a" * 199)],
)
def test_a_logged_path_cannot_act_on_a_terminal(path: str, expected: str) -> None:
    assert sanitize(path) == expected


def test_a_random_secret_is_printed_once_and_works(start: Start, caller_of: Any) -> None:
    process, port = start(secret=None)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _line in range(4)]
    secret = lines[3].strip().removeprefix("export KF_CLIENT_SECRET=")
    assert caller_of(at(port, secret)).get("/v2/status?all=true").status == 200


def test_a_secret_file_is_for_its_owner_alone(start: Start, caller_of: Any, tmp_path: Path) -> None:
    secret_file = tmp_path / "secret"
    ready_file = tmp_path / "ready.json"
    process, port = start("--secret-file", str(secret_file), "--ready-json", str(ready_file), secret=None)
    secret = secret_file.read_text().strip()
    assert stat.S_IMODE(secret_file.stat().st_mode) == 0o600
    assert caller_of(at(port, secret)).get("/v2/version").status == 200
    ready = json.loads(ready_file.read_text())
    assert (ready["port"], ready["pid"], ready["client_id"]) == (port, process.pid, "demo-client")
    assert secret not in ready_file.read_text()
    process.terminate()
    assert secret not in "".join(process.communicate(timeout=10))


def test_it_can_be_shut_down_over_the_control_path(start: Start) -> None:
    process, port = start("--monitors", "10000", "--alerting", "3")
    control = Control(f"http://127.0.0.1:{port}")
    assert sum(state["alert_active"] for state in control.monitors()) == 3
    control.shutdown()
    assert process.wait(10) == 0


def test_tls_with_an_authority_of_its_own(start: Start, caller_of: Any, tmp_path: Path) -> None:
    pytest.importorskip("cryptography")
    ca_file = tmp_path / "ca.pem"
    process, port = start("--tls", "--ca-file", str(ca_file))
    trusting = ssl.create_default_context(cafile=str(ca_file))
    if hasattr(ssl, "VERIFY_X509_STRICT"):
        trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    with socket.create_connection(("127.0.0.1", port)):
        # A client that never shakes hands holds up nobody.
        assert caller_of(at(port), trusting).get("/v2/version").status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        caller_of(at(port), ssl.create_default_context()).get("/v2/version")
    control = Control(f"https://localhost:{port}", ca_file=ca_file)
    control.fault("reset", "version", at="headers")
    # Python's TLS reports a reset as an early end.
    with pytest.raises((OSError, http.client.IncompleteRead)):
        caller_of(at(port), trusting).get("/v2/version")
    assert control.calls()["version"] == 2
    process.terminate()
    assert process.wait(10) == 0
    assert process.communicate()[1] == ""


def test_a_history_is_played_and_its_end_is_announced(start: Start, caller_of: Any, tmp_path: Path) -> None:
    history = tmp_path / "shop.csv"
    history.write_text("monitor,time,down\nweb,1700000000,0\nweb,1700000900,1\nweb,1700003600,0\n", encoding="utf-8")
    process, port = start("--history", str(history), "--timer", "60", "--speed", "1200", "--from", "1700001200")
    (entry,) = caller_of(at(port)).get("/v2/status").json["monitor_list"]
    assert (entry["monitor"], entry["alert_active"]) == ("web", True)
    assert process.stderr is not None
    assert process.stderr.readline() == (
        "simulator: the history ended at 2023-11-14T23:13:20Z; its monitors are not tested any more\n"
    )
    time.sleep(0.2)
    call = caller_of(at(port))
    (before,) = call.get("/v2/status?all=true").json["monitor_list"]
    time.sleep(0.2)
    (after,) = call.get("/v2/status?all=true").json["monitor_list"]
    assert before["last_test"]["utc_mktime"] == after["last_test"]["utc_mktime"] == 1700003580
    process.terminate()
    out, err = process.communicate(timeout=10)
    assert "# It plays shop.csv from 2023-11-14T22:33:20Z to 2023-11-14T23:13:20Z, 1200 times as fast" in out
    assert "kf_gate cannot prove anything" in out
    assert err == ""


def test_it_ends_at_once_while_a_history_goes_on(start: Start, tmp_path: Path) -> None:
    history = tmp_path / "long.csv"
    history.write_text("monitor,time,down\nweb,0,0\nweb,1700000000,0\n", encoding="utf-8")
    process, _port = start("--history", str(history), "--speed", "1")
    process.terminate()
    assert process.wait(10) == 0
    assert process.communicate()[1] == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--host", "0.0.0.0"], "not a loopback address"),
        (["--host", "example.com"], "not a loopback address"),
        (["--port", "70000"], "must be a whole number from 0 to 65535"),
        (["--port", "x"], "must be a whole number"),
        (["--monitors", "-1"], "must be a whole number"),
        (["--monitors", "5", "--world", "shop"], "mutually exclusive"),
        (["--alerting", "1"], "--alerting requires --monitors"),
        (["--monitors", "1", "--alerting", "2"], "--alerting requires --monitors"),
        (["--problems", "1"], "--problems requires --monitors"),
        (["--monitors", "3", "--alerting", "2", "--problems", "2"], "--problems requires --monitors"),
        (["--world", "nowhere.yml"], "cannot read world"),
        (["--history", "nowhere.csv"], "cannot read history 'nowhere.csv': No such file"),
        (["--history", "README.md"], "history 'README.md', line 1: unknown column '<!--'"),
        (["--history", "README.md", "--world", "shop"], "--world and --history are mutually exclusive"),
        (["--history", "README.md", "--monitors", "5"], "--monitors and --history are mutually exclusive"),
        (["--speed", "60"], "--timer, --speed and --from require --history"),
        (["--timer", "60"], "--timer, --speed and --from require --history"),
        (["--from", "0"], "--timer, --speed and --from require --history"),
        (["--history", "x", "--speed", "0"], "--speed: must be a whole number from 1 to"),
        (["--history", "x", "--timer", "1.5"], "--timer: must be a whole number from 1 to"),
        (["--history", "x", "--from", "2026-05-01T12:00"], "--from: the time '2026-05-01T12:00' is local"),
        (["--tls"], "--tls requires --ca-file"),
        (["--ca-file", "x"], "--ca-file is only for"),
        (["--cert", "x"], "--cert and --key are required together"),
        (
            ["--cert", "nowhere", "--key", "nowhere"],
            "cannot use certificate 'nowhere' with key 'nowhere': No such file",
        ),
        (["--cert", "README.md", "--key", "simulator/server.py"], "cannot use certificate"),
        (["--port-file", "/nowhere/port"], "'/nowhere/port' cannot be written: No such file"),
        (["--secret-file", "/nowhere/secret"], "cannot be written"),
        (["--pid-file", "."], "cannot be written"),
        (["--frobnicate"], "unrecognized arguments"),
        (["--verb"], "unrecognized arguments"),
    ],
)
def test_what_cannot_start_says_one_sentence(arguments: list[str], sentence: str) -> None:
    process = started(arguments, SECRET)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert sentence in err
    assert err.startswith("simulator: ")
    assert err.count("\n") == 1


def test_a_port_in_use_is_one_sentence() -> None:
    with Simulator(World()) as first, pytest.raises(ListenError, match=f"port {first.port}: the port is in use"):
        Simulator(World(), port=first.port)


def test_closing_twice_or_before_the_start_is_harmless() -> None:
    never = Simulator(World())
    never.close()
    with Simulator(World()) as simulator:
        simulator.close()
