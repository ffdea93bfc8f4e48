# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a monitor by the rules that need no baseline."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import (
    NO_OFFSET,
    ClockOffset,
    Sample,
)

from .monitors_at_hand import NOW, TIMER, baseline, config, failing, monitor, policy, sample, status, then, view

ALLOWED_AGE = 2 * TIMER + 60
RUN = {"fail_count": 3, "test_count": 3}
OLD = status(alert_active=True, alerted=NOW - 3600)
YOUNG = status(alert_active=True, alerted=NOW - 60)
UNDATED = status(alert_active=True)
WEB = Patterns(["Web"])
DAILY = config(timer=86400.0)
GAP = 540.0


def assess_all(of_policy, *samples, of_baseline=None, unprovable=None):
    rests_on = view(of_policy, *samples, baseline=of_baseline)._replace(unprovable=unprovable or {})
    return [states.assess(one, rests_on) for one in samples[-1].monitors]


def assess_one(of_status, of_config, clock_offset=NO_OFFSET, unprovable=None, **given):
    found = Sample([monitor(of_status, of_config)], NOW, clock_offset=clock_offset)
    return assess_all(policy(**given), found, unprovable=unprovable)[0]


@pytest.mark.parametrize(
    ("of_status", "of_config", "state"),
    [
        (status(), config(), "clean"),
        (None, config(), "missing"),
        (None, config(active=False), "missing"),
        (OLD, config(), "existing_alert"),
        (UNDATED, config(), "existing_alert"),
        (failing(alert_active=True), config(), "existing_alert"),
        (failing(alert_active=True, **RUN), config(), "existing_alert"),
        (status(alert_active=True), None, "existing_alert"),
        (failing(**RUN), config(), "silent_failure"),
        (status(**RUN), config(), "silent_failure"),
        (failing(fail_count=3, test_count=4), config(), "failing"),
        (failing(fail_count=2, test_count=2), config(), "failing"),
        (failing(fail_count=None), config(), "failing"),
        (failing(fail_count=None, test_count=3), config(), "failing"),
        (failing(fail_count=3, test_count=None), config(), "failing"),
        (failing(last_test=MonitorTest(NOW - 10, None)), config(), "failing"),
        (failing(last_test=MonitorTest(NOW - 20, None)), config(), "failing"),
        (status(last_failed=MonitorTest(NOW - 70, "no answer"), fail_count=1), config(), "clean"),
        (status(last_failed=MonitorTest(None, "no answer"), fail_count=1), config(), "failing"),
        (status(last_failed=MonitorTest(None, "no answer"), fail_count=0), config(), "clean"),
        (status(last_test=None), config(), "blind"),
        (status(last_test=None), None, "blind"),
        (status(last_test=MonitorTest(None, None)), config(), "blind"),
        (status(last_test=MonitorTest(None, "x")), config(), "blind"),
        (status(last_test=MonitorTest(NOW + 60, None)), config(), "clean"),
        (status(last_test=MonitorTest(NOW + 61, None)), config(), "blind"),
        (status(last_test=MonitorTest(NOW - ALLOWED_AGE, None)), config(), "clean"),
        (status(last_test=MonitorTest(NOW - ALLOWED_AGE - 1, None)), config(), "blind"),
        (failing(last_test=MonitorTest(NOW - 86400, "x")), config(), "blind"),
        (status(last_test=MonitorTest(-1.0, None)), config(), "blind"),
        (status(), None, "blind"),
        (status(), config(timer=None), "blind"),
        (status(last_test=None), DAILY, "unproved"),
        (status(last_test=None, fail_count=2), DAILY, "unproved"),
        (status(last_test=MonitorTest(NOW - 3 * 86400, None)), DAILY, "blind"),
        (status(last_test=None), config(timer=5370.0), "blind"),
        (status(last_test=None), config(timer=5371.0), "unproved"),
    ],
)
def test_the_first_rule_that_matches_decides(of_status, of_config, state):
    found = assess_one(of_status, of_config)
    assert (found.state, bool(found.message), bool(found.unblock)) == (state, state != "clean", state != "clean")
    assert not found.final


