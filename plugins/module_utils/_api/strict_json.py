# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses JSON that is unambiguous and can be printed, stored and serialized again."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._domain.json_memory import fits

MAX_DEPTH = 100
"""Nested objects and lists. The documented responses have four."""

TOO_DEEP = f"it is nested more than {MAX_DEPTH} levels deep"
DUPLICATE_KEY = "duplicate key in JSON object"
OUT_OF_RANGE = "a number is out of range"

MAX_MEMORY = 768 * 2**20
"""Bytes for a document in all: its body, its text and its values. 100,000 monitors with every field fit."""

MAX_DIGITS = 4300
"""Digits of an integer: its parsing time is quadratic. Newer releases of Python have this limit by default."""

NESTING = frozenset((dict, list))

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""An escaped UTF-16 surrogate, the only form that UTF-8 allows. A lone one cannot be printed or stored."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Replaces a lone surrogate."""


class UnreliableJsonError(ValueError):
    """JSON that is ambiguous, or that cannot be serialized again; the text is the reason."""


class JsonTooLargeError(UnreliableJsonError):
    """JSON that takes more memory than any response about monitors needs."""


def parse_json(body: bytes) -> Any:
    """Return the document in ``body``. Raises ValueError for invalid JSON, UnreliableJsonError for JSON it refuses."""
    text = _decode(body)
    with value_errors():
        document = strict_decoder().decode(text)
    return validate_value(document, SURROGATE.search(body) is not None)


def strict_decoder() -> json.JSONDecoder:
    """Return a decoder that refuses ambiguous JSON. Use it within ``value_errors``."""
    return json.JSONDecoder(
        parse_float=_parse_finite,
        parse_int=None if _has_digit_limit() else _parse_integer,
        parse_constant=_refuse_constant,
        object_pairs_hook=_unique_members,
    )


@contextmanager
def value_errors() -> Iterator[None]:
    """Raise UnreliableJsonError for what a strict decoder refuses; syntax errors stay JSONDecodeError."""
    try:
        yield
    except RecursionError:
        raise UnreliableJsonError(TOO_DEEP) from None
    except (json.JSONDecodeError, UnicodeDecodeError, UnreliableJsonError):
        raise
    except ValueError:  # Python's own limit on the digits of a number
        raise UnreliableJsonError(OUT_OF_RANGE) from None


def validate_value(document: Any, has_surrogates: bool, depth: int = 0) -> Any:
    """Return a decoded value that is nested ``depth`` levels deep, with lone surrogates replaced.

    Raises UnreliableJsonError for one that is nested too deeply.
    """
    _refuse_depth(document, MAX_DEPTH - depth)
    return _replace_surrogates(document) if has_surrogates else document


def _decode(body: bytes) -> str:
    """Return ``body`` as text. Raises JsonTooLargeError before anything is created that does not fit into memory."""
    left = MAX_MEMORY - len(body)
    check_size(body)
    text = body.decode("utf-8-sig")
    # One character outside of ASCII makes every other one two or four times as large, in the strings of values too.
    if not text.isascii():
        _refuse_larger(body, left - 2 * sys.getsizeof(text))
    return text


def check_size(body: bytes) -> None:
    """Raise JsonTooLargeError for a body whose values would take too much memory, before any of them is created."""
    _refuse_larger(body, MAX_MEMORY - 3 * len(body))


def _refuse_larger(body: bytes, limit: int) -> None:
    if not fits(body, limit):
        raise JsonTooLargeError(f"it takes more than {MAX_MEMORY // 2**20} MiB of memory")


def _has_digit_limit() -> bool:
    """Return whether this Python limits digits itself, as newer releases do unless configured otherwise."""
    limit = getattr(sys, "get_int_max_str_digits", int)()
    return 0 < int(limit) <= MAX_DIGITS


def _parse_integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise UnreliableJsonError(OUT_OF_RANGE)
    return int(digits)


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members. A duplicate key could say quiet in one place and alerting in the other."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UnreliableJsonError(DUPLICATE_KEY)
    return members


def _parse_finite(digits: str) -> float:
    """Return a finite number: JSON cannot represent infinity."""
    number = float(digits)
    if math.isinf(number):
        raise UnreliableJsonError(OUT_OF_RANGE)
    return number


def _refuse_depth(document: Any, deepest: int) -> None:
    """Refuse what Ansible, which processes results recursively, could not return."""
    level = [document] if type(document) in NESTING else []
    for _depth in range(deepest):
        contents = [node.values() if node.__class__ is dict else node for node in level]
        level = [child for children in contents for child in children if type(child) in NESTING]
        if not level:
            return
    raise UnreliableJsonError(TOO_DEEP)


def _refuse_constant(name: str) -> None:
    raise UnreliableJsonError(f"{name} is not a JSON number")


def _replace_surrogates(document: Any) -> Any:
    """Replace lone surrogates in place, because a copy takes memory, and return ``document``."""
    holder = [document]
    pending: list[Any] = [holder]
    while pending:
        node = pending.pop()
        if node.__class__ is dict:
            _replace_keys(node)
        for place, value in node.items() if node.__class__ is dict else enumerate(node):
            if type(value) in NESTING:
                pending.append(value)
            elif value.__class__ is str and not value.isascii():
                node[place] = _replace_surrogate(value)
    return holder[0]


def _replace_keys(members: dict[str, Any]) -> None:
    if all(map(str.isascii, members)):
        return
    pairs = list(members.items())
    members.clear()
    members.update((_replace_surrogate(key), value) for key, value in pairs)
    if len(members) != len(pairs):
        raise UnreliableJsonError(DUPLICATE_KEY)


def _replace_surrogate(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
