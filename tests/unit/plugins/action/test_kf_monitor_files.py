# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_monitor_files import ActionModule
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import folder as folder_module
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

WEB = {"id": "w", "label": "Web", "type": "http", "timer": 300, "active": True, "config": {"password": "********"}}
MAIL = {"id": "m", "label": "Mail", "type": "smtp", "timer": 60, "active": True}


@pytest.fixture
def run_files(serve: Serve, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that runs the action against a service with the given monitors."""

    def run(monitors: Any, check: bool = False, diff: bool = False, one_by_one: Any = None, **options: Any) -> Any:
        server = serve(service({"/v2/config/monitor": {"monitor_list": monitors}, **(one_by_one or {})}))
        given = {"client_id": "id", "client_secret": "hunter2", "retries": 0, "timeout": 5, "token_cache": "none"}
        options = {"path": str(tmp_path / "f"), "formats": ["json"], "api_url": server.url, **given, **options}
        plugin = action(ActionModule, options, {}, check)
        plugin._task.diff = diff
        result = plugin.run(task_vars={})
        assert "hunter2" not in json.dumps(result)
        return result

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "f").glob("*")}


def test_files_are_written_once(run_files: Any, tmp_path: Path) -> None:
    first = run_files([WEB, MAIL])
    assert (first["changed"], first["summary"]) == (True, "monitors: 2 added")
    before = files(tmp_path)
    again = run_files([MAIL, WEB])
    assert (again["changed"], again["drift"], again["summary"]) == (False, [], "no monitor differs from the files")
    assert files(tmp_path) == before


def test_check_mode_reports_and_writes_nothing(run_files: Any, tmp_path: Path) -> None:
    run_files([WEB])
    before = files(tmp_path)
    result = run_files([{**WEB, "timer": 60}], check=True, diff=True)
    assert result["changed"]
    assert result["diff"] == [{"prepared": "monitor changed: Web (w): timer 300 -> 60\n"}]
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("monitors", "options", "fragment"),
    [
        ([{**WEB, "timer": 60}], {"fail_on_drift": True}, "fail_on_drift"),
        ([WEB], {"fail_on_drift": True, "formats": ["json", "csv"]}, "fail_on_drift"),
        ([], {}, "min_monitors"),
        ([WEB], {"min_monitors": 2}, "min_monitors"),
        ([WEB], {"include": ["nobody"]}, "nobody"),
        ([WEB], {"include": ["~("]}, "include"),
        (None, {}, "monitor_list"),
        ([{"label": "x"}], {}, "id"),
        ([WEB], {"formats": ["csv"]}, "formats"),
        ([WEB], {"mode": "0x"}, "mode"),
        ([WEB], {"mode": True}, "mode"),
        ([WEB], {"mode": "0444"}, "mode"),
        ([WEB], {"policy_reports": ["a.txt"]}, "policy_reports"),
        ([WEB], {"policy": [{"name": "x"}]}, "policy: x"),
        ([WEB], {"policy": [{"colour": "x"}]}, "colour"),
        ([WEB], {"shape": "x"}, "shape"),
    ],
)
def test_a_failure_changes_no_file(run_files: Any, tmp_path: Path, monitors: Any, options: Any, fragment: str) -> None:
    run_files([WEB])
    before = files(tmp_path)
    result = run_files(monitors, **options)
    assert (result["failed"], result["changed"]) == (True, False)
    assert fragment in result["msg"]
    assert files(tmp_path) == before


def test_a_newly_redacted_value_is_redacted_in_the_file_and_is_not_drift(run_files: Any, tmp_path: Path) -> None:
    run_files([{**WEB, "config": {"password": "plain"}}])
    result = run_files([WEB])
    assert (result["changed"], result["drift"], result["lines"]) == (True, [], ["file to write: monitors.json"])
    assert b"plain" not in files(tmp_path)["monitors.json"]
    assert not run_files([{**WEB, "config": {"password": "plain"}}])["changed"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [({"monitor": MAIL}, "cut_short"), (as_json({}, 503), "service"), (as_json({}, 403), "forbidden")],
    ids=["there after all", "broken", "forbidden"],
)
@pytest.mark.parametrize("options", [{"prune": True}, {}, {"fail_on_drift": True}, {"check": True}])
def test_a_missing_monitor_is_requested(
    run_files: Any, tmp_path: Path, answer: Any, code: str, options: dict[str, Any]
) -> None:
    run_files([WEB, MAIL], layout="per_monitor")
    before = files(tmp_path)
    result = run_files([WEB], layout="per_monitor", one_by_one={"/v2/config/monitor/m": answer}, **options)
    assert (result["failed"], result["changed"], result["error_code"]) == (True, False, code)
    assert "drift" not in result
    assert files(tmp_path) == before


def test_files_of_deleted_monitors_are_removed_with_prune(run_files: Any, tmp_path: Path) -> None:
    run_files([WEB, MAIL], layout="per_monitor")
    result = run_files([WEB], layout="per_monitor")
    assert (result["changed"], result["orphaned"], sorted(files(tmp_path))) == (False, ["m.json"], ["m.json", "w.json"])
    assert run_files([WEB], layout="per_monitor", prune=True, check=True)["changed"]
    assert run_files([WEB], layout="per_monitor", prune=True)["changed"]
    assert list(files(tmp_path)) == ["w.json"]


@pytest.mark.parametrize(("enforce", "failed"), [(True, True), (False, False)])
def test_a_policy_violation_fails_after_the_files_were_written(
    run_files: Any, tmp_path: Path, enforce: bool, failed: bool
) -> None:
    report = tmp_path / "p.md"
    rule = {"timer_max": 60, "types": ["http", "dns"]}
    result = run_files(
        [WEB],
        policy=[rule],
        policy_enforce=enforce,
        policy_reports=[str(report)],
        on_unmatched="warn",
        types=["http", "x"],
    )
    assert result.get("failed", False) is failed
    fragment = "Web (w): its timer is 300 s"
    assert fragment in (result["msg"] if failed else result["warnings"][-1])
    assert "types: " in result["warnings"][0]
    assert (len(result["violations"]), report.exists(), len(files(tmp_path))) == (1, True, 1)


def test_a_long_diff_is_shortened(run_files: Any) -> None:
    result = run_files([{**WEB, "id": f"m{number}"} for number in range(205)], check=True, diff=True)
    assert result["diff"][0]["prepared"].endswith("\nand 5 more\n")
    assert len(result["lines"]) == 205


def test_permissions_can_be_a_number(run_files: Any, tmp_path: Path) -> None:
    run_files([WEB], mode=0o600)
    assert (tmp_path / "f" / "monitors.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("fails_at", "changed"), [("a.json", False), ("w.json", True)])
def test_a_disk_failure_is_reported_with_the_drift(
    run_files: Any, monkeypatch: pytest.MonkeyPatch, fails_at: str, changed: bool
) -> None:
    whole = folder_module.atomic_write

    def write(path: str, *arguments: Any) -> None:
        if path.endswith(fails_at):
            raise OSError(errno.ENOSPC, "full")
        whole(path, *arguments)

    monkeypatch.setattr(folder_module, "atomic_write", write)
    result = run_files([{**MAIL, "id": "a"}, WEB], layout="per_monitor")
    assert (result["failed"], result["changed"], len(result["drift"])) == (True, changed, 2)
    assert "space" in result["msg"]
