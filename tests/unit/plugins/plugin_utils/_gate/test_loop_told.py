# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the wait tells: while it lasts, and of how it went."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import MOST_LOOKS
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import Reason

from .monitors_at_hand import NAMES, policy
from .waits_at_hand import ALERT, AWAY, CLEAN, Play, look_of


@pytest.mark.parametrize(
    ("phase", "given", "told"),
    [
        ("after", {"timeout": 59.0}, "set timeout to 61 or more"),
        ("after", {"timeout_max": 59.0}, "set timeout_max to 61 or more"),
        ("plan", {"timeout": 59.0}, "set timeout to 61 or more"),
        ("before", {"clean_tests": 1, "settle": 30.0}, "set timeout to 61 or more"),
    ],
)
def test_a_wait_that_cannot_be_long_enough_is_refused_at_once(phase, given, told):
    outcome = Play(look_of(60)).decide(policy(phase, **given))
    evaluation = outcome.evaluation
    assert (evaluation.verdict, evaluation.gate_rc, evaluation.final, outcome.waited) == ("error", 13, True, 0)
    assert [(reason.code, reason.verdict, reason.unblock) for reason in evaluation.reasons] == [
        ("timeout_too_short", "error", told)
    ]
    assert [found.monitor.label for found in evaluation.assessments] == ["Web"]


@pytest.mark.parametrize(
    ("given", "end"), [({"timeout": 59.5}, "timeout is 59.5 s"), ({"timeout_max": 59.0}, "timeout_max is 59 s")]
)
@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_wait_that_is_too_short_names_the_monitor_that_decides(given, end, name, shown):
    outcome = Play(look_of(60, label=name)).decide(policy("after", **given))
    told = f"the evidence takes 1 min, as {shown} tests only every 1 min, and {end}"
    assert [reason.message for reason in outcome.evaluation.reasons] == [told]


def test_progress_is_told_before_each_pause():
    play = Play(AWAY, ALERT, ALERT, CLEAN)
    play.decide(policy(timeout=60, poll=10))
    assert [(now.waited, now.left, now.forecast is not None) for now in play.told] == [
        (0, 60, False),
        (10, 50, True),
        (20, 40, True),
    ]


@pytest.mark.parametrize("answers", [[KeyboardInterrupt()], [ALERT, KeyboardInterrupt()]])
def test_an_interrupt_ends_the_wait_at_once_and_passes_nothing(answers):
    outcome = Play(*answers).decide(policy(timeout=60, poll=10))
    assert outcome.interrupted
    assert (outcome.evaluation.verdict, outcome.evaluation.gate_rc) == ("inconclusive", 11)
    assert outcome.evaluation.reasons == [
        Reason("interrupted", "inconclusive", "the wait was interrupted", "start the gate again")
    ]
    assert outcome.evaluation.final
    assert len(outcome.evaluation.assessments) == len(answers) - 1
    assert outcome.waited == 10 * (len(answers) - 1)


def test_a_long_wait_keeps_the_first_look_and_the_newest_ones():
    outcome = Play(ALERT).decide(policy(timeout=10.0 * MOST_LOOKS + 100, poll=10))
    assert len(outcome.polls) == MOST_LOOKS
    last = 10 * MOST_LOOKS + 100
    assert [look.seconds for look in outcome.polls[:3]] == [
        0,
        last - 10 * (MOST_LOOKS - 2),
        last - 10 * (MOST_LOOKS - 3),
    ]
    assert outcome.polls[-1].seconds == last
    assert outcome.samples == MOST_LOOKS + 11


def test_each_look_tells_what_it_saw():
    outcome = Play(ALERT, AWAY, CLEAN).decide(policy(timeout=60, poll=10))
    seen = [
        (look.seconds, look.verdict, {name for name, count in look.counts.items() if count}) for look in outcome.polls
    ]
    assert seen == [
        (0, "block", {"monitors", "existing_alert"}),
        (10, "error", set()),
        (20, "pass", {"monitors", "clean"}),
    ]
    assert outcome.sample is CLEAN


def test_progress_tells_the_newest_judgement_and_what_is_still_to_come():
    play = Play(look_of(60, first=30))
    play.decide(policy("after", poll=10, settle=0.0))
    assert [(now.evaluation.verdict, now.forecast.seconds, now.forecast.monitor.label) for now in play.told] == [
        ("inconclusive", 30, "Web"),
        ("inconclusive", 20, "Web"),
        ("inconclusive", 10, "Web"),
    ]
    assert [now.left for now in play.told] == [150, 140, 130]
