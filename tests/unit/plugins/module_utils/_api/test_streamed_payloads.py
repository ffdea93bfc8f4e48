# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large answer that is parsed entry by entry says the same as one that is parsed whole."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api import json_stream
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import PayloadError, ServiceError
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import (
    decode,
    read_configs,
    read_statuses,
    stream_configs,
    stream_statuses,
)
from hypothesis import given
from hypothesis import strategies as st


def entry(number: int, **fields: Any) -> dict[str, Any]:
    test = {"error": None, "flag": True, "utc_mktime": 1_780_315_200 + number, "utc_time_init": None}
    return {"monitor": f"m{number}", "label": f"M {number}", "alert_active": False, "last_test": test, **fields}


def answer(*entries: Any, **members: Any) -> bytes:
    return json.dumps({"error": None, "monitor_list": list(entries), "path": "/status", "t": 1800, **members}).encode()


def outcome(body: bytes, streamed: bool) -> Any:
    """Return the monitors, or the error with its sentence and code."""
    taken: list[Any] = []
    try:
        if streamed:
            stream_statuses(body, taken.append)
        else:
            taken = read_statuses(decode(body))
    except (PayloadError, ServiceError) as error:
        return type(error), str(error), error.code
    return taken


NESTED = "[" * 97 + "]" * 97
WHOLE = answer(entry(0), entry(1, label="\N{SNOWMAN}"), entry(2, other={"deep": [1, 2.5, {"x": None}]}))
ANSWERS: dict[str, bytes] = {
    "as it should be": WHOLE,
    "indented": json.dumps(json.loads(WHOLE), indent=3).encode(),
    "a byte order mark": b"\xef\xbb\xbf" + WHOLE,
    "two of them": b"\xef\xbb\xbf" * 2 + WHOLE,
    "blanks around": b" \n\t" + WHOLE + b" \r\n",
    "none": answer(),
    "not escaped": json.dumps(json.loads(WHOLE), ensure_ascii=False).encode(),
    "half a character": answer(entry(0, label="x")).replace(b'"x"', rb'"\ud800"'),
    "half a character in an id": answer(entry(0, monitor="x")).replace(b'"x"', rb'"\ud800"'),
    "an error": answer(error="later"),
    "an error and no list": b'{"error": "later"}',
    "no list": b'{"error": null}',
    "a list that is none": answer(monitor_list={"a": 1}),
    "null for a list": answer(monitor_list=None),
    "a list": b"[]",
    "a text": b'"text"',
    "a number": b"12",
    "null": b"null",
    "empty": b"",
    "blank": b"   ",
    "a page": b"<html></html>",
    "not UTF-8": WHOLE.replace(b"M 0", b"M \xff"),
    "half a UTF-8 character at the end": WHOLE + b"\xe2\x98",
    "cut in an entry": WHOLE[:150],
    "cut after an entry": WHOLE[: WHOLE.index(b', {"monitor": "m1"')],
    "cut after the list": WHOLE[: WHOLE.index(b', "path"')],
    "cut before the end": WHOLE[:-1],
    "more after it": WHOLE + b"{}",
    "a comma too much": answer(entry(0)).replace(b"}], ", b"},], "),
    "a comma missing": answer(entry(0), entry(1)).replace(b'}, {"monitor"', b'} {"monitor"'),
    "a comma at the end": WHOLE[:-1] + b", }",
    "a comma at the begin": b"{, " + WHOLE[1:],
    "a colon missing": WHOLE.replace(b'"monitor_list":', b'"monitor_list"'),
    "a name that is none": b"{1: 2}",
    "a member twice": WHOLE[:-1] + b', "path": 1}',
    "the list twice": WHOLE[:-1] + b', "monitor_list": []}',
    "a field twice": WHOLE.replace(b'"alert_active": false', b'"alert_active": true, "alert_active": false'),
    "numbers of every kind": WHOLE[:-1] + b', "a": [1], "b": 1.5e+3, "c": -1E-2, "d": 0.25, "e": -0, "f": 12345678901}',
    "NaN": WHOLE.replace(b"2.5", b"NaN"),
    "infinity": WHOLE.replace(b"2.5", b"1e999"),
    "a number out of range": WHOLE.replace(b"2.5", b"1" * 5000),
    "as deep as it may be": WHOLE.replace(b"2.5", NESTED[2:-2].encode()),
    "too deep": WHOLE.replace(b"2.5", NESTED.encode()),
    "too deep elsewhere": WHOLE[:-1] + b', "x": ' + b"[" * 100 + b"]" * 100 + b"}",
    "much too deep": WHOLE.replace(b"2.5", b"[" * 100_000),
    "an entry twice": answer(entry(0), entry(0)),
    "an entry that is none": answer(entry(0), 5),
    "an entry without an id": answer(entry(0), entry(1, monitor="")),
    "a field of another kind": answer(entry(0), entry(1, alert_active="no")),
    "a control character": WHOLE.replace(b"M 0", b"M \x01"),
}


@pytest.mark.parametrize("chunk", [1, 7, 2**20])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_says_the_same_either_way(name: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", chunk)
    assert outcome(ANSWERS[name], streamed=True) == outcome(ANSWERS[name], streamed=False)


@given(
    st.integers(0, len(WHOLE)), st.integers(0, len(WHOLE)), st.sampled_from([b"", b"]", b"}", b'"', b",", b"[", b"1"])
)
def test_an_answer_that_was_changed_anywhere_is_refused_either_way_or_says_the_same(
    start: int, length: int, text: bytes
) -> None:
    body = WHOLE[:start] + text + WHOLE[start + length % 9 :]
    streamed, whole = outcome(body, streamed=True), outcome(body, streamed=False)
    # Of two mistakes in one answer, the first is named when it is streamed.
    assert streamed == whole or (isinstance(streamed, tuple) and isinstance(whole, tuple))


def test_configurations_are_read_the_same_way() -> None:
    body = json.dumps({"monitor_list": [{"id": "a", "timer": 60}, {"id": "b", "config": {"url": "x"}}]}).encode()
    taken: list[Any] = []
    stream_configs(body, taken.append)
    assert taken == read_configs(decode(body))
    with pytest.raises(PayloadError, match=r"monitor_list\[1\] is a second monitor with the id a"):
        stream_configs(body.replace(b'"b"', b'"a"'), taken.append)


def test_it_takes_little_more_memory_than_the_answer() -> None:
    body = answer(*(entry(number, description="x" * 100) for number in range(5_000)))

    def most(streamed: bool) -> int:
        tracemalloc.start()
        try:
            if streamed:
                stream_statuses(body, lambda status: None)
            else:
                read_statuses(decode(body))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert most(streamed=True) < most(streamed=False) / 3
