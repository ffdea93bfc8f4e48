# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schemas of the service's documents, which the reader and the doctor validate against.

Names, types and nesting come from the vendor's page "API Version 2" unless a comment says otherwise. Uses and ranges
are requirements of this collection.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._domain.text import sanitize
from .._domain.timestamps import EARLIEST, LATEST, parse_utc
from .strict_json import REPLACEMENT

SOURCE = 'the vendor\'s page "API Version 2"'


class FieldType(NamedTuple):
    """The exact Python classes of a JSON type: ``True`` is not a number here."""

    name: str
    classes: tuple[type, ...]


TEXT = FieldType("a string", (str,))
FLAG = FieldType("true or false", (bool,))
WHOLE = FieldType("a whole number", (int,))
NUMBER = FieldType("a number", (int, float))
OBJECT = FieldType("an object", (dict,))
LIST = FieldType("a list", (list,))
UTC = FieldType("a UTC time", (str,))

REQUIRED, OPTIONAL, UNUSED = "required", "optional", "unused"
"""REQUIRED: present and valid. OPTIONAL: valid if present. UNUSED: not validated by the reader."""


class Field:
    """One field of an object.

    ``fields`` describes the object, or each object of the list, that the field contains; None if the vendor's page
    leaves it open. ``is_sparse`` fields may be absent or null in a valid document: the page does not say when they are
    present. ``minimum`` is inclusive, ``maximum`` exclusive. ``path`` is the request path that the field repeats.
    """

    def __init__(
        self,
        type: FieldType,
        use: str = UNUSED,
        *,
        is_sparse: bool = False,
        minimum: float | None = None,
        maximum: float | None = None,
        fields: Mapping[str, Field] | None = None,
        is_identity: bool = False,
        path: str | None = None,
    ) -> None:
        self.type = type
        self.use = use
        self.is_sparse = is_sparse
        self.minimum = minimum
        self.maximum = maximum
        self.fields = fields
        self.is_identity = is_identity
        self.path = path


MIN_TIMER = 0.001
"""Seconds. Smaller timers do not occur, and divisions by them overflow."""

COUNT = Field(WHOLE, OPTIONAL, minimum=0)
IDENTITY = Field(TEXT, REQUIRED, is_identity=True)

ALERT = {
    "alert": Field(TEXT, OPTIONAL),
    "utc_time": Field(UTC, OPTIONAL),
    "monitor": Field(TEXT),
    "time": Field(TEXT),
}

CHECK = {
    "error": Field(TEXT, OPTIONAL, is_sparse=True),
    "utc_time_init": Field(UTC, OPTIONAL),
    "utc_mktime": Field(NUMBER, OPTIONAL, minimum=EARLIEST + 1, maximum=LATEST),
    "flag": Field(FLAG),
    "time_init": Field(TEXT),
}

MONITOR_STATUS = {
    "monitor": IDENTITY,
    "alert_active": Field(FLAG, REQUIRED),
    "label": Field(TEXT, OPTIONAL),
    "alert_count": COUNT,
    "fail_count": COUNT,
    "test_count": COUNT,
    "last_alert": Field(OBJECT, OPTIONAL, is_sparse=True, fields=ALERT),
    "last_test": Field(OBJECT, OPTIONAL, is_sparse=True, fields=CHECK),
    "last_failed": Field(OBJECT, OPTIONAL, is_sparse=True, fields=CHECK),
}

MONITOR_CONFIG = {
    "id": IDENTITY,
    "label": Field(TEXT, OPTIONAL),
    "type": Field(TEXT, OPTIONAL),
    "timer": Field(NUMBER, OPTIONAL, minimum=MIN_TIMER, maximum=LATEST),
    "active": Field(FLAG, OPTIONAL),
    "config": Field(OBJECT, OPTIONAL),
    "description": Field(TEXT),
    "time_zone": Field(TEXT),
}

