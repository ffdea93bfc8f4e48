# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Snippets are parsed and used as options of the gate, to prove that they have the promised effect."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timestamps import utc
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.unblock import (
    MAX_NAMED,
    OFFERS,
    Situation,
    unblock_options,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.yaml_text import TEMPLATE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import GATE, read_policy

from ..monitors_at_hand import NOW, status
from .example_documents import HOSTILE


def entry(number, state, **changes):
    fields = {
        "id": f"m{number}",
        "label": f"Web {number}",
        "timer": 60.0,
        "state": state,
        "alert_since": None,
        "last_test": "2027-01-15T07:50:00Z",
        "error": "HTTP 502",
    }
    return {**fields, **changes}


def situation(entries, verdict="block", **changes):
    reasons = [
        {"code": one["state"], "verdict": verdict, "monitor": one["id"], "label": one["label"]} for one in entries
    ]
    names = Counter(name for one in entries for name in dict.fromkeys((one["id"], one["label"])))
    fields = {
        "reasons": reasons,
        "monitors": {one["id"]: one for one in entries},
        "names": names,
        "now": NOW,
        "scope": len(entries),
    }
    return Situation(**{**fields, **changes})


def about_the_gate(code, **changes):
    return situation(
        [],
        reasons=[{"code": code, "verdict": "inconclusive", "monitor": None, "label": None}],
        **{"scope": 4, **changes},
    )


def options(found):
    return [one["option"] for one in found]


def parse_snippets(found):
    """Return the options that all snippets together set."""
    values = {}
    for one in found:
        values.update(yaml.safe_load(one["snippet"]))
    return values


def apply_snippets(found):
    """Return the policy that a gate makes of the snippets, of those options that this gate has."""
    given = {name: value for name, value in parse_snippets(found).items() if name in GATE}
    validated = ArgumentSpecValidator(GATE).validate({"client_id": "i", "client_secret": "s", **given})
    assert validated.error_messages == []
    return read_policy(validated.validated_parameters, NOW)[0]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("new_alert", ["known", "advisory"]),
        ("existing_alert", ["fixes", "known", "on_existing_alert"]),
        ("existing_problem", ["known", "on_existing_problem"]),
        ("silent_failure", ["known", "on_silent_failure"]),
        ("missing", ["known", "exclude", "on_blind"]),
        ("blind", ["stale_grace", "known", "on_blind"]),
        ("failing", ["known", "advisory", "on_failing_test"]),
        ("pending", ["timeout_max"]),
        ("unproved", ["timeout_max", "on_unprovable"]),
        ("fixing", ["timeout_max"]),
        ("a_state_of_tomorrow", []),
    ],
)
def test_each_state_has_its_options(state, expected):
    found = unblock_options(situation([entry(1, state), entry(2, state)]))
    assert options(found) == expected
    assert all(one["states"] == [state] and one["why"] for one in found)
    apply_snippets(found)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("unmatched", {"on_unmatched": "warn"}),
        ("max_masked", {"max_masked": "75%"}),
        ("timeout_too_short", {}),
        ("interrupted", {}),
        ("credentials", {}),
    ],
)
def test_reasons_of_the_gate_itself_have_options(code, expected):
    found = unblock_options(about_the_gate(code, masked=3, predicted=7230.0))
    assert parse_snippets(found) == expected


@pytest.mark.parametrize("option", ["timeout", "timeout_max"])
@pytest.mark.parametrize("timeout", [None, 0.0, 600.0])
def test_only_the_option_that_is_too_short_is_raised(option, timeout):
    found = unblock_options(about_the_gate("timeout_too_short", timeout=timeout, needed=(option, 7201)))
    assert parse_snippets(found) == {option: 7260}


@pytest.mark.parametrize(("timeout", "option"), [(None, "timeout_max"), (600.0, "timeout")])
@pytest.mark.parametrize("state", ["pending", "fixing", "unproved"])
def test_only_the_option_that_limits_the_wait_is_raised(state, timeout, option):
    found = unblock_options(situation([entry(1, state)], timeout=timeout, wait_option=option))
    assert {"timeout", "timeout_max"} & set(options(found)) == {option}


def test_the_offers_include_every_option_for_single_monitors():
    offered = {name for offer in OFFERS for name in [offer.option]}
    assert {"known", "fixes", "advisory", "exclude", "stale_grace", "timeout", "timeout_max"} <= offered


@pytest.mark.parametrize("state", ["existing_alert", "known", "existing_problem", "failing"])
def test_what_is_only_warned_of_needs_no_option(state):
    assert unblock_options(situation([entry(1, state)], verdict="warn")) == []


def test_a_tolerated_monitor_is_not_in_a_snippet():
    one = situation([entry(1, "failing"), entry(2, "failing")])
    one.reasons[1]["verdict"] = "warn"
    found = parse_snippets(unblock_options(one))
    assert [accepted["monitor"] for accepted in found["known"]] == found["advisory"] == ["Web 1"]


