# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentences of the reports of a rehearsal."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports import policy_wording, wording

from .example_documents import FIRST, change, deployment, document, of_recorded_runs, policy, run


def expectation(met, actual=1):
    return {"policy": "a", "expectation": "stops", "expected": 0, "actual": actual, "total": 20, "met": met}


def with_deployments(covered, planned, *whys):
    one = document([policy("a", [deployment(FIRST)] * covered)])
    skipped = [{"at": "2026-05-01T00:00:00Z", "why": why} for why in whys]
    one["deployments"].update(planned=planned, covered=covered, skipped=skipped)
    return one


@pytest.mark.parametrize(
    ("one", "verdict", "tone"),
    [
        (with_deployments(3, 3), "3 deployments replayed", "plan"),
        (with_deployments(0, 3), "No deployment could be evaluated", "inconclusive"),
        ({**with_deployments(1, 1), "expectations": [expectation(True)]}, "The expectation is met", "plan"),
        ({**with_deployments(1, 1), "expectations": [expectation(True)] * 2}, "All 2 expectations are met", "plan"),
        (
            {**with_deployments(0, 1), "expectations": [expectation(True)]},
            "No deployment could be evaluated",
            "inconclusive",
        ),
        (
            {**with_deployments(0, 1), "expectations": [expectation(False)]},
            "1 of 1 expectation is not met",
            "block",
        ),
        (
            {**with_deployments(1, 1), "expectations": [expectation(False), expectation(True), expectation(False)]},
            "2 of 3 expectations are not met",
            "block",
        ),
        (of_recorded_runs(), "2 recorded gates replayed", "block"),
        (document([], runs=[run()]), "1 recorded gate replayed", "plan"),
        (document([], runs=[run(replayed_verdict=None)]), "No recorded gate could be evaluated", "inconclusive"),
    ],
)
def test_the_headline(one, verdict, tone):
    found = wording.describe_headline(one)
    assert (found.verdict, found.tone) == (verdict, tone)
    assert found.mark


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (document([policy("a", [deployment(FIRST)])]), "0 of 1 deployment would have been stopped"),
        (document([policy(name, [deployment(FIRST)]) for name in "ab"]), "Stopped of 1 deployment: a 0, b 0"),
        (
            document([policy(name, [deployment(FIRST)]) for name in "abcdefgh"]),
            "Stopped of 1 deployment: a 0, b 0, c 0, d 0, e 0, f 0 and 2 more policies",
        ),
        (document([], runs=[run()]), "0 of 1 recorded gate give another result now"),
        (of_recorded_runs(), "1 of 3 recorded gates gives another result now, 1 could not be replayed"),
    ],
)
def test_the_stops_in_one_sentence(one, sentence):
    assert wording.describe_stops(one) == sentence


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (with_deployments(3, 3), None),
        (
            with_deployments(3, 5),
            "2 of 5 deployments (40 %) could not be evaluated. What was not recorded proves nothing.",
        ),
        (
            with_deployments(1, 4, "a gap", "a gap", "too early"),
            "3 of 4 deployments (75 %) could not be evaluated: a gap (2); too early (1). "
            "What was not recorded proves nothing.",
        ),
        (
            with_deployments(0, 7, *"abcdefg"),
            "7 of 7 deployments (100 %) could not be evaluated: a (1); b (1); c (1); d (1); 3 other reasons. "
            "What was not recorded proves nothing.",
        ),
    ],
)
def test_what_could_not_be_evaluated_is_counted(one, sentence):
    assert wording.describe_uncovered(one) == sentence


def test_gaps_are_summed_and_the_longest_is_named():
    assert wording.describe_gaps([]) is None
    gaps = [
        {"since": "2026-05-01T00:00:00Z", "until": "2026-05-01T01:00:00Z"},
        {"since": "2026-05-02T00:00:00Z", "until": "2026-05-02T02:30:00Z"},
    ]
    assert wording.describe_gaps(gaps) == (
        "Nothing was recorded in 2 periods, 3 h 30 min in total; the longest lasts 2 h 30 min, "
        "from 2026-05-02 00:00:00 UTC to 2026-05-02 02:30:00 UTC."
    )


