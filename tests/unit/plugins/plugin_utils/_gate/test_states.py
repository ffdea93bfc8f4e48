# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import Known
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import (
    NO_OFFSET,
    ClockOffset,
    Sample,
)

from .monitors_at_hand import NOW, TIMER, baseline, config, failing, monitor, policy, sample, status, view

ALLOWED_AGE = 2 * TIMER + 60
RUN = {"fail_count": 3, "test_count": 3}
OLD = status(alert_active=True, alerted=NOW - 3600)
YOUNG = status(alert_active=True, alerted=NOW - 60)
UNDATED = status(alert_active=True)
WEB = Patterns(["Web"])


def stands(of_status, of_config, clock_offset=NO_OFFSET, **given):
    found = monitor(of_status, of_config)
    return states.standing(found, view(policy(**given), Sample([found], NOW, clock_offset=clock_offset)))


@pytest.mark.parametrize(
    ("of_status", "of_config", "state", "told"),
    [
        (status(), config(), states.CLEAN, ""),
        (None, config(), states.MISSING, "configured but has no status"),
        (None, config(active=False), states.MISSING, "configured as inactive"),
        (status(alert_active=True, alerted=NOW - 90), config(), states.EXISTING_ALERT, "1 min 30 s, since 2027-01-15T"),
        (UNDATED, config(), states.EXISTING_ALERT, "at a time that the service does not tell"),
        (failing(alert_active=True), config(), states.EXISTING_ALERT, "no answer"),
        (failing(alert_active=True, **RUN), config(), states.EXISTING_ALERT, "active alert"),
        (failing(**RUN), config(), states.SILENT_FAILURE, "at least 3 tests in a row"),
        (failing(fail_count=3, test_count=4), config(), states.FAILING, "no answer"),
        (failing(fail_count=2, test_count=2), config(), states.FAILING, "newest test"),
        (failing(fail_count=None), config(), states.FAILING, "newest test"),
        (status(**RUN), config(), states.CLEAN, ""),
        (failing(last_test=Check(NOW - 10, None)), config(), states.FAILING, "newest test"),
        (failing(last_test=Check(NOW - 20, None)), config(), states.FAILING, "newest test"),
        (status(last_failed=Check(NOW - 70, "no answer"), fail_count=1), config(), states.CLEAN, ""),
        (status(last_test=None), config(), states.BLIND, "not been tested yet"),
        (status(last_test=Check(None, None)), config(), states.BLIND, "not been tested yet"),
        (status(last_test=Check(NOW + 60, None)), config(), states.CLEAN, ""),
        (status(last_test=Check(NOW + 61, None)), config(), states.BLIND, "in the future"),
        (status(last_test=Check(NOW - ALLOWED_AGE, None)), config(), states.CLEAN, ""),
        (status(last_test=Check(NOW - ALLOWED_AGE - 1, None)), config(), states.BLIND, "at least every 1 min"),
        (failing(last_test=Check(NOW - 86400, "x")), config(), states.BLIND, "1 d ago"),
        (status(last_test=Check(-1.0, None)), config(), states.BLIND, "ago"),
        (status(), None, states.BLIND, "no configured timer"),
        (status(), config(timer=None), states.BLIND, "no configured timer"),
        (status(alert_active=True), None, states.EXISTING_ALERT, "active alert"),
    ],
)
def test_the_first_rule_that_matches_decides(of_status, of_config, state, told):
    found = stands(of_status, of_config)
    assert found.state == state
    assert told in found.message
    assert bool(found.unblock) == (state != states.CLEAN)


@pytest.mark.parametrize(
    ("alert", "given", "then", "state"),
    [
        (OLD, {}, None, states.NEW_ALERT),
        (OLD, {"deploy_started": NOW - 600}, None, states.EXISTING_ALERT),
        (YOUNG, {"deploy_started": NOW - 600}, None, states.NEW_ALERT),
        (UNDATED, {"deploy_started": NOW - 600}, None, states.NEW_ALERT),
        (OLD, {}, {"m1": NOW - 3600}, states.EXISTING_ALERT),
        (OLD, {}, {}, states.NEW_ALERT),
        (YOUNG, {}, {"m1": NOW - 3600}, states.NEW_ALERT),
        (YOUNG, {}, {"other": NOW - 60}, states.NEW_ALERT),
        (UNDATED, {}, {"m1": None}, states.EXISTING_ALERT),
        (UNDATED, {}, {"m1": NOW - 3600}, states.NEW_ALERT),
        (OLD, {}, {"m1": None}, states.EXISTING_ALERT),
        (YOUNG, {}, {"m1": None}, states.NEW_ALERT),
        (OLD, {"phase": "before"}, None, states.EXISTING_ALERT),
        (YOUNG, {"phase": "plan"}, None, states.EXISTING_ALERT),
    ],
)
def test_an_alert_is_an_existing_one_only_when_that_is_proved(alert, given, then, state):
    chosen = policy(**{"phase": "after", **given})
    taken = sample(alert)
    rests_on = view(chosen, taken, baseline=None if then is None else baseline(alerts=then))
    assert states.standing(taken.monitors[0], rests_on).state == state


