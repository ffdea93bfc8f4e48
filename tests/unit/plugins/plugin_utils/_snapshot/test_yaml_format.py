# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot import yaml_format
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._snapshot.yaml_format import (
    write_any_yaml,
    write_yaml,
)
from hypothesis import given
from hypothesis import strategies as st

TEXTS = [
    "",
    " ",
    "no",
    "a b",
    "0755",
    '"',
    "\\",
    "'",
    "a: b",
    "- a",
    "# x",
    "{{ 1 }}",
    "\t",
    "\n",
    "\r\n",
    "\0\a\b\v\f\x1b",
]
TEXTS += ["\x7f\x80\x85\xa0\xff", "B\u00fcro", "\u2028\u2029\ufeff", "\ud800", "\ud83d\ude00", "\U0001f600", "a" * 2000]
NUMBERS = [0, -1, 10**30, True, False, None, 0.0, -0.0, 1.5, 1e16, 1e-7, 1.5e300, 5e-324]
NESTED = [{}, [], [[]], [{}], [[1, [2, {"a": [3]}]], []], {"a": {"b": [{"c": [], "d": {}}, [{"e": 1}]]}}]
USUAL = [*TEXTS, *NUMBERS, *NESTED]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("value", USUAL, ids=lambda value: ascii(value)[:30])
def test_every_value_is_written_as_pyyaml_writes_it(value: Any) -> None:
    for document in ({"a": value}, {"a": [value, value]}, {"a": {"b": value, "c": [[value]]}}):
        assert write_yaml(document) == write_any_yaml(document)


@pytest.mark.parametrize(
    "key",
    [*TEXTS, "on", "y", "Ab", "a_b", "1", "a" * 100, "a" * 101, "a" * 123, "a" * 2000],
    ids=lambda value: ascii(value)[:30],
)
def test_every_key_is_written_as_pyyaml_writes_it(key: str) -> None:
    for value in (1, {"x": 1}, [1], {}, []):
        assert write_yaml({key: value, "m": [{key: value}]}) == write_any_yaml({key: value, "m": [{key: value}]})


@given(document=st.dictionaries(st.text(max_size=8), VALUES, min_size=1, max_size=4))
def test_any_document_is_written_as_pyyaml_writes_it(document: dict[str, Any]) -> None:
    assert write_yaml(document) == write_any_yaml(document)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_lacks_is_rejected(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_yaml({"a": [value]})


@pytest.mark.parametrize("value", [(1, 2), {1: 2}, type("Text", (str,), {})("a")], ids=["tuple", "key", "text"])
def test_values_are_converted_to_json_types(value: Any) -> None:
    assert write_yaml({"a": value}) == write_any_yaml({"a": value})


def test_common_values_do_not_need_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML takes minutes for 100,000 configurations."""
    monkeypatch.setattr(yaml_format, "write_any_yaml", None)
    write_yaml({"format": "x", "monitors": [{"id": "B\u00fcro \U0001f600 \n", "On 1": [*NUMBERS, *NESTED]}]})
