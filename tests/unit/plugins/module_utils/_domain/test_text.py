# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
import textwrap

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.text import (
    agree,
    join_names,
    quantity,
    sanitize,
)
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "displayed"),
    [
        ("Primary SMTP MX", "Primary SMTP MX"),
        ("Größe ☃ 漢字", "Größe ☃ 漢字"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\u202eevil", "\\u202eevil"),
        ("\u200b", "\\u200b"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0001", "\\U000e0001"),
        (None, "None"),
        (["a"], "['a']"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(value: object, displayed: str) -> None:
    assert sanitize(value) == displayed


@pytest.mark.parametrize(
    ("text", "displayed"),
    [
        ("::error::x", ":\\x3aerror:\\x3ax"),
        ("  ::add-mask::x", "  :\\x3aadd-mask:\\x3ax"),
        ("\t::set-output name=a::b", "\\t:\\x3aset-output name=a:\\x3ab"),
        ("a\n::stop-commands::b", "a\\n:\\x3astop-commands:\\x3ab"),
        (":::error::x", "::\\x3aerror:\\x3ax"),
        ("::Error file=a::x", ":\\x3aError file=a:\\x3ax"),
        ("##[error]x", "#\\x23[error]x"),
        ("a ##[add-path]/tmp", "a #\\x23[add-path]/tmp"),
        ("###[group]x", "#\\x23\\x23[group]x"),
        ("##vso[task.prependpath]/tmp/evil", "#\\x23vso[task.prependpath]/tmp/evil"),
        ("##VSO[task.setvariable variable=a]b", "#\\x23VSO[task.setvariable variable=a]b"),
        ("x##vso [task.complete]", "x#\\x23vso [task.complete]"),
        ("##teamcity[buildStatus status='SUCCESS']", "#\\x23teamcity[buildStatus status='SUCCESS']"),
        ("section_start:1:a\r\x1b[0Kb", "section\\x5fstart:1:a\\r\\x1b[0Kb"),
        ("\x1b[0Ksection_end:1:a\r\x1b[0K", "\\x1b[0Ksection\\x5fend:1:a\\r\\x1b[0K"),
        ("\x1b[8mha:AAAA\x1b[0m", "\\x1b[8mha:AAAA\\x1b[0m"),
        ("\x1b[8m", "\\x1b[8m"),
        ("::1 and 2001:db8::1", "::1 and 2001:db8::1"),
        ("C# #1: a::", "C# #1: a::"),
        ("section_starter", "section_starter"),
    ],
)
def test_what_a_pipeline_would_obey_is_escaped(text: str, displayed: str) -> None:
    assert sanitize(text) == displayed
    assert sanitize([text]).count("##") == 0


PIECES = st.sampled_from(["::", ":", "#", "##", "[", "error", "vso", "]", " ", "\n", "section_", "start:", "a", "\x1b"])
COMMAND = re.compile(r"::[a-z][^:]*::|##\s*\w*\s*\[|section_(?:start|end):|\x1b", re.IGNORECASE)


@given(st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=4), st.integers(8, 60))
def test_no_list_of_names_and_no_limit_makes_a_command(names: list[str], limit: int) -> None:
    for line in (join_names(names), *(sanitize(name, limit) for name in names)):
        assert not COMMAND.search(line)
        assert all(not COMMAND.search(part) for part in textwrap.wrap(line, 10))


@pytest.mark.parametrize(
    ("text", "limit", "displayed"),
    [
        ("12345", 5, "12345"),
        ("123456", 5, "12..."),
        ("\x00\x00", 5, "\\x..."),
        ("x" * 10**6, 8, "xxxxx..."),
    ],
)
def test_text_stays_within_its_limit_even_when_escapes_lengthen_it(text: str, limit: int, displayed: str) -> None:
    assert sanitize(text, limit) == displayed


@pytest.mark.parametrize(
    ("names", "displayed"),
    [
        ([], "none"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcde"), "a, b, c, d and e"),
        (list("abcdef"), "a, b, c, d, e and 1 more"),
        (["\x1b"] * 100, "\\x1b, \\x1b, \\x1b, \\x1b, \\x1b and 95 more"),
        (["a"] * 1_500, "a, a, a, a, a and 1,495 more"),
    ],
)
def test_a_list_of_names_stays_short(names: list[str], displayed: str) -> None:
    assert join_names(names) == displayed


@pytest.mark.parametrize(
    ("count", "noun", "verb"),
    [
        (0, "0 monitors", "prove"),
        (1, "1 monitor", "proves"),
        (2, "2 monitors", "prove"),
        (1500, "1,500 monitors", "prove"),
    ],
)
def test_words_agree_with_their_number(count: int, noun: str, verb: str) -> None:
    assert quantity(count, "monitor") == noun
    assert agree(count, "proves", "prove") == verb
    assert quantity(count, "entry", "entries").endswith("entry") is (count == 1)
