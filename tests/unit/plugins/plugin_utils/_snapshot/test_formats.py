# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.formats import (
    FORMAT,
    UnreadableError,
    as_json,
    as_yaml,
    monitors_in,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.views import as_csv, as_markdown
from hypothesis import given
from hypothesis import strategies as st

RENDERERS = {"yaml": as_yaml, "json": as_json}
TEXTS = [
    "",
    "no",
    "1e3",
    "0755",
    "~",
    "!unsafe x",
    "{{ 1 + 1 }}",
    "a\nb",
    "\x00\x1b\x7f\x85",
    "\ud800",
    "\u2028",
    "😀",
    "# x",
    "- a: b",
    "*a",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("kind", ["yaml", "json"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_text_comes_back_as_it_was(kind: str, text: str) -> None:
    monitors = {"a": {"id": "a", "label": text, "config": {text: [text], "deep": {"x": text}}}}
    written = RENDERERS[kind](monitors)
    assert written.isascii()
    assert monitors_in(written, kind) == monitors


@pytest.mark.parametrize("kind", ["yaml", "json"])
@given(value=VALUES)
def test_every_value_comes_back_as_it_was(kind: str, value: Any) -> None:
    monitors = {"a": {"id": "a", "value": value}}
    assert monitors_in(RENDERERS[kind](monitors), kind) == json.loads(json.dumps(monitors))


def test_the_order_of_an_answer_is_not_seen() -> None:
    one, other = {"id": "a", "z": 1, "b": {"y": 1, "c": 2}}, {"b": {"c": 2, "y": 1}, "z": 1, "id": "a"}
    for render in (as_yaml, as_json, as_csv, as_markdown):
        assert render({"b": {"id": "b"}, "a": one}) == render({"a": other, "b": {"id": "b"}})


def test_yaml_is_what_people_like_to_read() -> None:
    assert as_yaml({"web": {"id": "web", "label": "no", "timer": 60, "config": {"on": True}}}).splitlines()[1:] == [
        "---",
        f'format: "{FORMAT}"',
        "monitors:",
        "- config:",
        '    "on": true',
        '  id: "web"',
        '  label: "no"',
        "  timer: 60",
    ]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", "yaml", "was not written by us"),
        ("", "json", "cannot be read as JSON"),
        ("a: [", "yaml", "cannot be read as YAML in line 1"),
        ("<<<<<<< HEAD\na: b\n=======\n", "yaml", "cannot be read as YAML in line"),
        ("!!python/object:os.system x", "yaml", "cannot be read as YAML in line 1"),
        ("\x00", "yaml", "cannot be read as YAML"),
        ("[" * 100_000, "json", "cannot be read as JSON"),
        ("mine: true", "yaml", "was not written by us"),
        ('{"format": "knowledgefront.monitoring/monitors/2"}', "json", "was not written by us"),
        (f'{{"format": "{FORMAT}"}}', "json", "has no list of monitors any more"),
        (f'{{"format": "{FORMAT}", "monitors": [1]}}', "json", "has no list of monitors any more"),
        (f'{{"format": "{FORMAT}", "monitors": [{{}}]}}', "json", "has a monitor without an id"),
        (f'{{"format": "{FORMAT}", "monitors": [{{"id": 1}}]}}', "json", "has a monitor without an id"),
        (f'{{"format": "{FORMAT}", "monitors": [{{"id": "a"}}, {{"id": "a"}}]}}', "json", "has an id twice"),
        (f'{{"format": "{FORMAT}", "monitors": NaN}}', "json", "cannot be read as JSON"),
        (f"format: {FORMAT}\nmonitors: [{{id: a, on: 2026-01-01}}]", "yaml", "cannot be read as YAML"),
    ],
)
def test_a_file_that_was_damaged_is_told(text: str, kind: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        monitors_in(text, kind)


@pytest.mark.parametrize(
    ("label", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("  @x", "'  @x"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("\t=1", "'\\t=1"),
        ("a,b", '"a,b"'),
        ("a\nb", "a\\nb"),
        ("\ud800", "\\ud800"),
        (-1, "-1"),
        (None, ""),
    ],
)
def test_a_spreadsheet_is_given_no_formula(label: Any, cell: str) -> None:
    assert as_csv({"m": {"id": "m", "label": label}}) == (
        f"id,label,type,active,timer,time_zone,description,config\nm,{cell},,,,,,\n"
    )


def test_a_page_has_a_table_for_each_type() -> None:
    page = as_markdown(
        {"b": {"label": "<b>|x", "type": "http"}, "a": {"label": "A", "type": None}, "c": {"type": "dns", "timer": 5}}
    )
    assert [line for line in page.splitlines() if line.startswith("##")] == [
        "## dns (1)",
        "## http (1)",
        "## unknown (1)",
    ]
    assert "<code>&#60;b&#62;&#124;x</code>" in page
