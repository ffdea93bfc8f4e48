# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison detects lost, duplicated and invented events."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Rulebook, parse_events
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.transition_count import (
    API,
    History,
    Step,
    count_transitions,
)

RAISED, CLEARED = "alert_raised", "alert_cleared"


def event(name: str) -> dict[str, Any]:
    """Return the event that ``name`` stands for: a subject, and + or - for an alert raised or cleared."""
    subject, kind = name[0], RAISED if name[1] == "+" else CLEARED
    fields: dict[str, Any] = {"id": name, "kind": kind, "time": f"of {name}"}
    return fields if subject == "A" else fields | {"monitor": {"id": subject}}


def step(name: str) -> Step:
    found = event(name)
    return found.get("monitor", {}).get("id", API), found["kind"]


def history_of(names: str) -> History:
    times = [(step(name)[0], f"of {name}") for name in names.split() if name[1] == "+"]
    return cast(History, SimpleNamespace(steps=[step(name) for name in names.split()], times=times))


def run_of(names: str) -> Rulebook:
    return cast(Rulebook, SimpleNamespace(events=lambda: [event(name) for name in names.split()]))


@pytest.mark.parametrize(
    ("happened", "runs", "lost", "duplicated", "invented", "again", "disorder"),
    [
        ("a+ b+ a- A-", ["a+ b+", "a- A-"], "", "", "", 0, []),
        ("a+ b+", ["b+ a+"], "", "", "", 0, []),
        ("a+ b+ a-", ["a+ b+"], "a-", "", "", 0, ["a"]),
        ("b- A-", ["b-"], "A-", "", "", 0, [API]),
        ("a+ b+", ["a+ b+ a+"], "", "a+", "", 0, []),
        ("a+ b+", ["a+ b+", "a+ b+"], "", "a+ b+", "", 0, []),
        ("a+ b+", ["a+", "a+ b+"], "", "", "", 1, []),
        ("a+ b+", ["a+", "a+", "a+ b+"], "", "", "", 2, []),
        ("a+ b+", ["a+", "", "a+ b+"], "", "", "", 1, []),
        ("a+ b+", ["a+ b+", "a+"], "", "a+", "", 0, []),
        ("a+", ["a+ b+"], "", "", "b+", 0, []),
        ("a+ a-", ["a- a+"], "", "", "", 0, ["a"]),
    ],
)
def test_differences_are_counted(
    happened: str, runs: list[str], lost: str, duplicated: str, invented: str, again: int, disorder: list[str]
) -> None:
    count = count_transitions("a story", history_of(happened), list(map(run_of, runs)))
    assert count.lost == Counter(map(step, lost.split()))
    assert count.duplicated == Counter(duplicated.split())
    assert count.invented == Counter(map(step, invented.split()))
    assert (count.again, count.disorder) == (again, disorder)
    assert count.has_differences is bool(lost or duplicated or invented or disorder)


def test_a_misdated_alert_is_counted() -> None:
    late = event("a+") | {"time": "another"}
    run = cast(Rulebook, SimpleNamespace(events=lambda: [late]))
    count = count_transitions("a story", history_of("a+"), [run])
    assert count.misdated == {("a", "another"): 1}
    assert count.has_differences


def test_printed_events_are_parsed() -> None:
    """A text cannot look like another event, and one that was not parse_events whole is none."""
    hostile = {"kind": "alert_raised", "message": "\nEvent:\n{'kind': 'alert_cleared'}\n****"}
    whole = f"\n** [received event] **\nRuleset: x\nEvent:\n{hostile!r}\n{'*' * 80}\n"
    assert parse_events(whole + whole + whole[:-90]) == [hostile, hostile]
