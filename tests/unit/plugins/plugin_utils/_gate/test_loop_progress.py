# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refused waits, progress messages, and the record of polls."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import MAX_POLLS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import ClockOffset, Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import Reason

from .monitors_at_hand import NOW, config, monitor, policy, status
from .waits_at_hand import ALERT, AWAY, CLEAN, Service, poll_every

TOO_SHORT = "set timeout_max to 180 or more, or on_unprovable to ignore"


@pytest.mark.parametrize(
    ("phase", "given", "advice"),
    [
        ("after", {"timeout": 59.0}, "set timeout to 180 or more"),
        ("plan", {"timeout": 59.0}, "set timeout to 180 or more"),
        ("after", {"timeout": 59.0, "clean_tests": 3}, "set timeout to 300 or more"),
        ("after", {"timeout_max": 59.0}, TOO_SHORT),
        ("plan", {"timeout_max": 59.0}, TOO_SHORT),
        ("before", {"timeout_max": 59.0}, TOO_SHORT),
        (
            "before",
            {"timeout_max": 59.0, "timeout": 600.0},
            TOO_SHORT,
        ),
        ("before", {"timeout_max": 59.0, "timeout": 0.0}, TOO_SHORT),
        ("plan", {"timeout_max": 30.0, "timeout": 59.0}, TOO_SHORT),
    ],
)
def test_a_wait_that_cannot_be_long_enough_is_refused_at_once(phase, given, advice):
    outcome = Service(poll_every(60)).decide(policy(phase, **given))
    evaluation = outcome.evaluation
    assert (evaluation.verdict, evaluation.gate_rc, evaluation.final, outcome.waited) == ("error", 13, True, 0)
    assert [(reason.code, reason.verdict, reason.unblock) for reason in evaluation.reasons] == [
        ("timeout_too_short", "error", advice)
    ]
    assert [found.monitor.label for found in evaluation.assessments] == ["Web"]


@pytest.mark.parametrize(
    ("given", "first"),
    [*(({"timeout": 59.0, "clean_tests": 2}, first) for first in range(0, 60, 7)), ({"timeout_max": 59.0}, 0)],
)
def test_the_advised_timeout_is_enough_for_every_start(given, first):
    refused = Service(poll_every(60, first=first)).decide(policy("after", **given)).evaluation.reasons[0]
    option, number = refused.unblock.split(" or ")[0].split()[1::2]
    assert option in given
    for later in range(0, 60, 7):
        accepted = Service(poll_every(60, first=later)).decide(policy("after", **{**given, option: float(number)}))
        assert accepted.evaluation.verdict == "pass"


def poll_by_a_fast_clock(seconds, timer):
    """A service whose clock is ``seconds`` behind that of the controller, with a monitor that has just been tested."""
    tested = status(last_test=MonitorTest(NOW - seconds - 5, None))
    return Sample([monitor(tested, config(timer=timer))], NOW, clock_offset=ClockOffset(-seconds - 1, -seconds))


@pytest.mark.parametrize("phase", ["before", "plan", "after"])
@pytest.mark.parametrize(
    ("ahead", "timer", "given", "code"),
    [
        (3600.0, 60.0, {}, "clock_offset"),
        (86400.0, 60.0, {}, "clock_offset"),
        (3600.0, 7200.0, {}, "timeout_too_short"),
        (3000.0, 60.0, {}, ""),
        (0.0, 7200.0, {}, "timeout_too_short"),
        (-3600.0, 60.0, {}, ""),
    ],
)
def test_a_clock_that_is_ahead_is_named_where_a_right_one_would_be_in_time(phase, ahead, timer, given, code):
    outcome = Service(poll_by_a_fast_clock(ahead, timer)).decide(policy(phase, **given), once=phase != "after")
    codes = [
        reason.code for reason in outcome.evaluation.reasons if reason.code in ("clock_offset", "timeout_too_short")
    ]
    assert codes == ([code] if code else [])
    if code:
        assert (outcome.evaluation.verdict, outcome.evaluation.gate_rc, outcome.waited) == ("error", 13, 0)


@pytest.mark.parametrize(("timeout", "code"), [(300.0, "clock_offset"), (30.0, "timeout_too_short")])
def test_a_fixed_timeout_is_not_blamed_for_a_clock_either(timeout, code):
    found = poll_by_a_fast_clock(1800.0, 60.0)
    assert [reason.code for reason in Service(found).decide(policy("after", timeout=timeout)).evaluation.reasons] == [
        code
    ]


def test_progress_is_reported_before_each_pause():
    service = Service(AWAY, ALERT, ALERT, CLEAN)
    service.decide(policy(timeout=60, poll=10))
    assert [(now.waited, now.left, now.forecast is not None) for now in service.progress] == [
        (0, 60, False),
        (10, 50, True),
        (20, 40, True),
    ]


@pytest.mark.parametrize("responses", [[KeyboardInterrupt()], [ALERT, KeyboardInterrupt()]])
def test_an_interrupt_ends_the_wait_at_once_and_passes_nothing(responses):
    outcome = Service(*responses).decide(policy(timeout=60, poll=10))
    assert outcome.interrupted
    assert (outcome.evaluation.verdict, outcome.evaluation.gate_rc) == ("inconclusive", 11)
    assert outcome.evaluation.reasons == [
        Reason("interrupted", "inconclusive", "the wait was interrupted", "run the gate again")
    ]
    assert outcome.evaluation.final
    assert len(outcome.evaluation.assessments) == len(responses) - 1
    assert outcome.waited == 10 * (len(responses) - 1)


def test_a_long_wait_has_its_first_poll_and_the_newest_ones():
    outcome = Service(ALERT).decide(policy(timeout=10.0 * MAX_POLLS + 100, poll=10))
    assert len(outcome.polls) == MAX_POLLS
    last = 10 * MAX_POLLS + 100
    assert [poll.seconds for poll in outcome.polls[:3]] == [
        0,
        last - 10 * (MAX_POLLS - 2),
        last - 10 * (MAX_POLLS - 3),
    ]
    assert outcome.polls[-1].seconds == last
    assert outcome.samples == MAX_POLLS + 11


def test_each_poll_has_its_verdict_and_counts():
    outcome = Service(ALERT, AWAY, CLEAN).decide(policy(timeout=60, poll=10))
    seen = [
        (poll.seconds, poll.verdict, {name for name, count in poll.counts.items() if count}) for poll in outcome.polls
    ]
    assert seen == [
        (0, "block", {"monitors", "existing_alert"}),
        (10, "error", set()),
        (20, "pass", {"monitors", "clean"}),
    ]
    assert outcome.sample is CLEAN


def test_progress_has_the_newest_evaluation_and_forecast():
    service = Service(poll_every(60, first=30))
    service.decide(policy("after", poll=10, settle=0.0))
    assert [(now.evaluation.verdict, now.forecast.seconds, now.forecast.monitor.label) for now in service.progress] == [
        ("inconclusive", 30, "Web"),
        ("inconclusive", 20, "Web"),
        ("inconclusive", 10, "Web"),
    ]
    assert [now.left for now in service.progress] == [150, 140, 130]