@pytest.mark.parametrize(
    ("rule", "earlier", "later", "state"),
    [
        ("the later reading says that it is tested", -ALLOWED_AGE - 400, -ALLOWED_AGE, "clean"),
        ("both say that it is not", -ALLOWED_AGE - 400, -ALLOWED_AGE - 1, "blind"),
        ("a later reading in the future does not count", -10, 600, "clean"),
        ("and the earlier one is too old", -ALLOWED_AGE - 1, 600, "blind"),
        ("as in the vendor's sample", -10 - GAP, -10, "clean"),
    ],
)
def test_of_two_readings_the_later_one_tells_whether_a_monitor_is_stale(rule, earlier, later, state):
    assert assess_one(status(last_test=MonitorTest(NOW + earlier, None, NOW + later)), config()).state == state, rule


@pytest.mark.parametrize(
    ("earlier", "later", "state"), [(-1.0, 100.0, "pending"), (0.0, 100.0, "clean"), (0.0, None, "clean")]
)
def test_of_two_readings_the_earlier_one_is_evidence(earlier, later, state):
    test = MonitorTest(NOW + earlier, None, None if later is None else NOW + later)
    taken = sample(status(last_test=test), at=NOW + 101)
    assert assess_all(policy("after", settle=0.0), taken)[0].state == state


@pytest.mark.parametrize(
    ("alert", "given", "before", "state", "final"),
    [
        (OLD, {}, None, "new_alert", False),
        (OLD, {"deploy_started": NOW - 600}, None, "existing_alert", False),
        (YOUNG, {"deploy_started": NOW - 600}, None, "new_alert", False),
        (status(alert_active=True, alerted=NOW + 29), {}, None, "new_alert", False),
        (status(alert_active=True, alerted=NOW + 30), {}, None, "new_alert", True),
        (YOUNG, {"settle": 0, "since": NOW - 60}, None, "new_alert", True),
        (UNDATED, {"deploy_started": NOW - 600}, None, "new_alert", False),
        (UNDATED, {"settle": 0}, None, "new_alert", True),
        (OLD, {}, [then(problem="alert", alerted=NOW - 3600)], "existing_alert", False),
        (OLD, {}, [then()], "new_alert", False),
        (OLD, {}, [], "new_alert", False),
        (YOUNG, {}, [then(problem="alert", alerted=NOW - 3600)], "new_alert", False),
        (UNDATED, {}, [then(problem="alert")], "existing_alert", False),
        (UNDATED, {}, [then(problem="alert", alerted=NOW - 3600)], "new_alert", False),
        (OLD, {"phase": "before"}, None, "existing_alert", False),
        (YOUNG, {"phase": "plan"}, None, "existing_alert", False),
        (YOUNG, {"phase": "before"}, [then()], "existing_alert", False),
    ],
)
def test_an_alert_is_an_existing_one_only_when_that_is_proved(alert, given, before, state, final):
    of_baseline = None if before is None else baseline(*before)
    [found] = assess_all(policy(**{"phase": "after", **given}), sample(alert), of_baseline=of_baseline)
    assert (found.state, found.final) == (state, final)


@pytest.mark.parametrize(("polls", "final"), [([0, 20], False), ([0, 40], False), ([40], True)])
def test_an_alert_of_unknown_time_was_raised_before_the_first_poll_that_shows_it(polls, final):
    [found] = assess_all(policy("after"), *(sample(UNDATED, at=NOW + at) for at in polls))
    assert (found.state, found.final) == ("new_alert", final)


