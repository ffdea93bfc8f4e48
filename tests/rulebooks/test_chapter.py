# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the page on rulebooks runs unchanged, except for addresses."""

from __future__ import annotations

import json
import shlex

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.chapter import Chapter
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.recording_webhook import RecordingWebhook
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Workshop, wait_for
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.test_restart import HOST, Services, repair_command

from simulator.server import Simulator

ELSEWHERE = {"deploy.yml"}
"""Run by test_stop_deployment."""

HERE = {"run", "inventory.yml", "vars.yml", "restart", "call", "safe", "safe.yml"}


def test_every_example_is_run(chapter: Chapter) -> None:
    assert chapter.names == HERE | ELSEWHERE


def test_the_ticket_example_runs(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop, chapter: Chapter
) -> None:
    variables = yaml.safe_load(chapter.block("vars.yml")) | {"webhook_url": webhook.url}
    (workshop.folder / "vars.yml").write_text(yaml.safe_dump(variables), encoding="utf-8")
    (workshop.folder / "inventory.yml").write_text(chapter.block("inventory.yml"), encoding="utf-8")
    simulator.control.change("web", label="Primary Web")
    simulator.control.fail("web")
    simulator.control.fail("mail")
    (command,) = chapter.block("run").splitlines()
    with workshop.run([*shlex.split(command.removeprefix("$ ")), "-v"]):
        (call,) = wait_for("the ticket is opened", lambda: list(webhook.calls))
    example = json.loads(chapter.block("call"))
    assert set(call.body) == set(example)
    assert [call.body[name] for name in ("action", "kind")] == [example[name] for name in ("action", "kind")]
    assert call.body["title"] == example["title"].replace(example["time"], call.body["time"])


def test_the_restart_example_runs(simulator: Simulator, workshop: Workshop, chapter: Chapter) -> None:
    services = Services(workshop, repair_command(simulator, "web"))
    inventory = yaml.safe_load(chapter.block("restart"))
    host = inventory["all"]["hosts"]["web.example.com"]
    assert host.pop("ansible_become") is True, "a test has no sudo"
    host |= HOST
    simulator.control.fail("web")
    with workshop.start("knowledgefront.monitoring.restart_on_alert", {"kf_alerts_interval": 1}, inventory) as running:
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert services.restarted == ["nginx"]
    assert "failed=0" in running.output


@pytest.mark.parametrize("safe", [True, False], ids=["as example", "unsafe"])
def test_the_example_for_hostile_text_is_safe(
    simulator: Simulator, workshop: Workshop, chapter: Chapter, safe: bool
) -> None:
    """The unsafe case proves that the test can fail."""
    touched = workshop.folder / "touched"
    label = f"{{{{ lookup('pipe', 'touch {touched}') }}}}"
    playbook = chapter.block("safe.yml")
    if not safe:
        playbook = playbook.replace("monitoring_event | urldecode | from_json", "ansible_eda.event")
    (workshop.folder / "safe.yml").write_text(playbook, encoding="utf-8")
    (workshop.folder / "safe_rulebook.yml").write_text(chapter.block("safe"), encoding="utf-8")
    simulator.control.change("web", label=label)
    simulator.control.fail("web")
    with workshop.start("safe_rulebook.yml", {}, yaml.safe_load(chapter.block("inventory.yml"))) as running:
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert touched.exists() is not safe
    assert (f'"msg": "{label}"' in running.output) is safe
