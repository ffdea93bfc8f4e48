# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every series of answers of a small world: a sign-off has its evidence, and evidence leads to a sign-off.

The evidence is what the design asks for, checked by code that has nothing of the gate in it.
"""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.knowledgefront.monitoring.tests.simulation import enumeration
from ansible_collections.knowledgefront.monitoring.tests.simulation.enumeration import Case, cases
from ansible_collections.knowledgefront.monitoring.tests.simulation.required_evidence import objections, unverified
from ansible_collections.knowledgefront.monitoring.tests.simulation.small_world import (
    ABSENT,
    ALERT,
    CLASSES,
    CLEAN,
    FAILED,
    FIRST_CLASSES,
    PAST_FAILURE,
    SAME,
)

COMMON = (CLEAN, SAME, FAILED, ALERT, PAST_FAILURE, ABSENT)
"""Classes for a longer wait; the others end it or are covered by shorter ones."""

PLAIN = (CLEAN, SAME, FAILED)
"""Classes for which the design determines exactly what they prove."""


def wrong_sign_offs(case: Case) -> list[str]:
    """Return why the design forbids the sign-off of ``case``; empty if it is allowed or there was none."""
    if not case.proceeds:
        return []
    found = [f"{name}: {why}" for name, why in objections(case.answers, case.baseline, case.terms).items()]
    if case.decision.result["verified"]:
        found += [f"{name}: not verified" for name in unverified(case.answers, case.baseline, case.terms)]
    return [f"{case.first} {case.rounds}: {why}" for why in found]


def missed_sign_offs(case: Case) -> list[str]:
    """Return the cases in which the evidence was complete and the gate continued to wait, or stopped."""
    waited = case.answers if not case.proceeds else case.answers[:-1]
    missed = [
        f"{case.first} {case.rounds}: all evidence is in answer {number}"
        for number in range(1, len(waited) + 1)
        if not objections(waited[:number], case.baseline, case.terms)
    ]
    return missed[:1]


@pytest.mark.parametrize("first", FIRST_CLASSES)
def test_one_monitor_is_signed_off_on_evidence_only(first):
    found = [why for case in cases((first,), CLASSES, 3) for why in wrong_sign_offs(case)]
    assert found == []


@pytest.mark.parametrize(
    ("first", "classes"), [(CLEAN, CLASSES), *((first, COMMON) for first in FIRST_CLASSES if first != CLEAN)]
)
def test_one_monitor_is_signed_off_on_evidence_only_after_a_longer_wait(first, classes):
    outcomes: Counter[str] = Counter()
    found = []
    for case in cases((first,), classes, 4):
        outcomes[case.decision.result["decision"]] += 1
        found += wrong_sign_offs(case)
    assert found == []
    assert min(outcomes["proceed"], outcomes["stop"]) > 10


@pytest.mark.parametrize("first", [(CLEAN, CLEAN), (CLEAN, FAILED), (CLEAN, ALERT)], ids="-".join)
def test_two_monitors_are_signed_off_on_evidence_of_both(first):
    found = [why for case in cases(first, (CLEAN, SAME, FAILED, ALERT), 3) for why in wrong_sign_offs(case)]
    assert found == []


@pytest.mark.parametrize(("first", "polls"), [((CLEAN,), 5), ((FAILED,), 5), ((CLEAN, CLEAN), 4), ((CLEAN, FAILED), 3)])
def test_evidence_is_enough_for_a_sign_off_as_soon_as_it_is_there(first, polls):
    found = [why for case in cases(first, PLAIN, polls) for why in missed_sign_offs(case)]
    assert found == []


def test_a_gate_that_signs_off_everything_is_noticed(monkeypatch):
    def decide_wrongly(options, service):
        decision = genuine(options, service)
        decision.result.update(decision="proceed", verified=True)
        return decision

    genuine = enumeration.decide
    monkeypatch.setattr(enumeration, "decide", decide_wrongly)
    wrong = {
        case.rounds[-1][0] for case in cases((CLEAN,), (SAME, FAILED, ALERT, PAST_FAILURE), 2) if wrong_sign_offs(case)
    }
    assert {SAME, FAILED, ALERT} <= wrong


def test_a_gate_that_stops_everything_is_noticed(monkeypatch):
    def decide_wrongly(options, service):
        decision = genuine(options, service)
        decision.result.update(decision="stop")
        return decision

    genuine = enumeration.decide
    monkeypatch.setattr(enumeration, "decide", decide_wrongly)
    assert any(missed_sign_offs(case) for case in cases((CLEAN,), PLAIN, 2))
