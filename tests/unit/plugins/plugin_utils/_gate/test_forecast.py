# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Check
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.forecast import forecast
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample

from .monitors_at_hand import NOW, config, monitor, policy, sample, status


def ahead(*samples, now=NOW, **given):
    chosen = policy("after", **given)
    evidence = Evidence(chosen.anchor, chosen.clean_tests)
    for one in samples:
        evidence.observe(one)
    return forecast(samples[-1].monitors, chosen, evidence, now)


def seen(start, timer=300.0, **changes):
    last_test = None if start is None else Check(start, None)
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
    ],
)
def test_the_tests_that_are_missing_decide(start, given, seconds):
    assert ahead(seen(start), **given).seconds == seconds


def test_an_overdue_test_is_expected_now():
    assert ahead(seen(NOW - 310), now=NOW + 20, settle=0, since=NOW - 320).seconds == 0


def test_the_slowest_monitor_decides_and_is_named():
    slow = monitor(status(id="s", label="Slow"), config(id="s", label="Slow", timer=600.0))
    quick = monitor(status(), config())
    found = ahead(Sample([quick, slow, monitor(status(id="x"))], NOW), settle=0)
    assert (found.monitor.label, found.seconds) == ("Slow", 590)


def test_monitors_that_only_advise_are_not_waited_for():
    found = ahead(seen(NOW - 10), advisory=Patterns(["Web"]))
    assert (found.seconds, found.monitor, found.detection, found.alert_possible) == (0, None, None, False)


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
def test_it_tells_whether_an_alert_could_have_been_raised_by_then(given, detection, possible):
    found = ahead(seen(NOW - 10), **given)
    assert (found.detection, found.alert_possible) == (detection, possible)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_the_answer_decides_nothing(order):
    known = [
        monitor(status(id="q", label="Quick"), config(id="q", label="Quick", timer=60.0)),
        monitor(status(id="s", label="Slow"), config(id="s", label="Slow", timer=600.0)),
        monitor(status(id="x", label="Unknown")),
        monitor(status(id="n", label="No timer"), config(id="n", label="No timer", timer=None)),
    ]
    found = ahead(Sample([known[place] for place in order], NOW), settle=0)
    assert (found.monitor.label, found.seconds, found.detection) == ("Slow", 590, 1800)


def test_of_monitors_that_take_equally_long_the_first_is_named():
    equals = [monitor(status(id=name, label=name), config(id=name, label=name)) for name in ("one", "two")]
    assert ahead(Sample(equals, NOW)).monitor.label == "one"


def test_without_timers_nothing_is_told_of_detection():
    found = ahead(Sample([monitor(status())], NOW))
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
@pytest.mark.parametrize("found", [None, status(last_test=None), status(last_test=Check(None, None))])
def test_a_monitor_of_which_no_test_is_known_gets_a_timer_for_its_first_one(found, now, given, seconds):
    assert ahead(Sample([monitor(found, config(timer=300.0))], NOW), now=now, **given).seconds == seconds


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
def test_what_was_seen_already_is_not_waited_for_again(starts, given, seconds):
    looks = [sample(status(last_test=Check(NOW + start, None)), at=NOW + start, timer=300.0) for start in starts]
    assert ahead(*looks, now=NOW + max(60, starts[-1]), settle=0, **given).seconds == seconds


@pytest.mark.parametrize("start", [None, NOW - 5])
def test_where_no_clean_test_is_asked_for_none_is_waited_for(start):
    assert ahead(seen(start, timer=10.0), clean_tests=0).seconds == 0


@pytest.mark.parametrize("early", [1, 60, 10**10])
def test_a_test_from_the_future_foretells_nothing(early):
    assert ahead(seen(NOW + early), settle=0).seconds == 300
    assert ahead(seen(None), settle=0).seconds == 300
