# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gate that crashes fails closed."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.executor import task_executor
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_gate import ActionModule
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, service

Serve = Callable[..., ScriptedServer]

OURS = "ansible_collections.knowledgefront.monitoring.plugins"
SECRET = "hunter2-hunter2"
CONNECTION = {"client_id": "id", "client_secret": SECRET, "retries": 0, "request_timeout": 5, "token_cache": "none"}
TIMEOUT: Any = getattr(task_executor, "_task_timeout", task_executor).TaskTimeoutError


def documents() -> dict[str, Any]:
    test = {"error": None, "utc_time_init": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")}
    status = {"monitor": "m", "label": "Mail", "alert_active": False, "last_test": test}
    config = {"id": "m", "label": "Mail", "type": "smtp", "timer": 60}
    return {"/v2/status": {"monitor_list": [status]}, "/v2/config/monitor": {"monitor_list": [config]}}


class PanicError(BaseException):
    """The error that a library written in Rust raises on a panic, which is not an Exception."""


CRASHES: list[BaseException] = [
    *(KeyError(SECRET), OSError(5, SECRET), MemoryError(), RecursionError(), ImportError(SECRET), SystemExit(0)),
    *(PanicError(SECRET), AttributeError(SECRET), RuntimeError(SECRET), StopIteration(SECRET)),
]
PLACES = (
    "validate_options",
    "read_policy",
    "Settings.from_options",
    "Client",
    "Sampler",
    "evaluate_gate",
    "decide",
    "gate_result",
)


def crash_at(monkeypatch: pytest.MonkeyPatch, module: str, names: Sequence[str], error: BaseException) -> None:
    def crash(*arguments: Any, **options: Any) -> Any:
        raise error

    for name in names:
        monkeypatch.setattr(f"{OURS}.{module}.{name}", crash)


def gate(arguments: dict[str, Any]) -> dict[str, Any]:
    plugin = action(ActionModule, arguments, {})
    plugin._task.get_play = lambda: SimpleNamespace(strategy="linear", name="Deploy")
    result: dict[str, Any] = plugin.run(task_vars={})
    return result


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("error", CRASHES, ids=lambda error: type(error).__name__)
def test_a_crash_stops_with_a_verdict_a_code_and_a_report(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: BaseException
) -> None:
    report = tmp_path / "gate.json"
    url = serve(service(documents())).url
    crash_at(monkeypatch, "plugin_utils._gate_action.task", [place], error)
    result = gate({**CONNECTION, "api_url": url, "phase": "before", "reports": [str(report)]})
    assert (result["failed"], result["verdict"], result["decision"]) == (True, "error", "stop")
    assert result["gate_rc"] == 12
    assert [reason["code"] for reason in result["reasons"]] == ["unexpected"]
    assert type(error).__name__ in result["msg"]
    assert "\n" not in result["msg"]
    assert (result["report_errors"], SECRET in json.dumps(result)) == ([], False)
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["verdict"], written["decision"], written["gate_rc"]) == ("error", "stop", 12)


@pytest.mark.parametrize("ending", ["json", "md", "xml", "html"])
def test_a_crash_before_anything_else_is_loaded_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    report = tmp_path / f"gate.{ending}"
    crash_at(monkeypatch, "action.kf_gate", ["load"], ImportError("_ssl"))
    result = gate({**CONNECTION, "phase": "during", "reports": str(report)})
    assert (result["verdict"], result["gate_rc"], result["phase"]) == ("error", 12, "during")
    assert "ImportError" in report.read_text(encoding="utf-8")


def test_a_crash_of_the_report_still_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crash_at(monkeypatch, "plugin_utils._gate_action.task", ["GateTask"], PanicError())
    crash_at(monkeypatch, "plugin_utils._gate_action.result", ["gate_result"], PanicError())
    result = gate({**CONNECTION, "reports": [str(tmp_path / "gate.json")]})
    assert (result["failed"], result["verdict"], result["gate_rc"]) == (True, "error", 12)
    assert "PanicError" in result["msg"]
    assert len(result["report_errors"]) == 1


def test_a_report_that_crashes_does_not_hide_the_verdict(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crash_at(monkeypatch, "plugin_utils._gate.reports.document", ["build_document"], KeyError(SECRET))
    arguments = {**CONNECTION, "api_url": serve(service(documents())).url, "reports": [str(tmp_path / "gate.json")]}
    result = gate(arguments)
    assert (result["failed"], result["decision"], result["gate_rc"]) == (True, "stop", 12)
    assert "the report crashed (KeyError)" in result["msg"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TIMEOUT.__new__(TIMEOUT)])
def test_an_interruption_is_raised(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    crash_at(monkeypatch, "action.kf_gate", ["load"], error)
    with pytest.raises(type(error)):
        gate(dict(CONNECTION))


def test_the_garbage_collector_is_restored(serve: Serve) -> None:
    frozen = gc.get_freeze_count()
    gate({**CONNECTION, "api_url": serve(service(documents())).url})
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, frozen)
