# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker agrees with the design, case by case."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.tests.simulation.required_evidence import (
    Answer,
    Terms,
    objections,
    unverified,
)
from ansible_collections.knowledgefront.monitoring.tests.simulation.small_world import (
    ABSENT,
    ALERT,
    BACKWARDS,
    CLEAN,
    FAILED,
    INACTIVE,
    OTHER_ALERT,
    PAST_ALERT,
    PAST_FAILURE,
    POLL,
    SAME,
    SILENT,
    STALE,
    START,
    UNAVAILABLE,
    UNTESTED,
    SmallWorld,
)

TERMS = Terms(START + 100, clean_tests=1, recovery_tests=2, failing_after=2, max_masked=1.0)


def answers_of(first: str, *kinds: str) -> tuple[Answer, list[Answer | None]]:
    """Return the baseline of one monitor and its answers, a poll apart, the first one when the deployment ended."""
    world = SmallWorld([(first,), *((kind,) for kind in kinds)])
    instants = [START, *(START + 100 + POLL * number for number in range(len(kinds)))]
    for instant in instants:
        world.clock.now = instant
        try:
            world.statuses()
        except Exception:  # noqa: BLE001
            assert world.answers[-1] is None
    baseline, *answers = world.answers
    assert baseline is not None
    return baseline, answers


ALLOWED = [
    (CLEAN, CLEAN, CLEAN),
    (FAILED, CLEAN, CLEAN),
    (CLEAN, SAME, SAME, CLEAN),
    (CLEAN, CLEAN, CLEAN, FAILED),
    (CLEAN, CLEAN, FAILED, CLEAN, CLEAN),
    (CLEAN, CLEAN, PAST_FAILURE, CLEAN),
    (CLEAN, UNAVAILABLE, CLEAN),
    (ALERT, ALERT, ALERT),
    (SILENT, FAILED, FAILED),
    (STALE, SAME, SAME),
    (UNTESTED, UNTESTED, UNTESTED),
    (ABSENT, ABSENT, ABSENT),
    (INACTIVE, INACTIVE, INACTIVE),
]
FORBIDDEN = [
    (CLEAN, CLEAN),
    (CLEAN, CLEAN, SAME),
    (FAILED, FAILED, FAILED),
    (CLEAN, CLEAN, CLEAN, FAILED, FAILED),
    (CLEAN, CLEAN, FAILED, CLEAN),
    (CLEAN, CLEAN, PAST_FAILURE),
    (CLEAN, CLEAN, PAST_ALERT),
    (CLEAN, CLEAN, CLEAN, ALERT),
    (CLEAN, CLEAN, CLEAN, ABSENT),
    (CLEAN, CLEAN, CLEAN, INACTIVE),
    (CLEAN, CLEAN, CLEAN, UNTESTED),
    (CLEAN, CLEAN, CLEAN, STALE),
    (CLEAN, CLEAN, CLEAN, BACKWARDS),
    (CLEAN, CLEAN, CLEAN, UNAVAILABLE),
    (SILENT, FAILED, ALERT),
    (STALE, STALE, FAILED),
    (UNTESTED, UNTESTED, OTHER_ALERT),
    (ABSENT, ABSENT, FAILED),
]


def named(story: tuple[str, ...]) -> str:
    return ", ".join(story)


@pytest.mark.parametrize("story", ALLOWED, ids=named)
def test_a_sign_off_is_allowed(story):
    baseline, answers = answers_of(*story)
    assert objections(answers, baseline, TERMS) == {}


@pytest.mark.parametrize("story", FORBIDDEN, ids=named)
def test_a_sign_off_is_forbidden(story):
    baseline, answers = answers_of(*story)
    assert objections(answers, baseline, TERMS)


@pytest.mark.parametrize("first", [ALERT, SILENT, STALE, UNTESTED, ABSENT, INACTIVE])
def test_an_old_problem_is_never_verified_and_may_not_mask_the_scope(first):
    baseline, answers = answers_of(first, SAME if first not in (ABSENT, INACTIVE) else first)
    assert unverified(answers, baseline, TERMS) == ["m0"]
    assert objections(answers, baseline, TERMS) == {}
    assert "masked" in objections(answers, baseline, TERMS._replace(max_masked=0.5))[""]