@pytest.mark.parametrize(
    ("entry", "false_stops", "caught", "sentence"),
    [
        (
            change("o", 2, 3, 3, 4, 0, 1, 3),
            0,
            12,
            "o 2 → 3: 4 of 7 stops fewer, but 3 of them had a real outage, would miss 1 of 12 caught faults",
        ),
        (
            change("o", 2, 3, 3, 4, 1, 0),
            2,
            12,
            "o 2 → 3: 4 of 7 stops fewer, none of which had a real outage (1 without a real outage is left), "
            "would miss none of 12 caught faults",
        ),
        (
            change("o", "y", "x", 6, 1, 0, 1),
            2,
            1,
            "o y → x: 1 of 7 stops fewer, which had no real outage (0 without a real outage are left), "
            "would miss 1 of 1 caught fault",
        ),
        (
            change("o", {"before": 1, "after": 2}, 3, 5, 2, 0, 0, 2),
            0,
            1,
            "o 1 (before), 2 (after) → 3: 2 of 7 stops fewer, but all of them had a real outage, "
            "would miss none of 1 caught fault",
        ),
        (
            change("o", 1, 3, 6, 1, 0, 0, 1),
            0,
            0,
            "o 1 → 3: 1 of 7 stops fewer, but it had a real outage, no fault was planted",
        ),
        (change("o", [1], True, 7, 0, 2, 0), 2, 0, "o [1] → true: the same 7 stops, no fault was planted"),
    ],
)
def test_another_value_in_one_sentence(entry, false_stops, caught, sentence):
    faults = {"planted": caught, "caught": caught, "missed": 0, "hidden": 0, "by_phase": {}}
    stops = {"before": 2, "during": 0, "after": 5}
    one = policy("a", [], stops=stops, false_stops=false_stops, faults=faults)
    assert policy_wording.describe_change(entry, one) == sentence


@pytest.mark.parametrize(
    ("count", "total", "text"),
    [
        (0, 0, "of 0, 0 %"),
        (0, 9, "of 9, 0 %"),
        (1, 180, "of 180, 0.6 %"),
        (90, 180, "of 180, 50 %"),
        (1, 3000, "of 3,000, less than 0.1 %"),
        (199, 200, "of 200, 99.5 %"),
        (9999, 10_000, "of 10,000, 99.9 %"),
        (9, 9, "of 9, 100 %"),
    ],
)
def test_a_share(count, total, text):
    assert policy_wording.describe_share(count, total) == text


@pytest.mark.parametrize(
    ("wait", "texts"),
    [
        ((None, None, None), ("none", "after ran for no deployment")),
        ((60.0, 300.0, 3600.0), ("1 min median", "95 % within 5 min, longest 1 h")),
    ],
)
def test_the_wait(wait, texts):
    assert policy_wording.describe_wait(dict(zip(("median", "p95", "longest"), wait, strict=True))) == texts


@pytest.mark.parametrize(
    ("faults", "texts"),
    [
        ((0, 0, 0, 0, {}), ("none planted", "")),
        ((9, 7, 2, 0, {"during": 0, "after": 7}), ("7 of 9 caught", "2 missed; caught: 7 after")),
        ((2, 0, 2, 0, {"during": 0, "after": 0}), ("0 of 2 caught", "2 missed")),
        (
            (120, 118, 0, 2, {"during": 0, "after": 118}),
            ("118 of 118 caught, 2 hidden by another stop", "0 missed; caught: 118 after"),
        ),
    ],
)
def test_the_planted_faults(faults, texts):
    one = policy("a", [], faults=dict(zip(("planted", "caught", "missed", "hidden", "by_phase"), faults, strict=True)))
    assert policy_wording.describe_faults(one) == texts


@pytest.mark.parametrize(("met", "result"), [(True, "met"), (False, "not met")])
def test_an_expectation(met, result):
    assert wording.describe_expectation(expectation(met)) == ("a", "stops: at most 0", "1 of 20", result)


@pytest.mark.parametrize("changes", [{"every": None}, {"every": 14_400.0}])
def test_the_setup_says_what_was_replayed(changes):
    one = document([policy("a", [deployment(FIRST)])])
    one["deployments"].update(changes)
    entries = dict(wording.describe_setup(one))
    assert entries["Time between tests"] == "5 min"
    assert entries["Deployments"] == "1 of 1 planned"
    assert entries.get("One every", entries.get("Deployments are")) in ("4 h", "at the given times")
    assert "Polls that were read" in dict(wording.describe_setup(of_recorded_runs()))
    assert "Deployments" not in dict(wording.describe_setup(of_recorded_runs()))


@pytest.mark.parametrize(
    ("changes", "texts"),
    [
        ({}, ("pass (0)", "pass (0)", "none")),
        (
            {"replayed_verdict": "block", "replayed_gate_rc": 10, "differences": ["verdict", "reasons"]},
            ("pass (0)", "block (10)", "verdict, reasons"),
        ),
        (
            {"replayed_verdict": None, "replayed_gate_rc": None, "differences": ["polls"]},
            ("pass (0)", "not replayed", "the journal lacks its polls"),
        ),
    ],
)
def test_a_recorded_gate(changes, texts):
    assert wording.describe_run(run(**changes)) == texts
