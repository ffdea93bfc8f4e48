# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence about a monitor in each state and what to do, word for word. Other tests assert states only."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate import states
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.problems import describe_interval
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .monitors_at_hand import NOW, baseline, config, failing, monitor, policy, sample, status, then, view
from .test_states import DAILY, DUE, UNTESTED, assess_all, series
from .test_states_masked import known

ALERT = status(alert_active=True, alerted=NOW - 90)
SINCE = "has an active alert for 1 min 30 s, since 2027-01-15T07:58:30Z"
WEB = Patterns(["Web"])
AFTER = {"phase": "after", "settle": 0.0}
EXISTING = "repair it, list it in known, or set on_existing_problem"


def poll(of_status, of_config=None, at=NOW):
    return Sample([monitor(of_status, of_config or config())], at)


SENTENCES = {
    "no status": ({}, [poll(None)], "is configured but has no status", "activate the monitor, or exclude it"),
    "inactive": (
        {},
        [poll(None, config(active=False))],
        "is configured as inactive and has no status",
        "activate the monitor, or exclude it",
    ),
    "existing alert": (
        {},
        [poll(ALERT)],
        SINCE,
        "repair the monitored service, list the monitor in known or fixes, or exclude it",
    ),
    "alert of unknown time": (
        {},
        [poll(failing(alert_active=True))],
        "has an active alert since an unknown time: no answer",
        "repair the monitored service, list the monitor in known or fixes, or exclude it",
    ),
    "new alert": (
        {"phase": "after"},
        [poll(ALERT)],
        f"has a new alert, active {SINCE.partition('alert ')[2]}",
        "roll back or repair the monitored service; to accept it, list the monitor in known with states: [new_alert]",
    ),
    "fixing": (
        {"fixes": WEB},
        [poll(ALERT)],
        f"{SINCE}; fixes expects it to clear",
        "wait until the alert clears",
    ),
    "known": (
        {"known": (known(reason="under\nrepair"),)},
        [poll(ALERT)],
        f"{SINCE}; accepted in known: under\\nrepair",
        "no action is needed",
    ),
    "silent failure": (
        {},
        [poll(failing(fail_count=3, test_count=3))],
        "failed at least 3 tests in a row without raising an alert: no answer",
        "repair the monitored service; check whether its alerts are paused or need more violations than alert_after",
    ),
    "silent failure without an error": (
        {},
        [poll(status(last_failed=Check(NOW - 10, None), fail_count=4, test_count=4))],
        "failed at least 4 tests in a row without raising an alert",
        "repair the monitored service; check whether its alerts are paused or need more violations than alert_after",
    ),
    "untested": (
        {},
        [poll(UNTESTED)],
        "has not been tested yet",
        "wait for its first test, list it in known with states: [blind], or exclude it",
    ),
    "from the future": (
        {},
        [poll(status(last_test=Check(NOW + 61, None)))],
        "reports a test in the future, at 2027-01-15T08:01:01Z",
        "compare the controller's clock with a time server",
    ),
    "without a timer": (
        {},
        [poll(status(), config(timer=None))],
        "has no configured timer, so its test interval is unknown",
        "wait two minutes, list it in known with states: [blind], or exclude it",
    ),
    "stale": (
        {},
        [poll(status(last_test=Check(NOW - 181, None)))],
        "was last tested 3 min 1 s ago, at 2027-01-15T07:56:59Z, but should test every 1 min",
        "find out why it does not test, compare the controller's clock, raise stale_grace, or list it in known with "
        "states: [blind]",
    ),
    "stale, with two readings": (
        {},
        [poll(status(last_test=Check(NOW - 721, None, NOW - 181)))],
        "was last tested 3 min 1 s ago, at 2027-01-15T07:56:59Z, but should test every 1 min; utc_time_init and "
        "utc_mktime of its newest test differ by 9 min",
        "find out why it does not test, compare the controller's clock, raise stale_grace, or list it in known with "
        "states: [blind]",
    ),
    "outdated": (
        {},
        [poll(status(last_test=Check(start, None))) for start in (NOW - 10, NOW - 20)],
        "reported an older test than before; the response looks stale",
        "look for a cache between the controller and the service",
    ),
    "beyond every window": (
        {},
        [poll(UNTESTED, DAILY)],
        "tests every 1 d, too rarely for any status window to show a test",
        "raise timeout_max, or set on_unprovable",
    ),
    "unproved": (
        AFTER,
        [poll(status(), DAILY)],
        "cannot be proved in time: it tests every 1 d, and its proof is due at 2027-01-16T08:00:00Z",
        "raise timeout_max, or set on_unprovable",
    ),
    "failing": ({}, [poll(failing())], "failed its newest test: no answer", "wait until its tests pass again"),
    "failing in a row": (
        AFTER,
        series("ff"),
        "failed 2 tests in a row: no answer",
        "wait until its tests pass again",
    ),
    "unsteady": (
        {**AFTER, "alert_after": 9},
        series("fcfcfcf"),
        "failed 4 times since 2027-01-15T08:00:00Z and has not had 3 clean tests in a row since: no answer",
        "repair the monitored service; its tests fail too often to prove the deployment",
    ),
    "pending": (
        {**AFTER, "clean_tests": 2},
        [poll(status(last_test=Check(NOW, None)))],
        "has 1 of 2 required clean tests since 2027-01-15T08:00:00Z",
        "raise timeout or timeout_max",
    ),
    "pending after a failure": (
        AFTER,
        series("fc"),
        "has 1 of 3 required clean tests since 2027-01-15T08:00:00Z; it failed since: no answer",
        "raise timeout or timeout_max",
    ),
    "pending after a failure before the anchor": (
        AFTER,
        [poll(failing())],
        "has 0 of 1 required clean test since 2027-01-15T08:00:00Z; its newest test failed: no answer",
        "raise timeout or timeout_max",
    ),
    "pending after an alert": (
        AFTER,
        [poll(status(alerted=NOW, alert_count=1))],
        "has 0 of 3 required clean tests since 2027-01-15T08:00:00Z; an alert was raised at "
        "2027-01-15T08:00:00Z and has cleared",
        "raise timeout or timeout_max",
    ),
    "pending, from the future": (
        {"phase": "after"},
        [poll(status(last_test=Check(NOW + 1, None)))],
        "has 0 of 1 required clean test since 2027-01-15T08:00:30Z; its newest test was reported before its "
        "start, so a clock is wrong and the test does not count",
        "raise timeout or timeout_max",
    ),
    "pending, with two readings": (
        AFTER,
        [poll(status(last_test=Check(NOW - 540, None, NOW)))],
        "has 0 of 1 required clean test since 2027-01-15T08:00:00Z; utc_time_init and utc_mktime of its "
        "newest test differ by 9 min",
        "raise timeout or timeout_max",
    ),
    "pending detection": (
        {**AFTER, "full_detection": True},
        [poll(status(last_test=Check(NOW, None)))],
        "could not have raised an alert yet: its 3 tests end at 2027-01-15T08:02:00Z at the earliest",
        "raise timeout or timeout_max",
    ),
    "clean": ({}, [poll(status())], "", ""),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_monitor_in_a_sentence_with_what_to_do(name):
    given, polls, message, unblock = SENTENCES[name]
    [found] = assess_all(policy(**given), *polls, unprovable=DUE if polls[-1].monitors[0].timer == DAILY.timer else {})
    assert (found.message, found.unblock) == (message, unblock)
    assert found.monitor is polls[-1].monitors[0]


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (then(problem="stale"), "has not been tested yet; the monitor had a problem before the deployment"),
        (then(problem="inactive"), "has not been tested yet; the monitor had a problem before the deployment"),
    ],
)
def test_an_existing_problem_in_a_sentence(before, message):
    [found] = assess_all(policy("after"), poll(UNTESTED), of_baseline=baseline(before))
    assert (found.state, found.message, found.unblock) == ("existing_problem", message, EXISTING)


