# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An alert that was raised since the baseline or between two polls is a failure, also when it has cleared."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import digest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset

from .monitors_at_hand import NOW, baseline, policy, sample, status, then

TAKEN = NOW - 600
OLD, NEW = TAKEN - 60, TAKEN + 60


def quiet(**changes):
    return status(**changes)


def alerting(**changes):
    return status(alert_active=True, **changes)


def failures(*polls, of_baseline=None, offset=0.0, phase="after", **given):
    evidence = Evidence(policy(phase, **given), of_baseline)
    for poll in polls:
        evidence.observe(sample(poll)._replace(clock_offset=ClockOffset(offset, offset)))
    return evidence.history("m1").failures


WAS_QUIET = then()
WAS_ALERTING = then(problem="alert", alert=digest("a1"), alerted=OLD, alert_count=1)
WAS_UNDATED = then(problem="alert", alert=digest("a1"), alert_count=1)
WAS_WITHOUT_ID = then(problem="alert", alerted=OLD, alert_count=1)
HAD_ONE = then(alert=digest("a1"), alerted=OLD, alert_count=1)
HAD_ONE_UNDATED = then(alert=digest("a1"), alert_count=1)
HAD_THREE = then(alert_count=3)


@pytest.mark.parametrize(
    ("rule", "before", "now", "raised"),
    [
        ("no alert", WAS_QUIET, quiet(), False),
        ("the old one goes on", WAS_ALERTING, alerting(alert_id="a1", alerted=OLD, alert_count=1), False),
        (
            "the old one goes on at another time",
            WAS_ALERTING,
            alerting(alert_id="a1", alerted=NEW, alert_count=1),
            False,
        ),
        ("another one is active", WAS_ALERTING, alerting(alert_id="a2", alerted=NEW, alert_count=2), True),
        ("another one without a time", WAS_ALERTING, alerting(alert_id="a2"), True),
        ("another one, by its time alone", WAS_WITHOUT_ID, alerting(alerted=NEW), True),
        ("the old one, by its time alone", WAS_WITHOUT_ID, alerting(alert_id="a1", alerted=OLD), False),
        ("one is active that was not", WAS_QUIET, alerting(alert_id="a1", alerted=OLD), True),
        ("one of an unknown monitor is active", None, alerting(alert_id="a1", alerted=NEW), True),
        ("the old one has cleared", WAS_ALERTING, quiet(alert_id="a1", alerted=OLD, alert_count=1), False),
        ("another one came and went, by its id", WAS_ALERTING, quiet(alert_id="a2", alert_count=1), True),
        ("another one came and went, by its time", WAS_WITHOUT_ID, quiet(alerted=NEW, alert_count=1), True),
        ("another one came and went, by the count", WAS_UNDATED, quiet(alert_count=2), True),
        ("one came and went, by the count", WAS_QUIET, quiet(alert_count=4), True),
        ("one came and went, by its time", WAS_QUIET, quiet(alert_id="a1", alerted=NEW, alert_count=None), True),
        ("one was there before, by its time", WAS_QUIET, quiet(alert_id="a1", alerted=OLD), False),
        ("the one before the baseline is the same", HAD_ONE, quiet(alert_id="a1", alerted=OLD, alert_count=1), False),
        ("it is the same at another time", HAD_ONE, quiet(alert_id="a1", alerted=NEW, alert_count=1), False),
        ("another one after it came and went", HAD_ONE, quiet(alert_id="a2", alerted=NEW, alert_count=1), True),
        ("another one without a time", HAD_ONE_UNDATED, quiet(alert_id="a2", alert_count=1), True),
        ("the alerts of the window have left it", HAD_THREE, quiet(alert_count=1), False),
        ("as many as before", HAD_THREE, quiet(alert_count=3), False),
        ("one more than before", HAD_THREE, quiet(alert_count=4), True),
        ("one of an unknown monitor came and went", None, quiet(alert_id="a1", alerted=NEW, alert_count=1), True),
        (
            "one of an unknown monitor before the baseline",
            None,
            quiet(alert_id="a1", alerted=OLD, alert_count=1),
            False,
        ),
    ],
)
def test_an_alert_since_the_baseline(rule, before, now, raised):
    taken = baseline(*([before] if before else []), at=TAKEN)
    assert failures(now, of_baseline=taken) == raised, rule


