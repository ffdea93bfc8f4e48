# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict says to people, word for word: it is what they decide by."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import Known, Override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    VERDICTS,
    Reason,
    judge,
    rule,
    summary,
    unavailable,
)

from .monitors_at_hand import NAMES, NOW, baseline, failing, policy, sample, status, view

UNDATED = "has an active alert at a time that the service does not tell"
REPAIR = "repair what it watches until the alert clears, or exclude the monitor"
TRY_AGAIN = "try again when the service answers"
CLEAN = status(id="c", label="Clean")


def alerting(number=1, **changes):
    return [status(id=f"a{one}", label=f"Alerting {one}", alert_active=True, **changes) for one in range(number)]


def judged(found, then=None, **given):
    taken = sample(*found)
    return judge(taken, view(policy(**given), taken, baseline=then))


def known(pattern, expires=None):
    return Known(pattern, "under repair", expires, Patterns([pattern]))


@pytest.mark.parametrize(
    ("found", "then", "given", "reasons"),
    [
        (alerting(), None, {}, [Reason("existing_alert", "block", UNDATED, REPAIR, "a0", "Alerting 0")]),
        (
            [*alerting(), failing(id="f", label="Failing")],
            None,
            {"max_blocking": 2},
            [
                Reason(
                    "existing_alert", "warn", f"{UNDATED} (tolerated: max_blocking is 2)", REPAIR, "a0", "Alerting 0"
                ),
                Reason(
                    "failing",
                    "warn",
                    "failed its newest test: no answer",
                    "wait until a test of it passes",
                    "f",
                    "Failing",
                ),
            ],
        ),
        (
            [CLEAN],
            baseline(scope=3),
            {},
            [
                Reason(
                    "shrunk",
                    "inconclusive",
                    "1 monitors are in scope, and there were 3 in the baseline",
                    "see which monitors were removed; then take a new baseline",
                )
            ],
        ),
    ],
)
def test_a_reason_says_what_is_wrong_with_which_monitor_and_what_helps(found, then, given, reasons):
    assert judged(found, then, **given).reasons == reasons


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_reason_names_its_monitor_and_stays_short(name, shown):
    assert Reason("code", "block", "is away", "call", "m1", name).sentence == f"{shown} is away"


def test_a_reason_about_the_gate_names_no_monitor():
    assert Reason("code", "error", "the service is away", "wait").sentence == "the service is away"
    assert Reason("code", "error", "is away", "wait", "m1", "").sentence == " is away"


@pytest.mark.parametrize(
    ("final", "reaction", "verdict", "unblock"),
    [
        (False, "block", "error", TRY_AGAIN),
        (False, "warn", "warn", TRY_AGAIN),
        (True, "warn", "error", "mend the option that it names"),
    ],
)
def test_no_answer_says_why_and_when_to_ask_again(final, reaction, verdict, unblock):
    error = Unavailable("the service is away", "connection", final=final, retry_after=40.0)
    evaluation = unavailable(error, policy(on_unavailable=reaction))
    assert evaluation.reasons == [Reason("connection", verdict, "the service is away", unblock)]
    assert evaluation.retry_after == 40.0


@pytest.mark.parametrize("given", [{}, {"enforce": False}, {"override": Override("down", "ann", None, NOW + 1)}])
def test_what_a_person_should_remove_is_told_beside_the_order(given):
    entries = (known("a0", NOW), known("z"), known("a0"))
    notes = rule(judged(alerting()), policy(**given, known=entries), NOW).notes
    assert notes[-2:] == [
        "known: the entry for a0 has expired and does not help",
        "known: the entry for z matches no active alert: remove it",
    ]
    assert notes[:-2] == {
        "enforce": ["the gate is not enforced (enforce is false): it would have stopped here"],
        "override": ["THE GATE IS OVERRIDDEN by ann: down"],
    }.get(next(iter(given), ""), [])


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_note_stays_short(name, shown):
    entries = (known(name, NOW), known(name))
    expired, unneeded = Override("down", name, None, NOW), Override("down", name, None, None)
    clean = judged([CLEAN])
    assert rule(clean, policy(known=entries, override=expired), NOW).notes == [
        f"the override by {shown} has expired and does not help",
        f"known: the entry for {shown} has expired and does not help",
        f"known: the entry for {shown} matches no active alert: remove it",
    ]
    assert rule(clean, policy(override=unneeded), NOW).notes == [f"the override by {shown} is not needed: remove it"]


def test_an_exception_is_needed_while_one_of_its_alerts_is_active():
    found = [CLEAN, *alerting(2)]
    assert rule(judged(found), policy(known=(known("a1"),)), NOW).notes == []


@pytest.mark.parametrize(
    ("evaluation", "line"),
    [
        (judged([CLEAN]), "after: proceed, pass: nothing against it at any of 1 monitors in scope"),
        (judged([CLEAN, *alerting(2)]), "after: stop, block: 2 of 3 monitors in scope: Alerting 0 and Alerting 1"),
        (
            judged([CLEAN, *alerting(), failing(id="f", label="Failing")]),
            "after: stop, block: 1 of 3 monitors in scope: Alerting 0",
        ),
        (
            judged([CLEAN, *alerting(2)], on_existing_alert="ignore"),
            "after: proceed, warn: what was found at 2 of 3 monitors in scope is ignored",
        ),
    ],
)
def test_the_summary_counts_the_worst_and_names_them(evaluation, line):
    assert summary(evaluation, rule(evaluation, policy(), NOW), "after") == line


def test_what_is_about_the_whole_gate_is_told_before_single_monitors():
    evaluation = judged([status(id="b", label="Blind", last_test=None)], baseline(scope=3), phase="during")
    assert [(reason.code, reason.monitor) for reason in evaluation.reasons] == [("shrunk", None), ("blind", "b")]
    line = "during: stop, inconclusive: 1 monitors are in scope, and there were 3 in the baseline"
    assert summary(evaluation, rule(evaluation, policy("during"), NOW), "during") == line


def test_verdicts_are_ranked_from_best_to_worst():
    assert VERDICTS == ("pass", "warn", "inconclusive", "error", "block")


def test_every_state_is_counted():
    counts = judged([CLEAN, *alerting(2), failing(id="f")]).counts
    assert {state: number for state, number in counts.items() if number} == {
        "monitors": 4,
        "clean": 1,
        "existing_alert": 2,
        "failing": 1,
    }
    assert len(counts) == 11


def test_a_valid_answer_asks_for_no_wait():
    assert judged([CLEAN]).retry_after is None
    assert judged(alerting()).retry_after is None
