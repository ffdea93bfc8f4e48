# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.schema import (
    FLAG,
    NUMBER,
    OBJECT,
    OPTIONAL,
    REQUIRED,
    TEXT,
    UTC,
    WHOLE,
    Field,
    FieldType,
    Schema,
    SchemaError,
    describe_type,
    describe_value,
    value_error,
)

VALID: dict[str, tuple[FieldType, list[Any]]] = {
    "text": (TEXT, ["", "a"]),
    "flag": (FLAG, [True, False]),
    "whole": (WHOLE, [0, -3]),
    "number": (NUMBER, [0, 1.5]),
    "object": (OBJECT, [{}, {"a": 1}]),
}
VALUES: list[Any] = ["a", True, 3, 1.5, {"a": 1}, [], None]


def schema_of(kind: FieldType) -> Schema:
    return Schema({"must": Field(kind, REQUIRED), "may": Field(kind, OPTIONAL), "other": Field(kind)})


@pytest.mark.parametrize("after", [{}, {"must": None}, {"must": []}])
@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, values in VALID.values() for value in values])
def test_valid_values_are_returned_in_order_after_a_refusal(
    kind: FieldType, value: Any, after: Mapping[str, Any]
) -> None:
    schema = schema_of(kind)
    with pytest.raises(SchemaError):
        schema.values(after)
    assert schema.values({"may": value, "must": value}) == (value, value)
    assert schema.values({"must": value, "may": None}) == (value, None)
    assert schema.values({"must": value}) == (value, None)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(kind, value) for kind, values in VALID.values() for value in VALUES if type(value) not in map(type, values)],
)
def test_values_of_another_type_are_refused_after_a_valid_value(kind: FieldType, value: Any) -> None:
    schema, valid = schema_of(kind), next(values for known, values in VALID.values() if known is kind)
    assert schema.values({"must": valid[0], "may": valid[1]})
    for entry, place in (({"must": value}, "must"), ({"must": valid[0], "may": value}, "may")):
        if place == "may" and value is None:
            continue
        with pytest.raises(SchemaError) as caught:
            schema.values(entry)
        described = {"must": "null"} if value is None else {place: describe_value(value)}
        assert str(caught.value) == f".{place} is {described[place]}, not {kind.name}"


def test_missing_and_null_are_distinguished() -> None:
    with pytest.raises(SchemaError, match=r"^\.must is missing, not a string$"):
        schema_of(TEXT).values({})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (False, "false"),
        ([1], "a list"),
        ({}, "an object"),
        (2.5, "a number"),
        ("a\x1b", 'the string "a\\x1b"'),
    ],
)
def test_a_value_is_described_in_words(value: Any, words: str) -> None:
    assert describe_value(value) == words


@pytest.mark.parametrize(
    ("value", "name"),
    [(None, "null"), (True, "true or false"), (1.5, "a number"), ("x", "a string"), ([], "a list"), ({}, "an object")],
)
def test_a_type_is_described_without_the_value(value: Any, name: str) -> None:
    assert describe_type(value) == name


IDENTITY = Field(TEXT, REQUIRED, is_identity=True)
COUNT = Field(WHOLE, REQUIRED, minimum=0)
RANGE = Field(NUMBER, REQUIRED, minimum=0.5, maximum=10)
SIGNED = Field(NUMBER, REQUIRED, minimum=-5, maximum=5)


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        (IDENTITY, "", "is empty"),
        (IDENTITY, "a\ufffd", "contains half a character, so it could identify another monitor"),
        (IDENTITY, "a", ""),
        (COUNT, -1, "is negative"),
        (COUNT, 0, ""),
        (COUNT, 10**400, ""),
        (RANGE, 0.4, "is too small"),
        (RANGE, -0.4, "is negative"),
        (RANGE, 0.5, ""),
        (RANGE, 9.99, ""),
        (RANGE, 10, "is too large"),
        (RANGE, 10**400, "is too large"),
        (SIGNED, -6, "is too small"),
        (SIGNED, 5, "is too large"),
    ],
)
def test_a_value_out_of_range_is_refused_by_the_reader_and_named(field: Field, value: Any, error: str) -> None:
    assert value_error(field, value) == error
    schema = Schema({"must": field})
    if error:
        with pytest.raises(SchemaError) as caught:
            schema.values({"must": value})
        assert str(caught.value) == f".must {error}"
    else:
        assert schema.values({"must": value}) == (value,)


@pytest.mark.parametrize(
    ("value", "error"), [("2026-05-31T18:51:18", ""), ("noon", "is not a UTC time"), ("9" * 40, "is not a UTC time")]
)
def test_a_time_must_be_a_utc_time(value: str, error: str) -> None:
    assert value_error(Field(UTC, OPTIONAL), value) == error
