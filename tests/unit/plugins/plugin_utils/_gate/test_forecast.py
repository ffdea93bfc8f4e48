# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.forecast import forecast
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .monitors_at_hand import NOW, config, failing, monitor, policy, sample, status


def predict(*samples, now=NOW, phase="after", **given):
    of_policy = policy(phase, **given)
    evidence = Evidence(of_policy)
    for one in samples:
        evidence.observe(one)
    return forecast(samples[-1].monitors, of_policy, evidence, now)


def poll_of(start, timer=300.0, **changes):
    last_test = None if start is None else MonitorTest(start, None)
    return sample(status(last_test=last_test, **changes), timer=timer)


@pytest.mark.parametrize(
    ("start", "given", "seconds"),
    [
        (NOW - 10, {}, 290),
        (NOW - 290, {}, 310),
        (NOW - 280, {}, 320),
        (NOW - 270, {}, 30),
        (NOW - 10, {"settle": 0}, 290),
        (NOW, {"settle": 0}, 0),
        (NOW - 10, {"clean_tests": 3}, 890),
        (NOW, {"settle": 0, "clean_tests": 3}, 600),
        (NOW - 10, {"clean_tests": 0}, 0),
        (NOW - 10, {"clean_tests": 0, "full_detection": True}, 890),
        (NOW - 10, {"full_detection": True, "settle": 0, "alert_after": 1}, 290),
        (NOW, {"full_detection": True, "settle": 0, "alert_after": 1}, 0),
        (None, {"settle": 0}, 300),
        (None, {}, 330),
        (NOW - 1000, {"settle": 0}, 200),
        (NOW - 10, {"phase": "during"}, 0),
        (NOW - 10, {"phase": "during", "clean_tests": 1}, 290),
    ],
)
def test_the_tests_that_are_missing_decide(start, given, seconds):
    assert predict(poll_of(start), **given).seconds == seconds


@pytest.mark.parametrize("timer", [60.0, 240.0, 300.0, 900.0])
@pytest.mark.parametrize("gap", [0.0, 60.0, 540.0])
@pytest.mark.parametrize("clean_tests", [1, 3])
@pytest.mark.parametrize("age", [1.0, 59.0, 200.0])
def test_a_monitor_that_tests_on_time_is_proved_when_the_forecast_says(timer, gap, clean_tests, age):
    """Play the service second by second: the proof is there at the forecast moment and not a test earlier."""
    of_policy = policy("after", clean_tests=clean_tests, timeout_max=86400.0)
    evidence = Evidence(of_policy)

    def poll(now):
        latest = NOW - age + (now - NOW + age) // timer * timer
        test = MonitorTest(latest - gap, None, latest if gap else None)
        return sample(status(last_test=test), at=now, timer=timer)

    first = poll(NOW)
    evidence.observe(first)
    seconds = forecast(first.monitors, of_policy, evidence, NOW).seconds
    steps = [NOW + at for at in range(1, int(seconds) + 1)]
    for now in steps:
        assert not evidence.is_proved("m1")
        evidence.observe(poll(now))
    assert evidence.is_proved("m1")


def test_an_overdue_test_is_expected_now():
    assert predict(poll_of(NOW - 310), now=NOW + 20, settle=0, since=NOW - 320).seconds == 0


def test_the_slowest_monitor_decides_and_is_named():
    slow = monitor(status(id="s", label="Slow"), config(id="s", label="Slow", timer=600.0))
    quick = monitor(status(), config())
    found = predict(Sample([quick, slow, monitor(status(id="x"))], NOW), settle=0)
    assert (found.monitor.label, found.seconds, found.provable) == ("Slow", 590, 2)


def test_advisory_monitors_are_not_awaited():
    found = predict(poll_of(NOW - 10, timer=86400.0), advisory=Patterns(["Web"]))
    assert (found.seconds, found.monitor, found.detection, found.alert_possible) == (0, None, None, False)
    assert (found.provable, found.unprovable, found.slow, found.is_hopeless) == (0, {}, {}, False)


@pytest.mark.parametrize(
    ("start", "timer", "given", "provable", "unprovable", "slow"),
    [
        (-10, 3000.0, {}, 1, None, None),
        (-10, 3510.0, {}, 1, None, None),
        (-10, 3511.0, {}, 1, None, 3541),
        (-3500, 3600.0, {}, 1, None, 3630),
        (-10, 3600.0, {}, 0, 3590, 3630),
        (-10, 3600.0, {"timeout_max": 7200.0}, 1, None, None),
        (-10, 3600.0, {"timeout": 7200.0}, 1, None, None),
        (-10, 3600.0, {"timeout": 60.0}, 0, 3590, 3630),
        (-10, 1200.0, {"clean_tests": 3}, 0, 3590, 3630),
        (-10, 86400.0, {}, 0, 86390, 86430),
        (None, 86400.0, {}, 0, 86430, 86430),
        (40, 86400.0, {"since": NOW}, 0, 86430, 86430),
        (-10, 86400.0, {"phase": "during"}, 0, None, None),
        (-10, 86400.0, {"clean_tests": 0}, 0, None, None),
    ],
)
def test_a_monitor_that_cannot_be_proved_in_time_is_named_with_its_due_time(
    start, timer, given, provable, unprovable, slow
):
    found = predict(poll_of(None if start is None else NOW + start, timer=timer), **given)
    assert found.provable == provable
    assert found.unprovable == ({} if unprovable is None else {"m1": NOW + unprovable})
    assert found.slow == ({} if slow is None else {"m1": slow})
    assert found.is_hopeless is bool(unprovable)


