# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import (
    Then,
    fingerprint,
    read_baseline,
    take,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from hypothesis import given
from hypothesis import strategies as st

from .monitors_at_hand import NOW, SELECTION, baseline, config, monitor, sample, status

ALERT = status(id="a", label="Alerting", alert_active=True, alerted=NOW - 60.5)
TAKEN = take(sample(ALERT, status()), SELECTION)


def test_a_baseline_is_plain_data_that_other_releases_read():
    assert TAKEN == {
        "version": 1,
        "taken_at": "2027-01-15T08:00:00Z",
        "selection": SELECTION,
        "scope": 2,
        "alerts": {"a": "2027-01-15T07:58:59Z"},
        "monitors": {
            "a": {"label": "Alerting", "timer": 60.0, "active": True},
            "m1": {"label": "Web", "timer": 60.0, "active": True},
        },
    }


def test_what_is_taken_can_be_read_again():
    read = read_baseline(json.loads(json.dumps(TAKEN)))
    assert (read.taken_at, read.selection, read.scope) == (NOW, SELECTION, 2)
    assert read.alerts == {"a": NOW - 61}
    assert read.had(ALERT)
    assert read.monitors["a"].timer == 60


def test_the_whole_result_of_a_gate_serves_as_well():
    assert read_baseline({"baseline": TAKEN, "verdict": "pass"}) == read_baseline(TAKEN)


@pytest.mark.parametrize("text", ["{{ 7 * 191 }}", "{% if x %}", "{# x #}", "{", "{{{", "{%7B", "{{%25"])
def test_no_text_in_it_can_be_read_as_a_template(text):
    alerting = status(id=text, label=text, alert_active=True)
    taken = take(sample(alerting), SELECTION)
    texts = [*taken["alerts"], *taken["monitors"], *(then["label"] for then in taken["monitors"].values())]
    assert len(texts) == 3
    assert not any("{" in told for told in texts)


@given(st.text(alphabet="{%257B}# ", min_size=1))
def test_a_text_that_looks_like_its_own_spelling_is_read_as_it_was(text):
    read = read_baseline(take(sample(status(id=text, label=text, alert_active=True)), SELECTION))
    assert list(read.alerts) == list(read.monitors) == [text]
    assert read.monitors[text].label == text


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"baseline": None},
        {"verdict": "pass"},
        [],
        "text",
        7,
        None,
        {**TAKEN, "version": 2},
        {**TAKEN, "taken_at": "yesterday"},
        {**TAKEN, "taken_at": None},
        {**TAKEN, "scope": "many"},
        {**TAKEN, "scope": float("inf")},
        {**TAKEN, "alerts": None},
        {**TAKEN, "alerts": []},
        {**TAKEN, "alerts": {"a": 5}},
        {**TAKEN, "alerts": {"a": "soon"}},
        {**TAKEN, "monitors": "all"},
        {**TAKEN, "monitors": {"a": None}},
        {**TAKEN, "monitors": {"a": {"label": "A"}}},
        {**TAKEN, "monitors": {"a": {"label": "A", "timer": "x", "active": True}}},
        {name: value for name, value in TAKEN.items() if name != "selection"},
    ],
)
def test_anything_else_is_refused_in_a_sentence(value):
    with pytest.raises(ValueError, match=r"^baseline: this is not what the before phase returned"):
        read_baseline(value)


@pytest.mark.parametrize("number", [0, 1, 100])
def test_a_scope_of_up_to_a_hundred_is_named(number):
    taken = take(sample(*(status(id=str(one)) for one in range(number))), SELECTION)
    assert (len(taken["monitors"]), taken["scope"]) == (number, number)


def test_a_large_scope_is_counted_and_not_named():
    many = sample(*(status(id=str(number)) for number in range(101)))
    taken = take(many, SELECTION)
    assert (taken["monitors"], taken["scope"]) == (None, 101)
    assert len(json.dumps(taken)) < 300
    assert read_baseline(taken).monitors is None


def test_a_monitor_of_which_little_is_known_is_kept():
    taken = take(Sample([monitor(status(alert_active=True)), monitor(None, config(id="c", timer=None))], NOW), "")
    assert taken["alerts"] == {"m1": None}
    assert {name: then["timer"] for name, then in taken["monitors"].items()} == {"m1": None, "c": None}
    assert read_baseline(taken).alerts == {"m1": None}


def test_how_a_monitor_was_configured_is_kept():
    found = [monitor(None, config(id="off", active=False)), monitor(status(id="bare")), monitor(None, config(id="on"))]
    read = read_baseline(take(Sample(found, NOW), SELECTION))
    assert read.monitors == {
        "off": Then("Web", 60.0, False),
        "bare": Then("Web", None, True),
        "on": Then("Web", 60.0, True),
    }


def test_what_was_stored_as_text_is_read_as_what_it_is():
    stored = {
        **TAKEN,
        "scope": "2",
        "selection": 7,
        "alerts": {1: None},
        "monitors": {2: {"label": 3, "timer": "60", "active": 0}},
    }
    read = read_baseline(stored)
    assert (read.scope, read.selection, read.alerts) == (2, "7", {"1": None})
    assert read.monitors == {"2": Then("3", 60.0, False)}


def test_a_refused_baseline_says_what_to_hand_over():
    with pytest.raises(ValueError) as raised:
        read_baseline({"verdict": "pass"})
    assert str(raised.value) == (
        "baseline: this is not what the before phase returned (KeyError); "
        "hand over the registered result of phase before, or its baseline"
    )


@pytest.mark.parametrize(
    ("then", "alerted", "had"),
    [
        ({"m1": NOW - 60}, NOW - 60, True),
        ({"m1": NOW - 60}, NOW - 59.5, True),
        ({"m1": NOW - 60}, NOW - 59, False),
        ({"m1": NOW - 60}, NOW - 61, True),
        ({"m1": NOW - 60}, None, False),
        ({"m1": None}, None, True),
        ({"m1": None}, NOW - 600, True),
        ({"m1": None}, NOW - 599, False),
        ({}, NOW - 6000, False),
        ({}, None, False),
    ],
)
def test_an_alert_that_started_later_is_another_one(then, alerted, had):
    assert baseline(alerts=then).had(status(alert_active=True, alerted=alerted)) is had


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((["a", "b"], [], []), (["b", "a"], [], []), True),
        ((["w"], ["a", "b"], []), (["w"], ["b", "a"], []), True),
        (([], [], ["HTTP", "dns"]), ([], [], ["dns", "http"]), True),
        ((["w"], ["a"], []), (["w"], [], []), False),
        ((["w"], ["a"], []), (["w"], ["b"], []), False),
        (([], [], ["http"]), ([], [], []), False),
        (([], [], ["http"]), ([], [], ["dns"]), False),
        (([], ["http"], []), ([], [], ["http"]), False),
        ((["a"], [], []), ([], ["a"], []), False),
        ((["a"], [], []), (["A"], [], []), False),
        (([], [], []), (["\ud800"], [], []), False),
    ],
)
def test_a_fingerprint_is_the_same_for_the_same_selection_only(one, other, same):
    assert (fingerprint(*one) == fingerprint(*other)) is same


def test_a_fingerprint_is_short_and_stays_the_same_from_release_to_release():
    assert fingerprint(["Primary *"], ["Lab"], ["HTTP"]) == "26348c805a1a53c2"
