# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.selection import Patterns
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.yaml_text import (
    TEMPLATE,
    exact_pattern,
    pattern_for,
    quote,
    sanitize_yaml,
)
from hypothesis import given
from hypothesis import strategies as st

from ..monitors_at_hand import status
from .example_documents import HOSTILE

HOSTILE_TEXTS = [
    HOSTILE,
    '"quoted" and \\escaped\\',
    "{{ lookup('pipe', 'id') }}",
    "{% raw %}{# comment #}{{{",
    "!vault |",
    "- a: [b, {c}]",
    "~.*",
    "*",
    "[ab]?",
    "null",
    "0x1f",
    "  ",
    "\x85\u2028\u2029\ufeff\ud800\U0001f600",
]


@given(st.text(st.characters()) | st.sampled_from(HOSTILE_TEXTS))
def test_yaml_reads_quoted_text_unchanged(text):
    assert yaml.safe_load(f"- {quote(text)}") == [text]
    assert quote(text).isprintable()


@given(st.text(st.sampled_from("ab*?[]~{%#! ^-\n"), max_size=8) | st.text() | st.sampled_from(HOSTILE_TEXTS))
def test_an_exact_pattern_selects_only_its_name_and_is_not_a_template(name):
    pattern = exact_pattern(name)
    assert not TEMPLATE.search(pattern)
    if pattern.strip():
        assert Patterns([pattern]).find_matches(status(id=name, label="other"))
        for other in (f"{name}x", f"x{name}", name[1:] + "y", ""):
            if other != pattern:
                assert not Patterns([pattern]).find_matches(status(id=other, label=other))


@given(st.text() | st.sampled_from(HOSTILE_TEXTS))
def test_a_description_is_one_line_without_a_template(text):
    line = sanitize_yaml(text, 80)
    assert line.isprintable()
    assert not TEMPLATE.search(line)
    assert yaml.safe_load(f"- 1  # {line}\n- 2") == [1, 2]


@pytest.mark.parametrize(
    ("monitor_id", "label", "names", "pattern"),
    [
        ("m1", "Web", {"m1": 1, "Web": 1}, "Web"),
        ("m1", "Web", {"m1": 1, "Web": 2}, "m1"),
        ("m1", "", {"m1": 1, "": 1}, "m1"),
        ("m1", "Web*", {"m1": 1, "Web*": 1}, "m1"),
        ("m1", "~Web", {"m1": 1, "~Web": 1}, "m1"),
        ("m1", "{{ x }}", {"m1": 1, "{{ x }}": 1}, "m1"),
        ("m1", "a\x1bb", {"m1": 1, "a\x1bb": 1}, "m1"),
        ("m1", "w" * 121, {"m1": 1, "w" * 121: 1}, "m1"),
        ("m*", "m*", {"m*": 1}, "m[*]"),
        ("m*", "m*", {"m*": 1, "m[*]": 1}, None),
        ("m1", "Web", {"m1": 2, "Web": 2}, None),
        (" ", " ", {" ": 1}, None),
        ("m1", "Web", {}, None),
    ],
)
def test_a_monitor_is_selected_by_its_label_if_that_is_safe_and_unique(monitor_id, label, names, pattern):
    assert pattern_for(monitor_id, label, names) == pattern
