# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No wait is planned for a monitor that ``known`` accepts; the wait is extended if it needs a proof later."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, status, then
from .test_states_masked import known
from .waits_at_hand import Service

DAY = 86400.0
DAILY = config(id="d", label="Daily", timer=DAY)
TESTED = MonitorTest(NOW - 10, None)
FAST = monitor(status(last_test=MonitorTest(NOW, None)), config())
CLEAN = monitor(status(id="d", label="Daily", last_test=TESTED), DAILY)
ALERTING = monitor(status(id="d", label="Daily", alert_active=True, alerted=NOW - DAY, last_test=TESTED), DAILY)
FAILING = monitor(failing(id="d", label="Daily"), DAILY)
INACTIVE = monitor(None, DAILY._replace(active=False))
BEFORE = baseline(then(), then(id="d", label="Daily", timer=DAY, problem="alert", alerted=NOW - DAY, alert_count=1))


def accept(*states, **entry):
    return {"known": (known(*states, monitor="Daily", **entry),)}


@pytest.mark.parametrize("phase", ["before", "plan", "after"])
@pytest.mark.parametrize(
    ("found", "given", "accepted"),
    [
        (ALERTING, {}, False),
        (ALERTING, accept(), True),
        (ALERTING, accept("existing_alert"), True),
        (ALERTING, accept("existing_alert", expires="2027-01-15T07:00:00Z"), False),
        (ALERTING, accept("failing"), False),
        (ALERTING, {"known": (known(monitor="Another"),)}, False),
        (CLEAN, accept("existing_alert"), False),
        (CLEAN, accept("unproved"), True),
        (CLEAN, accept("pending"), True),
        (CLEAN, accept("unproved", expires="2027-01-15T07:00:00Z"), False),
        (INACTIVE, accept("missing"), True),
        (INACTIVE, accept("failing"), False),
    ],
)
def test_only_accepted_monitors_are_left_out_of_the_forecast(phase, found, given, accepted):
    outcome = Service(Sample([found, FAST], NOW)).decide(policy(phase, **given), baseline=BEFORE, once=True)
    assert outcome.proof.provable == 1
    assert ("d" in outcome.proof.unprovable) is not accepted
    assert ("d" in outcome.proof.slow) is not accepted
    assert outcome.proof.due.keys() == {"d"}


def test_a_test_that_failed_once_is_no_state_that_is_accepted_after_the_deployment():
    outcome = Service(Sample([FAILING, FAST], NOW)).decide(policy("after", **accept("failing")), once=True)
    assert outcome.proof.unprovable.keys() == {"d"}


@pytest.mark.parametrize("phase", ["before", "plan", "after"])
@pytest.mark.parametrize(
    ("found", "given", "refused"),
    [
        ([ALERTING], accept(), False),
        ([CLEAN], accept("unproved"), False),
        ([CLEAN], accept("existing_alert"), True),
        ([CLEAN, INACTIVE._replace(id="e", label="Daily")], accept("missing"), True),
    ],
)
def test_a_scope_is_not_refused_for_monitors_that_need_no_proof(phase, found, given, refused):
    outcome = Service(Sample(found, NOW)).decide(policy(phase, **given), once=phase != "after", baseline=None)
    assert ("timeout_too_short" in {reason.code for reason in outcome.evaluation.reasons}) is refused


def test_an_accepted_monitor_does_not_prolong_the_wait():
    def poll(now):
        fast = status(last_test=MonitorTest(NOW + (now - NOW) // 60 * 60, None))
        return Sample([ALERTING, monitor(fast, config())], now)

    with_it = Service(poll).decide(policy("after", poll=10.0, **accept()), baseline=BEFORE)
    assert with_it.forecast.seconds == 60
    assert with_it.waited == 60
    assert with_it.evaluation.verdict == "warn"
    assert [found.state for found in with_it.evaluation.assessments] == ["known", "clean"]


def poll_returning(first):
    """A monitor that tests again from ``first`` seconds on, every ten minutes, beside one that always does."""

    def poll(now):
        fast = status(last_test=MonitorTest(NOW + (now - NOW) // 60 * 60, None))
        last = NOW - 9000 if now < NOW + first else NOW + first + (now - NOW - first) // 600 * 600
        slow = status(id="d", label="Daily", last_test=MonitorTest(last, None))
        return Sample([monitor(slow, DAILY._replace(timer=600.0)), monitor(fast, config())], now)

    return poll


@pytest.mark.parametrize(
    ("first", "given", "verdict", "waited"),
    [
        (50, accept("blind"), "pass", 650),
        (110, accept("blind"), "pass", 710),
        (130, accept("blind"), "warn", 120),
        (50, {"on_blind": "warn"}, "pass", 650),
    ],
)
def test_an_accepted_monitor_that_tests_again_gets_the_time_for_its_proof(first, given, verdict, waited):
    outcome = Service(poll_returning(first)).decide(policy("after", poll=10.0, clean_tests=2, **given))
    assert (outcome.evaluation.verdict, outcome.waited) == (verdict, waited)
