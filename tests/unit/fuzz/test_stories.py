# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON reader of the oracle, the format of stories, and the mutators."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.fuzz.contract import InvalidJSON, parse_json
from ansible_collections.knowledgefront.monitoring.tests.fuzz.json_mutator import mutate_json
from ansible_collections.knowledgefront.monitoring.tests.fuzz.story import (
    START,
    Story,
    StoryResponse,
    expand_body,
    read_story,
    write_story,
)
from ansible_collections.knowledgefront.monitoring.tests.fuzz.story_mutator import mutate_story
from hypothesis import given, settings
from hypothesis import strategies as st

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()
)
documents = st.recursive(scalars, lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)))


@settings(max_examples=40)
@given(documents, st.booleans())
def test_valid_json_is_parsed(document: Any, plain: bool) -> None:
    assert parse_json(json.dumps(document, ensure_ascii=plain).encode()) == document


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"nul", b"tru", b"NaN", b"-Infinity", b"01", b"1.", b".5", b"+1", b"1e", b"0x1", b"1_0", b"- 1"),
        *(b"{", b"[", b"[1,]", b"{,}", b'{"a"}', b'{"a":}', b'{"a": 1,}', b"{a: 1}", b"{'a': 1}", b"[1 2]", b"[1]]"),
        *(b'"', b'"\x01"', b'"\n"', b'"\\x"', b'"\\u12"', b'"\xff"', b'"\xed\xa0\x80"', b"\xff\xfe[\x00]\x00"),
        *(b'{"a": 1, "a": 1}', b"[] []", b"\x0c[]", b"[" * 100_000, b"9" * 5000, b"// x\n1"),
    ],
)
def test_invalid_json_is_an_error(body: bytes) -> None:
    with pytest.raises(InvalidJSON):
        parse_json(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"\xef\xbb\xbf[]", []),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\ud800"', "\ud800"),
        (b"-0.0", 0.0),
        (b"1e400", float("inf")),
    ],
)
def test_unusual_json_is_parsed(body: bytes, value: Any) -> None:
    assert parse_json(body) == value


def test_a_story_round_trips() -> None:
    responses = [
        StoryResponse("status", 200, b'{\n"a": 1}\n'),
        StoryResponse("status", 503, b"", {"retry-after": "20"}),
        StoryResponse("configs", 200, b"\xff@status\n"),
    ]
    story = Story([{"phase": "after"}], responses)
    assert read_story(write_story(story)) == story


def test_placeholders_become_times_of_the_response() -> None:
    body = b'{"utc": "<utc-10>", "n": "<mktime/60+5>", "grid": "<utc/60-1>"}'
    first, second = (expand_body(body, START + seconds) for seconds in (1.5, 59.0))
    assert json.loads(first) == {"utc": "2027-01-15T07:59:51", "n": START + 5, "grid": "2027-01-15T07:59:59"}
    assert {name for name, value in json.loads(second).items() if value != json.loads(first)[name]} == {"utc"}


@pytest.mark.parametrize("seed", range(40))
def test_mutations_are_reproducible(seed: int) -> None:
    body = b'{"monitor_list": [{"id": "a", "timer": 60}]}'
    story = write_story(
        Story([{"phase": "after"}], [StoryResponse("configs", 200, body), StoryResponse("status", 200, body)])
    )
    for mutate, data in ((mutate_json, body), (mutate_story, story)):
        once = [mutate(data, random.Random(seed)) for _round in range(2)]
        assert once[0] == once[1]


def test_mutations_differ() -> None:
    body = b'{"monitor_list": [{"id": "a", "timer": 60}]}'
    assert len({mutate_json(body, random.Random(seed)) for seed in range(200)}) > 100