@pytest.mark.parametrize(
    ("rule", "first", "second", "raised"),
    [
        ("none", quiet(), quiet(), False),
        ("one is active", quiet(), alerting(), True),
        ("one is active with an id", quiet(), alerting(alert_id="a1", alerted=NOW), True),
        (
            "the same one is active again",
            alerting(alert_id="a1", alerted=OLD),
            alerting(alert_id="a1", alerted=OLD),
            False,
        ),
        ("its time moved", alerting(alert_id="a1", alerted=OLD), alerting(alert_id="a1", alerted=NEW), False),
        ("another one is active", alerting(alert_id="a1", alerted=OLD), alerting(alert_id="a2", alerted=NEW), True),
        ("it cleared", alerting(alert_id="a1", alerted=OLD), quiet(alert_id="a1", alerted=OLD), False),
        ("it cleared and is shown no more", alerting(alert_id="a1", alerted=OLD), quiet(), False),
        ("one came and went, by its id", quiet(), quiet(alert_id="a1"), True),
        ("one came and went, by its time", quiet(), quiet(alerted=NOW), True),
        ("one came and went, by the count", quiet(), quiet(alert_count=1), True),
        ("another one came and went, by its id", quiet(alert_id="a1", alerted=OLD), quiet(alert_id="a2"), True),
        ("another one came and went, by its time", quiet(alerted=OLD), quiet(alerted=NEW), True),
        ("the same one at the same time", quiet(alerted=OLD), quiet(alerted=OLD), False),
        ("an older one is shown", quiet(alerted=OLD), quiet(alerted=OLD - 60), False),
        ("the id of the old one is shown later", quiet(alerted=OLD), quiet(alert_id="a1", alerted=OLD), False),
        ("the count fell", quiet(alert_count=3), quiet(alert_count=2), False),
        ("the count is unknown now", quiet(alert_count=3), quiet(alert_count=None), False),
        ("the count was unknown", quiet(alert_count=None), quiet(alert_count=3), False),
    ],
)
def test_an_alert_between_two_polls(rule, first, second, raised):
    count = first.alert_count
    taken = baseline(
        then(problem="alert" if first.alert_active else None, alerted=first.alerted, alert_count=count or 0)
    )
    before = failures(first, of_baseline=taken)
    assert failures(first, second, of_baseline=taken) - before == raised, rule


def test_the_count_is_compared_with_the_newest_one_that_is_known():
    polls = [quiet(alert_count=1), quiet(alert_count=None), quiet(alert_count=2)]
    assert failures(*polls, of_baseline=baseline(then(alert_count=1))) == 1


@pytest.mark.parametrize(
    ("rule", "given", "poll", "raised"),
    [
        ("none", {}, quiet(), False),
        ("one before the deployment", {"deploy_started": TAKEN}, quiet(alerted=OLD), False),
        ("one since the deployment began", {"deploy_started": TAKEN}, quiet(alerted=TAKEN), True),
        ("one before the start of the task", {}, quiet(alerted=NOW - 1), False),
        ("one since then", {"since": NOW - 60}, quiet(alerted=NOW - 1), True),
        ("an active one before the deployment", {"deploy_started": TAKEN}, alerting(alerted=OLD), False),
        ("an active one since", {"deploy_started": TAKEN}, alerting(alerted=NEW), True),
        ("an active one of unknown time", {"deploy_started": TAKEN}, alerting(), True),
        ("an active one, and the start is unknown", {}, alerting(alerted=OLD), True),
        ("an active one before the deployment is its reason", {"phase": "before"}, alerting(alerted=OLD), False),
        ("also of unknown time", {"phase": "before"}, alerting(), False),
        ("by a clock behind ours", {"deploy_started": TAKEN, "offset": -90.0}, quiet(alerted=TAKEN - 90), True),
        ("by a clock ahead of ours", {"deploy_started": TAKEN, "offset": 90.0}, quiet(alerted=TAKEN + 89), False),
    ],
)
def test_without_a_baseline_the_time_of_the_alert_decides(rule, given, poll, raised):
    assert failures(poll, **given) == raised, rule


def test_an_alert_that_cleared_is_named_by_its_time_until_another_one_is_active():
    evidence = Evidence(policy("after"), baseline(then()))
    found = []
    for poll in (quiet(alerted=NEW, alert_count=1), alerting(alerted=NEW + 60, alert_count=2), quiet(alert_count=3)):
        evidence.observe(sample(poll))
        found.append((evidence.history("m1").cleared_alert, evidence.history("m1").alerting_since))
    assert found == [(NEW, None), (None, NOW), (NOW, None)]


def test_an_alert_is_active_since_the_first_poll_that_shows_it():
    evidence = Evidence(policy("after"), baseline(then()))
    for at in (NOW, NOW + 60):
        evidence.observe(sample(alerting(), at=at))
    assert evidence.history("m1").alerting_since == NOW
    evidence.observe(sample(alerting(alert_id="another"), at=NOW + 120))
    assert evidence.history("m1").alerting_since == NOW + 120
