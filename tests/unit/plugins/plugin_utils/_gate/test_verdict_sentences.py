# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons, notes and summaries, word for word: people decide by them. Other tests assert codes and verdicts."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import Override
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import (
    Reason,
    decide,
    evaluate_unavailable,
    summarize,
)

from .monitors_at_hand import NAMES, NOW, failing, policy, status
from .test_verdict import BROKEN, NO_RESPONSE, accepts, evaluate_all

UNDATED = "has an active alert since an unknown time"
REPAIR = "repair the monitored service, list the monitor in known or fixes, or exclude it"
CLEAN = status(id="c", label="Clean")
FAILING = failing(id="f", label="Failing")


def alerting(number=1, **changes):
    return [status(id=f"a{one}", label=f"Alerting {one}", alert_active=True, **changes) for one in range(number)]


@pytest.mark.parametrize(
    ("found", "given", "reasons"),
    [
        (alerting(), {}, [Reason("existing_alert", "block", UNDATED, REPAIR, "a0", "Alerting 0")]),
        (
            [*alerting(), FAILING],
            {"max_blocking": 2},
            [
                Reason(
                    "existing_alert", "warn", f"{UNDATED} (tolerated: max_blocking is 2)", REPAIR, "a0", "Alerting 0"
                ),
                Reason(
                    "failing",
                    "warn",
                    "failed its newest test: no answer",
                    "wait until its tests pass again",
                    "f",
                    "Failing",
                ),
            ],
        ),
        (
            BROKEN[:1],
            {"phase": "during", "on_failing_test": "ignore"},
            [
                Reason(
                    "max_masked",
                    "inconclusive",
                    "1 of 1 monitor in scope proves nothing, but max_masked is 50%",
                    "repair them, list them in known, narrow include, or raise max_masked",
                )
            ],
        ),
    ],
)
def test_a_reason_says_what_is_wrong_and_what_to_do(found, given, reasons):
    assert evaluate_all(found, **given).reasons == reasons


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_reason_names_its_monitor_and_stays_short(name, shown):
    assert Reason("code", "block", "is away", "call", "m1", name).sentence == f"{shown} is away"


def test_a_reason_about_the_gate_names_no_monitor():
    assert Reason("code", "error", "the service is away", "wait").sentence == "the service is away"
    assert Reason("code", "error", "is away", "wait", "m1", "").sentence == " is away"


@pytest.mark.parametrize(
    ("final", "reaction", "verdict", "unblock"),
    [
        (False, "block", "error", "try again when the service responds"),
        (False, "warn", "warn", "try again when the service responds"),
        (True, "warn", "error", "fix the option named above"),
    ],
)
def test_no_response_says_why_and_what_to_do(final, reaction, verdict, unblock):
    error = Unavailable("the service is away", "connection", final=final)
    evaluation = evaluate_unavailable(error, policy(on_unavailable=reaction))
    assert evaluation.reasons == [Reason("connection", verdict, "the service is away", unblock)]


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ({}, []),
        ({"enforce": False}, ["the gate is not enforced (enforce is false): it would have stopped here"]),
        ({"override": Override("down", "ann", None, NOW + 1)}, ["THE GATE IS OVERRIDDEN by ann: down"]),
    ],
)
def test_notes_name_the_entries_to_remove_beside_the_order(given, first):
    entries = (accepts("a0", NOW), accepts("z"), accepts("a0"))
    assert decide(evaluate_all(alerting()), policy(**given, known=entries), NOW).notes == [
        *first,
        "known: the entry for a0 has expired and is ignored",
        "known: 1 of 3 entries selects no monitor in scope",
    ]


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_note_stays_short(name, shown):
    entries = (accepts(name, NOW), accepts(name))
    expired, unneeded = Override("down", name, None, NOW), Override("down", name, None, None)
    clean = evaluate_all([CLEAN._replace(label=name)])
    assert decide(clean, policy(known=entries, override=expired), NOW).notes == [
        f"the override by {shown} has expired and is ignored",
        f"known: the entry for {shown} has expired and is ignored",
        f"known: the entry for {shown} matches no problem: remove it",
    ]
    assert decide(clean, policy(override=unneeded), NOW).notes == [f"the override by {shown} is not needed: remove it"]


@pytest.mark.parametrize(
    ("evaluation", "line"),
    [
        (evaluate_all([CLEAN]), "proceed, pass: the only monitor in scope is clean"),
        (evaluate_all([CLEAN, status(id="d")]), "proceed, pass: all 2 monitors in scope are clean"),
        (evaluate_all([CLEAN, *alerting(2)]), "stop, block: 2 of 3 monitors in scope: Alerting 0 and Alerting 1"),
        (
            evaluate_all([CLEAN, *alerting(), FAILING]),
            "stop, block: 1 of 3 monitors in scope: Alerting 0; 1 proves nothing",
        ),
        (evaluate_all([CLEAN, FAILING]), "proceed, warn: 1 of 2 monitors in scope: Failing"),
        (
            evaluate_all([CLEAN, *alerting(2)], on_existing_alert="ignore"),
            "proceed, warn: 2 of 3 monitors in scope have a problem that the options ignore",
        ),
        (
            evaluate_all(BROKEN, phase="during"),
            "stop, inconclusive: 10 of 10 monitors in scope prove nothing, but max_masked is 50%",
        ),
        (NO_RESPONSE, "stop, error: the service is away"),
    ],
)
def test_the_summary_counts_the_worst_and_names_them(evaluation, line):
    assert summarize(evaluation, decide(evaluation, policy(), NOW), "after") == f"after: {line}"
