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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import formats, yaml_format
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.formats import (
    FORMAT,
    UnreadableError,
    parse_monitors,
    render_csv,
    render_json,
    render_markdown,
    render_yaml,
)
from hypothesis import given
from hypothesis import strategies as st

RENDERERS = {"yaml": render_yaml, "json": render_json}
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
def test_every_text_is_read_unchanged(kind: str, text: str) -> None:
    monitors = {"a": {"id": "a", "label": text, "config": {text: [text], "deep": {"x": text}}}}
    written = RENDERERS[kind](monitors)
    assert written.isascii()
    assert parse_monitors(written, kind) == monitors


@pytest.mark.parametrize("kind", ["yaml", "json"])
@given(value=VALUES)
def test_every_value_is_read_unchanged(kind: str, value: Any) -> None:
    monitors = {"a": {"id": "a", "value": value}}
    assert parse_monitors(RENDERERS[kind](monitors), kind) == json.loads(json.dumps(monitors))


def test_files_do_not_depend_on_the_order_of_a_response() -> None:
    one, other = {"id": "a", "z": 1, "b": {"y": 1, "c": 2}}, {"b": {"c": 2, "y": 1}, "z": 1, "id": "a"}
    for render in (render_yaml, render_json, render_csv, render_markdown):
        assert render({"b": {"id": "b"}, "a": one}) == render({"a": other, "b": {"id": "b"}})


def test_yaml_is_readable() -> None:
    assert render_yaml({"web": {"id": "web", "label": "no", "timer": 60, "config": {"on": True}}}).splitlines()[1:] == [
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
    ("text", "kind", "fragment"),
    [
        ("", "yaml", "was not written"),
        ("", "json", "JSON"),
        ("a: [", "yaml", "YAML in line 1"),
        ("<<<<<<< HEAD\na: b\n=======\n", "yaml", "YAML in line"),
        ("!!python/object:os.system x", "yaml", "YAML in line 1"),
        ("\x00", "yaml", "YAML"),
        ("[" * 100_000, "json", "JSON"),
        ("mine: true", "yaml", "was not written"),
        ('{"format": "knowledgefront.monitoring/monitors/2"}', "json", "was not written"),
        (f'{{"format": "{FORMAT}"}}', "json", "list of monitors"),
        (f'{{"format": "{FORMAT}", "monitors": [1]}}', "json", "list of monitors"),
        (f'{{"format": "{FORMAT}", "monitors": [{{}}]}}', "json", "without an id"),
        (f'{{"format": "{FORMAT}", "monitors": [{{"id": 1}}]}}', "json", "without an id"),
        (f'{{"format": "{FORMAT}", "monitors": [{{"id": "a"}}, {{"id": "a"}}]}}', "json", "duplicate id"),
        (f'{{"format": "{FORMAT}", "monitors": NaN}}', "json", "JSON"),
        (f"format: {FORMAT}\nmonitors: [{{id: a, on: 2026-01-01}}]", "yaml", "YAML"),
    ],
)
def test_a_damaged_text_is_an_error(text: str, kind: str, fragment: str) -> None:
    with pytest.raises(UnreadableError, match=fragment):
        parse_monitors(text, kind)


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
def test_formulas_are_escaped(label: Any, cell: str) -> None:
    assert render_csv({"m": {"id": "m", "label": label}}) == (
        f"id,label,type,active,timer,time_zone,description,config\nm,{cell},,,,,,\n"
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@given(label=st.text(st.sampled_from("=+-@,;\"' \t\r\nax\uff1d"), max_size=12))
def test_no_cell_starts_a_formula_with_any_separator(separator: str, label: str) -> None:
    text = render_csv(
        {label: {"id": label, "label": label, "type": label, "description": label, "config": {"a": label}}}
    )
    for cells in csv.reader(text.splitlines(), delimiter=separator):
        for cell in cells:
            assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")), (cells, text)


ALIASES = "\n".join(
    [f"a0: &a0 [{'x, ' * 9}x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9))]
)
MALICIOUS = {
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


@pytest.mark.parametrize("name", MALICIOUS)
def test_a_malicious_file_is_rejected_quickly(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (formats, yaml_format):
        monkeypatch.setattr(module, "MAX_MEMORY", 2**20)
    kind, text = MALICIOUS[name]
    began = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableError, match=kind.upper()):
            parse_monitors(text, kind)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()
    assert time.process_time() - began < 10


def test_a_file_reformatted_by_another_tool_is_read() -> None:
    text = f"""
format: {FORMAT}
monitors:
- {{id: 'a', on: true, timer: 0x3c, none: ~, ratio: 1.5, text: 'yes'}}
-   id: b
    label: >-
      two
      lines
"""
    assert parse_monitors(text, "yaml") == {
        "a": {"id": "a", "on": True, "timer": 60, "none": None, "ratio": 1.5, "text": "yes"},
        "b": {"id": "b", "label": "two lines"},
    }


def test_markdown_has_a_table_for_each_type() -> None:
    page = render_markdown(
        {"b": {"label": "<b>|x", "type": "http"}, "a": {"label": "A", "type": None}, "c": {"type": "dns", "timer": 5}}
    )
    assert [line for line in page.splitlines() if line.startswith("##")] == [
        "## dns (1)",
        "## http (1)",
        "## unknown (1)",
    ]
    assert "<code>&#60;b&#62;&#124;x</code>" in page
