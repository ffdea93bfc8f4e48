# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.executor.play_iterator import PlayIterator
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.template import Templar
from ansible.vars.manager import VariableManager
from ansible_collections.knowledgefront.monitoring.plugins.action import kf_deploy_gate, kf_deploy_gate_verdict
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._deploy_gate.handlers import (
    find_pending_handlers,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.controller_plugins import trusted
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_server import ScriptedServer, service

Serve = Callable[..., ScriptedServer]

SECRET = "hunter2-hunter2"


def documents(alerting: bool = False) -> dict[str, Any]:
    test = {"error": None, "utc_time_init": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")}
    status = {"monitor": "m", "label": "Mail", "alert_active": alerting, "last_test": test}
    config = {"id": "m", "label": "Mail", "type": "smtp", "timer": 60}
    return {"/v2/status": {"monitor_list": [status]}, "/v2/config/monitor": {"monitor_list": [config]}}


class Run:
    """A play of two hosts, with the two tasks of the role."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **keywords: Any) -> None:
        self.loader = DataLoader()
        self.inventory = InventoryManager(loader=self.loader, sources=["h1,h2,"])
        self.manager = VariableManager(loader=self.loader, inventory=self.inventory)
        handler = {"name": "Restart", "ansible.builtin.meta": "noop"}
        tasks = [{"ansible.builtin.meta": "noop"}, {"ansible.builtin.meta": "noop"}]
        play = {"hosts": "all", "gather_facts": False, "tasks": tasks, "handlers": [handler], **keywords}
        self.play = Play().load(play, variable_manager=self.manager, loader=self.loader)
        self.evaluation, self.verdict = self.play.compile()[1].block[:2]
        monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(folder))

    def variables(self) -> dict[str, Any]:
        host = self.inventory.get_host("h1")
        return dict(self.manager.get_vars(play=self.play, host=host, task=self.evaluation))

    def act(self, plugin: Any, task: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        task.args = arguments
        connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        variables = self.variables()
        templar = Templar(loader=self.loader, variables=variables)
        action = plugin.ActionModule(task, connection, PlayContext(), self.loader, templar, None)
        return dict(action.run(task_vars=variables))

    def evaluate(self, url: str, phase: str = "before", **given: Any) -> dict[str, Any]:
        connection = {"client_id": "id", "client_secret": SECRET, "api_url": url, "retries": 0}
        for host in ("h1", "h2"):
            self.manager.set_nonpersistent_facts(host, dict(given))
        return self.act(kf_deploy_gate, self.evaluation, {"phase": phase, **connection})

    def decide(self, phase: str = "before") -> dict[str, Any]:
        return self.act(kf_deploy_gate_verdict, self.verdict, {"phase": phase})


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(tmp_path, monkeypatch)


@pytest.mark.parametrize(("alerting", "gate_rc"), [(False, 0), (True, 10)])
def test_the_evaluation_never_fails_and_the_verdict_does(serve: Serve, run: Run, alerting: bool, gate_rc: int) -> None:
    result = run.evaluate(serve(service(documents(alerting))).url)
    assert (result["failed"], result["gate_rc"], result["baseline_stored"]) == (False, gate_rc, not alerting)
    decided = run.decide()
    assert (decided["failed"], decided["gate_rc"]) == (alerting, gate_rc)
    assert decided["scope"] == "1 monitor in scope: Mail"
    assert SECRET not in json.dumps([result, decided])


def test_without_a_verdict_of_the_phase_it_stops(serve: Serve, run: Run) -> None:
    assert run.decide()["msg"] == "the gate gave no verdict (gate_rc 12)"
    run.evaluate(serve(service(documents())).url)
    assert run.decide("after")["failed"]
    assert run.decide()["failed"], "a verdict is taken once"


def test_a_phase_that_does_not_exist_is_an_error(run: Run) -> None:
    with pytest.raises(Exception, match="phase must be one of before, during, after, plan"):
        run.evaluate("http://127.0.0.1:9", phase="later")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"deploy_gate_on_blnd": "warn"}, "did you mean deploy_gate_on_blind?"),
        ({"deploy_gate_on_blind": "shrug"}, "value of deploy_gate_on_blind must be one of"),
        ({"deploy_gate_include": trusted("{{ no_such }}")}, "deploy_gate_include cannot be read for h1"),
        (
            {"deploy_gate_include": trusted("{{ [inventory_hostname] }}")},
            "these variables differ from those of h1: deploy_gate_include (for h2)",
        ),
    ],
)
def test_a_mistake_is_reported_with_its_phase(run: Run, tmp_path: Path, given: dict[str, Any], sentence: str) -> None:
    report = tmp_path / "gate.json"
    result = run.evaluate("http://127.0.0.1:9", "plan", deploy_gate_reports=[str(report)], **given)
    assert sentence in result["summary"]
    assert result["summary"].startswith("plan: stop, error: ")
    assert json.loads(report.read_text(encoding="utf-8"))["phase"] == "plan"
    assert run.decide("plan")["gate_rc"] == result["gate_rc"]


def test_reports_that_cannot_be_read_are_a_mistake_too(run: Run) -> None:
    result = run.evaluate("http://127.0.0.1:9", deploy_gate_reports=trusted("{{ no_such }}"))
    assert (result["gate_rc"], result["report_errors"]) == (13, [])


def test_the_result_is_refused_as_an_extra_variable(run: Run) -> None:
    run.manager._extra_vars = {"deploy_gate_result": {"decision": "proceed"}}
    assert "deploy_gate_result is set by extra variables" in run.evaluate("http://127.0.0.1:9")["summary"]


def test_the_baseline_of_this_run_is_compared_with(serve: Serve, run: Run) -> None:
    answers = documents()
    url = serve(service(answers)).url
    run.evaluate(url)
    answers.update(documents(alerting=True))
    result = run.evaluate(url, "during")
    assert [reason["code"] for reason in result["reasons"]] == ["new_alert"]
    assert "does not expose pending handlers" in " ".join(result["warnings"]), "there is no strategy below this test"


def test_an_empty_baseline_does_not_replace_the_one_of_this_run(serve: Serve, run: Run) -> None:
    answers = documents()
    url = serve(service(answers)).url
    run.evaluate(url)
    answers.update(documents(alerting=True))
    result = run.evaluate(url, "during", deploy_gate_baseline={})
    assert [reason["code"] for reason in result["reasons"]] == ["new_alert"]


@pytest.mark.parametrize(
    ("condition", "fails"),
    [
        ("deploy_gate_result is not defined", True),
        ("deploy_gate_result.gate_rc | default(0) == 0", True),
        ("deploy_gate_result.no_such_thing.at_all == 0", True),
        ("first_time", True),
        ("inventory_hostname == 'h1'", False),
        ("deploy_gate_result is not defined or true", False),
    ],
)
def test_a_condition_that_the_result_changes_does_not_skip_the_stop(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, condition: str, fails: bool
) -> None:
    run = Run(tmp_path, monkeypatch, vars={"first_time": trusted("{{ deploy_gate_result is not defined }}")})
    run.evaluation.when = [trusted(condition)]
    stopped = run.evaluate(serve(service(documents(alerting=True))).url)
    assert (stopped["decision"], stopped["failed"]) == ("stop", fails)


def test_a_condition_on_the_result_does_not_matter_when_it_proceeds(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(tmp_path, monkeypatch)
    run.evaluation.when = [trusted("deploy_gate_result is not defined")]
    assert not run.evaluate(serve(service(documents())).url)["failed"]


def test_options_that_are_omitted_are_not_given(serve: Serve, run: Run) -> None:
    omitted = trusted("{{ omit }}")
    every = {"deploy_gate_poll": omitted, "deploy_gate_known": [omitted], "deploy_gate_fixes": [trusted("{{ 'a' }}")]}
    assert run.evaluate(serve(service(documents())).url, **every)["gate_rc"] == 0


def test_module_defaults_of_the_gate_count(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(tmp_path, monkeypatch)
    run.evaluation.module_defaults = [{"knowledgefront.monitoring.kf_gate": {"min_monitors": 1, "poll": 5}}, {}]
    assert run.evaluate(serve(service(documents())).url)["gate_rc"] == 0


def test_a_strategy_that_cannot_hold_hosts_fails_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = Run(tmp_path, monkeypatch, strategy="free").evaluate("http://127.0.0.1:9")
    assert result["failed"]
    assert "the play uses the strategy free" in result["msg"]
    assert "gate_rc 13" in result["msg"]


def running(run: Run) -> PlayIterator:
    context = PlayContext()
    return PlayIterator(run.inventory, run.play, context, run.manager, run.manager.get_vars(play=run.play))


def test_handlers_are_pending_from_their_notification_to_their_run(run: Run) -> None:
    assert find_pending_handlers(["h1", "h2"]) is None, "nothing runs below this test"
    iterator = running(run)
    assert find_pending_handlers(["h1", "h2"]) == {}
    iterator.add_notification("h2", "Restart")
    assert find_pending_handlers(["h1", "h2"]) == {"h2": ["Restart"]}
    assert find_pending_handlers(["h1"]) == {}
    iterator.handlers[0].notify_host(run.inventory.get_host("h1"))
    assert find_pending_handlers(["h1", "h2"]) == {"h1": ["Restart"], "h2": ["Restart"]}


def test_a_proof_before_pending_handlers_is_refused(run: Run) -> None:
    iterator = running(run)
    iterator.add_notification("h2", "Restart")
    result = run.evaluate("http://127.0.0.1:9", "after")
    assert result["gate_rc"] == 13
    assert "handlers (Restart) are pending on h2" in result["summary"]
    assert "still to run" not in run.evaluate("http://127.0.0.1:9", "before")["summary"]
