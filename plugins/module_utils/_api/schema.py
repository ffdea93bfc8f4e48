# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of which kind each field of an object has to be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._domain.text import sanitize


class FieldType(NamedTuple):
    """What a value can be, exactly: to Python, true is a whole number too."""

    named: str
    classes: tuple[type, ...]


TEXT = FieldType("a string", (str,))
FLAG = FieldType("true or false", (bool,))
WHOLE = FieldType("a whole number", (int,))
NUMBER = FieldType("a number", (int, float))
OBJECT = FieldType("an object", (dict,))


class SchemaError(Exception):
    """What cannot be right in an object. The text begins with the place in it, such as ``.last_test.error``."""


class Schema:
    """The fields of an object that a decision rests on. Those that may be absent may be null as well."""

    def __init__(self, required: Mapping[str, FieldType], optional: Mapping[str, FieldType]) -> None:
        self._required = frozenset(required)
        self._kinds = {**required, **optional}
        self._names = tuple(self._kinds)
        # Thousands of objects have their fields of the same few classes: each such combination is checked once.
        self._right: set[tuple[type, ...]] = set()

    def values(self, entry: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the fields, required ones first, None for what is absent. Raises SchemaError."""
        values = tuple(map(entry.get, self._names))
        classes = tuple(map(type, values))
        if classes not in self._right:
            for name, value in zip(self._names, values):
                self._check(entry, name, value)
            self._right.add(classes)
        return values

    def _check(self, entry: Mapping[str, Any], name: str, value: Any) -> None:
        kind = self._kinds[name]
        if value is None:
            if name in self._required:
                raise SchemaError(f".{name} is {'null' if name in entry else 'missing'}, not {kind.named}")
        elif value.__class__ not in kind.classes:
            raise SchemaError(f".{name} is {said(value)}, not {kind.named}")


def said(value: Any) -> str:
    """Return what a value is, in words."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return f'the string "{sanitize(value, 40)}"' if isinstance(value, str) else "a number"
