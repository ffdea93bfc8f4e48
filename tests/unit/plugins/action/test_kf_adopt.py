# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.action.kf_adopt import ActionModule
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import action
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

SECRET = "hunter2-hunter2"


def ago(seconds: float) -> str:
    return (datetime.now(timezone.utc) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def world(**states: str) -> dict[str, Any]:
    """Return responses in which each monitor, by its id, is in the state named."""
    statuses, configs = [], []
    for name, state in states.items():
        last = {"error": "HTTP 502" if state in ("alerting", "failing") else None, "utc_time_init": ago(20)}
        one: dict[str, Any] = {"monitor": name, "label": f"Web {name}", "alert_active": state == "alerting"}
        one["last_test"] = {**last, "utc_time_init": ago(9000)} if state == "stale" else last
        if state == "alerting":
            one["last_alert"] = {"alert": "a1", "monitor": name, "utc_time": ago(86400)}
        if state == "failing":
            one["last_failed"] = last
        timer = 86400 if state == "slow" else 60
        configs.append(
            {"id": name, "label": f"Web {name}", "type": "http", "timer": timer, "active": state != "inactive"}
        )
        if state == "rare":
            one["last_test"], configs[-1]["timer"] = None, 86400
        if state not in ("inactive", "lacking"):
            statuses.append(one)
    return {"/v2/status": {"monitor_list": statuses}, "/v2/config/monitor": {"monitor_list": configs}}


@pytest.fixture
def adopt(serve: Serve, tmp_path: Path) -> Callable[..., Any]:
    """Return a function that runs the action against a service with these responses."""

    def run(answers: Any, check: bool = False, diff: bool = False, task_vars: Any = None, **options: Any) -> Any:
        url = serve(answers if callable(answers) else service(answers)).url
        given = {"client_id": "id", "client_secret": SECRET, "retries": 0, "timeout": 5, "token_cache": "none"}
        plugin = action(
            ActionModule, {"path": str(tmp_path / "policy.yml"), "api_url": url, **given, **options}, {}, check
        )
        plugin._task.diff = diff
        result = plugin.run(task_vars=task_vars or {})
        assert SECRET not in json.dumps(result)
        return result

    return run


HEALTHY = {f"c{number}": "clean" for number in range(12)}
OLD = {"a": "alerting", "s": "stale", "i": "inactive", "f": "failing", "d": "slow", **HEALTHY}


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("deploy_gate_inculde", True),
        ("deploy_gate_expires_days", True),
        ("deploy_gate_include", False),
        ("deploy_gate_result", False),
        ("deploy_gates", False),
        ("adopt_days", False),
    ],
)
def test_a_variable_that_the_role_does_not_have_is_refused(
    adopt: Any, tmp_path: Path, name: str, refused: bool
) -> None:
    result = adopt(world(**OLD), task_vars={name: ["Web a"]})
    assert result.get("failed", False) is refused
    assert (tmp_path / "policy.yml").exists() is not refused
    if refused:
        assert (result["error_code"], result["changed"]) == ("configuration", False)
        assert result["msg"].startswith(f"{name} is not an option of the role deploy_gate")


