# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Alert transitions that two statuses prove."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.alerts import (
    AlertTransition,
    PollWindow,
    find_alert_transitions,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import Alert, StatusSnapshot

BEFORE, NOW, WINDOW = 10_000.0, 10_060.0, 1800


def status(active: bool, count: int | None, alerted: float | None) -> StatusSnapshot:
    return StatusSnapshot(active, count, 0, 10, alerted, NOW, None)


def summarize(transitions: list[AlertTransition]) -> str:
    return " ".join(
        ("raised" if step.raised else "cleared") + ("*" if step.between_polls else "") for step in transitions
    )


CASES: dict[str, tuple[StatusSnapshot | None, StatusSnapshot, str]] = {
    "no change": (status(False, 0, None), status(False, 0, None), ""),
    "still active": (status(True, 1, 9000), status(True, 1, 9000), ""),
    "raised": (status(False, 0, None), status(True, 1, 10_030), "raised"),
    "raised without a time": (status(False, 0, None), status(True, None, None), "raised"),
    "cleared": (status(True, 1, 9000), status(False, 1, 9000), "cleared"),
    "cleared without a count": (status(True, 1, 9000), status(False, None, 9000), "cleared"),
    "raised and cleared": (status(False, 0, None), status(False, 1, 10_030), "raised* cleared*"),
    "raised and cleared, from the time only": (
        status(False, None, 9000),
        status(False, None, 10_030),
        "raised* cleared*",
    ),
    "raised and cleared, from the count only": (status(False, 1, None), status(False, 2, None), "raised* cleared*"),
    "cleared and raised": (status(True, 1, 9000), status(True, 2, 10_030), "cleared raised"),
    "cleared, raised and cleared": (status(True, 1, 9000), status(False, 2, 10_030), "cleared raised* cleared*"),
    "raised twice": (status(False, 0, None), status(True, 2, 10_030), "raised* cleared* raised"),
    "raised three times": (status(False, 1, 9000), status(False, 4, 10_030), " ".join(["raised* cleared*"] * 3)),
    "old alerts left the window": (status(False, 3, 9000), status(False, 2, 10_030), "raised* cleared*"),
    "all old alerts are outside": (
        status(False, 3, 8000),
        status(False, 2, 10_030),
        " ".join(["raised* cleared*"] * 2),
    ),
    "the count falls": (status(False, 3, 9000), status(False, 1, 9000), ""),
    "the count rises and the time stays": (status(False, 1, 9000), status(False, 2, 9000), ""),
    "the count rises and the time is that of the poll": (
        status(False, 1, 9999),
        status(False, 2, 9999),
        "raised* cleared*",
    ),
    "the same while it is active": (status(True, 1, 9999), status(True, 2, 9999), "cleared raised"),
    "a late count": (status(True, 0, 9999), status(True, 1, 9999), ""),
    "the first alert in the second of the poll": (
        status(False, None, None),
        status(False, None, 9999),
        "raised* cleared*",
    ),
    "the time goes back": (status(False, 1, 9000), status(False, 1, 8000), ""),
    "active again without a new time": (status(False, 1, 9000), status(True, 1, 9000), "raised"),
    "an old alert is reported late": (status(False, 2, None), status(False, 2, 9000), ""),
    "the first alert has a time before the poll": (
        status(False, 0, None),
        status(False, 1, 9990),
        "raised* cleared*",
    ),
    "unknown before, quiet now": (None, status(False, 0, None), ""),
    "unknown before, with a past": (None, status(False, 2, 9000), ""),
    "unknown before, active now": (None, status(True, 1, 9000), "raised"),
    "unknown before, raised and cleared since": (None, status(False, 1, 10_030), "raised* cleared*"),
}


@pytest.mark.parametrize("name", CASES)
def test_exactly_the_proved_transitions_are_found(name: str) -> None:
    before, after, expected = CASES[name]
    alert = Alert(before.alerted) if before is not None and before.alerted else None
    found = find_alert_transitions(before, after, alert, PollWindow(BEFORE, NOW, WINDOW))
    assert summarize(found) == expected
    assert [step.at for step in found] == sorted(step.at for step in found)
    for raised, cleared in pairwise(found):
        if raised.raised:
            assert cleared.alert == raised.alert
    keys = [step.alert.key() for step in found if step.raised]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("after", "expected"), [(status(True, 1, 9000), "raised"), (status(False, 3, 9000), "")])
def test_the_first_poll_finds_active_alerts_only(after: StatusSnapshot, expected: str) -> None:
    found = find_alert_transitions(None, after, None, PollWindow(None, NOW, WINDOW))
    assert summarize(found) == expected
    assert [step.at for step in found] == [9000] * len(found)


def test_a_resumed_alert_is_a_new_event_at_the_time_of_the_poll() -> None:
    (step,) = find_alert_transitions(
        status(False, 1, 9000), status(True, 1, 9000), Alert(9000), PollWindow(BEFORE, NOW, WINDOW)
    )
    assert (step.alert, step.at) == (Alert(9000, 1), NOW)
