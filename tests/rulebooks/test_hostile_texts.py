# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from the service is run neither by a rulebook nor by its playbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.recording_webhook import RecordingWebhook
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Workshop, wait_for

from simulator.server import Simulator

HOSTS = {
    "localhost": {"ansible_connection": "local"},
    "web.example.com": {
        "ansible_connection": "local",
        "restart_service": "webd",
        "restart_service_manager": "systemd",
        "deploy_gate_settle": 0,
        "deploy_gate_timeout": 3,
    },
}
INVENTORY = {"all": {"hosts": HOSTS}}

TEXTS = (
    "{{ lookup('pipe', 'touch TOUCHED') }}",
    "{% set x = lookup('pipe', 'touch TOUCHED') %}{{ x }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "$(touch TOUCHED) `touch TOUCHED`; touch TOUCHED",
    "'\"}}{{ lookup('pipe', 'touch TOUCHED') }}{{ \"'",
    "!unsafe {{ x }}\n- hosts: all",
    "%7B%7B lookup('pipe', 'touch TOUCHED') %7D%7D",
    '{"a": 1}',
    "[1, 2]",
    "None",
    "\u202e\u0000\x1b[31m",
)
RULEBOOKS = ("ticket", "restart_on_alert", "stop_deployment")


def insert_path(text: str, folder: Path) -> str:
    return text.replace("TOUCHED", str(folder / "touched"))


@pytest.mark.parametrize("rulebook", RULEBOOKS)
def test_text_from_the_service_is_not_run(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop, rulebook: str
) -> None:
    stop_file = workshop.folder / "deployment"
    stop_file.write_text("running\n", encoding="utf-8")
    (workshop.tools / "systemctl").write_text("#!/bin/sh\necho LoadState=loaded; echo ActiveState=active\n")
    (workshop.tools / "systemctl").chmod(0o755)
    given: dict[str, Any] = {"webhook_url": f"{webhook.url}/hook", "kf_alerts_interval": 1, "stop_file": str(stop_file)}
    simulator.control.remove("mail")
    simulator.control.remove("web")
    with workshop.start(f"knowledgefront.monitoring.{rulebook}", given, INVENTORY) as running:
        wait_for("it polls", lambda: simulator.control.calls().get("status"))
        for number, text in enumerate(TEXTS):
            hostile = insert_path(text, workshop.folder)
            config = {"host": "web.example.com", "expect": hostile}
            described = {"label": hostile, "type": hostile, "description": hostile, "config": config}
            simulator.control.add(f"m{number}", timer=1, violations=1, error=hostile, **described)
            simulator.control.fail(f"m{number}")
        wait_for("all events arrive", lambda: kinds(running.events()).count("alert_raised") == len(TEXTS))
        wait_for("all plays end", lambda: running.output.count("PLAY RECAP") == len(TEXTS), 120)
    assert not (workshop.folder / "touched").exists()
    assert "Traceback" not in running.output
    if rulebook == "ticket":
        messages = {event["message"] for event in running.events() if event["kind"] == "alert_raised"}
        assert {call.body["title"] for call in webhook.calls} == messages


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["kind"] for event in events]