def test_a_scope_with_one_provable_monitor_is_not_hopeless():
    found = [monitor(status(), config()), monitor(status(id="d"), config(id="d", timer=86400.0))]
    ahead = predict(Sample(found, NOW))
    assert (ahead.provable, list(ahead.unprovable), list(ahead.slow), ahead.is_hopeless) == (1, ["d"], ["d"], False)
    assert ahead.seconds == 50


@pytest.mark.parametrize(
    ("given", "detection", "possible"),
    [
        ({}, 930, False),
        ({"settle": 0}, 900, False),
        ({"alert_after": 1, "settle": 0}, 300, False),
        ({"alert_after": 1, "clean_tests": 2}, 330, True),
        ({"since": NOW - 3600}, 0, True),
    ],
)
def test_it_says_whether_an_alert_could_have_been_raised_by_then(given, detection, possible):
    found = predict(poll_of(NOW - 10), **given)
    assert (found.detection, found.alert_possible) == (detection, possible)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_the_response_decides_nothing(order):
    known = [
        monitor(status(id="q", label="Quick"), config(id="q", label="Quick", timer=60.0)),
        monitor(status(id="s", label="Slow"), config(id="s", label="Slow", timer=600.0)),
        monitor(status(id="x", label="Unknown")),
        monitor(status(id="n", label="No timer"), config(id="n", label="No timer", timer=None)),
    ]
    found = predict(Sample([known[place] for place in order], NOW), settle=0)
    assert (found.monitor.label, found.seconds, found.detection) == ("Slow", 590, 1800)


def test_of_monitors_that_take_equally_long_the_first_is_named():
    equals = [monitor(status(id=name, label=name), config(id=name, label=name)) for name in ("one", "two")]
    assert predict(Sample(equals, NOW)).monitor.label == "one"


def test_without_timers_nothing_is_known_of_detection():
    found = predict(Sample([monitor(status())], NOW))
    assert (found.seconds, found.monitor, found.detection, found.alert_possible) == (0, None, None, False)


@pytest.mark.parametrize(
    ("now", "given", "seconds"),
    [
        (NOW, {}, 330),
        (NOW + 90, {}, 300),
        (NOW, {"settle": 0, "clean_tests": 2}, 600),
        (NOW, {"settle": 0, "clean_tests": 0, "full_detection": True}, 900),
    ],
)
@pytest.mark.parametrize("found", [None, status(last_test=None), status(last_test=MonitorTest(None, None))])
def test_a_monitor_of_which_no_test_is_known_gets_a_timer_for_its_first_one(found, now, given, seconds):
    assert predict(Sample([monitor(found, config(timer=300.0))], NOW), now=now, **given).seconds == seconds


@pytest.mark.parametrize(
    ("starts", "given", "seconds"),
    [
        ([0], {"clean_tests": 2}, 240),
        ([0, 60], {"clean_tests": 2}, 0),
        ([0], {"clean_tests": 4}, 840),
        ([0], {"clean_tests": 1, "full_detection": True}, 540),
        ([0, 600], {"clean_tests": 1, "full_detection": True}, 0),
        ([0, 599], {"clean_tests": 1, "full_detection": True}, 300),
        ([300, 600], {"clean_tests": 2, "full_detection": True}, 0),
    ],
)
def test_observed_tests_are_not_awaited_again(starts, given, seconds):
    polls = [sample(status(last_test=MonitorTest(NOW + start, None)), at=NOW + start, timer=300.0) for start in starts]
    assert predict(*polls, now=NOW + max(60, starts[-1]), settle=0, **given).seconds == seconds


@pytest.mark.parametrize(("given", "seconds"), [({}, 900), ({"recovery_tests": 1}, 300), ({"recovery_tests": 5}, 1500)])
def test_after_a_failure_the_tests_that_are_owed_are_awaited(given, seconds):
    assert predict(sample(failing(NOW), timer=300.0), settle=0, **given).seconds == seconds


@pytest.mark.parametrize("start", [None, NOW - 5])
def test_where_no_clean_test_is_demanded_none_is_awaited(start):
    assert predict(poll_of(start, timer=10.0), clean_tests=0).seconds == 0


@pytest.mark.parametrize("early", [1, 60, 10**10])
def test_a_test_from_the_future_predicts_nothing(early):
    assert predict(poll_of(NOW + early), settle=0).seconds == 300
    assert predict(poll_of(None), settle=0).seconds == 300
