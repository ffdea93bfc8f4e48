# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer says badly: no JSON, the wrong shape, impossible values, hostile text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .fault import ANSWERS, LISTS, QUIET, STATUS, TOKEN, Fault, Judged, Refused, at

UNREADABLE = "the answer is no JSON but"

BODIES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("an empty 200", {"kind": "empty"}, f"{UNREADABLE} empty"),
    ("a web page with 200", {"kind": "html"}, f"{UNREADABLE} a web page"),
    ("half a document", {"kind": "malformed"}, f"{UNREADABLE} [0-9]+ bytes that are cut short"),
    ("a list", {"kind": "body", "body": []}, "a list, not a JSON object"),
    ("a string", {"kind": "body", "body": '"all is well"'}, "the string .all is well., not a JSON object"),
    ("a number", {"kind": "body", "body": 0}, "a number, not a JSON object"),
    ("null", {"kind": "body", "body": None}, "null, not a JSON object"),
    ("NaN in it", {"kind": "body", "body": '{"error":null,"monitor_list":[],"t":NaN}'}, UNREADABLE),
    ("bytes of no alphabet", {"kind": "body", "body_base64": "//79/A=="}, UNREADABLE),
    ("a member told twice", {"kind": "body", "body": '{"monitor_list":[],"monitor_list":[]}'}, UNREADABLE),
    ("nesting without end", {"kind": "body", "body": "[" * 100_000}, UNREADABLE),
)


def _bodies() -> Iterator[Fault]:
    for name, order, says in BODIES:
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS)):
            fast = name in ("an empty 200", "half a document") and where == "answer"
            yield Fault(f"{name}, {where}", Refused("payload", says), endpoints, at(endpoints, **order), fast=fast)
    no_content = Refused("service", "HTTP 204")
    for where, endpoints in (("token", TOKEN), ("answer", ANSWERS)):
        yield Fault(f"204, {where}", no_content, endpoints, at(endpoints, "no_content"))
    accepted = at(ANSWERS, "status", code=202, body={"error": None, "monitor_list": []})
    yield Fault("202", Refused("service", "HTTP 202"), ANSWERS, accepted)


def _changed(endpoints: frozenset[str], *path: Any, **change: Any) -> tuple[dict[str, Any], ...]:
    return at(endpoints, "mutate", changes=[{"path": list(path), **change}])


def _shapes() -> Iterator[Fault]:
    for name, value in (("set", "database is away"), ("an object", {"code": 7}), ("false", False), ("empty", "")):
        wrong = Refused("answered_error", "says that the call did not work")
        yield Fault(f"error is {name}", wrong, ANSWERS, _changed(ANSWERS, "error", value=value), fast=name == "set")
    gone = Refused("payload", "monitor_list is missing, not a list")
    yield Fault("monitor_list is missing", gone, LISTS, _changed(LISTS, "monitor_list", delete=True), fast=True)
    for name, value in (("null", None), ("an object", {}), ("a string", "none"), ("a number", 0), ("false", False)):
        wrong = Refused("payload", "monitor_list is .*, not a list")
        yield Fault(f"monitor_list is {name}", wrong, LISTS, _changed(LISTS, "monitor_list", value=value))
    for name, value in (("a null", None), ("a number", 5), ("a nested list", []), ("a string", "web"), ("true", True)):
        wrong = Refused("payload", r"monitor_list\[0\] is .*, not an object")
        yield Fault(f"{name} in monitor_list", wrong, LISTS, _changed(LISTS, "monitor_list", 0, value=value))
    twice = [{"path": ["monitor_list", "*", name], "value": "twin"} for name in ("monitor",)]
    same = Refused("payload", "a second monitor with the id twin")
    yield Fault("duplicate ids", same, STATUS, at(STATUS, "mutate", changes=twice))


IDS = (("missing", None), ("null", None), ("empty", ""), ("a number", 7), ("an object", {}), ("true", True))
BOOLEANS = (("a string", "false"), ("a number", 0), ("null", None), ("a list", []))
COUNTS = (("negative", -1), ("a string", "0"), ("a float", 1.5), ("true", True))
TIMES = (("words", "noon"), ("a number", 5), ("a list", []), ("in the year 99999", "99999-01-01T00:00:00"))
SECONDS = (("a string", "1780254018"), ("huge", 10**300), ("true", True), ("a list", [1]))
TIMERS = (("zero", 0), ("negative", -60), ("a string", "60"), ("huge", 10**300), ("true", True))


