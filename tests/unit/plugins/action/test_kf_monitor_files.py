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
def keep(serve: Serve, tmp_path: Path) -> Callable[..., Any]:
    """Return what runs the action against a service that tells of the monitors given."""

    def run(monitors: Any, check: bool = False, diff: bool = False, one_by_one: Any = None, **options: Any) -> Any:
        asked = serve(service({"/v2/config/monitor": {"monitor_list": monitors}, **(one_by_one or {})}))
        given = {"client_id": "id", "client_secret": "hunter2", "retries": 0, "timeout": 5, "token_cache": "none"}
        options = {"path": str(tmp_path / "f"), "formats": ["json"], "api_url": asked.url, **given, **options}
        plugin = action(ActionModule, options, {}, check)
        plugin._task.diff = diff
        result = plugin.run(task_vars={})
        assert "hunter2" not in json.dumps(result)
        return result

    return run


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "f").glob("*")}


def test_files_are_written_once(keep: Any, tmp_path: Path) -> None:
    first = keep([WEB, MAIL])
    assert (first["changed"], first["summary"]) == (True, "monitors: 2 added")
    before = files(tmp_path)
    again = keep([MAIL, WEB])
    assert (again["changed"], again["drift"], again["summary"]) == (False, [], "no monitor differs from the files")
    assert files(tmp_path) == before


def test_check_mode_tells_and_writes_nothing(keep: Any, tmp_path: Path) -> None:
    keep([WEB])
    before = files(tmp_path)
    result = keep([{**WEB, "timer": 60}], check=True, diff=True)
    assert result["changed"]
    assert result["diff"] == [{"prepared": "monitor changed: Web (w): timer 300 -> 60\n"}]
    assert files(tmp_path) == before


@pytest.mark.parametrize(
    ("monitors", "options", "said"),
    [
        ([{**WEB, "timer": 60}], {"fail_on_drift": True}, "monitors: 1 changed: the files say otherwise"),
        ([WEB], {"fail_on_drift": True, "formats": ["json", "csv"]}, "the files say otherwise"),
        ([], {}, "0 of 0 monitors are selected, and min_monitors asks for 1"),
        ([WEB], {"min_monitors": 2}, "1 of 1 monitor is selected"),
        ([WEB], {"include": ["nobody"]}, "nobody matched none of 1 monitor"),
        ([WEB], {"include": ["~("]}, "a pattern in include or exclude cannot be used"),
        (None, {}, "monitor_list"),
        ([{"label": "x"}], {}, "id"),
        ([WEB], {"formats": ["csv"]}, "formats must name yaml or json"),
        ([WEB], {"mode": "0x"}, "mode must be octal text"),
        ([WEB], {"mode": True}, "mode must be octal text"),
        ([WEB], {"mode": "0444"}, "lets the owner read and write"),
        ([WEB], {"policy_reports": ["a.txt"]}, "must end in .md or .xml"),
        ([WEB], {"policy": [{"name": "x"}]}, "x asks for nothing"),
        ([WEB], {"policy": [{"colour": "x"}]}, "colour"),
        ([WEB], {"shape": "x"}, "there is no option shape"),
    ],
)
def test_a_failure_touches_no_file(keep: Any, tmp_path: Path, monitors: Any, options: Any, said: str) -> None:
    keep([WEB])
    before = files(tmp_path)
    result = keep(monitors, **options)
    assert (result["failed"], result["changed"]) == (True, False)
    assert said in result["msg"]
    assert files(tmp_path) == before


def test_what_is_newly_hidden_is_hidden_in_the_file_and_is_no_drift(keep: Any, tmp_path: Path) -> None:
    keep([{**WEB, "config": {"password": "shown"}}])
    result = keep([WEB])
    assert (result["changed"], result["drift"], result["lines"]) == (True, [], ["file to write: monitors.json"])
    assert b"shown" not in files(tmp_path)["monitors.json"]
    assert not keep([{**WEB, "config": {"password": "shown"}}])["changed"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [({"monitor": MAIL}, "cut_short"), (as_json({}, 503), "service"), (as_json({}, 403), "forbidden")],
    ids=["there after all", "broken", "forbidden"],
)
@pytest.mark.parametrize("options", [{"prune": True}, {}, {"fail_on_drift": True}, {"check": True}])
def test_a_monitor_that_a_list_lacks_is_asked_for(
    keep: Any, tmp_path: Path, answer: Any, code: str, options: dict[str, Any]
) -> None:
    keep([WEB, MAIL], layout="per_monitor")
    before = files(tmp_path)
    result = keep([WEB], layout="per_monitor", one_by_one={"/v2/config/monitor/m": answer}, **options)
    assert (result["failed"], result["changed"], result["error_code"]) == (True, False, code)
    assert "drift" not in result
    assert files(tmp_path) == before


def test_files_of_monitors_that_are_gone_are_removed_when_asked(keep: Any, tmp_path: Path) -> None:
    keep([WEB, MAIL], layout="per_monitor")
    told = keep([WEB], layout="per_monitor")
    assert (told["changed"], told["orphaned"], sorted(files(tmp_path))) == (False, ["m.json"], ["m.json", "w.json"])
    assert keep([WEB], layout="per_monitor", prune=True, check=True)["changed"]
    assert keep([WEB], layout="per_monitor", prune=True)["changed"]
    assert list(files(tmp_path)) == ["w.json"]


@pytest.mark.parametrize(("enforce", "failed"), [(True, True), (False, False)])
def test_a_broken_policy_fails_after_the_files_were_written(
    keep: Any, tmp_path: Path, enforce: bool, failed: bool
) -> None:
    report = tmp_path / "p.md"
    rule = {"timer_max": 60, "types": ["http", "dns"]}
    result = keep(
        [WEB],
        policy=[rule],
        policy_enforce=enforce,
        policy_reports=[str(report)],
        on_unmatched="warn",
        types=["http", "x"],
    )
    assert result.get("failed", False) is failed
    said = "the policy is violated: Web (w): its timer is 300 s, and 60 s is the most (rule rule 1)"
    assert said in (result["msg"] if failed else result["warnings"][-1])
    assert result["warnings"][0] == "types: no monitor has the type x"
    assert (len(result["violations"]), report.exists(), len(files(tmp_path))) == (1, True, 1)


def test_so_much_drift_is_shown_in_part(keep: Any) -> None:
    result = keep([{**WEB, "id": f"m{number}"} for number in range(205)], check=True, diff=True)
    assert result["diff"][0]["prepared"].endswith("\nand 5 more\n")
    assert len(result["lines"]) == 205


def test_permissions_can_be_a_number(keep: Any, tmp_path: Path) -> None:
    keep([WEB], mode=0o600)
    assert (tmp_path / "f" / "monitors.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("fails_at", "changed"), [("a.json", False), ("w.json", True)])
def test_a_disk_that_fails_is_told_with_the_drift(
    keep: Any, monkeypatch: pytest.MonkeyPatch, fails_at: str, changed: bool
) -> None:
    whole = folder_module.atomic_write

    def write(path: str, *arguments: Any) -> None:
        if path.endswith(fails_at):
            raise OSError(errno.ENOSPC, "full")
        whole(path, *arguments)

    monkeypatch.setattr(folder_module, "atomic_write", write)
    result = keep([{**MAIL, "id": "a"}, WEB], layout="per_monitor")
    assert (result["failed"], result["changed"], len(result["drift"])) == (True, changed, 2)
    assert "there is no space left for it in the folder" in result["msg"]
