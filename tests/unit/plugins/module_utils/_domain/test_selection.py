# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import difflib
import time
from dataclasses import dataclass
from difflib import get_close_matches

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import (
    PatternError,
    Patterns,
    Selection,
    UnmatchedError,
    describe_unmatched,
    suggest_labels,
)


@dataclass(frozen=True)
class Thing:
    id: str
    label: str
    kind: str | None = "http"


SMTP = Thing("id-1", "Primary SMTP MX", "smtp")
WEB = Thing("id-2", "Primary HTTP", "http")
SHOP = Thing("id-3", "Shop [eu]", "HTTP")
ODD = Thing("id-4", "~tilde", None)
ALL = [SMTP, WEB, SHOP, ODD]


def select(*include: str, exclude: tuple[str, ...] = (), types: tuple[str, ...] = ()) -> list[Thing]:
    return Selection(include, exclude, types).select(ALL, lambda thing: thing.kind).monitors


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        ((), ALL),
        (("id-1",), [SMTP]),
        (("Primary HTTP",), [WEB]),
        (("Primary *",), [SMTP, WEB]),
        (("id-?",), ALL),
        (("*",), ALL),
        (("~Primary",), [SMTP, WEB]),
        (("~.*SMTP",), [SMTP]),
        (("~SMTP",), []),
        (("~id-[34]",), [SHOP, ODD]),
        (("Shop [eu]",), [SHOP]),
        (("Shop [[]eu]",), [SHOP]),
        (("primary http",), []),
        (("Primary",), []),
        (("id-1", "Primary *"), [SMTP, WEB]),
    ],
)
def test_include_selects_in_the_order_of_the_response(include: tuple[str, ...], expected: list[Thing]) -> None:
    assert select(*include) == expected


@pytest.mark.parametrize(
    ("exclude", "types", "expected"),
    [
        (("Primary *",), (), [SHOP, ODD]),
        (("nothing like it",), (), ALL),
        (("*",), (), []),
        ((), ("http",), [WEB, SHOP, ODD]),
        ((), ("HTTP", "Smtp"), ALL),
        ((), ("dns",), [ODD]),
        (("id-2",), ("http",), [SHOP, ODD]),
    ],
)
def test_exclude_and_types_narrow_and_an_unknown_type_is_not_ruled_out(
    exclude: tuple[str, ...], types: tuple[str, ...], expected: list[Thing]
) -> None:
    assert select(exclude=exclude, types=types) == expected


@pytest.mark.parametrize(
    ("include", "types", "unmatched", "unmatched_types"),
    [
        (["Primary *", "id-1"], [], [], []),
        (["Primary *", "deleted", "~nowhere"], [], ["deleted", "~nowhere"], []),
        (["deleted", "deleted"], [], ["deleted"], []),
        (["Primary HTTP"], ["smtp"], [], []),
        ([], ["DNS", "http"], [], ["DNS"]),
    ],
)
def test_unmatched_patterns_and_types_are_reported(
    include: list[str], types: list[str], unmatched: list[str], unmatched_types: list[str]
) -> None:
    found = Selection(include, (), types).select(ALL, lambda thing: thing.kind)
    assert (found.unmatched, found.unmatched_types) == (unmatched, unmatched_types)


@pytest.mark.parametrize(
    ("include", "exclude", "types", "unmatched"),
    [
        ([], [], [], []),
        ([], ["id-1", "Primary *"], [], []),
        ([], ["deleted", "~nowhere", "Primary *"], [], ["deleted", "~nowhere"]),
        ([], ["deleted", "deleted"], [], ["deleted"]),
        (["id-1"], ["id-2"], [], []),
        (["id-1"], ["deleted"], [], ["deleted"]),
        ([], ["id-1"], ["nothing has this type"], []),
    ],
)
def test_an_unmatched_exclude_is_reported_with_any_include(
    include: list[str], exclude: list[str], types: list[str], unmatched: list[str]
) -> None:
    found = Selection(include, exclude, types).select(ALL, lambda thing: thing.kind)
    assert found.unmatched_excludes == unmatched


@pytest.mark.parametrize("on_unmatched", ["fail", "warn", "ignore"])
def test_unmatched_excludes_and_types_are_warned_of_and_never_an_error(on_unmatched: str) -> None:
    found = Selection([], ["Primary HTTPS", "deleted"], ["dns"]).select(ALL, lambda thing: thing.kind)
    assert describe_unmatched(found, ALL, on_unmatched) == [
        "exclude: Primary HTTPS and deleted matched none of 4 monitors; similar labels are "
        "Primary HTTP and Primary SMTP MX",
        "types: no monitor has the type dns",
    ]


def test_a_pattern_that_matches_only_what_is_excluded_again_is_not_unmatched() -> None:
    found = Selection(["id-1"], ["Primary *"]).select(ALL, lambda thing: thing.kind)
    assert (found.monitors, found.unmatched) == ([], [])


@pytest.mark.parametrize(
    "text", ["", " ", "\t\n", "~(", "~[", "~*", "~(?P<a", "~" + "(" * 2000, "~x{" + "9" * 30 + "}"]
)
def test_an_unusable_pattern_is_refused_by_name(text: str) -> None:
    with pytest.raises(PatternError) as caught:
        Patterns([text])
    assert len(str(caught.value)) < 400
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "narrows"), [(((), (), ()), False), ((("a",),), True), (((), ("a",)), True), (((), (), ("a",)), True)]
)
def test_a_selection_is_true_when_it_narrows(arguments: tuple[tuple[str, ...], ...], narrows: bool) -> None:
    assert bool(Selection(*arguments)) is narrows


