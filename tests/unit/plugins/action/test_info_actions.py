# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible.errors import AnsibleActionFail, AnsibleError
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_monitor_info import ActionModule as MonitorInfo
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_status_info import ActionModule as StatusInfo
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_version_info import ActionModule as VersionInfo
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.secret_file import (
    ARGUMENT,
    take_secret,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import (
    action,
    local_connection,
    trusted,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

STATUSES = {"monitor_list": [{"monitor": "m", "label": "Mail {{ 1 + 1 }}", "alert_active": True}]}
DOCUMENTS = {
    "/v2/status": STATUSES,
    "/v2/config/monitor": {"monitor_list": [{"id": "m", "type": "smtp"}, {"id": "w", "type": "http"}]},
    "/v2/config/monitor/m": {"monitor": {"id": "m", "type": "smtp"}},
    "/v2/version": {"major": 2},
}
CONNECTION = {"client_id": "id", "client_secret": "hunter2", "retries": 0, "timeout": 5}
ALL = [StatusInfo, MonitorInfo, VersionInfo]


def run(
    plugin: type[Any],
    arguments: dict[str, Any],
    variables: dict[str, Any] | None = None,
    check: bool = False,
    connection: Any = None,
) -> Any:
    variables = variables or {}
    return action(plugin, arguments, variables, check, connection).run(task_vars=variables)


def on_target(plugin: type[Any], executed: list[dict[str, Any]]) -> type[Any]:
    """Return ``plugin`` with a module that only takes what it is given, and tells the secret apart."""

    class OnTarget(plugin):  # type: ignore[misc]
        def _execute_module(self, **call: Any) -> dict[str, Any]:
            path = call["module_args"].pop(ARGUMENT, None)
            executed.append({**call, "secret": take_secret(path) if path else None})
            return {"changed": False, "from": "target"}

    return OnTarget


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "local").mkdir()
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path / "local"))
    return local_connection(tmp_path / "remote")


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("plugin", "arguments", "expected"),
    [
        (
            StatusInfo,
            {},
            {"alert_active": True, "counts": {"monitors": 1, "alerting": 1, "failing": 0}, "window": 1800},
        ),
        (StatusInfo, {"t": 60}, {"window": 60}),
        (StatusInfo, {"fields": ["label"]}, {"monitors": [{"label": "Mail {{ 1 + 1 }}"}]}),
        (MonitorInfo, {"types": ["HTTP"]}, {"monitors": [{"id": "w", "type": "http"}]}),
        (MonitorInfo, {"monitor_id": "m"}, {"monitors": [{"id": "m", "type": "smtp"}]}),
        (VersionInfo, {}, {"version": {"major": 2}}),
    ],
)
def test_the_question_is_answered_on_the_controller_in_check_mode_too(
    serve: Serve, plugin: type[Any], arguments: dict[str, Any], expected: dict[str, Any], check: bool
) -> None:
    result = run(plugin, {**CONNECTION, "base_url": serve(service(DOCUMENTS)).url, **arguments}, check=check)
    assert result["changed"] is False
    assert result["warnings"] == []
    assert {name: result[name] for name in expected} == expected


def test_the_connection_comes_from_variables_and_environment(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(service(DOCUMENTS))
    monkeypatch.setenv("KF_API_URL", server.url)
    monkeypatch.setenv("KF_CLIENT_SECRET", "from the environment")
    result = run(VersionInfo, {}, {"kf_client_id": trusted("{{ 'a' ~ 'b' }}")})
    assert result["version"] == {"major": 2}
    assert server.calls[0].headers["authorization"] == "Basic YWI6ZnJvbSB0aGUgZW52aXJvbm1lbnQ="


@pytest.mark.parametrize("plugin", ALL)
@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (as_json({"error": "no hunter2"}, 401), "credentials"),
        (as_json({}, 403), "forbidden"),
        (as_json({}, 500), "service"),
        (as_json(None), "payload"),
    ],
)
def test_a_failure_is_a_result_with_a_code_and_no_secret(
    serve: Serve, plugin: type[Any], answer: bytes, code: str
) -> None:
    result = run(plugin, {**CONNECTION, "api_url": serve(lambda call: answer).url})
    assert (result["failed"], result["changed"], result["error_code"]) == (True, False, code)
    assert "hunter2" not in json.dumps(result)
    assert "monitors" not in result
    assert "alert_active" not in result


@pytest.mark.parametrize("plugin", ALL)
@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_a_missing_credential_is_one_sentence(plugin: type[Any], missing: str) -> None:
    result = run(plugin, {name: value for name, value in CONNECTION.items() if name != missing})
    assert (result["failed"], result["error_code"]) == (True, f"{missing}_missing")
    assert f"KF_{missing.upper()}" in result["msg"]


@pytest.mark.parametrize(
    ("plugin", "arguments"),
    [
        (StatusInfo, {"windows": 1}),
        (StatusInfo, {"window": "soon"}),
        (StatusInfo, {"run_on": "moon"}),
        (MonitorInfo, {"monitor_id": "m", "include": ["x"]}),
        (VersionInfo, {"include": ["x"]}),
    ],
)
def test_a_mistake_in_the_options_is_refused_before_any_call(
    serve: Serve, plugin: type[Any], arguments: dict[str, Any]
) -> None:
    server = serve(service(DOCUMENTS))
    result = run(plugin, {**CONNECTION, "api_url": server.url, **arguments})
    assert (result["failed"], result["changed"], result["error_code"]) == (True, False, "configuration")
    assert server.calls == []


