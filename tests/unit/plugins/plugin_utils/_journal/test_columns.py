# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of columns: exact for every value, compact, and safe to decode whatever they contain."""

from __future__ import annotations

import json
import math
import zlib
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal import columns, encoding
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.columns import (
    COUNT,
    FLAG,
    GAP,
    TEXT,
    TICKS,
    TIME,
    decode_column,
    encode_column,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.status_table import (
    KINDS,
    Layout,
    StatusTable,
    decode_table,
    encode_table,
    to_table,
)
from hypothesis import given
from hypothesis import strategies as st

from .recorded_polls import BEGIN, status, statuses

TICK = st.integers(-6 * 10**16 + 1, 10**17 - 1)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    FLAG: st.booleans(),
    COUNT: st.none() | st.integers(0, 300) | st.integers(0, 2**80),
    TIME: st.none() | TICK | st.floats(-5e10, 9e10),
    GAP: st.none() | TICK | st.integers(-(2 * 10**17), 2 * 10**17) | st.floats(-5e10, 9e10),
    TEXT: st.none() | st.text(st.characters(codec=None), max_size=5) | st.sampled_from(["a", "b"]),
}


@pytest.mark.parametrize("kind", VALUES)
@given(data=st.data())
def test_a_column_is_decoded_as_it_was(kind: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(VALUES[kind], VALUES[kind]), max_size=20))
    before, after = [row[0] for row in rows], [row[1] for row in rows]
    header, planes = encode_column(kind, before, after)
    found, size = decode_column(kind, before, json.loads(json.dumps(header)), planes + b"more")
    assert (found, size) == (after, len(planes))
    assert list(map(type, found)) == list(map(type, after))


@given(st.one_of(st.none(), statuses().map(to_table)), statuses().map(to_table))
def test_a_table_is_decoded_as_it_was(before: StatusTable | None, after: StatusTable) -> None:
    assert decode_table(encode_table(after, before), after.layout, before) == after


