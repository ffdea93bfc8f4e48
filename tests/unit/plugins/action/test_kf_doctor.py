# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_doctor import ActionModule
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action, trusted
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

MONITOR = {"label": "Secret Shop", "alert_active": False}
DOCUMENTS = {
    "/v2/status": {"error": None, "monitor_list": [{"monitor": "m", **MONITOR}], "path": "/status", "t": 1800},
    "/v2/config/monitor": {"monitor_list": [{"id": "m"}], "path": "/config/monitor"},
    "/v2/config/monitor/m": {"monitor": {"id": "m"}, "path": "/config/monitor/m"},
    "/v2/version": {"major": 2},
}
CONNECTION = {"client_id": "id", "client_secret": "hunter2-hunter2", "retries": 0, "timeout": 5}


class RecordingDisplay:
    """A display that records its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def display(self, line: str, **_how: Any) -> None:
        self.lines.append(line)


def run_doctor(
    arguments: dict[str, Any], variables: dict[str, Any] | None = None, check: bool = False
) -> tuple[dict[str, Any], list[str]]:
    plugin = action(ActionModule, arguments, variables or {}, check)
    plugin._display = RecordingDisplay()
    result = plugin.run(task_vars=variables or {})
    return result, "\n".join(plugin._display.lines).splitlines()


def codes(result: dict[str, Any], outcome: str = "failed") -> set[str]:
    return {row["code"] for row in result["rows"] if row["outcome"] == outcome}


@pytest.mark.parametrize("check", [False, True])
def test_a_healthy_service_succeeds_and_the_report_has_the_same_rows(serve: Serve, tmp_path: Path, check: bool) -> None:
    server = serve(service(DOCUMENTS))
    path = tmp_path / "doctor.json"
    result, lines = run_doctor({**CONNECTION, "base_url": server.url, "report": str(path)}, check=check)
    assert (result["failed"], result["changed"], result["counts"]["failed"]) == (False, False, 0)
    assert codes(result, "warning") == {"clock_untold", "contract_missing", "tests_absent"}
    assert json.loads(path.read_text(encoding="utf-8"))["rows"] == result["rows"]
    assert any(line.startswith("token ") for line in lines)
    everything = f"{result}{lines}{path.read_text(encoding='utf-8')}"
    assert "hunter2" not in everything
    assert "Secret Shop" not in everything


def test_a_refused_token_fails_with_table_advice_and_report(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda call: as_json({"error": "invalid_client"}, 401))
    path = tmp_path / "doctor.json"
    result, lines = run_doctor({**CONNECTION, "api_url": server.url, "report": str(path)})
    assert result["failed"] is True
    assert codes(result) == {"credentials"}
    assert result["msg"].endswith(": token (credentials)")
    assert lines[-1].startswith("clock_untold: ") or lines[-1].startswith("credentials: ")
    assert any("status" in line and "not checked, because token failed" in line for line in lines)
    assert json.loads(path.read_text(encoding="utf-8"))["outcome"] == "failed"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"timeout": "soon"}, "option_wrong"),
        ({"token_cache": "disk"}, "option_wrong"),
        ({"no_such_option": 1}, "option_wrong"),
        ({"api_url": "http://api.example.com"}, "url_plain"),
        ({"client_secret": ""}, "client_secret_missing"),
    ],
)
def test_invalid_options_are_a_row_and_the_report_is_written(
    tmp_path: Path, arguments: dict[str, Any], code: str
) -> None:
    path = tmp_path / "doctor.json"
    result, _lines = run_doctor({**CONNECTION, "report": str(path), **arguments})
    assert codes(result) == {code}
    assert {row["check"] for row in result["rows"] if row["outcome"] == "skipped"} >= {"dns", "token", "version"}
    assert path.exists()


def test_a_variable_that_cannot_be_templated_is_a_row() -> None:
    result, _lines = run_doctor(CONNECTION, {"kf_ca_path": trusted("{{ no_such_variable }}")})
    assert codes(result) == {"option_wrong"}


def test_a_report_that_cannot_be_written_fails(serve: Serve, tmp_path: Path) -> None:
    server = serve(service(DOCUMENTS))
    result, lines = run_doctor({**CONNECTION, "api_url": server.url, "report": str(tmp_path / "no" / "doctor.json")})
    assert codes(result) == {"report_unwritten"}
    assert any("does not exist" in line for line in lines)


def test_the_sources_of_options_are_listed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(service(DOCUMENTS))
    monkeypatch.setenv("KF_API_URL", server.url)
    monkeypatch.setenv("KF_CLIENT_SECRET", "hunter2-hunter2")
    monkeypatch.setenv("KF_CLIENT_ID", "another")
    result, _lines = run_doctor({"timeout": 5}, {"kf_client_id": "id"})
    messages = [row["found"] for row in result["rows"] if row["check"] == "options"]
    url, client_id, client_secret, others = messages
    assert "KF_API_URL" in url
    assert "kf_client_id" in client_id
    assert "KF_CLIENT_ID" in client_id
    assert "KF_CLIENT_SECRET" in client_secret
    assert "timeout 5 (the task)" in others


def test_an_error_of_ansible_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_given: Any, **_named: Any) -> Any:
        raise AnsibleError("away")

    monkeypatch.setattr("ansible_collections.knowledgefront.monitoring.plugins.action.kf_doctor.validate_options", away)
    result, _lines = run_doctor(CONNECTION)
    assert "option_wrong" in codes(result)