def _values() -> Iterator[Fault]:
    configs = frozenset({"config_monitors"})
    fields = [
        (STATUS, ("monitor",), IDS),
        (STATUS, ("alert_active",), (("missing", None), *BOOLEANS)),
        (STATUS, ("fail_count",), COUNTS),
        (STATUS, ("last_test",), (("a list", []), ("a string", "now"), ("true", True))),
        (STATUS, ("last_test", "utc_time_init"), TIMES),
        (STATUS, ("last_test", "utc_mktime"), SECONDS),
        (STATUS, ("last_test", "error"), (("a number", 5), ("true", True), ("an object", {}))),
        (STATUS, ("label",), (("a number", 5), ("a list", []))),
        (configs, ("id",), IDS),
        (configs, ("timer",), TIMERS),
        (configs, ("active",), (("a string", "false"), ("a number", 1))),
        (configs, ("config",), (("a list", []), ("a string", "{}"))),
    ]
    for endpoints, path, values in fields:
        for name, value in values:
            change: dict[str, Any] = {"delete": True} if name == "missing" else {"value": value}
            orders = _changed(endpoints, "monitor_list", 0, *path, **change)
            wrong = Refused("payload", rf"monitor_list\[0\]\.{path[0]}")
            yield Fault(f"{'.'.join(path)} is {name}", wrong, endpoints, orders)


LABELS = {
    "Jinja": "{{ 7 * 191 }}{% raw %}",
    "a lookup": "{{ lookup('pipe', 'echo 13' ~ '37') }}",
    "ANSI escapes": "\x1b[2J\x1b]0;title\x07 \x9b31m",
    "line breaks": "one\r\ntwo\u2028three\x00",
    "right-to-left marks": "\u202egnp.exe\u2066 \u200f",
    "a megabyte": "long " * 200_000,
    "markup": "</script><img src=x onerror=alert(1)> | `a` | [x](javascript:y)",
    "a YAML tag": "!!python/object/apply:os.system ['id']",
}


def _texts() -> Iterator[Fault]:
    for name, text in LABELS.items():
        orders = _changed(LISTS, "monitor_list", "*", "label", value=text)
        yield Fault(f"labels with {name}", None, LISTS, orders, labels=frozenset({text}), fast=name == "Jinja")
        errors = _changed(STATUS, "error", value=text)
        yield Fault(f"an error with {name}", Refused("answered_error", "did not work"), STATUS, errors)
    lone = _changed(LISTS, "monitor_list", "*", "label", value="a\ud800b")
    yield Fault("labels with lone surrogates", None, LISTS, lone, labels=frozenset({"a\ufffdb"}))
    for name, text in (("slashes", "../../v2/token"), ("dots", ".."), ("control characters", "a\x00\x1b[2Jb\n")):
        both = at(STATUS, "mutate", changes=[{"path": ["monitor_list", 0, "monitor"], "value": text}])
        both += at(
            frozenset({"config_monitors"}), "mutate", changes=[{"path": ["monitor_list", 0, "id"], "value": text}]
        )
        yield Fault(f"ids with {name}", None, LISTS, both)


def _moments() -> Iterator[Fault]:
    """Times that can be read and cannot be right: nobody can say how the monitor is."""
    blind = dict.fromkeys(("before", "during", "after"), ("inconclusive",))
    for name, text, seconds in (
        ("in the future", "2199-01-01T00:00:00", 7226582400),
        ("before 1970", "1969-12-31T23:59:00", -60),
        ("in the year 70", "0070-01-01T00:00:00", -59958144000),
        ("that contradict each other", "2199-01-01T00:00:00", 0),
    ):
        changes = [
            {"path": ["monitor_list", "*", "last_test", "utc_time_init"], "value": text},
            {"path": ["monitor_list", "*", "last_test", "utc_mktime"], "value": seconds},
        ]
        yield Fault(f"times {name}", Judged(blind), STATUS, at(STATUS, "mutate", changes=changes), world=QUIET)
    for name, value in (("null", None), ("without a time", {"error": None})):
        orders = _changed(STATUS, "monitor_list", "*", "last_test", value=value)
        yield Fault(f"a last_test that is {name}", Judged(blind), STATUS, orders, world=QUIET)
    empty = _changed(STATUS, "monitor_list", value=[])
    yield Fault("an empty status", Judged(blind), STATUS, empty, world=QUIET, labels=frozenset(), fast=True)
    stale = at(ANSWERS, "status", code=200, headers={"Age": "86400"}, body={"error": None, "monitor_list": []})
    yield Fault("an answer from yesterday", Refused("old_answer", "the answer is 1 d old"), ANSWERS, stale, fast=True)


def faults() -> list[Fault]:
    """Return every answer that says something badly."""
    return [*_bodies(), *_shapes(), *_values(), *_texts(), *_moments()]
