# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import PatternError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.exceptions import (
    Override,
    moment,
    read_known,
    read_override,
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
        (str(NOW), NOW),
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T08:00:00", NOW),
        (" 2027-01-15 08:00:00 ", NOW),
        ("2027-01-15T09:00:00+01:00", NOW),
        ("2027-01-15", NOW - 8 * 3600),
    ],
)
def test_a_moment_is_utc_text_or_epoch_seconds(value, seconds):
    assert moment(value, "expires") == seconds


@pytest.mark.parametrize("value", ["soon", "15.01.2027", "2027-13-01", [], {}, "nan-ish", "\x1b"])
def test_anything_else_is_no_moment(value):
    with pytest.raises(ValueError, match=r"^expires: .* is no time; write it in UTC"):
        moment(value, "expires")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("soon\x1b", "soon\\x1b"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 57 + "..."), (10**400, "1" + "0" * 56 + "...")],
)
def test_what_is_no_moment_is_told_in_a_short_sentence(value, shown):
    with pytest.raises(ValueError) as raised:
        moment(value, "since")
    assert str(raised.value) == f"since: {shown} is no time; write it in UTC, such as 2026-05-31T18:51:18Z"


@pytest.mark.parametrize("value", ["nan", "inf", "1e300"])
def test_a_number_that_is_no_time_is_refused(value):
    with pytest.raises(ValueError, match="is no time"):
        moment(value, "since")


@pytest.mark.parametrize(
    ("read", "entry", "told"),
    [
        (read_known, {**KNOWN, "reason": " "}, "known: reason must not be empty"),
        (read_known, {**KNOWN, "reason": None}, "known: reason must not be empty"),
        (read_known, {**KNOWN, "expires": "soon"}, "known: soon is no time"),
        (read_override, {**OVERRIDE, "reason": "because"}, "override: the reason needs 10 characters"),
        (read_override, {**OVERRIDE, "reason": ""}, "override: reason must not be empty"),
        (read_override, {**OVERRIDE, "reason": " because  " + " " * 20}, "override: the reason needs 10"),
        (read_override, {**OVERRIDE, "by": ""}, "override: by must not be empty"),
        (read_override, {"reason": "the shop is down"}, "override: by must not be empty"),
        (read_override, {**OVERRIDE, "expires": "soon"}, "override: soon is no time"),
    ],
)
def test_a_decision_needs_a_reason_and_a_person(read, entry, told):
    with pytest.raises(ValueError, match=f"^{told}"):
        read(entry)


def test_an_unusable_pattern_is_refused():
    with pytest.raises(PatternError):
        read_known({**KNOWN, "monitor": "~("})


@pytest.mark.parametrize("read, entry", [(read_known, KNOWN), (read_override, OVERRIDE)])
@pytest.mark.parametrize(("expires", "valid"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)])
def test_a_decision_helps_until_it_expires(read, entry, expires, valid):
    assert read({**entry, "expires": expires}).valid(NOW) is valid


def test_a_decision_keeps_what_its_person_said():
    known = read_known({**KNOWN, "reason": " under repair ", "expires": NOW})
    assert (known.pattern, known.reason, known.expires, known.selects.texts) == ("Web", "under repair", NOW, ["Web"])
    override = read_override({**OVERRIDE, "by": " ann ", "ticket": "OPS-1", "expires": NOW})
    assert override == Override("the shop is down", "ann", "OPS-1", NOW)


def test_ten_characters_are_a_reason():
    assert read_override({**OVERRIDE, "reason": "shop down!"}).reason == "shop down!"


def test_the_banner_says_who_and_why_and_nothing_raw():
    banner = read_override({**OVERRIDE, "ticket": "OPS-1\x1b", "by": "ann\n"}).banner
    assert banner == "THE GATE IS OVERRIDDEN by ann, ticket OPS-1\\x1b: the shop is down"


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_the_banner_stays_short(name, shown):
    assert Override("down", name, name, None).banner == f"THE GATE IS OVERRIDDEN by {shown}, ticket {shown}: down"


@pytest.mark.parametrize("ticket", [None, ""])
def test_an_order_without_a_ticket_names_none(ticket):
    assert Override("down", "ann", ticket, None).banner == "THE GATE IS OVERRIDDEN by ann: down"