@pytest.mark.parametrize(
    ("verdict", "options"), [("inconclusive", {"timeout_max": 172860, "on_unprovable": "warn"}), ("warn", {})]
)
def test_a_monitor_that_cannot_be_proved_has_advice_only_where_that_stops(verdict, options):
    found = unblock_options(situation([entry(1, "unproved", timer=86400.0)], verdict=verdict))
    assert {one["option"] for one in found} == set(options)
    assert not found or parse_snippets(found) == options


def test_known_accepts_these_monitors_in_their_state_for_thirty_days():
    found = unblock_options(
        situation(
            [
                entry(1, "existing_alert", alert_since="2027-01-01T00:00:00Z"),
                entry(2, "blind", error=None),
                entry(3, "missing", last_test=None, error=None),
            ]
        )
    )
    assert parse_snippets(found)["known"] == [
        {
            "monitor": f"Web {number}",
            "states": [state],
            "reason": reason,
            "expires": utc(NOW + 30 * 86400),
        }
        for number, state, reason in (
            (1, "existing_alert", "existing alert, alert since 2027-01-01T00:00:00Z: HTTP 502"),
            (2, "blind", "blind, last test 2027-01-15T07:50:00Z"),
            (3, "missing", "missing"),
        )
    ]
    policy = apply_snippets(found)
    assert [one.is_valid(NOW + 29 * 86400) for one in policy.known] == [True] * 3
    assert [one.is_valid(NOW + 31 * 86400) for one in policy.known] == [False] * 3


HOSTILE_NAMES = [HOSTILE, "*", "~.*", "{{ lookup('pipe', 'id') }}", "{% raw %}", '"', "# no", "a: b", "\u2028", "[x]"]


@pytest.mark.parametrize("state", ["existing_alert", "failing", "missing"])
def test_a_snippet_with_hostile_text_is_yaml_that_selects_one_monitor(state):
    entries = [entry(0, state, id=f"{at}{name}", label=name, error=name) for at, name in enumerate(HOSTILE_NAMES)] + [
        entry(1, state, id=f"{name}!", label="the same", error=name) for name in HOSTILE_NAMES[1:4]
    ]
    found = unblock_options(situation(entries))
    for snippet in (offer["snippet"] for offer in found):
        assert not TEMPLATE.search(snippet)
        assert all(line.isprintable() for line in snippet.split("\n"))
    policy = apply_snippets(found)
    assert len(policy.known) == len(entries)
    for accepted in policy.known:
        selected = [
            offer for offer in entries if accepted.selects.find_matches(status(id=offer["id"], label=offer["label"]))
        ]
        assert len(selected) == 1


def test_a_monitor_without_a_unique_pattern_is_only_counted():
    entries = [entry(1, "existing_alert"), entry(2, "existing_alert", id="x", label="y")]
    one = situation(entries)
    found = unblock_options(one._replace(names={**one.names, "x": 2, "y": 2}))
    snippet = next(offer["snippet"] for offer in found if offer["option"] == "known")
    assert len(yaml.safe_load(snippet)["known"]) == 1
    assert "1 monitor shares its id or label" in snippet
    alone = unblock_options(situation(entries[1:])._replace(names={"x": 2, "y": 2}))
    assert options(alone) == ["on_existing_alert"]


def test_a_monitor_that_is_named_by_its_id_has_its_label_in_a_comment():
    found = unblock_options(situation([entry(1, "existing_alert", label="Web *")]))
    snippet = next(offer["snippet"] for offer in found if offer["option"] == "known")
    assert snippet.endswith("}  # Web *\n")


def test_a_long_list_is_cut_and_explains_how_to_select_the_rest():
    found = unblock_options(situation([entry(number, "existing_alert") for number in range(300)]))
    for offer in found:
        if offer["option"] in ("known", "fixes"):
            assert len(yaml.safe_load(offer["snippet"])[offer["option"]]) == MAX_NAMED
            assert "280 more" in offer["snippet"]
            assert "knowledgefront.monitoring.adopt" in offer["snippet"]


@pytest.mark.parametrize(
    ("last_test", "timer", "grace"),
    [
        ("2027-01-15T07:50:00Z", 60.0, 540),
        ("2027-01-15T07:50:00Z", None, None),
        ("2027-01-15T07:50:00Z", 300.0, None),
        ("2027-01-14T07:50:00Z", 60.0, None),
        (None, 60.0, None),
    ],
)
def test_stale_grace_is_offered_if_it_can_help(last_test, timer, grace):
    found = unblock_options(situation([entry(1, "blind", last_test=last_test, timer=timer)]))
    assert parse_snippets(found).get("stale_grace") == grace


@pytest.mark.parametrize(
    ("timeout", "expected"), [(600.0, {"timeout": 1260}), (0.0, {"timeout": 660}), (None, {"timeout_max": 660})]
)
def test_the_option_that_limits_the_wait_is_raised(timeout, expected):
    found = unblock_options(situation([entry(1, "pending", timer=300.0)], verdict="inconclusive", timeout=timeout))
    assert parse_snippets(found) == expected