@pytest.mark.parametrize(
    ("alert", "given", "before", "state"),
    [
        (OLD, {"phase": "before"}, None, "fixing"),
        (OLD, {"phase": "after"}, None, "fixing"),
        (OLD, {"phase": "after"}, [then(problem="alert", alerted=NOW - 3600)], "fixing"),
        (OLD, {"phase": "after"}, [then()], "new_alert"),
        (YOUNG, {"phase": "after"}, [then(problem="alert", alerted=NOW - 3600)], "new_alert"),
        (YOUNG, {"phase": "after", "deploy_started": NOW - 600}, None, "new_alert"),
        (UNDATED, {"phase": "after", "deploy_started": NOW - 600}, None, "new_alert"),
        (OLD, {"phase": "after", "fixes": Patterns(["Mail"])}, None, "new_alert"),
    ],
)
def test_an_alert_that_is_to_be_repaired_may_not_be_raised_anew(alert, given, before, state):
    of_baseline = None if before is None else baseline(*before)
    of_policy = policy(**{"fixes": WEB, **given})
    assert assess_all(of_policy, sample(alert), of_baseline=of_baseline)[0].state == state


@pytest.mark.parametrize(
    ("starts", "state", "final"),
    [
        ([NOW - 10, NOW, NOW + 10], "silent_failure", True),
        ([NOW - 10, NOW], "failing", False),
        ([NOW, NOW, NOW], "failing", False),
        ([NOW - 3, NOW - 2, NOW - 1], "silent_failure", False),
    ],
)
def test_a_silent_failure_is_seen_test_by_test(starts, state, final):
    [found] = assess_all(policy(), *(sample(failing(start, fail_count=5), at=start) for start in starts))
    assert (found.state, found.final) == (state, final)


@pytest.mark.parametrize(
    ("starts", "given", "state"),
    [
        ([NOW], {}, "pending"),
        ([NOW, NOW + 1], {}, "failing"),
        ([NOW - 1, NOW], {}, "pending"),
        ([NOW], {"failing_after": 1}, "failing"),
        ([NOW, NOW + 1], {"failing_after": 3}, "pending"),
        ([NOW], {"clean_tests": 0}, "failing"),
        ([NOW - 5], {"clean_tests": 0, "failing_after": 3}, "failing"),
        ([NOW - 5], {"phase": "before", "failing_after": 3}, "failing"),
        ([NOW - 5], {"phase": "during", "failing_after": 3}, "failing"),
    ],
)
def test_failed_tests_in_a_row_make_a_monitor_failing(starts, given, state):
    of_policy = policy(**{"phase": "after", "settle": 0.0, "alert_after": 9, **given})
    assert assess_all(of_policy, *(sample(failing(start), at=start) for start in starts))[0].state == state


def series(results):
    """Return a poll for each test, one every timer from the anchor on: ``c`` is clean, ``f`` failed."""
    polls, failures, failed = [], 0, None
    for at, result in enumerate(results):
        start = NOW + at * TIMER
        if result == "f":
            failures, failed = failures + 1, MonitorTest(start, "no answer")
        test = MonitorTest(start, "no answer" if result == "f" else None)
        polls.append(sample(status(last_test=test, last_failed=failed, fail_count=failures), at=start))
    return polls


@pytest.mark.parametrize(
    ("results", "state", "final"),
    [
        ("c", "clean", False),
        ("f", "pending", False),
        ("ff", "failing", False),
        ("fc", "pending", False),
        ("fcc", "pending", False),
        ("fccc", "clean", False),
        ("cf", "clean", False),
        ("cff", "failing", False),
        ("cffc", "pending", False),
        ("cffccc", "clean", False),
        ("fcfcfc", "pending", False),
        ("fcfcfcf", "failing", True),
        ("fccfccf", "failing", True),
    ],
)
def test_a_monitor_that_failed_has_to_recover(results, state, final):
    [found] = assess_all(policy("after", settle=0.0, alert_after=9), *series(results))
    assert (found.state, found.final) == (state, final)


