# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever crashes in an action or a lookup, the task fails with one sentence that holds no secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_adopt import ActionModule as Adopt
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_board import ActionModule as Board
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_collect import ActionModule as Collect
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_doctor import ActionModule as Doctor
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_monitor_files import ActionModule as Files
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_monitor_info import ActionModule as MonitorInfo
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_record import ActionModule as Record
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_rehearse import ActionModule as Rehearse
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_status_info import ActionModule as StatusInfo
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_version_info import ActionModule as VersionInfo
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_monitor import LookupModule as MonitorLookup
from ansible_collections.knowledgefront.monitoring.plugins.lookup.kf_status import LookupModule as StatusLookup
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action, lookup

OURS = "ansible_collections.knowledgefront.monitoring.plugins"
CONNECTION = {"client_id": "id", "client_secret": "hunter2", "token_cache": "none", "max_age": 0}


class PanicError(BaseException):
    """What a library written in Rust raises when it panics: no Exception."""


CRASHES: list[BaseException] = [
    *(KeyError("hunter2"), OSError(5, "hunter2"), MemoryError(), RecursionError(), ImportError("hunter2")),
    *(SystemExit(0), PanicError("hunter2"), AttributeError("hunter2"), AssertionError("hunter2")),
]

ACTIONS = [
    (StatusInfo, "plugin_utils._actions.info.validate_options"),
    (StatusInfo, "plugin_utils._actions.info.run_query"),
    (MonitorInfo, "plugin_utils._actions.info.run_query"),
    (VersionInfo, "plugin_utils._actions.info.run_query"),
    (Files, "action.kf_monitor_files.validate_options"),
    (Files, "action.kf_monitor_files.fetch_configurations"),
    (Adopt, "action.kf_adopt.validate_options"),
    (Adopt, "action.kf_adopt.adopt"),
    (Record, "action.kf_record.validate_options"),
    (Record, "action.kf_record.RecordTask"),
    (Board, "action.kf_board.validate_options"),
    (Board, "action.kf_board.write_board"),
    (Collect, "action.kf_collect.validate_options"),
    (Collect, "action.kf_collect.collect"),
    (Rehearse, "action.kf_rehearse.validate"),
    (Rehearse, "action.kf_rehearse.run"),
    (Doctor, "action.kf_doctor.read_environment"),
    (Doctor, "action.kf_doctor.run_checks"),
    (Doctor, "action.kf_doctor.format_table"),
]


def crash(monkeypatch: pytest.MonkeyPatch, place: str, error: BaseException) -> None:
    def crashing(*arguments: Any, **options: Any) -> Any:
        raise error

    monkeypatch.setattr(f"{OURS}.{place}", crashing)


@pytest.mark.parametrize(("plugin", "place"), ACTIONS)
@pytest.mark.parametrize("error", CRASHES, ids=lambda error: type(error).__name__)
def test_an_action_that_crashes_fails_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugin: type[Any], place: str, error: BaseException
) -> None:
    crash(monkeypatch, place, error)
    paths = {Adopt: "path", Board: "path", Collect: "report", Files: "path", Record: "journal"}
    arguments = {**CONNECTION, **({paths[plugin]: str(tmp_path / "files")} if plugin in paths else {})}
    if plugin is Rehearse:
        arguments = {"history": "history.csv", "every": "4h"}
    result = action(plugin, arguments, {}).run(task_vars={})
    assert (result["failed"], result["error_code"]) == (True, "unexpected")
    assert f"crashed ({type(error).__name__})" in result["msg"]
    assert "\n" not in result["msg"]
    assert "hunter2" not in json.dumps(result)
    assert not (tmp_path / "files").exists()


@pytest.mark.parametrize("place", ["_bytecode.load", "_lookup_request.validate_options", "_lookup_request.run_query"])
@pytest.mark.parametrize("plugin", [MonitorLookup, StatusLookup])
@pytest.mark.parametrize("error", CRASHES, ids=lambda error: type(error).__name__)
def test_a_lookup_that_crashes_fails_with_one_sentence(
    monkeypatch: pytest.MonkeyPatch, plugin: type[Any], place: str, error: BaseException
) -> None:
    from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils import _lookup_request  # noqa: F401

    crash(monkeypatch, f"plugin_utils.{place}", error)
    with pytest.raises(AnsibleLookupError) as caught:
        lookup(plugin, {}).run([], {}, **CONNECTION)
    assert str(caught.value).startswith(f"the lookup crashed ({type(error).__name__})")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("run", [lambda: action(StatusInfo, CONNECTION, {}).run(task_vars={})])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), AnsibleError("unreachable")])
def test_what_is_meant_for_ansible_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[], Any], error: BaseException
) -> None:
    crash(monkeypatch, "plugin_utils._actions.info.run_query", error)
    with pytest.raises(type(error)):
        run()
