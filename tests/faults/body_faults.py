# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the body: invalid JSON, wrong types, impossible values, hostile text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .fault import ANSWERS, LISTS, QUIET, STATUS, TOKEN, ExpectedError, ExpectedVerdicts, Fault, at

BODIES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("an empty 200", {"kind": "empty"}),
    ("a web page with 200", {"kind": "html"}),
    ("half a document", {"kind": "malformed"}),
    ("a list", {"kind": "body", "body": []}),
    ("a string", {"kind": "body", "body": '"all is well"'}),
    ("a number", {"kind": "body", "body": 0}),
    ("null", {"kind": "body", "body": None}),
    ("NaN in it", {"kind": "body", "body": '{"error":null,"monitor_list":[],"t":NaN}'}),
    ("invalid UTF-8", {"kind": "body", "body_base64": "//79/A=="}),
    ("a duplicate member", {"kind": "body", "body": '{"monitor_list":[],"monitor_list":[]}'}),
    ("deep nesting", {"kind": "body", "body": "[" * 100_000}),
)


def _bodies() -> Iterator[Fault]:
    for name, order in BODIES:
        for where, endpoints in (("token", TOKEN), ("answer", ANSWERS)):
            fast = name in ("an empty 200", "half a document") and where == "answer"
            yield Fault(f"{name}, {where}", ExpectedError("payload"), endpoints, at(endpoints, **order), fast=fast)
    no_content = ExpectedError("service", "HTTP 204")
    for where, endpoints in (("token", TOKEN), ("answer", ANSWERS)):
        yield Fault(f"204, {where}", no_content, endpoints, at(endpoints, "no_content"))
    accepted = at(ANSWERS, "status", code=202, body={"error": None, "monitor_list": []})
    yield Fault("202", ExpectedError("service", "HTTP 202"), ANSWERS, accepted)


def _changed(endpoints: frozenset[str], *path: Any, **change: Any) -> tuple[dict[str, Any], ...]:
    return at(endpoints, "mutate", changes=[{"path": list(path), **change}])


def _shapes() -> Iterator[Fault]:
    for name, value in (("set", "database is away"), ("an object", {"code": 7}), ("false", False), ("empty", "")):
        wrong = ExpectedError("answered_error")
        yield Fault(f"error is {name}", wrong, ANSWERS, _changed(ANSWERS, "error", value=value), fast=name == "set")
    missing = ExpectedError("payload", "monitor_list")
    yield Fault("monitor_list is missing", missing, LISTS, _changed(LISTS, "monitor_list", delete=True), fast=True)
    for name, value in (("null", None), ("an object", {}), ("a string", "none"), ("a number", 0), ("false", False)):
        wrong = ExpectedError("payload", "monitor_list")
        yield Fault(f"monitor_list is {name}", wrong, LISTS, _changed(LISTS, "monitor_list", value=value))
    for name, value in (("a null", None), ("a number", 5), ("a nested list", []), ("a string", "web"), ("true", True)):
        wrong = ExpectedError("payload", r"monitor_list\[0\]")
        yield Fault(f"{name} in monitor_list", wrong, LISTS, _changed(LISTS, "monitor_list", 0, value=value))
    twice = [{"path": ["monitor_list", "*", name], "value": "twin"} for name in ("monitor",)]
    same = ExpectedError("payload", "twin")
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
            wrong = ExpectedError("payload", rf"monitor_list\[0\]\.{path[0]}")
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
        yield Fault(f"an error with {name}", ExpectedError("answered_error"), STATUS, errors)
    lone = _changed(LISTS, "monitor_list", "*", "label", value="a\ud800b")
    yield Fault("labels with lone surrogates", None, LISTS, lone, labels=frozenset({"a\ufffdb"}))
    for name, text in (("slashes", "../../v2/token"), ("dots", ".."), ("control characters", "a\x00\x1b[2Jb\n")):
        both = at(STATUS, "mutate", changes=[{"path": ["monitor_list", 0, "monitor"], "value": text}])
        both += at(
            frozenset({"config_monitors"}), "mutate", changes=[{"path": ["monitor_list", 0, "id"], "value": text}]
        )
        yield Fault(f"ids with {name}", None, LISTS, both)


def _moments() -> Iterator[Fault]:
    """Return the faults with valid but impossible times, after which the monitors are blind."""
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
        yield Fault(
            f"times {name}", ExpectedVerdicts(blind), STATUS, at(STATUS, "mutate", changes=changes), world=QUIET
        )
    for name, value in (("null", None), ("without a time", {"error": None})):
        orders = _changed(STATUS, "monitor_list", "*", "last_test", value=value)
        yield Fault(f"a last_test that is {name}", ExpectedVerdicts(blind), STATUS, orders, world=QUIET)
    empty = _changed(STATUS, "monitor_list", value=[])
    yield Fault("an empty status", ExpectedVerdicts(blind), STATUS, empty, world=QUIET, labels=frozenset(), fast=True)
    stale = at(ANSWERS, "status", code=200, headers={"Age": "86400"}, body={"error": None, "monitor_list": []})
    yield Fault("an answer from yesterday", ExpectedError("old_answer"), ANSWERS, stale, fast=True)


def faults() -> list[Fault]:
    """Return the faults of the body."""
    return [*_bodies(), *_shapes(), *_values(), *_texts(), *_moments()]