@pytest.mark.parametrize(
    ("given", "started", "state"),
    [
        ({}, NOW + 29, "pending"),
        ({}, NOW + 30, "clean"),
        ({"settle": 0}, NOW - 1, "pending"),
        ({"settle": 0}, NOW, "clean"),
        ({"settle": 0, "clean_tests": 2}, NOW, "pending"),
        ({"settle": 0, "clean_tests": 0}, NOW - 1, "clean"),
        ({"settle": 0, "full_detection": True}, NOW + 119, "pending"),
        ({"settle": 0, "full_detection": True}, NOW + 120, "clean"),
        ({"settle": 0, "full_detection": True, "clean_tests": 0}, NOW - 1, "pending"),
    ],
)
def test_only_tests_that_started_since_are_evidence(given, started, state):
    taken = sample(status(last_test=MonitorTest(started, None)), at=started + 1)
    assert assess_all(policy("after", **given), taken)[0].state == state


UNTESTED = status(last_test=None)
DUE = {"m1": NOW + 86400}


@pytest.mark.parametrize(
    ("of_status", "of_config", "unprovable", "given", "state"),
    [
        (status(), DAILY, DUE, {}, "unproved"),
        (status(), DAILY, {}, {}, "pending"),
        (status(), DAILY, {"other": NOW}, {}, "pending"),
        (UNTESTED, DAILY, DUE, {}, "unproved"),
        (UNTESTED, DAILY, {}, {}, "pending"),
        (UNTESTED, DAILY, {}, {"clean_tests": 0}, "unproved"),
        (UNTESTED, DAILY, {}, {"phase": "during"}, "unproved"),
        (failing(NOW + 1), DAILY, DUE, {}, "pending"),
        (status(last_test=MonitorTest(NOW, None)), DAILY, DUE, {}, "clean"),
        (status(last_test=None), config(), DUE, {}, "blind"),
        (OLD, DAILY, DUE, {}, "new_alert"),
    ],
)
def test_a_monitor_that_cannot_be_proved_in_time_is_unproved(of_status, of_config, unprovable, given, state):
    given = {"phase": "after", "settle": 0.0, "alert_after": 9, **given}
    assert assess_one(of_status, of_config, unprovable=unprovable, **given).state == state


def test_a_proof_does_not_outlast_the_test_that_the_service_reports():
    polls = [Sample([monitor(one, DAILY)], NOW) for one in (status(last_test=MonitorTest(NOW, None)), UNTESTED)]
    assert assess_all(policy("after", settle=0.0), *polls)[0].state == "unproved"


def test_a_slow_monitor_that_failed_is_not_merely_unproved():
    polls = [Sample([monitor(one, DAILY)], NOW) for one in (failing(NOW), UNTESTED)]
    assert assess_all(policy("after", settle=0.0), *polls)[0].state == "blind"


@pytest.mark.parametrize("newest", [status(last_test=MonitorTest(NOW - 20, None)), failing(NOW - 20, fail_count=0)])
def test_a_response_that_goes_back_in_time_is_blind(newest):
    polls = [sample(status(last_test=MonitorTest(NOW - 10, None))), sample(newest)]
    assert assess_all(policy(), *polls)[0].state == "blind"


def test_every_state_is_listed_once():
    others = {"BEFORE", "PLAN", "UNTESTED", "ALERT"}
    named = {name: value for name, value in vars(states).items() if name.isupper() and isinstance(value, str)}
    assert {value for name, value in named.items() if name not in others and "UNBLOCK" not in name} == set(states.ALL)
    assert len(states.ALL) == len(set(states.ALL))


def checked(offset):
    return status(last_test=MonitorTest(NOW + offset, None))


def alerted(offset):
    return status(alert_active=True, alerted=NOW + offset)


@pytest.mark.parametrize(
    ("rule", "offset", "of_status", "state"),
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
def test_times_are_compared_by_the_clock_of_the_service(rule, offset, of_status, state):
    clock_offset = ClockOffset(offset - 1, offset)
    assert assess_one(of_status, config(), clock_offset, phase="during", deploy_started=NOW - 60).state == state, rule
