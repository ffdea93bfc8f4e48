# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Outcome
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import judge, unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_progress import Progress
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_result import gate_result

from ._gate.monitors_at_hand import NOW, config, monitor, sample, status

ALERT = status(id="a", label="A\x1b", alert_active=True, alerted=NOW - 60, last_test=Check(NOW, "down"))
AWAY = unavailable(Unavailable("the service is away", "timeout"), Policy())


def result(judgement, verbose=False):
    return gate_result(Outcome(judgement, 1.234, 2), Policy(), verbose)


@pytest.mark.parametrize(
    ("judgement", "failed"),
    [
        (judge(sample(status()), Policy()), False),
        (judge(sample(ALERT), Policy()), True),
        (judge(sample(ALERT), Policy(on_existing_alert="warn")), False),
        (AWAY, True),
    ],
)
def test_the_task_fails_exactly_when_the_decision_is_stop_and_carries_the_same(judgement, failed):
    told = result(judgement)
    assert told["failed"] == failed == (told["decision"] == "stop") == (told["gate_rc"] != 0)
    assert not told["changed"]
    assert set(told) == set(result(judge(sample(status()), Policy())))
    json.dumps(told)


def test_only_monitors_that_are_not_clean_are_returned_unless_all_are_asked_for():
    judgement = judge(sample(ALERT, status()), Policy())
    assert [entry["id"] for entry in result(judgement)["monitors"]] == ["a"]
    assert [entry["id"] for entry in result(judgement, verbose=True)["monitors"]] == ["a", "m1"]


def test_the_message_alone_tells_who_since_when_what_and_what_to_do():
    message = result(judge(sample(ALERT), Policy()))["msg"]
    for part in ("A\\x1b has an active alert for 1 min, since 2027-01-15T07:59:00Z", "down", "To unblock: repair"):
        assert part in message
    assert "\x1b" not in message


def test_a_reason_about_the_gate_itself_is_said_once():
    assert result(AWAY)["msg"].count("the service is away") == 1


def test_many_reasons_do_not_make_an_endless_message():
    alerts = [status(id=str(number), label=f"M{number}", alert_active=True) for number in range(500)]
    message = result(judge(sample(*alerts), Policy()))["msg"]
    assert "490 more reasons" in message
    assert len(message) < 3000


def test_a_monitor_tells_its_times_in_utc_and_its_error():
    entry = result(judge(sample(ALERT), Policy()))["monitors"][0]
    assert (entry["alert_since"], entry["last_test"], entry["error"]) == (
        "2027-01-15T07:59:00Z",
        "2027-01-15T08:00:00Z",
        "down",
    )


def test_a_monitor_without_status_or_configuration_is_told_too():
    judgement = judge(Sample([monitor(None, config()), monitor(status(id="x", last_test=None))], NOW), Policy())
    entries = result(judgement)["monitors"]
    assert [(entry["state"], entry["last_test"], entry["timer"]) for entry in entries] == [
        ("missing", None, 60.0),
        ("blind", None, None),
    ]


def test_progress_says_each_change_once_and_nothing_raw():
    lines: list[str] = []
    progress = Progress(lines.append)
    blocked = judge(sample(ALERT, status()), Policy())
    for left in (60.0, 50.0):
        progress(blocked, left)
    progress(AWAY, 40.0)
    progress(blocked, 30.0)
    assert lines == [
        "kf_gate waits for up to 1 min: 1 of 2 monitors: A\\x1b (existing alert)",
        "kf_gate waits for up to 40 s: the service is away",
        "kf_gate waits for up to 30 s: 1 of 2 monitors: A\\x1b (existing alert)",
    ]