def test_thousands_of_names_cost_next_to_nothing() -> None:
    things = [Thing(f"id-{number}", f"Monitor {number}") for number in range(5000)]
    started = time.monotonic()
    found = Selection([thing.label for thing in things]).select(things, lambda thing: thing.kind)
    assert found.monitors == things
    assert time.monotonic() - started < 20


@pytest.mark.parametrize(
    ("unmatched", "sentence"),
    [
        (
            ["Primary HTTPS"],
            "Primary HTTPS matched none of 4 monitors; similar labels are Primary HTTP and Primary SMTP MX",
        ),
        (["zzz"], "zzz matched none of 4 monitors"),
        (["\x1b"], "\\x1b matched none of 4 monitors"),
        (
            ["Primary HTTPS", "Primary HTTP!", "Shop [us]"],
            "Primary HTTPS, Primary HTTP! and Shop [us] matched none of 4 monitors; "
            "similar labels are Primary HTTP, Primary SMTP MX and Shop [eu]",
        ),
    ],
)
def test_an_unmatched_pattern_is_reported_with_similar_labels(unmatched: list[str], sentence: str) -> None:
    assert suggest_labels(unmatched, ALL) == sentence


def test_suggestions_cost_no_more_for_more_patterns_and_monitors(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def noted(text: str, labels: list[str], most: int) -> list[str]:
        compared.append(len(labels))
        return get_close_matches(text, labels, most)

    monkeypatch.setattr(difflib, "get_close_matches", noted)
    things = [Thing(str(number), f"Primary web server number {number}") for number in range(20000)]
    reported = suggest_labels([f"Primary web server nomber {number}" for number in range(1000)], things)
    assert (
        "Primary web server nomber 4 and 995 more matched none of 20,000 monitors; similar labels are Primary"
        in reported
    )
    assert compared == [1000] * 5


@pytest.mark.parametrize(("text", "label"), [("abc", "x" * 10**6), ("x" * 10**6, "y" * 10**6), ("ab" * 99, "cd" * 99)])
def test_texts_of_any_length_are_compared_at_once_or_not_at_all(text: str, label: str) -> None:
    started = time.monotonic()
    assert suggest_labels([text], [Thing("1", label)] * 1000).endswith("matched none of 1,000 monitors")
    assert time.monotonic() - started < 20


def test_two_similar_labels_are_enough_of_a_hint() -> None:
    near = [Thing(f"id-{number}", f"Shop {number}") for number in range(5)]
    hint = suggest_labels(["Shop"], near).partition("; similar labels are ")[2]
    assert hint.count("Shop") == 2


@pytest.mark.parametrize(
    ("include", "on_unmatched", "warnings"),
    [
        (["deleted"], "warn", ["include: deleted matched none of 4 monitors"]),
        (["deleted"], "ignore", []),
        (["id-1"], "warn", []),
        (["id-1"], "fail", []),
    ],
)
def test_an_unmatched_pattern_is_warned_of_where_it_is_tolerated(
    include: list[str], on_unmatched: str, warnings: list[str]
) -> None:
    found = Selection(include).select(ALL, lambda thing: thing.kind)
    assert describe_unmatched(found, ALL, on_unmatched) == warnings


def test_an_unmatched_pattern_is_an_error_where_it_is_not() -> None:
    found = Selection(["deleted", "id-1"]).select(ALL, lambda thing: thing.kind)
    with pytest.raises(UnmatchedError) as raised:
        describe_unmatched(found, ALL, "fail")
    reported = "include: deleted matched none of 4 monitors; correct include, or set on_unmatched"
    assert str(raised.value) == reported


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("", "a pattern is empty; remove it or name a monitor"),
        (" ", "a pattern is empty; remove it or name a monitor"),
        ("~(", "~( is not a valid regular expression (missing ), unterminated subpattern at position 0)"),
    ],
)
def test_a_refusal_says_what_is_wrong_with_the_pattern(text: str, reported: str) -> None:
    with pytest.raises(PatternError) as raised:
        Patterns(["Web", text])
    assert str(raised.value) == reported


@pytest.mark.parametrize(
    ("texts", "selecting"),
    [
        (["id-1", "Primary SMTP MX", "Primary *", "~id", "Shop*", "~nowhere"], 4),
        (["id-1", "id-1"], 1),
        (["id-2"], 0),
    ],
)
def test_each_matching_pattern_is_returned_once(texts: list[str], selecting: int) -> None:
    assert sorted(Patterns(texts).find_matches(SMTP)) == sorted(set(texts[:selecting]))


def test_a_type_that_only_an_excluded_monitor_has_is_not_unseen() -> None:
    found = Selection(["id-1"], ["id-2"], ["HTTP", "smtp", "dns"]).select(ALL, lambda thing: thing.kind)
    assert (found.monitors, found.unmatched_types) == ([SMTP], ["dns"])


@pytest.mark.parametrize(
    ("text", "others"), [("Shop", "A" * 100), ("Shop number one hundred", "A")], ids=["longer", "shorter"]
)
def test_of_many_labels_those_of_about_the_same_length_are_compared(text: str, others: str) -> None:
    things = [Thing(f"id-{number}", f"{others}{number}") for number in range(1000)]
    assert suggest_labels([text], [*things, Thing("id", f"{text}!")]).endswith(f"; similar labels are {text}!")


@pytest.mark.parametrize(("length", "compared"), [(200, True), (201, False)])
def test_a_text_too_long_for_a_label_is_compared_with_none(length: int, compared: bool) -> None:
    assert ("similar labels" in suggest_labels(["x" * length], [Thing("id", "x" * 199)])) is compared
