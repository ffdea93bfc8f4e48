# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON that says one thing only, and that can be printed, stored and handed on."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .._domain.json_memory import fits

DEEPEST = 100
"""Objects and lists within one another. The documented answers have four."""

TOO_DEEP = f"it is nested more than {DEEPEST} times"
TWICE = "a member is told twice"
OUT_OF_RANGE = "a number is out of range"

MOST_MEMORY = 768 * 2**20
"""Bytes that a document may take in all: as it came, as text, and its values. 100,000 monitors with every field fit."""

LONGEST_NUMBER = 4300
"""Digits of a whole number. Reading one takes time that grows with the square of its length; newer releases of Python
refuse longer ones themselves, unless they were told otherwise."""

NESTING = frozenset((dict, list))

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
"""Half of a UTF-16 pair, escaped: the only way for one to get through UTF-8. Alone it cannot be printed or stored."""

REPLACED = "\N{REPLACEMENT CHARACTER}"
"""What stands for such a half."""


class Unreliable(ValueError):
    """JSON that says two things, or that cannot be handed on; the text says why."""


class TooLarge(Unreliable):
    """JSON that would take more memory than any answer about monitors needs."""


def read_json(body: bytes) -> Any:
    """Return what ``body`` says. Raises Unreliable for JSON that cannot be used, and ValueError for what is none."""
    text = _decoded(body)
    with refused_values():
        document = strict_decoder().decode(text)
    return checked_value(document, SURROGATE.search(body) is not None)


def strict_decoder() -> json.JSONDecoder:
    """Return a decoder that refuses what JSON allows and nobody can rely on. Use it below ``refused_values``."""
    return json.JSONDecoder(
        parse_float=_finite,
        parse_int=None if _limits_numbers() else _whole_number,
        parse_constant=_no_number,
        object_pairs_hook=_without_contradiction,
    )


@contextmanager
def refused_values() -> Iterator[None]:
    """Raise Unreliable for what a strict decoder refuses; errors of syntax stay JSONDecodeError."""
    try:
        yield
    except RecursionError:
        raise Unreliable(TOO_DEEP) from None
    except (json.JSONDecodeError, UnicodeDecodeError, Unreliable):
        raise
    except ValueError:  # Python's own limit on the digits of a number
        raise Unreliable(OUT_OF_RANGE) from None


def checked_value(document: Any, has_surrogates: bool, depth: int = 0) -> Any:
    """Return a decoded value, which is inside of ``depth`` others, without halves of characters.

    Raises Unreliable for one that is nested too deeply.
    """
    _refuse_depth(document, DEEPEST - depth)
    return _with_whole_texts(document) if has_surrogates else document


def _decoded(body: bytes) -> str:
    """Return ``body`` as text. Raises TooLarge before anything is made that does not fit into memory."""
    left = MOST_MEMORY - len(body)
    refuse_bomb(body)
    text = body.decode("utf-8-sig")
    # One character outside of ASCII makes every other one two or four times as large, also in the strings of values.
    if not text.isascii():
        _refuse_larger(body, left - 2 * sys.getsizeof(text))
    return text


def refuse_bomb(body: bytes) -> None:
    """Raise TooLarge for a body whose values would take too much memory, before any of them is made."""
    _refuse_larger(body, MOST_MEMORY - 3 * len(body))


def _refuse_larger(body: bytes, limit: int) -> None:
    if not fits(body, limit):
        raise TooLarge(f"it takes more than {MOST_MEMORY // 2**20} MiB of memory")


def _limits_numbers() -> bool:
    """Whether this Python refuses long numbers by itself, as it does unless it is old or was told not to."""
    limit = getattr(sys, "get_int_max_str_digits", int)()
    return 0 < int(limit) <= LONGEST_NUMBER


def _whole_number(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Unreliable(OUT_OF_RANGE)
    return int(digits)


def _without_contradiction(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object's members. One that is told twice could be quiet in one place and alerting in the other."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Unreliable(TWICE)
    return members


def _finite(digits: str) -> float:
    """Return a number that can be handed on: infinity would be written as something that is no JSON."""
    number = float(digits)
    if math.isinf(number):
        raise Unreliable(OUT_OF_RANGE)
    return number


def _refuse_depth(document: Any, deepest: int) -> None:
    """Refuse what Ansible, which works through a result by recursion, could not return."""
    level = [document] if type(document) in NESTING else []
    for _depth in range(deepest):
        contents = [node.values() if node.__class__ is dict else node for node in level]
        level = [child for children in contents for child in children if type(child) in NESTING]
        if not level:
            return
    raise Unreliable(TOO_DEEP)


def _no_number(name: str) -> None:
    raise Unreliable(f"{name} is no number")


def _with_whole_texts(document: Any) -> Any:
    """Return ``document`` with halves of characters replaced, in its own lists and objects: a copy takes memory."""
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
                node[place] = _whole_text(value)
    return holder[0]


def _replace_keys(members: dict[str, Any]) -> None:
    if all(map(str.isascii, members)):
        return
    pairs = list(members.items())
    members.clear()
    members.update((_whole_text(key), value) for key, value in pairs)
    if len(members) != len(pairs):
        raise Unreliable(TWICE)


def _whole_text(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
