# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import json
import time
import tracemalloc
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import bounded_yaml, formats
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
        (";=1+1", ";'=1+1"),
        ("a;=1+1", "a;'=1+1"),
        ("a; =1+1", "a;' =1+1"),
        ('a;"=1+1"', '"a;\'""=1+1"""'),
        ("a;\"'@x;+1;-1", "\"a;'\"\"'@x;'+1;'-1\""),
        ("a,=1+1", '"a,\'=1+1"'),
        ('"=1+1"', '"\'""=1+1"""'),
        ("'=1+1", "''=1+1"),
        ("\r=1", "'\\r=1"),
        ("\n=1", "'\\n=1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("a;\uff20x", "a;'\uff20x"),
        ("a-b=c+d@e", "a-b=c+d@e"),
        ("B\u00fcro \u65e5\u672c", "B\u00fcro \u65e5\u672c"),
        ("\u202e=1", "\\u202e=1"),
        ("\ud800", "\\ud800"),
        (-1, "-1"),
        (None, ""),
    ],
)
def test_a_spreadsheet_is_given_no_formula(label: Any, cell: str) -> None:
    assert as_csv({"m": {"id": "m", "label": label}}) == (
        f"id,label,type,active,timer,time_zone,description,config\nm,{cell},,,,,,\n"
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@given(label=st.text(st.sampled_from("=+-@,;\"' \t\r\nax\uff1d"), max_size=12))
def test_no_cell_begins_a_formula_whatever_separates_the_cells(separator: str, label: str) -> None:
    text = as_csv({label: {"id": label, "label": label, "type": label, "description": label, "config": {"a": label}}})
    for cells in csv.reader(text.splitlines(), delimiter=separator):
        for cell in cells:
            assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")), (cells, text)


ALIASES = "\n".join(
    [f"a0: &a0 [{'x, ' * 9}x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))]
)
PLANTED = {
    "aliases": ("yaml", f"format: {FORMAT}\nmonitors: []\n{ALIASES}\n"),
    "one alias": ("yaml", f"format: {FORMAT}\nmonitors: []\na: &a 1\nb: *a\n"),
    "an anchor": ("yaml", f"format: {FORMAT}\nmonitors: &a []\n"),
    "an anchor on a text": ("yaml", f'format: &a "{FORMAT}"\nmonitors: []\n'),
    "a merge": ("yaml", f"format: {FORMAT}\nmonitors: [&a {{id: a}}, {{<<: *a}}]\n"),
    "an alias of itself": ("yaml", "&a [*a]"),
    "a tag": ("yaml", f"format: {FORMAT}\nmonitors: !!set {{}}\n"),
    "a tag of a text": ("yaml", f"format: {FORMAT}\nmonitors: []\na: !!binary aGFsbG8=\n"),
    "a tag of Python": ("yaml", "!!python/object/apply:os.system [id]"),
    "a key twice": ("yaml", f"format: {FORMAT}\nmonitors: []\nmonitors: []\n"),
    "a list as key": ("yaml", f"format: {FORMAT}\nmonitors: []\n? [a]\n: b\n"),
    "two documents": ("yaml", f"format: {FORMAT}\nmonitors: []\n---\na: b\n"),
    "depth": ("yaml", f"format: {FORMAT}\nmonitors: {'[' * 200}{']' * 200}\n"),
    "depth without end": ("yaml", "[" * 100_000),
    "depth of mappings": ("yaml", "{a: " * 100_000),
    "depth by indentation": ("yaml", "\n".join(" " * n + "a:" for n in range(2000))),
    "a long number": ("yaml", f"format: {FORMAT}\nmonitors: {'9' * 100_000}\n"),
    "a long number of base sixty": ("yaml", f"format: {FORMAT}\nmonitors: 1{':1' * 100_000}\n"),
    "infinity": ("yaml", f"format: {FORMAT}\nmonitors: [{{id: a, b: .inf}}]\n"),
    "many values": ("yaml", f"format: {FORMAT}\nmonitors: [{'[], ' * 20_000}]\n"),
    "many values of JSON": ("json", f'{{"format": "{FORMAT}", "monitors": [{"[]," * 20_000}0]}}'),
    "depth of JSON": ("json", f'{{"format": "{FORMAT}", "monitors": {"[" * 200}{"]" * 200}}}'),
    "a long number of JSON": ("json", f'{{"format": "{FORMAT}", "monitors": {"9" * 100_000}}}'),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_file_is_refused_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (formats, bounded_yaml):
        monkeypatch.setattr(module, "MOST_MEMORY", 2**20)
    kind, text = PLANTED[name]
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match=f"cannot be read as {kind.upper()}"):
            monitors_in(text, kind)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 10


def test_a_file_that_other_tools_have_formatted_anew_is_read() -> None:
    text = f"""
format: {FORMAT}
monitors:
- {{id: 'a', on: true, timer: 0x3c, none: ~, ratio: 1.5, text: 'yes'}}
-   id: b
    label: >-
      two
      lines
"""
    assert monitors_in(text, "yaml") == {
        "a": {"id": "a", "on": True, "timer": 60, "none": None, "ratio": 1.5, "text": "yes"},
        "b": {"id": "b", "label": "two lines"},
    }


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
