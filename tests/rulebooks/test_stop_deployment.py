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


def started(workshop: Workshop, **given: Any) -> Rulebook:
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
    with started(workshop, **controller.given) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.said)
    assert controller.cancelled == [41, 42]
    assert "failed=0" in running.said
    assert {call.headers["Authorization"] for call in webhook.calls} == {f"Bearer {TOKEN}"}
    assert TOKEN not in running.said


@pytest.mark.parametrize(
    ("jobs", "refusing", "sentence"),
    [
        ([], {}, "failed=0"),
        ([41], {"/jobs/41/cancel/": 405}, "still runs"),
        ([41], {"/jobs/41/cancel/": 403}, "not cancelled: job 41: "),
        ([41], {"/jobs/": 401}, "could not be listed"),
    ],
    ids=["none", "not cancelled", "forbidden", "no access"],
)
def test_what_the_controller_does_not_do_is_seen(
    simulator: Simulator,
    webhook: RecordingWebhook,
    workshop: Workshop,
    jobs: list[int],
    refusing: dict[str, int],
    sentence: str,
) -> None:
    controller = Controller(webhook, jobs, refusing)
    with started(workshop, stop_retries=1, stop_delay=0, **controller.given) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.said)
    assert sentence in running.said
    assert controller.cancelled == []
    assert TOKEN not in running.said


def test_nothing_to_stop_is_an_error(simulator: Simulator, workshop: Workshop) -> None:
    with started(workshop) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.said)
    assert "nothing was stopped" in running.said


def test_without_a_deployment_nothing_is_left_behind(simulator: Simulator, workshop: Workshop) -> None:
    """Else the next deployment would stop for an alert that was before it."""
    stop_file = workshop.folder / "deployment"
    with started(workshop, stop_file=str(stop_file)) as running:
        simulator.control.fail("web")
        wait_for("the play ends", lambda: "PLAY RECAP" in running.said)
    assert "failed=0" in running.said
    assert not stop_file.exists()


def test_a_deployment_stops_before_its_next_batch(simulator: Simulator, workshop: Workshop, chapter: Chapter) -> None:
    """The deployment is the one of the documentation."""
    stop_file, done = workshop.folder / "deployment", workshop.folder / "done"
    (workshop.folder / "deploy.yml").write_text(chapter.block("deploy.yml"), encoding="utf-8")
    (workshop.folder / "deploy_one.yml").write_text(_deploying(done), encoding="utf-8")
    hosts = {f"web{number}": {"ansible_connection": "local"} for number in range(6)}
    with started(workshop, stop_file=str(stop_file)) as running:
        (workshop.folder / "hosts.yml").write_text(yaml.safe_dump({"web": {"hosts": hosts}}), encoding="utf-8")
        deployment = _deployed(workshop, stop_file)
        wait_for("a batch is done", done.exists)
        simulator.control.fail("web")
        said, _errors = deployment.communicate(timeout=90)
    assert "failed=0" in running.said
    assert deployment.returncode != 0
    assert "an alert was raised during the deployment" in said
    assert 1 <= len(done.read_text(encoding="utf-8").split()) < len(hosts)
    assert not stop_file.exists(), "the next deployment begins anew"


def _deploying(done: Path) -> str:
    command = f"echo {{{{ inventory_hostname }}}} >>{done}; sleep 3"
    return f"- name: Deploy\n  ansible.builtin.shell: {command}\n"


def _deployed(workshop: Workshop, stop_file: Path) -> subprocess.Popen[str]:
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
