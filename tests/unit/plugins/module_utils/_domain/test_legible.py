# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.legible import enumerated, legible


@pytest.mark.parametrize(
    ("value", "shown"),
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
def test_what_a_terminal_would_obey_is_escaped(value: object, shown: str) -> None:
    assert legible(value) == shown


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("12345", 5, "12345"),
        ("123456", 5, "12..."),
        ("\x00\x00", 5, "\\x..."),
        ("x" * 10**6, 8, "xxxxx..."),
    ],
)
def test_text_stays_within_its_limit_even_when_escapes_lengthen_it(text: str, limit: int, shown: str) -> None:
    assert legible(text, limit) == shown


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], "none"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcde"), "a, b, c, d and e"),
        (list("abcdef"), "a, b, c, d, e and 1 more"),
        (["\x1b"] * 100, "\\x1b, \\x1b, \\x1b, \\x1b, \\x1b and 95 more"),
    ],
)
def test_a_list_of_names_stays_short(names: list[str], shown: str) -> None:
    assert enumerated(names) == shown
