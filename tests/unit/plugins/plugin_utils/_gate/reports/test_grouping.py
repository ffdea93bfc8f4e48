# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.grouping import (
    MAX_LENGTH,
    MAX_LINES,
    describe_group,
    describe_groups,
    describe_remedies,
    group_reasons,
)


def reason(number, code="existing_alert", verdict="block", message="", unblock="repair it", label=None):
    label = label or f"M{number}"
    text = message or f"has an active alert for {number} min"
    return {
        "code": code,
        "verdict": verdict,
        "monitor": str(number),
        "label": label,
        "message": f"{label} {text}",
        "unblock": unblock,
    }


def about_the_gate(code="interrupted", verdict="inconclusive", message="the wait was interrupted"):
    return {
        "code": code,
        "verdict": verdict,
        "monitor": None,
        "label": None,
        "message": message,
        "unblock": "start the gate again",
    }


def shape(groups):
    return [(group.verdict, group.code, group.count) for group in groups]


@pytest.mark.parametrize(
    ("reasons", "errors", "groups"),
    [
        ([], {}, []),
        ([reason(1)], {}, [("block", "existing_alert", 1)]),
        ([reason(1), reason(2)], {}, [("block", "existing_alert", 2)]),
        ([reason(1), reason(2)], {"1": "a", "2": "a"}, [("block", "existing_alert", 2)]),
        (
            [reason(1), reason(2), reason(3)],
            {"1": "a", "2": "b", "3": "b"},
            [("block", "existing_alert", 2), ("block", "existing_alert", 1)],
        ),
        (
            [reason(1, unblock="wait"), reason(2, unblock="look")],
            {},
            [("block", "existing_alert", 1), ("block", "existing_alert", 1)],
        ),
        (
            [
                reason(1, "known", "warn"),
                reason(2, "blind", "inconclusive"),
                reason(3, "failing"),
                reason(4, "new_alert"),
            ],
            {},
            [
                ("block", "new_alert", 1),
                ("block", "failing", 1),
                ("inconclusive", "blind", 1),
                ("warn", "known", 1),
            ],
        ),
        (
            [reason(1, "a_state_of_tomorrow"), reason(2), about_the_gate(), about_the_gate(message="another")],
            {},
            [
                ("block", "existing_alert", 1),
                ("block", "a_state_of_tomorrow", 1),
                ("inconclusive", "interrupted", 0),
                ("inconclusive", "interrupted", 0),
            ],
        ),
        ([reason(1, verdict="a verdict of tomorrow"), reason(2, verdict="warn")], {}, None),
    ],
)
def test_reasons_are_grouped_by_verdict_state_error_and_remedy(reasons, errors, groups):
    found = group_reasons(reasons, errors)
    assert sum(len(group.monitors) for group in found) == sum(one["monitor"] is not None for one in reasons)
    assert groups is None or shape(found) == groups


@pytest.mark.parametrize(
    ("reasons", "errors", "sentence"),
    [
        ([reason(7)], {"7": "down"}, "M7 has an active alert for 7 min"),
        ([reason(1), reason(2)], {"1": "down", "2": "down"}, "existing alert at 2 monitors (M1 and M2): down"),
        (
            [reason(at, "blind", message="has not been tested yet") for at in range(5)],
            {},
            "blind at 5 monitors (M0, M1, M2 and 2 more): has not been tested yet",
        ),
        (
            [reason(1, "blind"), reason(2, "blind")],
            {},
            "blind at 2 monitors (M1 and M2): for example M1 has an active alert for 1 min",
        ),
        ([reason(1, "known", "warn")], {}, "tolerated: M1 has an active alert for 1 min"),
        ([about_the_gate()], {}, "the wait was interrupted"),
    ],
)
def test_a_group_is_one_sentence(reasons, errors, sentence):
    (group,) = group_reasons(reasons, errors)
    assert describe_group(group) == sentence


def test_hostile_labels_and_errors_stay_one_short_line():
    reasons = [reason(at, label="\x1b[31m\n\u202e" * 99) for at in range(4)]
    (line,) = map(describe_group, group_reasons(reasons, {str(at): "\n\x00" * 999 for at in range(4)}))
    assert line.isprintable()
    assert len(line) <= MAX_LENGTH


STATES = ("new_alert", "silent_failure", "missing", "existing_alert", "blind", "failing", "pending", "later")


@pytest.mark.parametrize("most", [1, 2, 5, MAX_LINES])
@pytest.mark.parametrize("states", range(1, len(STATES) + 1))
@pytest.mark.parametrize("errors", [1, 3, 40])
def test_lines_are_limited_and_count_omitted_monitors(most, states, errors):
    reasons = [
        reason(number, STATES[number % states], unblock=STATES[number % states])
        for number in range(states * errors * 2)
    ]
    groups = group_reasons(
        reasons, {str(number): f"error {number // states % errors}" for number in range(len(reasons))}
    )
    lines = describe_groups(groups, most)
    assert 0 < len(lines) <= most
    if most >= states + 1:
        for code in STATES[:states]:
            assert any(code.replace("_", " ") in line for line in lines)
    if len(groups) > most:
        assert "more" in lines[-1]


def test_reasons_of_the_gate_itself_are_limited():
    lines = describe_groups(group_reasons([about_the_gate(message=f"m{at}") for at in range(50)], {}), 5)
    assert lines == ["m0", "m1", "m10", "m11", "interrupted: 46 more reasons"]


def test_each_stopping_state_has_its_remedy_and_options_once():
    reasons = [
        reason(1),
        reason(2),
        reason(3, "blind", unblock="see why"),
        reason(4, "known", "warn", unblock="nothing"),
    ]
    unblock = [
        {"option": "known", "states": ["existing_alert", "blind"]},
        {"option": "stale_grace", "states": ["blind"]},
    ]
    assert describe_remedies(group_reasons(reasons, {}), unblock) == [
        "To unblock existing alert: repair it; options that help: known",
        "To unblock blind: see why; options that help: known, stale_grace",
    ]
    assert describe_remedies(group_reasons([reason(1)], {}), []) == ["To unblock: repair it"]
