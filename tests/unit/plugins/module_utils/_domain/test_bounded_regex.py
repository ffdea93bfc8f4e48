# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An expression matches what Python's own machine matches, and always comes to an end."""

from __future__ import annotations

import contextlib
import fnmatch
import re
import time
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain import bounded_regex
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.bounded_regex import (
    BoundedRegex,
    TooComplexError,
)
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import (
    PatternError,
    Patterns,
    Selection,
    translate_glob,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ATOMS = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^a]", r"\w", r"\s", r"\d", "^", "$", r"\b", r"\B", r"\Z", "\u00e9", "A"]
)
REPETITIONS = st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{,2}", "{2,}", "*?", "+?", "??"])
FRAMES = st.sampled_from(["(?:{})", "({})", "(?={})", "(?!{})", "(?i:{})", "(?s:{})", "(?-i:{})"])
EXPRESSIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.tuples(inner, REPETITIONS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(FRAMES, inner).map(lambda pair: pair[0].format(pair[1])),
        inner.map(lambda part: f"(?<=a)(?<!ab){part}"),
    ),
    max_leaves=8,
)
FLAGS = st.sampled_from(["", "(?i)", "(?s)", "(?m)"])
TEXTS = st.text(st.sampled_from("abcAB \n1\u00e9\u00c0"), max_size=8)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(flags=FLAGS, expression=EXPRESSIONS, texts=st.lists(TEXTS, min_size=1, max_size=6), whole=st.booleans())
def test_it_matches_what_python_matches(flags: str, expression: str, texts: list[str], whole: bool) -> None:
    compiled = re.compile(flags + expression)
    before = bounded_regex.MAX_BACKTRACKING
    bounded_regex.MAX_BACKTRACKING = 0
    try:
        matches = BoundedRegex(flags + expression, whole)
        for text in texts:
            found = (compiled.fullmatch if whole else compiled.match)(text)
            assert matches(text) == (found is not None), (flags + expression, text)
    finally:
        bounded_regex.MAX_BACKTRACKING = before


ENDLESS = {
    "repetition of a repetition": ("(a+)+$", "a" * 40 + "!"),
    "the same, without an end": ("(a*)*b", "a" * 5000),
    "words": (r"(\w+\s?)+$", "a" * 60 + "!"),
    "alternatives alike": ("(a|a)*$", "a" * 60 + "!"),
    "alternatives that overlap": ("(a|aa)+$", "a" * 60 + "!"),
    "any of any": ("(.*)*x", "y" * 400),
    "lazy": ("(a+?)+?$", "a" * 60 + "!"),
    "counted": ("(a?){40}a{40}$", "a" * 39),
    "counted of counted": ("((a{1,20}){1,20}){1,2}$", "a" * 300 + "!"),
    "a row of stars": (".*a.*a.*a.*a.*a.*a.*a.*b", "a" * 300),
    "a row of optional parts": ("a?" * 40 + "a" * 40 + "$", "a" * 39),
    "a row of alternatives": ("(a|a)" * 40 + "$", "a" * 40 + "!"),
    "within a inspect ahead": ("(?=(a+)+$)a", "a" * 60 + "!"),
    "within a inspect ahead that denies": ("(?!(a+)+$)b", "a" * 60 + "!"),
    "two stars and a long text": ("a*a*b", "a" * 60_000),
    "letters of either case": ("(?i)(a|A)+$", "aA" * 40 + "!"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_no_expression_and_no_text_takes_long(name: str) -> None:
    expression, text = ENDLESS[name]
    began = time.process_time()
    with contextlib.suppress(TooComplexError):
        assert not BoundedRegex(expression)(text)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "glob", ["*a*a*a*a*a*a*a*a*a*b", "*" * 200 + "b", "*[ab]*[ab]*[ab]*[ab]*[ab]*c", "*?*?*?*?*?*?*?b"]
)
@pytest.mark.parametrize("text", ["a" * 400, "ab" * 200 + "!"])
def test_no_glob_takes_long(glob: str, text: str) -> None:
    began = time.process_time()
    assert not BoundedRegex(translate_glob(glob))(text)
    assert time.process_time() - began < 2


@given(st.text(st.sampled_from("ab*?[]!-^.|\n"), max_size=9), st.text(st.sampled_from("ab*?[]!-^.|\n"), max_size=6))
def test_a_glob_matches_what_python_says(glob: str, text: str) -> None:
    assert (re.match(translate_glob(glob), text) is not None) == fnmatch.fnmatchcase(text, glob)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (r"(a+)+\1$", "requires backtracking"),
        (r"(a)?(b|c)+(?(1)d|e)", "requires backtracking"),
        ("((a{1,50}){1,50}){1,50}", "it has more than 2000 instructions"),
        ("(a|b){3000}", "it has more than 2000 instructions"),
    ],
)
def test_what_cannot_be_bounded_is_refused_before_any_text(expression: str, why: str) -> None:
    with pytest.raises(TooComplexError, match=why):
        BoundedRegex(expression)
    with pytest.raises(PatternError, match=r"^the pattern ~.* is too complex: .*; avoid nested repetitions"):
        Patterns(["~" + expression])


class Labelled:
    id = "id-1"

    def __init__(self, label: str) -> None:
        self.label = label


LONG = "ab" * 200_000


@pytest.mark.parametrize("role", ["include", "exclude"])
def test_a_text_that_is_too_long_is_an_error_and_never_a_mismatch(role: str) -> None:
    options: dict[str, Any] = {role: ["~(a+b?)+$"]}
    with pytest.raises(PatternError, match=r"the pattern ~\(a\+b\?\)\+\$ is too complex: matching takes too long"):
        Selection(**options).select([Labelled(LONG)], lambda monitor: None)
    for simple in ("~.*", "*", "~ab.*b", "*b", "a*"):
        assert Patterns([simple]).find_matches(Labelled(LONG)) == [simple]


def test_many_texts_share_one_allowance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_regex, "MAX_TOTAL_STEPS", 10_000)
    matches = BoundedRegex("(a+)+$")
    for _again in range(1000):
        assert not matches("a" * 100 + "!")
    with pytest.raises(TooComplexError, match="matching takes too long"):
        for number in range(1000):
            matches("a" * 100 + f"!{number}")


def test_patterns_as_people_write_them_are_left_to_python() -> None:
    for expression in ("Primary.*", ".*SMTP.*", "(web|db)-[0-9]+", "(?i)shop", "(?!test).*"):
        for label in ("Primary SMTP MX", "web-17", "Shop " * 10):
            matches = BoundedRegex(expression)
            matches(label)
            assert matches._results == {}
