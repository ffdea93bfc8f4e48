# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutations of a JSON document as services, proxies and attackers may cause them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any


class Literal(str):
    """A number or another literal in its original spelling, such as ``1e400``."""


class Members(list[tuple[str, Any]]):
    """The members of an object in order, with duplicates."""


Node = Any
Place = tuple[list[Any], int]

NAMES = (
    *("error", "monitor_list", "monitor", "id", "label", "type", "timer", "active", "config", "alert_active"),
    *("alert_count", "fail_count", "test_count", "last_alert", "last_failed", "last_test", "flag"),
    *("utc_time", "utc_time_init", "utc_mktime", "time_init", "access_token", "token_type", "expires_in"),
)
WORDS = (
    *("null", "true", "false", "0", "1", "-1", "-0.0", "3", "0.5", "60", "300", "1e-320", "1e308", "1e400", "-1e400"),
    *("NaN", "Infinity", "-Infinity", "1800000000", "1800000000000", "99999999999", "-59999999999", "9" * 20),
    *("9" * 400, "9" * 4400, "0x10", "1_000", "01", "[]", "{}", '""', "[[]]", "[{}]", '{"": null}'),
)
TEXTS = (
    *("", " ", "false", "null", "mon1", "web", "2026-05-31T18:51:18", "2027-01-15T08:00:00", "0001-01-01T00:00:00"),
    *("9999-12-31T23:59:59", "2027-01-15T08:00:00+23:59", "2027-W02-5", "2027-01-15 08:00:00,5", "20270115T080000"),
    *("Bearer", "<b>&amp;</b>", "|`*_[x](y)|", "]]>", "{{ lookup('env', 'HOME') }}", "\x00", "\x1b[2J", "\r\n", "\x7f"),
    *("\u202e", "\ufeff", "\ufffe", "\u2028", "\ud800", "\udc00\ud800", "\U0001f6a8", "e\u0301", "\u200b", "x" * 3000),
)
ANY_TIME = tuple(f"<{form}{age:+d}>" for form in ("utc", "mktime", "utc/60", "mktime/30") for age in (-600, -70, -1, 5))
PLAUSIBLE: dict[str, tuple[str | None, ...]] = {
    **dict.fromkeys(("utc_time_init", "utc_mktime", "utc_time"), (*ANY_TIME, None)),
    **dict.fromkeys(("monitor", "id"), ("mon1", "mon2", "mon3")),
    **dict.fromkeys(("last_test", "last_failed", "last_alert"), (None,)),
    **dict.fromkeys(("alert_count", "fail_count", "test_count"), tuple(map(Literal, ("0", "1", "3", "30", "null")))),
    **dict.fromkeys(("alert_active", "active"), (Literal("true"), Literal("false"))),
    "timer": tuple(map(Literal, ("15", "30", "60", "300", "86400", "null"))),
    "label": ("Web", "Mail", "", None),
    "error": ("no answer", "", None),
}
"""Values that a service could send."""

AGES = (-7200, -1801, -301, -181, -179, -121, -61, -60, -10, -1, 0, 1, 30, 59, 61, 3600)
DEEP = (2, 20, 99, 101, 400, 3000)


def read_tree(body: bytes) -> Node:
    """Return ``body`` as a tree with duplicates and original literals. Raises ValueError or RecursionError."""
    return json.loads(body, object_pairs_hook=Members, parse_int=Literal, parse_float=Literal, parse_constant=Literal)


def write_tree(node: Node, plain: bool) -> str:
    """Return the document; ``plain`` does not escape characters that UTF-8 can encode."""
    if isinstance(node, Literal):
        return str(node)
    if isinstance(node, Members):
        return "{" + ", ".join(f"{_text(name, plain)}: {write_tree(value, plain)}" for name, value in node) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(write_tree(item, plain) for item in node) + "]"
    return _text(node, plain) if isinstance(node, str) else json.dumps(node)


def _text(text: str, plain: bool) -> str:
    whole = not any("\ud800" <= character <= "\udfff" for character in text)
    return json.dumps(text, ensure_ascii=not (plain and whole))


def mutate_json(body: bytes, chance: random.Random) -> bytes:
    """Return ``body`` with a change of its structure or, if it is not JSON or by chance, of its bytes."""
    if chance.random() < 0.12:
        return mutate_bytes(body, chance)

    def change(root: list[Any]) -> None:
        places = list(_places(root))
        chance.choice(CHANGES)(chance.choice(places), places, chance)

    return _apply_changes(body, chance, change)


def change_values(body: bytes, chance: random.Random) -> bytes:
    """Return ``body`` with other values that a service could send."""

    def change(root: list[Any]) -> None:
        place = chance.choice([place for place in _places(root) if _name(place) in PLAUSIBLE])
        _put(place, chance.choice(PLAUSIBLE[_name(place)]))

    return _apply_changes(body, chance, change)