def policy(tmp_path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((tmp_path / "policy.yml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("state", "found", "reason"),
    [("failing", "failing", "has to pass its next tests"), ("rare", "unproved", "on_unprovable decides")],
)
def test_a_monitor_that_is_not_adopted_has_a_reason(adopt: Any, state: str, found: str, reason: str) -> None:
    (not_adopted,) = adopt(world(x=state, **HEALTHY), include=["Web *"])["not_adopted"]
    assert (not_adopted["monitor"], not_adopted["state"]) == ("x", found)
    assert reason in not_adopted["why"]


def test_a_policy_accepts_each_old_problem_in_its_state_and_nothing_else(adopt: Any, tmp_path: Path) -> None:
    result = adopt(world(**OLD), include=["Web *"])
    assert (result["changed"], result["monitors"]) == (True, 17)
    assert result["problems"] == {"existing_alert": 1, "blind": 1, "missing": 1}
    written = policy(tmp_path)
    assert (written["deploy_gate_include"], written["deploy_gate_timeout_max"]) == (["Web *"], 3600)
    known = written["deploy_gate_known"]
    assert [(one["monitor"], one["states"]) for one in known] == [
        ("a", ["existing_alert"]),
        ("s", ["blind"]),
        ("i", ["missing"]),
    ]
    for one in known:
        days = datetime.fromisoformat(one["expires"].replace("Z", "+00:00")) - datetime.now(timezone.utc)
        assert timedelta(days=29, hours=23) < days <= timedelta(days=30)
        assert one["reason"].startswith(f"Adopted on {time.strftime('%Y-%m-%d', time.gmtime())}: Web ")
    assert [(one["monitor"], one["state"]) for one in result["not_adopted"]] == [("f", "failing")]
    assert [one["monitor"] for one in result["slow"]] == ["d"]
    assert "#   Web d: every 1 d" in (tmp_path / "policy.yml").read_text(encoding="utf-8")
    assert stat.S_IMODE((tmp_path / "policy.yml").stat().st_mode) == 0o600


def test_a_second_run_changes_nothing_and_new_problems_are_added(adopt: Any, tmp_path: Path) -> None:
    adopt(world(**OLD), expires_days=7)
    first = policy(tmp_path)
    assert not adopt(world(**OLD), expires_days=90)["changed"]
    assert policy(tmp_path) == first
    result = adopt(world(**OLD, b="alerting"))
    assert [one["monitor"] for one in result["added"]] == ["b"]
    assert policy(tmp_path)["deploy_gate_known"][:3] == first["deploy_gate_known"]


def test_prune_removes_what_is_repaired_and_adds_nothing(adopt: Any, tmp_path: Path) -> None:
    adopt(world(**OLD))
    by_hand = 'deploy_gate_enforce: "{{ not rehearsal }}"  # mine\n'
    path = tmp_path / "policy.yml"
    path.write_text(path.read_text(encoding="utf-8") + by_hand, encoding="utf-8")
    result = adopt(world(**{**OLD, "a": "clean", "b": "alerting"}), prune=True)
    assert (result["changed"], [one["monitor"] for one in result["removed"]], result["added"]) == (True, ["a"], [])
    assert [one["monitor"] for one in policy(tmp_path)["deploy_gate_known"]] == ["s", "i"]
    assert path.read_text(encoding="utf-8").endswith(by_hand)
    assert not adopt(world(**{**OLD, "a": "clean", "b": "alerting"}), prune=True)["changed"]


def test_prune_without_a_file_makes_none(adopt: Any, tmp_path: Path) -> None:
    assert not adopt(world(**OLD), prune=True)["changed"]
    assert not (tmp_path / "policy.yml").exists()


def test_check_mode_shows_the_file_and_writes_nothing(adopt: Any, tmp_path: Path) -> None:
    result = adopt(world(**OLD), check=True, diff=True)
    assert (result["changed"], result["diff"]["before"]) == (True, "")
    assert yaml.safe_load(result["diff"]["after"])["deploy_gate_known"][0]["monitor"] == "a"
    assert not (tmp_path / "policy.yml").exists()
    assert "diff" not in adopt(world(**OLD))
    assert adopt(world(**OLD), diff=True)["diff"]["before"] != ""


def test_a_later_run_uses_the_selection_of_the_file(adopt: Any, tmp_path: Path) -> None:
    adopt(world(**OLD), include=["Web a"], exclude=["Web c1"])
    assert adopt(world(**OLD))["monitors"] == 1
    assert adopt(world(**OLD), include=["Web a"], exclude=["Web c1"])["changed"] is False
    before = (tmp_path / "policy.yml").read_bytes()
    assert b"deploy_gate_exclude" in before
    refused = adopt(world(**OLD), include=["Web *"])
    assert refused["failed"] and "include differs from deploy_gate_include in it" in refused["msg"]
    assert (tmp_path / "policy.yml").read_bytes() == before


def test_a_file_for_all_monitors_is_not_pruned_for_some_of_them(adopt: Any, tmp_path: Path) -> None:
    adopt(world(**OLD))
    refused = adopt(world(**OLD), include=["Web c*"], prune=True)
    assert refused["failed"] and "include differs" in refused["msg"]
    assert len(policy(tmp_path)["deploy_gate_known"]) == 3


CUT = {**world(**{**OLD, **{f"c{number}": "lacking" for number in range(6)}})}


@pytest.mark.parametrize(
    ("answers", "options", "code", "said"),
    [
        ({**world(**OLD), "/v2/status": as_json({"error": "down"}, 503)}, {}, None, ""),
        ({**world(**OLD), "/v2/status": {"error": "no", "monitor_list": []}}, {}, None, "nothing was written"),
        ({**world(**OLD), "/v2/status": {"monitors": []}}, {}, None, "nothing was written"),
        (world(), {}, "empty_scope", "nothing was written"),
        (world(**OLD), {"include": ["Shop *"]}, "unmatched", "nothing was written"),
        (world(**OLD), {"min_monitors": 18}, "small_scope", "nothing was written"),
        (CUT, {}, "cut_short", "nothing was written"),
        ({**world(**OLD), "/v2/status": {"monitor_list": []}}, {}, "cut_short", "nothing was written"),
        (world(**OLD), {"include": ["~("]}, "configuration", "not a valid regular expression"),
        (world(**OLD), {"expires_days": 0}, "configuration", "expires_days"),
        (world(**OLD), {"timeout_max": 0.5}, "configuration", "timeout_max"),
        (world(**OLD), {"expire": 3}, "configuration", "there is no option expire"),
        (world(**OLD), {"path": "/no/such/folder/policy.yml"}, "policy_file", "does not exist"),
        (world(**OLD), {"path": "/"}, "policy_file", "not a regular file"),
    ],
)
@pytest.mark.parametrize("there", [False, True])
def test_nothing_is_written_without_complete_responses_and_a_usable_file(
    adopt: Any, tmp_path: Path, there: bool, answers: Any, options: dict[str, Any], code: str | None, said: str
) -> None:
    path = tmp_path / "policy.yml"
    if there:
        path.write_text("deploy_gate_known: []\n", encoding="utf-8")
    result = adopt(answers, **options)
    assert result["failed"] and not result["changed"]
    assert said in result["msg"]
    assert code in (None, result["error_code"])
    assert path.read_text(encoding="utf-8") == "deploy_gate_known: []\n" if there else not path.exists()
    assert [name for name in os.listdir(tmp_path) if name != "policy.yml"] == []


@pytest.mark.parametrize(
    "content", [b"- hosts: all\n", b"$ANSIBLE_VAULT;1.1;AES256\n61\n", b"\xff\xfe", b"vars: 1\n", b"a" * 5_000_001]
)
def test_a_file_of_something_else_is_not_touched(adopt: Any, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.yml"
    path.write_bytes(content)
    result = adopt(world(**OLD))
    assert result["failed"] and "was not changed" in result["msg"]
    assert path.read_bytes() == content


def test_a_link_is_not_followed(adopt: Any, tmp_path: Path) -> None:
    (tmp_path / "target").write_text("deploy_gate_known: []\n", encoding="utf-8")
    (tmp_path / "policy.yml").symlink_to(tmp_path / "target")
    assert "not a link" in adopt(world(**OLD))["msg"]
    assert (tmp_path / "target").read_text(encoding="utf-8") == "deploy_gate_known: []\n"


@pytest.mark.parametrize("content", ["", "# ours\n", "---\n# ours\n"])
def test_an_empty_file_becomes_a_policy_and_keeps_its_permissions(adopt: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "policy.yml"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o640)
    assert adopt(world(**OLD))["changed"]
    assert len(policy(tmp_path)["deploy_gate_known"]) == 3
    assert ("# ours" in content) == path.read_text(encoding="utf-8").startswith("# ours\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