def test_numbers_are_swapped_on_a_machine_with_another_byte_order(monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = [0, 0, 5], [70_000, 1, 5]
    header, planes = encode_column(COUNT, before, after)
    monkeypatch.setattr(columns.sys, "byteorder", "big")
    swapped = encode_column(COUNT, before, after)
    assert swapped[1] != planes
    assert decode_column(COUNT, before, *swapped)[0] == after
    assert header[1] == 4


@pytest.mark.parametrize(
    ("change", "largest"),
    [
        pytest.param(lambda number: status(f"m{number}", BEGIN + 60 + number % 5), 1200, id="every test"),
        pytest.param(lambda number: status(f"m{number}", BEGIN), 30, id="nothing"),
        pytest.param(lambda number: status(f"m{number}", BEGIN + 60 * (number == 7)), 60, id="one test"),
    ],
)
def test_changes_are_compact(change: Any, largest: int) -> None:
    before = to_table([status(f"m{number}", BEGIN) for number in range(1500)])
    assert len(encode_table(to_table([change(number) for number in range(1500)]), before)) <= largest


@pytest.mark.parametrize(
    "changes",
    [
        {"test_count": -1},
        {"test_count": True},
        {"test_count": 1.0},
        {"alert_active": 1},
        {"alert_active": None},
        {"alerted": math.nan},
        {"alerted": math.inf},
        {"alerted": 1e12},
        {"alerted": "soon"},
        {"alert_id": 7},
        {"alert_id": "a" * 65537},
        {"id": None},
        {"id": 7},
        {"label": "a" * 65537},
        {"last_test": 5},
        {"last_test": (1.0, None, math.nan)},
        {"last_test": (-math.inf, None, None)},
    ],
)
def test_impossible_values_are_refused_before_they_are_written(changes: dict[str, Any]) -> None:
    with pytest.raises(encoding.INVALID):
        encode_table(to_table([status(**changes)]), None)


LAYOUT = Layout(("a", "b"), ("A", "B"))


def packed(header: Any, planes: bytes = b"") -> bytes:
    return zlib.compress(json.dumps(header).encode() + b"\n" + planes)


@pytest.mark.parametrize(
    "blob",
    [
        pytest.param(None, id="no value"),
        pytest.param("text", id="text"),
        pytest.param(5, id="number"),
        pytest.param(b"", id="empty"),
        pytest.param(b"no zlib", id="not compressed"),
        pytest.param(packed([2])[:-3], id="truncated"),
        pytest.param(packed([2]) + b"more", id="more data"),
        pytest.param(zlib.compress(b"not JSON\n"), id="not JSON"),
        pytest.param(zlib.compress(b"[2,NaN]\n"), id="NaN"),
        pytest.param(zlib.compress(b"[" * 100_000), id="nested"),
        pytest.param(zlib.compress(b"[2," + b"1" * 5000 + b"]"), id="digits"),
        pytest.param(packed({"count": 2}), id="object"),
        pytest.param(packed([]), id="no count"),
        pytest.param(packed([3]), id="other count"),
        pytest.param(packed([10**9]), id="large count"),
        pytest.param(packed(["2"]), id="count of another type"),
        pytest.param(packed([2, 1]), id="no column"),
        pytest.param(packed([2, []]), id="empty column"),
        pytest.param(packed([2, [-1, "n", 1, 0, 1]], b"\2\2"), id="negative place"),
        pytest.param(packed([2, [14, "n", 1, 0, 1]], b"\2\2"), id="place of no column"),
        pytest.param(packed([2, [True, "n", 1, 0, 1]], b"\2\2"), id="place of another type"),
        pytest.param(packed([2, [1, "x", 1, 0, 1]], b"\2\2"), id="unknown form"),
        pytest.param(packed([2, [1, "n", 1, 0, 1]], b"\2"), id="too few numbers"),
        pytest.param(packed([2, [1, "n", 3, 0, 1]], b"\2" * 6), id="unknown width"),
        pytest.param(packed([2, [1, "n", -1, 0, 1]], b"\2" * 6), id="negative width"),
        pytest.param(packed([2, [1, "n", 10**12, 0, 1]], b"\2" * 6), id="large width"),
        pytest.param(packed([2, [1, "n", "1", 0, 1]], b"\2\2"), id="width of another type"),
        pytest.param(packed([2, [1, "n", 1, 0.5, 1]], b"\2\2"), id="base of another type"),
        pytest.param(packed([2, [1, "n", 1, 0, None]], b"\2\2"), id="no scale"),
        pytest.param(packed([2, [1, "n", 1, 0]], b"\2\2"), id="header too short"),
        pytest.param(packed([2, [1, "n", 1, -5, 1]], b"\3\3"), id="negative count"),
        pytest.param(packed([2, [4, "n", 1, 10**18, 1]], b"\2\2"), id="time out of range"),
        pytest.param(packed([2, [4, "v", [1e300, None]]]), id="seconds out of range"),
        pytest.param(packed([2, [4, "v", ["1", None]]]), id="time of another type"),
        pytest.param(packed([2, [1, "v", [1]]]), id="too few values"),
        pytest.param(packed([2, [1, "v", [1, 2, 3]]]), id="too many values"),
        pytest.param(packed([2, [1, "v", 5]]), id="no list"),
        pytest.param(packed([2, [0, "v", [0, 1]]]), id="flags of another type"),
        pytest.param(packed([2, [5, "v", [[], {}]]]), id="texts of another type"),
        pytest.param(packed([2, [5, "t", 1, ["a"]]], b"\2\7"), id="number of no text"),
        pytest.param(packed([2, [5, "t", 1, [7]]], b"\2\2"), id="text of another type"),
        pytest.param(packed([2, [5, "t", 1, ["a" * 65537]]], b"\2\2"), id="long text"),
        pytest.param(packed([2, *([1, "n", 1, 0, 1] for _number in range(15))], b"\2\2" * 15), id="many columns"),
        pytest.param(zlib.compress(bytes(65 * 2**20)), id="zlib bomb"),
        pytest.param(zlib.compress(b"[" + b"[]," * 12_000_000 + b"[]]"), id="many values"),
    ],
)
def test_data_of_anybody_raises_an_expected_error(blob: Any) -> None:
    with pytest.raises(encoding.INVALID):
        decode_table(blob, LAYOUT, None)


def test_a_second_reading_without_a_first_one_is_refused() -> None:
    table = decode_table(packed([2, [6, "v", [True, True]], [9, "v", [5, None]]]), LAYOUT, None)
    with pytest.raises(encoding.INVALID):
        table.statuses()


@given(st.binary(max_size=60), st.lists(st.integers(0, 13), max_size=4))
def test_random_planes_raise_an_expected_error_or_are_a_table(planes: bytes, places: list[int]) -> None:
    header = [2, *([place, "t", 1, ["a"]] if KINDS[place] == TEXT else [place, "n", 1, 0, TICKS] for place in places)]
    try:
        table = decode_table(packed(header, planes), LAYOUT, None)
        table.statuses()
    except encoding.INVALID:
        return
    assert encode_table(table, None)