def _apply_changes(body: bytes, chance: random.Random, change: Callable[[list[Any]], None]) -> bytes:
    """Return ``body`` after a few changes; or of its bytes if it has nothing to change or is too deep."""
    try:
        root = [read_tree(body)]
        for _change in range(chance.choice((1, 1, 1, 2, 3))):
            change(root)
        return write_tree(root[0], chance.random() < 0.5).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError, IndexError):
        return mutate_bytes(body, chance)


def mutate_bytes(body: bytes, chance: random.Random) -> bytes:
    """Return ``body`` truncated, with a repeated or removed part, or with another byte."""
    at, to = sorted((chance.randint(0, len(body)), chance.randint(0, len(body))))
    odd = chance.choice((b"\xff", b"\x00", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"{", b"]", b'"', b",", b"1", b"\\ud800"))
    return chance.choice(
        (body[:at], body[to:], body[:at] + body[to:], body[:to] + body[at:], body[:at] + odd + body[at:], b"")
    )


def _places(siblings: list[Any]) -> Any:
    """Yield every place of the tree as a list and an index."""
    waiting: list[list[Any]] = [siblings]
    while waiting:
        current = waiting.pop()
        for index, entry in enumerate(current):
            yield current, index
            value = entry[1] if isinstance(current, Members) else entry
            if isinstance(value, list):
                waiting.append(value)


def _get(place: Place) -> Node:
    siblings, index = place
    return siblings[index][1] if isinstance(siblings, Members) else siblings[index]


def _name(place: Place) -> str:
    siblings, index = place
    return siblings[index][0] if isinstance(siblings, Members) else ""


def _put(place: Place, value: Node) -> None:
    siblings, index = place
    siblings[index] = (siblings[index][0], value) if isinstance(siblings, Members) else value


def _drop(place: Place, places: list[Place], chance: random.Random) -> None:
    siblings, index = place
    del siblings[index]


def _repeat(place: Place, places: list[Place], chance: random.Random) -> None:
    siblings, index = place
    siblings.insert(chance.randint(0, len(siblings)), copy.deepcopy(siblings[index]))


def _rename(place: Place, places: list[Place], chance: random.Random) -> None:
    named = [(siblings, index) for siblings, index in places if isinstance(siblings, Members)]
    if named:
        siblings, index = chance.choice(named)
        siblings[index] = (chance.choice(NAMES), siblings[index][1])


def _add(place: Place, places: list[Place], chance: random.Random) -> None:
    objects = [value for value in map(_get, places) if isinstance(value, Members)]
    if objects:
        members = chance.choice(objects)
        members.insert(chance.randint(0, len(members)), (chance.choice(NAMES), _random_value(places, chance)))


def _replace(place: Place, places: list[Place], chance: random.Random) -> None:
    _put(place, _random_value(places, chance))


def _random_value(places: list[Place], chance: random.Random) -> Node:
    time = f"<{chance.choice(('utc', 'mktime', 'utc/60'))}{chance.choice(AGES):+d}>"
    there = copy.deepcopy(_get(chance.choice(places)))
    return chance.choice((Literal(chance.choice(WORDS)), chance.choice(TEXTS), time, time, there))


def _swap(place: Place, places: list[Place], chance: random.Random) -> None:
    other = chance.choice(places)
    mine, theirs = copy.deepcopy(_get(place)), copy.deepcopy(_get(other))
    _put(place, theirs)
    _put(other, mine)


def _nest(place: Place, places: list[Place], chance: random.Random) -> None:
    value = _get(place)
    depth = chance.choice(DEEP)
    if depth > 100:
        inside = write_tree(value, plain=False)
        value = Literal("[" * depth + inside + "]" * depth)
    else:
        for _level in range(depth):
            value = Members([(chance.choice(NAMES), value)]) if chance.random() < 0.5 else [value]
    _put(place, value)


def _edit(place: Place, places: list[Place], chance: random.Random) -> None:
    """Insert into a text or append to a number."""
    value = _get(place)
    if isinstance(value, str) and not isinstance(value, Literal):
        at = chance.randint(0, len(value))
        _put(place, value[:at] + chance.choice(TEXTS) + value[at + chance.randint(0, 2) :])
    elif isinstance(value, Literal):
        _put(place, Literal(value + chance.choice(("0", ".0", ".5", "e9", "e-9", "1"))))
    else:
        _replace(place, places, chance)


CHANGES: tuple[Callable[[Place, list[Place], random.Random], None], ...] = (
    *(_drop, _repeat, _rename, _add, _replace, _replace, _replace, _swap, _nest, _edit, _edit),
)
