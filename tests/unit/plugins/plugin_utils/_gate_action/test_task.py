# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.loader import strategy_loader
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Monitor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import (
    account_fingerprint,
    fingerprint,
    take_baseline,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action import task
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.task import GateTask
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import templar
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, as_json, service

Serve = Callable[..., ScriptedServer]

SECRET = "hunter2-hunter2"
CONNECTION = {"client_id": "id", "client_secret": SECRET, "retries": 0, "request_timeout": 5}
ORDER = {"reason": "the shop has to open", "by": "Ada", "expires": "2999-01-01T00:00:00Z"}


OWN_STRATEGY = """
DOCUMENTATION = "{name: my_own_strategy, short_description: one of a user's}"
from ansible.plugins.strategy.host_pinned import StrategyModule as Parent
class StrategyModule(Parent):
    pass
"""


class RecordingDisplay:
    """A display that records its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def display(self, line: str, **_how: Any) -> None:
        self.lines.append(line)

    banner = display


def documents(alerting: bool = False, label: str = "Mail") -> dict[str, Any]:
    test = {"error": None, "utc_time_init": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")}
    status = {"monitor": "m", "label": label, "alert_active": alerting, "last_test": test}
    config = {"id": "m", "label": label, "type": "smtp", "timer": 60}
    return {"/v2/status": {"monitor_list": [status]}, "/v2/config/monitor": {"monitor_list": [config]}}


def run_task(
    arguments: dict[str, Any],
    variables: dict[str, Any] | None = None,
    check: bool = False,
    diff: bool = False,
    strategy: str = "linear",
    play_name: str = "Deploy",
) -> tuple[dict[str, Any], list[str]]:
    play = SimpleNamespace(strategy=strategy, name=play_name)
    task: Any = SimpleNamespace(args=arguments, check_mode=check, diff=diff, no_log=False, get_play=lambda: play)
    lines: Any = RecordingDisplay()
    variables = variables or {}
    return GateTask(task, templar(variables), lines).result(variables), lines.lines


@pytest.mark.parametrize(
    ("alerting", "arguments", "expected"),
    [
        (False, {}, ("pass", "proceed", 0, False)),
        (True, {}, ("block", "stop", 10, True)),
        (True, {"enforce": False}, ("block", "proceed", 0, False)),
        (True, {"override": ORDER}, ("block", "proceed", 0, False)),
        (True, {"known": [{"monitor": "m", "reason": "it is known to us"}]}, ("warn", "proceed", 0, False)),
        (False, {"include": ["Web*"]}, ("error", "stop", 13, True)),
        (False, {"min_monitors": 2}, ("error", "stop", 13, True)),
    ],
)
def test_the_answer_decides_and_the_report_says_the_same(
    serve: Serve, tmp_path: Path, alerting: bool, arguments: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    report = tmp_path / "gate.json"
    url = serve(service(documents(alerting))).url
    result, _lines = run_task({**CONNECTION, "api_url": url, "reports": [str(report)], **arguments})
    found = (result["verdict"], result["decision"], result["gate_rc"], result.get("failed", False))
    assert (found, result["report_errors"]) == (expected, [])
    written = json.loads(report.read_text(encoding="utf-8"))
    assert (written["verdict"], written["decision"], written["gate_rc"]) == expected[:3]
    assert SECRET not in json.dumps([result, written])


COMPLEX, LONG = "~(a+b?)+$", "a" * 60_000 + "!"
"""A valid pattern that takes too long to match a long label."""


@pytest.mark.parametrize("alerting", [False, True])
@pytest.mark.parametrize("phase", ["before", "plan"])
@pytest.mark.parametrize(
    ("option", "pattern", "says"),
    [
        *(("known", pattern, "known: ") for pattern in ("", "~(")),
        *(("fixes", pattern, "fixes: ") for pattern in ("", "~(")),
        *(("advisory", pattern, "advisory: ") for pattern in ("", "~(")),
        *((option, COMPLEX, "matching takes too long") for option in ("known", "advisory", "include", "exclude")),
    ],
)
def test_a_pattern_that_cannot_be_used_is_a_mistake_and_no_crash(
    serve: Serve, alerting: bool, phase: str, option: str, pattern: str, says: str
) -> None:
    url = serve(service(documents(alerting, label=LONG))).url
    value = [{"monitor": pattern, "reason": "it is known to us"}] if option == "known" else [pattern]
    result, _lines = run_task({**CONNECTION, "api_url": url, "phase": phase, option: value})
    assert (result["verdict"], result["gate_rc"], result["failed"]) == ("error", 13, True)
    assert says in result["msg"]
    assert "crashed" not in result["msg"]


@pytest.mark.parametrize(("alerting", "phase"), [(False, "plan"), (True, "before")])
def test_the_command_ansible_shows_lines_before_the_result_that_it_prints(
    serve: Serve, alerting: bool, phase: str
) -> None:
    arguments = {**CONNECTION, "api_url": serve(service(documents(alerting))).url, "phase": phase}
    result, lines = run_task(arguments, play_name="Ansible Ad-Hoc")
    assert lines[0] == result["summary"]
    assert (len(lines) > 1) is alerting
    assert all(line in result["msg"] for line in lines)
    assert run_task(arguments)[1] == []


@pytest.mark.parametrize(
    ("arguments", "strategy", "named"),
    [
        ({"phase": "afterwards"}, "linear", "phase"),
        ({"clean_tests": -1}, "linear", "clean_tests"),
        ({"since": "yesterday"}, "linear", "since"),
        ({"baseline": {"schema": 9}}, "linear", "baseline"),
        ({"include": ["~("]}, "linear", "regular expression"),
        ({"nonsense": 1}, "linear", "nonsense"),
        ({"client_id": ""}, "linear", "client_id"),
        ({"api_url": "ftp://here"}, "linear", "api_url"),
        ({}, "free", "strategy"),
        ({}, "ansible.builtin.host_pinned", "strategy"),
        ({}, "mitogen_free", "strategy"),
        ({}, "my_own_strategy", "strategy"),
    ],
)
def test_a_mistake_stops_with_one_sentence_and_is_reported(
    serve: Serve, tmp_path: Path, arguments: dict[str, Any], strategy: str, named: str
) -> None:
    (tmp_path / "my_own_strategy.py").write_text(OWN_STRATEGY, encoding="utf-8")
    strategy_loader.add_directory(str(tmp_path))
    report = tmp_path / "gate.json"
    server = serve(service(documents()))
    options = {**CONNECTION, "api_url": server.url, "reports": str(report), **arguments}
    result, _lines = run_task(options, strategy=strategy)
    assert (result["failed"], result["decision"], result["gate_rc"]) == (True, "stop", 13)
    assert named in result["msg"]
    assert "Traceback" not in result["msg"]
    assert json.loads(report.read_text(encoding="utf-8"))["decision"] == "stop"
    assert server.calls == []


@pytest.mark.parametrize(
    ("answer", "rc", "code"),
    [
        (as_json({"error": f"no {SECRET}"}, 401), 13, "credentials"),
        (as_json({}, 500), 12, "service"),
        (as_json({"monitor_list": []}), 13, "empty_scope"),
    ],
)
def test_no_whole_answer_is_never_green(serve: Serve, answer: Any, rc: int, code: str) -> None:
    served = {**documents(), "/v2/status": answer, "/v2/config/monitor": answer}
    result, _lines = run_task({**CONNECTION, "api_url": serve(service(served)).url})
    assert (result["verdict"], result["decision"], result["gate_rc"]) == ("error", "stop", rc)
    assert [reason["code"] for reason in result["reasons"]] == [code]
    assert SECRET not in json.dumps(result)


def test_a_report_that_cannot_be_written_fails_a_pass_too(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    report = str(tmp_path / "file" / "gate.json")
    result, _lines = run_task({**CONNECTION, "api_url": serve(service(documents())).url, "reports": [report]})
    assert (result["verdict"], result["failed"]) == ("pass", True)
    assert report in result["msg"]
    assert result["report_errors"] != []


@pytest.mark.parametrize("reports", [[], ["gate.doc"]])
def test_reports_are_by_their_ending(serve: Serve, reports: Any) -> None:
    result, _lines = run_task({**CONNECTION, "api_url": serve(service(documents())).url, "reports": reports})
    assert result.get("failed", False) is (reports == ["gate.doc"])


def test_an_override_is_printed(serve: Serve) -> None:
    url = serve(service(documents(alerting=True))).url
    result, lines = run_task({**CONNECTION, "api_url": url, "override": ORDER})
    assert result["bypassed"] is True
    assert "Ada" in lines[0]


def baseline_for(url: str, **arguments: Any) -> dict[str, Any]:
    """Return the baseline of a clean scope of the API at ``url``."""
    monitors = [Monitor("m", "Mail", None, None, None)]
    names = [arguments.get(name, []) for name in ("include", "exclude", "types")]
    account = account_fingerprint(url, "id")
    return take_baseline(Sample(monitors, time.time() - 60), fingerprint(*names), account, lambda _monitor: None)


def test_diff_shows_what_is_new_since_the_baseline(serve: Serve) -> None:
    url = serve(service(documents(alerting=True, label="Mail\x1b[2J"))).url
    arguments = {**CONNECTION, "api_url": url, "phase": "during", "baseline": baseline_for(url)}
    result, lines = run_task(arguments, diff=True)
    assert result["verdict"] == "block"
    assert any("Mail" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize("phase", ["during", "after"])
@pytest.mark.parametrize(
    ("other", "changed", "named"),
    [
        ({"include": ["Mail"]}, {}, "include"),
        ({}, {"exclude": ["Web"]}, "exclude"),
        ({"types": ["smtp"]}, {"types": ["http"]}, "types"),
        ({}, {"client_id": "other"}, "client_id"),
    ],
)
def test_a_baseline_of_another_scope_or_account_is_an_error(
    serve: Serve, phase: str, other: dict[str, Any], changed: dict[str, Any], named: str
) -> None:
    server = serve(service(documents()))
    arguments = {**CONNECTION, "api_url": server.url, "phase": phase, "baseline": baseline_for(server.url, **other)}
    result, _lines = run_task({**arguments, **changed})
    assert (result["failed"], result["gate_rc"], [reason["code"] for reason in result["reasons"]]) == (
        True,
        13,
        ["configuration"],
    )
    assert named in result["msg"]
    assert server.calls == []


def test_a_baseline_of_another_api_is_an_error(serve: Serve) -> None:
    server = serve(service(documents()))
    arguments = {
        **CONNECTION,
        "api_url": server.url,
        "phase": "during",
        "baseline": baseline_for("https://else.example"),
    }
    assert run_task(arguments)[0]["gate_rc"] == 13


def test_the_baseline_of_a_task_fits_the_next_task(serve: Serve) -> None:
    url = serve(service(documents())).url
    before, _lines = run_task({**CONNECTION, "api_url": url, "include": ["Mail"]})
    arguments = {**CONNECTION, "api_url": f"{url}/", "include": ["Mail"], "phase": "during", "baseline": before}
    assert run_task(arguments)[0]["verdict"] == "pass"


@pytest.mark.parametrize(("check", "order"), [(True, None), (False, ORDER)])
def test_neither_check_mode_nor_a_person_waits(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, check: bool, order: Any
) -> None:
    monkeypatch.setattr(task, "_wait", lambda _seconds: pytest.fail("it waits"))
    arguments = {**CONNECTION, "api_url": serve(service(documents())).url, "phase": "after", "override": order}
    result, _lines = run_task(arguments, check=check)
    assert result["verdict"] == "inconclusive"


@pytest.mark.parametrize("interrupted", [False, True])
def test_garbage_is_collected_while_waiting_and_again_afterwards(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, interrupted: bool
) -> None:
    really_sleep = time.sleep
    waited: list[bool] = []

    def sleep(seconds: float) -> None:
        waited.append(gc.isenabled())
        if interrupted:
            raise KeyboardInterrupt
        really_sleep(seconds)

    collected: list[None] = []
    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(gc, "collect", lambda: collected.append(None))
    url = serve(service(documents(alerting=True))).url
    result, _lines = run_task({**CONNECTION, "api_url": url, "timeout": 1, "poll": 1})
    assert result["decision"] == "stop"
    assert result["verdict"] == ("inconclusive" if interrupted else "block")
    assert waited == [False] * len(collected) != []
    assert gc.isenabled()


@pytest.mark.parametrize(("register", "complete"), [("before", True), (None, False)])
def test_only_a_registered_failure_returns_the_data_of_hundreds_of_monitors(
    serve: Serve, register: str | None, complete: bool
) -> None:
    answers = documents(alerting=True)
    for path, name in (("/v2/status", "monitor"), ("/v2/config/monitor", "id")):
        (one,) = answers[path]["monitor_list"]
        answers[path]["monitor_list"] = [{**one, name: f"m{at}", "label": f"{at} {'L' * 200}"} for at in range(300)]
    arguments = {**CONNECTION, "api_url": serve(service(answers)).url}
    play = SimpleNamespace(strategy="linear", name="Deploy")
    task: Any = SimpleNamespace(args=arguments, check_mode=False, diff=False, register=register, no_log=False)
    task.get_play = lambda: play
    lines: Any = RecordingDisplay()
    result = GateTask(task, templar({}), lines).result({})
    assert (result["failed"], result["gate_rc"]) == (True, 10)
    assert ("reasons" in result, "abridged" in result) == (complete, not complete)
    assert (len(json.dumps(result)) < 10_000) is not complete