TOKEN_DOCUMENT = {
    "access_token": Field(TEXT, REQUIRED),
    "token_type": Field(TEXT, OPTIONAL),
    "expires_in": Field(NUMBER),
}

STATUS_DOCUMENT = {
    "error": Field(TEXT, is_sparse=True),
    "monitor_list": Field(LIST, REQUIRED, fields=MONITOR_STATUS),
    "path": Field(TEXT, path="/status"),
    "t": Field(WHOLE),
}

CONFIGS_DOCUMENT = {
    "monitor_list": Field(LIST, REQUIRED, fields=MONITOR_CONFIG),
    "path": Field(TEXT, path="/config/monitor"),
}

CONFIG_DOCUMENT = {
    "monitor": Field(OBJECT, REQUIRED, fields=MONITOR_CONFIG),
    "path": Field(TEXT, path="/config/monitor/"),
}


class SchemaError(Exception):
    """An object that does not match its schema. The text begins with the place in it, such as ``.last_test.error``."""


class Schema:
    """Validates the fields of an object that the reader uses. An optional field may be null or absent.

    An identity has to be the first field of the table.
    """

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = {name: field for name, field in fields.items() if field.use != UNUSED}
        self._names = tuple(self._fields)
        self._ranges = [
            (index, field.minimum, field.maximum if field.maximum is not None else float("inf"))
            for index, field in enumerate(self._fields.values())
            if field.minimum is not None
        ]
        self._has_identity = any(field.is_identity for field in self._fields.values())
        # Thousands of objects share a few combinations of classes: each combination is checked once.
        self._accepted: set[tuple[type, ...]] = set()

    def values(self, entry: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values in the order of the table, None for an absent field. Raises SchemaError."""
        values = tuple(map(entry.get, self._names))
        classes = tuple(map(type, values))
        if classes not in self._accepted:
            for name, value in zip(self._names, values):
                self._check_type(entry, name, value)
            self._accepted.add(classes)
        for index, minimum, maximum in self._ranges:
            value = values[index]
            if value is not None and not minimum <= value < maximum:
                raise self._value_error(index, value)
        if self._has_identity and (not values[0] or REPLACEMENT in values[0]):
            raise self._value_error(0, values[0])
        return values

    def _check_type(self, entry: Mapping[str, Any], name: str, value: Any) -> None:
        field = self._fields[name]
        if value is None:
            if field.use == REQUIRED:
                raise SchemaError(f".{name} is {'null' if name in entry else 'missing'}, not {field.type.name}")
        elif value.__class__ not in field.type.classes:
            raise SchemaError(f".{name} is {describe_value(value)}, not {field.type.name}")

    def _value_error(self, index: int, value: Any) -> SchemaError:
        name = self._names[index]
        return SchemaError(f".{name} {value_error(self._fields[name], value)}")


def value_error(field: Field, value: Any) -> str:
    """Return why a value of the right type is impossible, such as ``is negative``; an empty text if it is possible."""
    if field.is_identity:
        if not value:
            return "is empty"
        return "contains half a character, so it could identify another monitor" if REPLACEMENT in value else ""
    if field.type is UTC:
        try:
            parse_utc(value)
        except (ValueError, OverflowError):
            return "is not a UTC time"
        return ""
    if field.minimum is not None and value < field.minimum:
        return "is negative" if value < 0 <= field.minimum else "is too small"
    return "is too large" if field.maximum is not None and value >= field.maximum else ""


def describe_type(value: Any) -> str:
    """Return the JSON type of ``value`` in words, and nothing of its content."""
    types: dict[type, str] = {bool: FLAG.name, int: NUMBER.name, float: NUMBER.name, str: TEXT.name}
    types.update({list: LIST.name, dict: OBJECT.name})
    return types.get(type(value), "null")


def describe_value(value: Any) -> str:
    """Return ``value`` in words: short values as they are, others by their type."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return f'the string "{sanitize(value, 40)}"' if isinstance(value, str) else describe_type(value)
