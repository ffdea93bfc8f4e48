# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encodes a column of values as its changes from an earlier column of the same length.

Each value becomes a small whole number: 0 for an unchanged one, ``NULL``, or from ``OTHERS`` on its difference or the
number of its text. The numbers are written as planes, their lowest bytes first, because equal bytes compress best.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from operator import sub
from typing import Any

from ...module_utils._domain.timestamps import EARLIEST, LATEST

NULL, OTHERS = 1, 2

TICKS = 1_000_000
"""Parts of a second in which times are counted."""

TYPES = {1: "B", 2: "H", 4: "I", 8: "Q"}
"""Array types by the number of bytes."""

FLAG, COUNT, TIME, GAP, TEXT = "flag", "count", "time", "gap", "text"
"""Kinds of values. All but a flag may be None. A time is a whole number of ticks, or a float of seconds if it is not a
multiple of a tick. A gap is the difference of two times in ticks, or the later one in seconds.
"""

NUMBERS, TEXTS, VALUES = "n", "t", "v"
"""Forms of a column: differences, numbers of texts, and plain values if a difference is too large or not exact."""

CLASSES: Mapping[str, frozenset[type]] = {
    FLAG: frozenset({bool}),
    COUNT: frozenset({int, type(None)}),
    TIME: frozenset({int, float, type(None)}),
    GAP: frozenset({int, float, type(None)}),
    TEXT: frozenset({str, type(None)}),
}

MAX_TEXT_LENGTH = 65536
"""Characters of an error, a label or an id."""

Column = Sequence[Any]


def encode_column(kind: str, before: Column, after: Column) -> tuple[list[Any], bytes]:
    """Return ``after`` as changes of ``before``: a header, which is JSON data, and the planes of the numbers.

    Raises ValueError for values that are not of ``kind``.
    """
    check_values(kind, after)
    if kind == TEXT:
        return _encode_texts(before, after)
    if float not in map(type, after) and float not in map(type, before):
        base, scale, codes = _encode_numbers(before, after)
        width = _width(codes)
        if width:
            return [NUMBERS, width, base, scale], _pack(codes, width)
    return [VALUES, list(after)], b""


def decode_column(kind: str, before: Column, header: Sequence[Any], planes: bytes) -> tuple[list[Any], int]:
    """Return the column, and the number of bytes that it used of ``planes``.

    Raises ValueError, TypeError, LookupError or OverflowError for data that ``encode_column`` cannot have written.
    """
    form = header[0]
    if form == VALUES:
        column = list(header[1])
        if len(column) != len(before):
            raise ValueError("length")
        check_values(kind, column)
        return column, 0
    width = _whole(header[1])
    if width not in TYPES:
        raise ValueError("width")
    size = width * len(before)
    codes = _unpack(planes[:size], width)
    if len(codes) != len(before):
        raise ValueError("length")
    places = list(compress(range(len(codes)), codes))
    if form == TEXTS:
        values = [header[2][code - OTHERS] if code >= OTHERS else None for code in filter(None, codes)]
    elif form == NUMBERS:
        values = _new_numbers([before[place] for place in places], list(filter(None, codes)), *map(_whole, header[2:4]))
        if kind == FLAG:
            values = [value == 1 for value in values]
    else:
        raise ValueError("form")
    check_values(kind, values)
    column = list(before)
    for place, value in zip(places, values, strict=True):
        column[place] = value
    return column, size


def check_values(kind: str, values: Column) -> None:
    """Raise ValueError unless every value is of ``kind`` and in its range."""
    classes = set(map(type, values))
    if not classes <= CLASSES[kind]:
        raise ValueError("type")
    present = [value for value in values if value is not None] if type(None) in classes else values
    if kind == TEXT:
        if max(map(len, present), default=0) > MAX_TEXT_LENGTH:
            raise ValueError("long text")
    elif kind == COUNT:
        if min(present, default=0) < 0:
            raise ValueError("range")
    elif kind in (TIME, GAP):
        _check_parts_of_seconds(kind, present, float in classes)


def _check_parts_of_seconds(kind: str, present: Sequence[int | float], has_floats: bool) -> None:
    """Raise ValueError if a time or a gap is out of range."""
    ticks = present
    if has_floats:
        check_times((value for value in present if isinstance(value, float)), 1)
        ticks = [value for value in present if isinstance(value, int)]
    if kind == TIME and ticks:
        check_times((min(ticks), max(ticks)), TICKS)


def check_times(values: Iterable[float], unit: int) -> None:
    """Raise ValueError if a time is out of range or not a number; ``unit`` is the number of its parts in a second."""
    least, most = EARLIEST * unit, LATEST * unit
    if not all(least < value < most for value in values):
        raise ValueError("range")


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("number")
    return value


def _encode_numbers(before: Column, after: Column) -> tuple[int, int, list[int]]:
    """Return the number from which values are counted that were None, the unit of the differences, and the codes."""
    if None not in after and None not in before:
        base, changes = 0, list(map(sub, after, before))
    else:
        base = min((value for value in after if value is not None), default=0)
        changes = [0 if b is None else b - (base if a is None else a) for a, b in zip(before, after, strict=True)]
    scale = math.gcd(*changes) or 1
    base -= scale
    codes = []
    for old, new, change in zip(before, after, changes, strict=True):
        if new is None:
            codes.append(0 if old is None else NULL)
        else:
            steps = change // scale + (old is None)
            codes.append(2 * steps if steps > 0 else 1 - 2 * steps if steps else 0)
    return base, scale, codes


def _new_numbers(before: Column, codes: Sequence[int], base: int, scale: int) -> list[Any]:
    """Return the numbers to which ``codes`` other than 0 lead; ``base`` stands for those that were None."""
    return [
        None if code == NULL else (base if old is None else old) + scale * _change(code)
        for old, code in zip(before, codes, strict=True)
    ]


def _change(code: int) -> int:
    """Return the difference for a code; even codes are positive."""
    return (1 - code) // 2 if code & 1 else code // 2


def _encode_texts(before: Column, after: Column) -> tuple[list[Any], bytes]:
    numbers: dict[str, int] = {}
    codes = []
    for old, new in zip(before, after, strict=True):
        if old == new:
            codes.append(0)
        else:
            codes.append(NULL if new is None else numbers.setdefault(new, OTHERS + len(numbers)))
    width = _width(codes)
    return [TEXTS, width, list(numbers)], _pack(codes, width)


def _width(codes: Sequence[int]) -> int:
    """Return the number of bytes for each code; 0 if no type is wide enough."""
    largest = max(codes, default=0)
    return next((width for width in TYPES if largest < 1 << 8 * width), 0)


def _pack(codes: Sequence[int], width: int) -> bytes:
    numbers = array(TYPES[width], codes)
    if sys.byteorder == "big":
        numbers.byteswap()
    data = numbers.tobytes()
    return b"".join(data[place::width] for place in range(width))


def _unpack(planes: bytes, width: int) -> Sequence[int]:
    if width == 1:
        return planes
    count = len(planes) // width
    data = bytearray(len(planes))
    for place in range(width):
        data[place::width] = planes[place * count : (place + 1) * count]
    numbers = array(TYPES[width])
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