def test_a_monitor_that_vanished_in_a_sentence():
    gone = monitor(None, config())
    assert states.assess_missing(gone, view(policy(), sample(status()))) == states.Assessment(
        gone,
        "missing",
        "was in scope before, but is in no response now",
        "check whether it was removed on purpose; if so, exclude it or take a new baseline",
    )


@pytest.mark.parametrize("gap", [0.0, 29.9])
def test_readings_that_hardly_differ_are_not_named(gap):
    taken = poll(status(last_test=Check(NOW - 999 - gap, None, NOW - 999)))
    assert "utc_mktime" not in assess_all(policy(), taken)[0].message


def test_what_a_monitor_reported_cannot_reach_the_terminal_raw():
    reported = poll(failing(last_test=Check(NOW, "\x1b[2Jgone\nbefore: proceed")))
    assert assess_all(policy(), reported)[0].message.endswith("\\x1b[2Jgone\\nbefore: proceed")


@pytest.mark.parametrize(
    ("seen", "run"), [((1, None), None), ((4, None), "4"), ((4, 3), "4"), ((3, 5), "5"), ((1, 3), "3")]
)
def test_the_longer_run_of_a_silent_failure_is_named(seen, run):
    tests, counted = seen
    counts = {"fail_count": counted, "test_count": counted or 99}
    [found] = assess_all(policy(), *(poll(failing(NOW + one, **counts), at=NOW + one) for one in range(tests)))
    assert (found.state == "silent_failure") is (run is not None)
    assert run is None or f"at least {run} tests" in found.message


@pytest.mark.parametrize(("timer", "text"), [(90.0, "every 1 min 30 s"), (None, "at an unknown interval")])
def test_an_interval_in_words(timer, text):
    assert describe_interval(monitor(None, config(timer=timer))) == text
