# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that runs stops before its next batch, and the jobs of a controller are cancelled."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.chapter import Chapter
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.recording_webhook import RecordingWebhook
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Rulebook, Workshop, wait_for

from simulator.server import Simulator

LOCAL = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}
TOKEN = "for-the-controller-only"


def start(workshop: Workshop, **given: Any) -> Rulebook:
    workshop.env["CONTROLLER_OAUTH_TOKEN"] = TOKEN
    return workshop.start("knowledgefront.monitoring.stop_deployment", {"kf_alerts_interval": 1, **given}, LOCAL)


class Controller:
    """The jobs of a controller, as far as they can be found and cancelled; ``refusing`` maps a path to a status."""

    def __init__(self, webhook: RecordingWebhook, jobs: list[int], refusing: dict[str, int] | None = None) -> None:
        self.jobs, self._refusing = jobs, refusing or {}
        self.cancelled: list[int] = []
        webhook.answering = self._answer
        self.given = {"stop_controller_api": f"{webhook.url}/api/controller/v2", "stop_job_template": "Deploy the shop"}

    def _answer(self, method: str, path: str, _body: Any) -> tuple[int, Any]:
        route, _mark, query = path.removeprefix("/api/controller/v2").partition("?")
        if route in self._refusing:
            return self._refusing[route], {}
        if method == "GET" and route == "/jobs/" and "name=Deploy%20the%20shop&" in query:
            return 200, {"count": len(self.jobs), "results": [{"id": job} for job in self.jobs]}
        job = int(route.split("/")[2])
        self.cancelled.append(job)
        self.jobs = [other for other in self.jobs if other != job]
        return 202, {}


def test_jobs_of_the_controller_are_cancelled(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop
) -> None:
    controller = Controller(webhook, [41, 42])
    with start(workshop, **controller.given) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert controller.cancelled == [41, 42]
    assert "failed=0" in running.output
    assert {call.headers["Authorization"] for call in webhook.calls} == {f"Bearer {TOKEN}"}
    assert TOKEN not in running.output


@pytest.mark.parametrize(
    ("jobs", "refusing", "sentence"),
    [
        ([], {}, "failed=0"),
        ([41], {"/jobs/41/cancel/": 405}, "is still running"),
        ([41], {"/jobs/41/cancel/": 403}, "cannot cancel job 41: "),
        ([41], {"/jobs/": 401}, "Cannot list the jobs"),
    ],
    ids=["none", "not cancelled", "forbidden", "no access"],
)
def test_a_refusal_by_the_controller_is_reported(
    simulator: Simulator,
    webhook: RecordingWebhook,
    workshop: Workshop,
    jobs: list[int],
    refusing: dict[str, int],
    sentence: str,
) -> None:
    controller = Controller(webhook, jobs, refusing)
    with start(workshop, stop_retries=1, stop_delay=0, **controller.given) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert sentence in running.output
    assert controller.cancelled == []
    assert TOKEN not in running.output


def test_a_missing_target_is_an_error(simulator: Simulator, workshop: Workshop) -> None:
    with start(workshop) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert "Nothing was stopped" in running.output


def test_no_stop_file_is_created_without_a_deployment(simulator: Simulator, workshop: Workshop) -> None:
    """Otherwise, the next deployment would stop for an earlier alert."""
    stop_file = workshop.folder / "deployment"
    with start(workshop, stop_file=str(stop_file)) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert "failed=0" in running.output
    assert not stop_file.exists()


def test_a_deployment_stops_before_its_next_batch(simulator: Simulator, workshop: Workshop, chapter: Chapter) -> None:
    """The deployment is that of the documentation."""
    stop_file, done = workshop.folder / "deployment", workshop.folder / "done"
    (workshop.folder / "deploy.yml").write_text(chapter.block("deploy.yml"), encoding="utf-8")
    (workshop.folder / "deploy_one.yml").write_text(_make_tasks(done), encoding="utf-8")
    hosts = {f"web{number}": {"ansible_connection": "local"} for number in range(6)}
    with start(workshop, stop_file=str(stop_file)) as running:
        (workshop.folder / "hosts.yml").write_text(yaml.safe_dump({"web": {"hosts": hosts}}), encoding="utf-8")
        deployment = _start_deployment(workshop, stop_file)
        wait_for("a batch is done", done.exists)
        simulator.control.fail("web")
        output, _errors = deployment.communicate(timeout=90)
    assert "failed=0" in running.output
    assert deployment.returncode != 0
    assert "an alert was raised meanwhile" in output
    assert 1 <= len(done.read_text(encoding="utf-8").split()) < len(hosts)
    assert not stop_file.exists(), "the next deployment starts without it"


def _make_tasks(done: Path) -> str:
    command = f"echo {{{{ inventory_hostname }}}} >>{done}; sleep 3"
    return f"- name: Deploy\n  ansible.builtin.shell: {command}\n"


def _start_deployment(workshop: Workshop, stop_file: Path) -> subprocess.Popen[str]:
    command = [
        str(workshop.program("ansible-playbook")),
        "-i",
        "hosts.yml",
        "deploy.yml",
        "-e",
        f"stop_file={stop_file}",
    ]
    return subprocess.Popen(
        command, cwd=workshop.folder, env=workshop.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