@pytest.mark.parametrize("window", [0, -5, 10801])
def test_a_window_out_of_range_is_refused_before_any_call(serve: Serve, window: int) -> None:
    server = serve(service(DOCUMENTS))
    result = run(StatusInfo, {**CONNECTION, "api_url": server.url, "window": window})
    assert (result["failed"], result["error_code"]) == (True, "configuration")
    assert server.calls == []


@pytest.mark.parametrize(
    ("on_unmatched", "failed", "warnings"), [("fail", True, 0), ("warn", False, 1), ("ignore", False, 0)]
)
def test_an_unmatched_pattern_is_met_as_the_user_wants(
    serve: Serve, on_unmatched: str, failed: bool, warnings: int
) -> None:
    given = {
        **CONNECTION,
        "api_url": serve(service(DOCUMENTS)).url,
        "include": ["deleted"],
        "on_unmatched": on_unmatched,
    }
    result = run(StatusInfo, given)
    assert result.get("failed", False) is failed
    assert len(result.get("warnings", [])) == warnings


@pytest.mark.parametrize("plugin", ALL)
@pytest.mark.parametrize("check", [False, True])
def test_on_the_target_the_module_gets_every_option_explicitly(
    serve: Serve, plugin: type[Any], monkeypatch: pytest.MonkeyPatch, target: Any, check: bool
) -> None:
    executed: list[dict[str, Any]] = []
    server = serve(service(DOCUMENTS))
    monkeypatch.setenv("KF_RETRIES", "1")
    variables = {"kf_client_secret": trusted("{{ 'hunter' ~ 2 }}")}
    given = {"run_on": "target", "client_id": "id", "base_url": server.url, "validate_certs": False}
    result = run(on_target(plugin, executed), given, variables, check, connection=target)
    assert result["from"] == "target"
    [call] = executed
    assert call["module_name"] == plugin.module
    assert call["task_vars"] == variables
    arguments = call["module_args"]
    expected = {"client_id": "id", "api_url": server.url, "retries": 1, "timeout": 60}
    assert {name: arguments[name] for name in expected} == expected
    assert arguments["validate_certs"] is False
    assert None not in arguments.values()
    assert server.calls == [], "nothing is requested on the controller"


SOURCES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, str]]] = {
    "task": ({"client_secret": "hunter2"}, {}, {}),
    "variable": ({}, {"kf_client_secret": "hunter2"}, {}),
    "template": ({}, {"kf_client_secret": trusted("{{ own }}"), "own": "hunter2"}, {}),
    "environment": ({}, {}, {"KF_CLIENT_SECRET": "hunter2"}),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("plugin", ALL)
def test_on_the_target_the_secret_is_in_no_argument(
    plugin: type[Any], source: str, monkeypatch: pytest.MonkeyPatch, target: Any
) -> None:
    given, variables, environment = SOURCES[source]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    executed: list[dict[str, Any]] = []
    run(on_target(plugin, executed), {"client_id": "id", "run_on": "target", **given}, variables, connection=target)
    [call] = executed
    assert call["secret"] == "hunter2"
    assert "hunter2" not in json.dumps(call["module_args"])
    assert "client_secret" not in call["module_args"]


@pytest.mark.parametrize("secret", [None, "", "   "])
def test_without_a_secret_the_module_fails_and_gets_no_file(secret: str | None) -> None:
    """The action has no connection here, so that any attempt would fail."""
    executed: list[dict[str, Any]] = []
    given = {**CONNECTION, "client_secret": secret, "run_on": "target"}
    assert run(on_target(VersionInfo, executed), given)["from"] == "target"
    assert executed[0]["secret"] is None
    assert "client_secret" not in executed[0]["module_args"]


@pytest.mark.parametrize("plugin", ALL)
def test_a_secret_that_cannot_be_passed_is_a_failure_with_a_code(
    plugin: type[Any], monkeypatch: pytest.MonkeyPatch, target: Any
) -> None:
    def no_space(*given: Any) -> None:
        raise AnsibleError("No space left on device")

    executed: list[dict[str, Any]] = []
    failing = on_target(plugin, executed)
    monkeypatch.setattr(failing, "_transfer_file", no_space)
    result = run(failing, {**CONNECTION, "run_on": "target"}, connection=target)
    assert (result["failed"], result["changed"], result["error_code"]) == (True, False, "handover")
    assert "No space left on device" in result["msg"]
    assert "hunter2" not in json.dumps(result)
    assert executed == []


@pytest.mark.parametrize(
    ("plugin", "given"),
    [
        (StatusInfo, {"t": 60, "all": True, "include": ["a"], "fields": ["label"]}),
        (MonitorInfo, {"base_url": "https://h", "monitor_id": "m", "with_status": True}),
    ],
)
def test_what_the_target_gets_holds_no_alias_beside_its_option(
    plugin: type[Any], given: dict[str, Any], target: Any
) -> None:
    executed: list[dict[str, Any]] = []
    run(on_target(plugin, executed), {**CONNECTION, "run_on": "target", **given}, connection=target)
    [call] = executed
    assert set(call["module_args"]) <= set(plugin.spec)
    names = {"t": "window", "base_url": "api_url"}
    assert all(call["module_args"][names.get(name, name)] == value for name, value in given.items())


@pytest.mark.parametrize("plugin", ALL)
def test_async_is_refused(plugin: type[Any]) -> None:
    prepared = action(plugin, CONNECTION, {})
    prepared._task.async_val = 5
    with pytest.raises(AnsibleActionFail):
        prepared.run(task_vars={})
