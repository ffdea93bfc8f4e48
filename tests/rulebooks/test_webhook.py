# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tickets and pages: the requests to a webhook, and the messages if it refuses them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.recording_webhook import RecordingWebhook
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Rulebook, Workshop, wait_for

from simulator.server import Simulator

LOCAL = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}
TICKET, PAGE = "knowledgefront.monitoring.ticket", "knowledgefront.monitoring.page_on_outage"
TOKEN = "for-the-webhook-only"


@pytest.fixture(autouse=True)
def token(workshop: Workshop) -> None:
    workshop.env["WEBHOOK_TOKEN"] = TOKEN


def start(workshop: Workshop, webhook: RecordingWebhook, rulebook: str = TICKET, **others: Any) -> Rulebook:
    cursor = str(workshop.folder / "cursor")
    given = {"webhook_url": f"{webhook.url}/hook", "kf_alerts_cursor": cursor, "kf_alerts_interval": 1, **others}
    return workshop.start(rulebook, given, LOCAL)


def test_an_alert_opens_and_closes_one_ticket(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop
) -> None:
    with start(workshop, webhook) as running:
        simulator.control.fail("web")
        wait_for("the ticket is opened", lambda: len(webhook.calls) == 1)
        simulator.control.repair("web")
        wait_for("the ticket is closed", lambda: len(webhook.calls) == 2)
    events = {event["kind"]: event for event in running.events()}
    for call, action, kind in zip(webhook.calls, ("open", "close"), ("alert_raised", "alert_cleared"), strict=True):
        event = events[kind]
        assert call.body == {
            "action": action,
            "key": "web",
            "event": event["id"],
            "kind": kind,
            "time": event["time"],
            "title": event["message"],
        }
        assert call.headers["Idempotency-Key"] == event["id"]
        assert call.headers["Authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in running.output


def test_each_monitor_has_its_own_ticket(simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop) -> None:
    del workshop.env["WEBHOOK_TOKEN"]
    simulator.control.fail("web")
    simulator.control.fail("mail")
    with start(workshop, webhook):
        wait_for("both tickets are opened", lambda: len(webhook.calls) == 2)
    assert sorted(call.body["key"] for call in webhook.calls) == ["mail", "web"]
    assert all("Authorization" not in call.headers for call in webhook.calls)


def test_a_missing_webhook_is_an_error(simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop) -> None:
    simulator.control.fail("web")
    with start(workshop, webhook, webhook_url="") as running:
        wait_for("the play ends", lambda: "PLAY RECAP" in running.output)
    assert "Set webhook_url" in running.output


def test_a_busy_webhook_is_retried_with_the_same_key(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop
) -> None:
    statuses = itertools.chain((503, 429), itertools.repeat(201))
    webhook.answering = lambda *_call: (next(statuses), {})
    simulator.control.fail("web")
    with start(workshop, webhook, webhook_delay=0):
        wait_for("the ticket is opened", webhook.accepted)
    assert [call.status for call in webhook.calls] == [503, 429, 201]
    assert len({call.headers["Idempotency-Key"] for call in webhook.calls}) == 1


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "HTTP Error 403"), (500, "HTTP Error 500"), (None, "Connection refused")]
)
def test_a_refusal_by_the_webhook_is_reported(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop, status: int | None, sentence: str
) -> None:
    webhook.answering = lambda *_call: (status or 500, {"why": "no"})
    unreachable = {} if status else {"webhook_url": "http://127.0.0.1:9/hook"}
    simulator.control.fail("web")
    with start(workshop, webhook, webhook_delay=0, webhook_retries=1, **unreachable) as running:
        wait_for("the refusal is reported", lambda: "did not accept" in running.output)
        wait_for(
            "ansible-rulebook reports it", lambda: "ansible_rulebook.action.run_playbook - ERROR" in running.output
        )
        assert running.is_running, "the next event is processed"
    (event,) = running.events()
    assert f"did not accept 'open' for the event {event['id']}" in running.output
    assert sentence in running.output
    assert TOKEN not in running.output


def test_an_outage_opens_and_closes_one_page(
    simulator: Simulator, webhook: RecordingWebhook, workshop: Workshop
) -> None:
    with start(workshop, webhook, PAGE, kf_alerts_timeout=2, kf_alerts_retries=0):
        wait_for("it is polled", lambda: simulator.control.calls().get("status", 0) > 0)
        simulator.control.fail("web")
        simulator.control.fault("status", "status", times=None, code=503)
        wait_for("the page is opened", lambda: len(webhook.calls) == 1)
        wait_for("polling continues", lambda: _has_polled(simulator, 3))
        simulator.control.clear_faults()
        wait_for("the page is closed", lambda: len(webhook.calls) == 2)
    assert [(call.body["action"], call.body["kind"], call.body["key"]) for call in webhook.calls] == [
        ("open", "api_lost", "api"),
        ("close", "api_back", "api"),
    ]


def _has_polled(simulator: Simulator, more: int) -> bool:
    return simulator.control.calls().get("status", 0) > more
