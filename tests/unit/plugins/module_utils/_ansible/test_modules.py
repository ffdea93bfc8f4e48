# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._ansible.secret_file import ARGUMENT
from ansible_collections.knowledgefront.monitoring.plugins.modules import (
    kf_monitor_info,
    kf_status_info,
    kf_version_info,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import module_arguments
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]
STATUSES = {"monitor_list": [{"monitor": "m", "label": "Mail", "alert_active": True, "note": "{{ 1 + 1 }}"}]}
DOCUMENTS = {
    "/v2/status": STATUSES,
    "/v2/config/monitor": {"monitor_list": [{"id": "m", "type": "smtp"}]},
    "/v2/config/monitor/m": {"monitor": {"id": "m", "type": "smtp"}},
    "/v2/version": {"major": 2},
}


@pytest.fixture
def ran(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    """Return a runner of modules that gives their exit code and the result that they printed."""

    def run(module: Any, url: str, **options: Any) -> tuple[int, dict[str, Any]]:
        given = {"api_url": url, "client_id": "id", "client_secret": "hunter2", "retries": 0, "timeout": 5, **options}
        given = {name: value for name, value in given.items() if value is not None}
        with module_arguments(given), pytest.raises(SystemExit) as caught:
            module.main()
        printed = capsys.readouterr().out
        assert printed.count("\n") == 2 or printed.count("\n") == 1
        assert "Traceback" not in printed
        return int(caught.value.code or 0), json.loads(printed)

    return run


@pytest.mark.parametrize(
    ("module", "options", "expected"),
    [
        (kf_status_info, {}, {"alert_active": True, "window": 1800}),
        (kf_status_info, {"t": 60}, {"window": 60}),
        (kf_monitor_info, {}, {"monitors": [{"id": "m", "type": "smtp"}]}),
        (kf_monitor_info, {"monitor_id": "m", "fields": ["id"]}, {"monitors": [{"id": "m"}]}),
        (kf_version_info, {}, {"version": {"major": 2}}),
    ],
)
def test_a_module_answers_and_changes_nothing(
    serve: Serve, ran: Callable[..., Any], module: Any, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    code, result = ran(module, serve(service(DOCUMENTS)).url, **options)
    assert code == 0
    assert result["changed"] is False
    assert {name: result[name] for name in expected} == expected


@pytest.mark.parametrize("module", [kf_status_info, kf_monitor_info, kf_version_info])
@pytest.mark.parametrize(
    ("answer", "options", "expected"),
    [
        (as_json({"error": "no hunter2"}, 401), {}, {"error_code": "credentials", "http_status": 401}),
        (as_json({}, 403), {}, {"error_code": "forbidden", "http_status": 403}),
        (as_json({}, 503), {}, {"error_code": "service", "http_status": 503}),
        (as_json([]), {}, {"error_code": "payload", "http_status": 200}),
        (b"", {"client_secret": None}, {"error_code": "client_secret_missing", "http_status": None}),
        (b"", {"client_id": None}, {"error_code": "client_id_missing", "http_status": None}),
        (b"", {"api_url": "ftp://x"}, {"error_code": "configuration", "http_status": None}),
        (b"", {"timeout": 0}, {"error_code": "configuration", "http_status": None}),
    ],
)
def test_a_module_fails_with_one_sentence_and_a_code(
    serve: Serve, ran: Callable[..., Any], module: Any, answer: bytes, options: dict[str, Any], expected: dict[str, Any]
) -> None:
    code, result = ran(module, serve(lambda call: answer).url, **options)
    assert (code, result["failed"]) == (1, True)
    assert {name: result[name] for name in expected} == expected
    assert "\n" not in result["msg"]
    assert "hunter2" not in json.dumps(result)
    assert "exception" not in result


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (kf_status_info, {"windows": 60}),
        (kf_status_info, {"window": "soon"}),
        (kf_status_info, {"on_unmatched": "cry"}),
        (kf_monitor_info, {"monitor_id": "m", "include": ["x"]}),
        (kf_monitor_info, {"monitor_id": "m", "exclude": ["x"]}),
        (kf_monitor_info, {"monitor_id": "m", "types": ["x"]}),
        (kf_version_info, {"include": ["x"]}),
        (kf_status_info, {"window": 10801}),
    ],
)
def test_a_mistake_in_the_options_is_refused_before_any_call(
    serve: Serve, ran: Callable[..., Any], module: Any, options: dict[str, Any]
) -> None:
    server = serve(service(DOCUMENTS))
    code, result = ran(module, server.url, **options)
    assert (code, result["failed"]) == (1, True)
    assert server.calls == []


MODULES = [kf_status_info, kf_monitor_info, kf_version_info]


@pytest.fixture
def passed(tmp_path: Path) -> Path:
    path = tmp_path / "kf-secret"
    path.write_text("hunter2", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("beside", [None, "another"])
def test_a_secret_file_is_used_and_deleted(
    serve: Serve, ran: Callable[..., Any], module: Any, passed: Path, beside: str | None
) -> None:
    server = serve(service(DOCUMENTS))
    code, result = ran(module, server.url, client_secret=beside, **{ARGUMENT: str(passed)})
    assert (code, result["changed"]) == (0, False)
    assert server.calls[0].headers["authorization"] == "Basic aWQ6aHVudGVyMg=="
    assert not passed.exists()
    assert ARGUMENT not in json.dumps(result)
    assert "hunter2" not in json.dumps(result)


@pytest.mark.parametrize("module", MODULES)
def test_a_secret_from_a_file_is_in_no_result(serve: Serve, ran: Callable[..., Any], module: Any, passed: Path) -> None:
    server = serve(lambda call: as_json({"error": "no hunter2"}, 401))
    code, result = ran(module, server.url, client_secret=None, _ansible_verbosity=5, **{ARGUMENT: str(passed)})
    assert (code, result["error_code"]) == (1, "credentials")
    assert "hunter2" not in json.dumps(result)
    assert not passed.exists()


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    ("prepared", "code"),
    [
        (Path.unlink, "handover"),
        (lambda path: path.chmod(0o644), "handover"),
        (lambda path: path.write_text(""), "handover"),
        (lambda path: path.write_text("hunter\n2"), "configuration"),
        (lambda path: path.write_text(" "), "client_secret_missing"),
    ],
)
def test_a_secret_that_cannot_be_used_is_one_sentence_before_any_call(
    serve: Serve, ran: Callable[..., Any], module: Any, passed: Path, prepared: Callable[[Path], Any], code: str
) -> None:
    prepared(passed)
    server = serve(service(DOCUMENTS))
    exit_code, result = ran(module, server.url, client_secret=None, **{ARGUMENT: str(passed)})
    assert (exit_code, result["failed"], result["error_code"]) == (1, True, code)
    assert "\n" not in result["msg"]
    assert "exception" not in result
    assert server.calls == []


def test_a_warning_reaches_the_user(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    """Newer versions of ansible-core show it at once when a module runs in their own process."""
    given = {"api_url": serve(service(DOCUMENTS)).url, "client_id": "id", "client_secret": "hunter2"}
    with module_arguments({**given, "include": ["xyz"], "on_unmatched": "warn"}), pytest.raises(SystemExit):
        kf_status_info.main()
    displayed = capsys.readouterr()
    assert "include: xyz matched none of 1 monitor" in " ".join((displayed.out + displayed.err).split())