@pytest.mark.parametrize(
    ("alert", "given", "then", "state"),
    [
        (OLD, {"phase": "before"}, None, states.FIXING),
        (OLD, {"phase": "after"}, None, states.FIXING),
        (OLD, {"phase": "after"}, {"m1": NOW - 3600}, states.FIXING),
        (YOUNG, {"phase": "after"}, {"m1": NOW - 3600}, states.NEW_ALERT),
        (YOUNG, {"phase": "after", "deploy_started": NOW - 600}, None, states.NEW_ALERT),
    ],
)
def test_an_alert_that_is_to_be_repaired_may_not_be_raised_anew(alert, given, then, state):
    chosen = policy(fixes=WEB, **given)
    taken = sample(alert)
    rests_on = view(chosen, taken, baseline=None if then is None else baseline(alerts=then))
    assert states.standing(taken.monitors[0], rests_on).state == state


@pytest.mark.parametrize(
    ("expires", "pattern", "state"),
    [
        (None, "Web", states.KNOWN),
        (NOW + 1, "m1", states.KNOWN),
        (NOW, "Web", states.EXISTING_ALERT),
        (None, "Mail", states.EXISTING_ALERT),
    ],
)
def test_an_accepted_alert_helps_until_it_expires(expires, pattern, state):
    known = Known(pattern, "under repair", expires, Patterns([pattern]))
    assert stands(OLD, config(), known=(known,)).state == state


def test_a_new_alert_is_never_an_accepted_one():
    known = Known("Web", "under repair", None, WEB)
    assert stands(YOUNG, config(), phase="after", known=(known,)).state == states.NEW_ALERT


@pytest.mark.parametrize(
    ("starts", "state"),
    [
        ([NOW - 10, NOW, NOW + 10], states.SILENT_FAILURE),
        ([NOW - 10, NOW], states.FAILING),
        ([NOW, NOW, NOW], states.FAILING),
    ],
)
def test_a_silent_failure_is_seen_test_by_test(starts, state):
    looks = [sample(failing(start, fail_count=5), at=start) for start in starts]
    assert states.standing(looks[-1].monitors[0], view(policy(), *looks)).state == state


@pytest.mark.parametrize(
    ("given", "started", "state"),
    [
        ({}, NOW + 29, states.PENDING),
        ({}, NOW + 30, states.CLEAN),
        ({"settle": 0}, NOW - 1, states.PENDING),
        ({"settle": 0}, NOW, states.CLEAN),
        ({"settle": 0, "clean_tests": 2}, NOW, states.PENDING),
        ({"settle": 0, "clean_tests": 0}, NOW - 1, states.CLEAN),
        ({"settle": 0, "full_detection": True}, NOW + 119, states.PENDING),
        ({"settle": 0, "full_detection": True}, NOW + 120, states.CLEAN),
        ({"settle": 0, "full_detection": True, "clean_tests": 0}, NOW - 1, states.PENDING),
    ],
)
def test_only_tests_that_started_since_are_evidence(given, started, state):
    taken = sample(status(last_test=Check(started, None)), at=started + 1)
    assert states.standing(taken.monitors[0], view(policy("after", **given), taken)).state == state


def test_an_answer_that_goes_back_in_time_is_no_news():
    looks = [sample(status(last_test=Check(start, None))) for start in (NOW - 10, NOW - 20)]
    found = states.standing(looks[-1].monitors[0], view(policy(), *looks))
    assert (found.state, "no news" in found.message) == (states.BLIND, True)


def test_what_a_monitor_said_cannot_reach_the_terminal_raw():
    said = failing(last_test=Check(NOW, "\x1b[2Jgone\nbefore: proceed"))
    assert stands(said, config()).message.endswith("\\x1b[2Jgone\\nbefore: proceed")


def test_every_state_is_listed_once():
    named = {value for name, value in vars(states).items() if name.isupper() and isinstance(value, str)}
    assert named == set(states.ALL) | {"before", "plan", "future"}
    assert len(states.ALL) == len(set(states.ALL))


def checked(offset):
    return status(last_test=Check(NOW + offset, None))


def alerted(offset):
    return status(alert_active=True, alerted=NOW + offset)


@pytest.mark.parametrize(
    ("rule", "lead", "of_status", "state"),
    [
        ("a test is older than our slow clock says", 61, checked(-ALLOWED_AGE + 60), "blind"),
        ("but not by more", 60, checked(-ALLOWED_AGE + 60), "clean"),
        ("a fast clock of ours makes no test old", -600, checked(-ALLOWED_AGE - 600), "clean"),
        ("nor one from the future believable", -600, checked(-539), "blind"),
        ("an alert is as old as the service says", -100, alerted(-160), "new_alert"),
        ("and older ones stay older", -100, alerted(-170), "existing_alert"),
        ("a clock ahead does not make it new", 100, alerted(30), "existing_alert"),
        ("unless it is", 100, alerted(40), "new_alert"),
    ],
)
def test_what_the_service_dates_is_judged_by_its_own_clock(rule, clock_offset, of_status, state):
    found = stands(of_status, config(), ClockOffset(lead - 1, clock_offset), phase="during", deploy_started=NOW - 60)
    assert found.state == state, rule


def test_a_pending_monitor_tells_of_a_test_that_came_before_its_time():
    found = stands(status(last_test=Check(NOW + 5, None)), config(), phase="after", settle=0.0)
    assert (found.state, "told before it started" in found.message) == (states.PENDING, True)
