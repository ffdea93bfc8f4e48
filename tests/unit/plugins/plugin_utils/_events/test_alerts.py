# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two statuses prove of the alerts between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.alerts import Span, Step, steps
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.memory import Alert, StatusSnapshot

BEFORE, NOW, WINDOW = 10_000.0, 10_060.0, 1800


def told(active: bool, count: int | None, alerted: float | None) -> StatusSnapshot:
    return StatusSnapshot(active, count, 0, 10, alerted, NOW, None)


def shown(found: list[Step]) -> str:
    return " ".join(("raised" if step.raised else "cleared") + ("*" if step.between_polls else "") for step in found)


CASES: dict[str, tuple[StatusSnapshot | None, StatusSnapshot, str]] = {
    "nothing": (told(False, 0, None), told(False, 0, None), ""),
    "still there": (told(True, 1, 9000), told(True, 1, 9000), ""),
    "raised": (told(False, 0, None), told(True, 1, 10_030), "raised"),
    "raised, and no time is told": (told(False, 0, None), told(True, None, None), "raised"),
    "cleared": (told(True, 1, 9000), told(False, 1, 9000), "cleared"),
    "cleared, and nothing else is told any more": (told(True, 1, 9000), told(False, None, 9000), "cleared"),
    "raised and cleared": (told(False, 0, None), told(False, 1, 10_030), "raised* cleared*"),
    "raised and cleared, by the time alone": (told(False, None, 9000), told(False, None, 10_030), "raised* cleared*"),
    "raised and cleared, by the count alone": (told(False, 1, None), told(False, 2, None), "raised* cleared*"),
    "cleared and raised": (told(True, 1, 9000), told(True, 2, 10_030), "cleared raised"),
    "cleared, raised and cleared": (told(True, 1, 9000), told(False, 2, 10_030), "cleared raised* cleared*"),
    "raised twice": (told(False, 0, None), told(True, 2, 10_030), "raised* cleared* raised"),
    "raised three times": (told(False, 1, 9000), told(False, 4, 10_030), " ".join(["raised* cleared*"] * 3)),
    "old alerts left the window": (told(False, 3, 9000), told(False, 2, 10_030), "raised* cleared*"),
    "all old alerts are outside": (told(False, 3, 8000), told(False, 2, 10_030), " ".join(["raised* cleared*"] * 2)),
    "the count falls": (told(False, 3, 9000), told(False, 1, 9000), ""),
    "the count rises and the time stays": (told(False, 1, 9000), told(False, 2, 9000), ""),
    "the count rises and the time is that of the look": (
        told(False, 1, 9999),
        told(False, 2, 9999),
        "raised* cleared*",
    ),
    "the same while it is active": (told(True, 1, 9999), told(True, 2, 9999), "cleared raised"),
    "a count that comes late": (told(True, 0, 9999), told(True, 1, 9999), ""),
    "the first alert in the second of the look": (told(False, None, None), told(False, None, 9999), "raised* cleared*"),
    "the time goes back": (told(False, 1, 9000), told(False, 1, 8000), ""),
    "active again without a new time": (told(False, 1, 9000), told(True, 1, 9000), "raised"),
    "an old alert is told late": (told(False, 2, None), told(False, 2, 9000), ""),
    "the first alert is told with the time before the look": (
        told(False, 0, None),
        told(False, 1, 9990),
        "raised* cleared*",
    ),
    "unknown before, quiet now": (None, told(False, 0, None), ""),
    "unknown before, with a past": (None, told(False, 2, 9000), ""),
    "unknown before, active now": (None, told(True, 1, 9000), "raised"),
    "unknown before, raised and cleared since": (None, told(False, 1, 10_030), "raised* cleared*"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_proved_is_told_and_no_more(name: str) -> None:
    before, after, expected = CASES[name]
    alert = Alert(before.alerted) if before is not None and before.alerted else None
    found = steps(before, after, alert, Span(BEFORE, NOW, WINDOW))
    assert shown(found) == expected
    assert [step.at for step in found] == sorted(step.at for step in found)
    for raised, cleared in pairwise(found):
        if raised.raised:
            assert cleared.alert == raised.alert
    keys = [step.alert.key() for step in found if step.raised]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(("after", "expected"), [(told(True, 1, 9000), "raised"), (told(False, 3, 9000), "")])
def test_at_a_first_look_only_what_is_active_is_told(after: StatusSnapshot, expected: str) -> None:
    found = steps(None, after, None, Span(None, NOW, WINDOW))
    assert shown(found) == expected
    assert [step.at for step in found] == [9000] * len(found)


def test_the_same_alert_that_comes_back_is_another_event_from_now() -> None:
    (step,) = steps(told(False, 1, 9000), told(True, 1, 9000), Alert(9000), Span(BEFORE, NOW, WINDOW))
    assert (step.alert, step.at) == (Alert(9000, 1), NOW)
