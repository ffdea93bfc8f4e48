# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exemptions import (
    ACCEPTABLE,
    ACCEPTED,
    Override,
    parse_known,
    parse_override,
    parse_time_option,
)

from .monitors_at_hand import NAMES, NOW

KNOWN = {"monitor": "Web", "reason": "under repair"}
OVERRIDE = {"reason": "the shop is down", "by": "ann"}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        (NOW, NOW),
        (int(NOW), NOW),
        (str(NOW), NOW),
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T09:00:00+01:00", NOW),
    ],
)
def test_a_time_has_a_zone_or_is_epoch_seconds(value, seconds):
    assert parse_time_option(value, "expires") == seconds


@pytest.mark.parametrize(
    "value", ["soon", "2027-01-15T08:00:00", "2027-01-15", [], {}, "nan", "inf", "1e300", 10**400, "\x1b", "x" * 999]
)
def test_anything_else_is_refused_in_a_short_sentence(value):
    with pytest.raises(ValueError, match=r"^expires: ") as raised:
        parse_time_option(value, "expires")
    assert str(raised.value).isprintable() and len(str(raised.value)) < 300


@pytest.mark.parametrize(
    ("read", "entry", "sentence"),
    [
        (parse_known, {**KNOWN, "reason": " "}, "known: reason must not be empty"),
        (parse_known, {**KNOWN, "reason": None}, "known: reason must not be empty"),
        (parse_known, {**KNOWN, "expires": "soon"}, "known: soon is neither a time"),
        (parse_known, {**KNOWN, "expires": ""}, "known: expires is empty"),
        (parse_override, {**OVERRIDE, "expires": ""}, "override: expires is empty"),
        (parse_known, {**KNOWN, "expires": "2027-01-15T08:00:00"}, "known: 2027-01-15T08:00:00 is neither a time"),
        (parse_known, {**KNOWN, "states": ["clean"]}, "known: clean cannot be accepted"),
        (parse_known, {**KNOWN, "states": ["blind", "x", "fixing"]}, "known: fixing and x cannot be accepted"),
        (parse_override, {**OVERRIDE, "reason": "because"}, "override: reason must have at least 10 characters"),
        (parse_override, {**OVERRIDE, "reason": ""}, "override: reason must not be empty"),
        (parse_override, {**OVERRIDE, "reason": " because  " + " " * 20}, "override: reason must have at least 10"),
        (parse_override, {**OVERRIDE, "by": ""}, "override: by must not be empty"),
        (parse_override, {"reason": "the shop is down"}, "override: by must not be empty"),
        (parse_override, {**OVERRIDE, "expires": "2027-01-15T08:00:00"}, "override: 2027-01-15T08:00:00 is neither"),
    ],
)
def test_a_decision_needs_a_reason_a_person_and_a_time_with_a_zone(read, entry, sentence):
    with pytest.raises(ValueError, match=f"^{sentence}"):
        read(entry)


@pytest.mark.parametrize(
    ("states", "read"),
    [
        (None, ACCEPTED),
        ([], ACCEPTED),
        (["blind"], {"blind"}),
        (["new_alert", "pending", "unproved"], {"new_alert", "pending", "unproved"}),
        (sorted(ACCEPTABLE), ACCEPTABLE),
    ],
)
def test_an_entry_accepts_the_states_that_it_lists(states, read):
    assert parse_known({**KNOWN, "states": states}).states == read


def test_a_new_alert_is_accepted_only_when_it_is_listed():
    assert {"new_alert", "pending", "unproved"} == ACCEPTABLE - ACCEPTED


def test_an_unusable_pattern_is_refused():
    with pytest.raises(ValueError, match=r"^known: ~[(] is not a valid regular expression"):
        parse_known({**KNOWN, "monitor": "~("})


@pytest.mark.parametrize("read, entry", [(parse_known, KNOWN), (parse_override, OVERRIDE)])
@pytest.mark.parametrize(("expires", "valid"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)])
def test_a_decision_is_valid_until_it_expires(read, entry, expires, valid):
    assert read({**entry, "expires": expires}).is_valid(NOW) is valid


def test_a_decision_has_the_values_of_its_options():
    known = parse_known({**KNOWN, "reason": " under repair ", "expires": NOW})
    assert (known.pattern, known.reason, known.expires, known.selects.texts) == ("Web", "under repair", NOW, ["Web"])
    override = parse_override({**OVERRIDE, "by": " ann ", "ticket": "OPS-1", "expires": NOW})
    assert override == Override("the shop is down", "ann", "OPS-1", NOW)


def test_ten_characters_are_a_reason():
    assert parse_override({**OVERRIDE, "reason": "shop down!"}).reason == "shop down!"


def test_the_banner_says_who_and_why_and_nothing_raw():
    banner = parse_override({**OVERRIDE, "ticket": "OPS-1\x1b", "by": "ann\n"}).banner
    assert banner == "THE GATE IS OVERRIDDEN by ann, ticket OPS-1\\x1b: the shop is down"


@pytest.mark.parametrize(("name", "text"), NAMES)
def test_the_banner_stays_short(name, text):
    assert Override("down", name, name, None).banner == f"THE GATE IS OVERRIDDEN by {text}, ticket {text}: down"


@pytest.mark.parametrize("ticket", [None, ""])
def test_an_override_without_a_ticket_names_none(ticket):
    assert Override("down", "ann", ticket, None).banner == "THE GATE IS OVERRIDDEN by ann: down"
