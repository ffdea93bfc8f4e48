# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fuzzing oracle accepts proved passes and rejects all others."""

from __future__ import annotations

import dataclasses
import json
from email.utils import formatdate
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.tests.fuzz.proof import Demands, Unproved, prove
from ansible_collections.knowledgefront.monitoring.tests.fuzz.story_service import Exchange

NOW = 1_800_000_000.0
MISSING = "(missing)"


def started(at: float, error: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"error": error, "utc_mktime": at, **fields}


def monitor(**fields: Any) -> dict[str, Any]:
    exchange = {"monitor": "a", "alert_active": False, "last_test": started(NOW - 10), **fields}
    return {name: value for name, value in exchange.items() if value != MISSING}


def exchange(
    kind: str, document: Any, at: float = NOW, status: int = 200, everything: bool = True, t: str = "1800"
) -> Exchange:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Exchange(kind, {"all": "true", "t": t} if everything else {"t": t}, at, status, body)


def statuses(*monitors: dict[str, Any], at: float = NOW, **members: Any) -> Exchange:
    return exchange("status", {"error": None, "monitor_list": list(monitors), **members}, at)


def configs(*ids: str, at: float = NOW, **fields: Any) -> Exchange:
    return exchange("configs", {"monitor_list": [{"id": name, "timer": 60, **fields} for name in ids]}, at)


def dated(kind: str, date: float | None = None, **headers: str) -> Exchange:
    """A response of a service whose clock is ``date`` seconds ahead of ours."""
    if date is not None:
        headers["date"] = formatdate(NOW + date, usegmt=True)
    return dataclasses.replace(statuses(monitor()), kind=kind, headers=headers)


def series(results: str, **fields: Any) -> list[Exchange]:
    """Responses with a test a minute from NOW + 1 on: ``c`` for a clean one, ``f`` for a failed one, ``-`` for none."""
    found, failed = [configs("a", at=NOW)], None
    for number, result in enumerate(results):
        if result == "-":
            continue
        start = NOW + 1 + 60 * number
        failed = started(start, "down") if result == "f" else failed
        test = started(start, "down" if result == "f" else None)
        given = {"last_test": test, "last_failed": failed, "last_alert": {"alert": "x1"}, **fields}
        found.append(statuses(monitor(**given), at=start + 1))
    return found


PROVED: dict[str, tuple[list[Exchange], Demands]] = {
    "one clean monitor": ([statuses(monitor()), configs("a")], Demands(NOW)),
    "one that was away in between": (
        [statuses(monitor()), configs("a"), exchange("status", b"", status=503), statuses(monitor())],
        Demands(NOW),
    ),
    "configurations at the second attempt": (
        [statuses(monitor()), exchange("configs", b"", status=500), configs("a")],
        Demands(NOW),
    ),
    "two tests since": (
        [
            statuses(monitor(last_test=started(NOW + 1)), at=NOW + 2),
            configs("a", at=NOW + 2),
            statuses(monitor(last_test=started(NOW + 61)), at=NOW + 62),
        ],
        Demands(NOW, clean_tests=2),
    ),
    "one included by its label": (
        [statuses(monitor(), monitor(monitor="b", alert_active=True)), configs("a", label="Web")],
        Demands(NOW, include=["Web"]),
    ),
    "an alert that could have been raised": (
        [statuses(monitor(last_test=started(NOW + 121)), at=NOW + 130), configs("a", at=NOW + 130)],
        Demands(NOW, full_detection=True),
    ),
    "two times of which the later one is not too old": (
        [statuses(monitor(last_test=started(NOW, utc_time_init="2027-01-15T07:00:00"))), configs("a")],
        Demands(NOW),
    ),
    "a single failure after the proof": (series("cf"), Demands(NOW, clean_tests=1)),
    "single failures after the proof": (series("cfcf"), Demands(NOW, clean_tests=1)),
    "two failures where three are too many": (series("cff"), Demands(NOW, clean_tests=1, failing_after=3)),
    "recovery after a failure": (series("fcc"), Demands(NOW, clean_tests=1)),
    "recovery after the proof was lost": (series("cffccc"), Demands(NOW, clean_tests=1, recovery_tests=3)),
    "the same alert at both looks": (
        [*series("c", alert_count=1), *series("-c", alert_count=2)],
        Demands(NOW, clean_tests=1),
    ),
    "a test outside the default window": (
        [
            statuses(monitor(last_test=None, fail_count=0)),
            configs("a", timer=3600),
            exchange("status", {"monitor_list": [monitor(last_test=started(NOW - 3000), fail_count=5)]}, t="7200"),
        ],
        Demands(NOW),
    ),
}


@pytest.mark.parametrize("name", PROVED)
def test_a_proved_pass_is_accepted(name: str) -> None:
    prove(*PROVED[name])


def one(**fields: Any) -> list[Exchange]:
    return [statuses(monitor(**fields)), configs("a")]


UNPROVED: dict[str, tuple[list[Exchange], Demands]] = {
    "nothing was asked": ([], Demands(NOW)),
    "only alerts were asked for": ([exchange("status", {"monitor_list": []}, everything=False)], Demands(NOW)),
    "the last look failed": ([*one(), exchange("status", b"", status=503)], Demands(NOW)),
    "the last answer says error": ([statuses(monitor(), error="down"), configs("a")], Demands(NOW)),
    "the last answer is cut": ([*one(), exchange("status", b'{"monitor_list": [')], Demands(NOW)),
    "no monitor at all": ([statuses(), configs()], Demands(NOW)),
    "too few monitors": (one(), Demands(NOW, min_monitors=2)),
    "none of the included": (one(), Demands(NOW, include=["other"])),
    "a configured monitor without a status": ([statuses(monitor()), configs("a", "b")], Demands(NOW)),
    "a monitor without a configuration": ([statuses(monitor()), configs()], Demands(NOW)),
    "configurations that failed": ([statuses(monitor()), exchange("configs", b"", status=500)], Demands(NOW)),
    "a monitor that was there": ([statuses(monitor(), monitor(monitor="b")), configs("a"), *one()], Demands(NOW)),
    "a monitor of the baseline": (one(), Demands(NOW, before=frozenset({"b"}))),
    "a monitor that left the scope": (
        [statuses(monitor()), configs("a", label="Web"), statuses(monitor()), configs("a", label="Other")],
        Demands(NOW, include=["Web"]),
    ),
    **{
        f"alert_active is {value!r}": (one(alert_active=value), Demands(NOW))
        for value in (True, None, 0, "false", [], MISSING)
    },
    "two monitors with one id": ([statuses(monitor(), monitor()), configs("a")], Demands(NOW)),
    "an id that is none": (one(monitor=""), Demands(NOW)),
    "never tested": (one(last_test=None), Demands(NOW)),
    "tested at no known time": (one(last_test={"error": None}), Demands(NOW)),
    "its newest test failed": (one(last_test=started(NOW, "down")), Demands(NOW)),
    "a failed test is as new": (one(last_failed=started(NOW - 10)), Demands(NOW)),
    "not tested for too long": (one(last_test=started(NOW - 181)), Demands(NOW)),
    "both times are too old": (
        one(last_test=started(NOW - 181, utc_time_init="2027-01-15T07:00:00")),
        Demands(NOW),
    ),
    "the later time is in the future": (
        one(last_test=started(NOW + 61, utc_time_init="2027-01-15T07:00:00")),
        Demands(NOW),
    ),
    "the earlier time is before the anchor": (
        one(last_test=started(NOW, utc_time_init="2027-01-15T07:59:59")),
        Demands(NOW, clean_tests=1),
    ),
    "two failures in a row after the proof": (series("cff"), Demands(NOW, clean_tests=1)),
    "one failure where one is too many": (series("cf"), Demands(NOW, clean_tests=1, failing_after=1)),
    "a failure where no tests are demanded": (series("cf"), Demands(NOW)),
    "no recovery after a failure": (series("fc"), Demands(NOW, clean_tests=1)),
    "fewer tests to recover than the option says": (series("fcc"), Demands(NOW, clean_tests=1, recovery_tests=3)),
    "an alert after the proof": (
        [*series("c"), statuses(monitor(alert_active=True)), *series("c")],
        Demands(NOW, clean_tests=1),
    ),
    "an alert came and went, by its id": (
        [*series("c"), *series("-c", last_alert={"alert": "x2"})],
        Demands(NOW, clean_tests=1),
    ),
    "an alert came and went, by the count": (
        [*series("c", last_alert=None, alert_count=0), *series("-c", last_alert=None, alert_count=1)],
        Demands(NOW, clean_tests=1),
    ),
    "the test that proved it turns out to have failed": (
        [*series("c"), statuses(monitor(last_test=started(NOW + 1, "down")), at=NOW + 2)],
        Demands(NOW, clean_tests=1),
    ),
    "nothing but failed tests in the window": (one(fail_count=3, test_count=3), Demands(NOW)),
    "a failed test of unknown time": (one(last_failed={"error": "down"}, fail_count=1), Demands(NOW)),
    "a wide window that failed": (
        [*one(last_test=None), exchange("status", b"", status=503, t="7200")],
        Demands(NOW),
    ),
    "a wide window without the test": (
        [*one(last_test=None), exchange("status", {"monitor_list": [monitor(last_test=None)]}, t="7200")],
        Demands(NOW),
    ),
    "a time that is none": (one(last_test=started(NOW, utc_time_init="now")), Demands(NOW)),
    "tested in the future": (one(last_test=started(NOW + 61)), Demands(NOW)),
    "no timer": ([statuses(monitor()), exchange("configs", {"monitor_list": [{"id": "a"}]})], Demands(NOW)),
    "a timer of no time": ([statuses(monitor()), configs("a", timer=0)], Demands(NOW)),
    "tested before the anchor": (one(), Demands(NOW, clean_tests=1)),
    "the same test twice": ([*one(), *one()], Demands(NOW - 60, clean_tests=2)),
    "a failure between clean tests": (
        [*one(), statuses(monitor(last_test=started(NOW - 1), last_failed=started(NOW - 5)))],
        Demands(NOW - 60, clean_tests=2),
    ),
    "a failure that only the count tells": (
        [*one(fail_count=0), statuses(monitor(last_test=started(NOW - 1), fail_count=1))],
        Demands(NOW - 60, clean_tests=2),
    ),
    "an alert between clean tests": (
        [*one(), statuses(monitor(alert_active=True)), statuses(monitor(last_test=started(NOW - 1)))],
        Demands(NOW - 60, clean_tests=2),
    ),
    "an alert could not have been raised": (one(), Demands(NOW, full_detection=True)),
    "an answer out of a cache": ([dated("status", age="61"), configs("a")], Demands(NOW)),
    "an answer older than the one before it": (
        [*one(), dated("token", date=0), dated("status", date=-90)],
        Demands(NOW),
    ),
    "a service ahead, by whose clock the test is old": ([dated("status", date=300), configs("a")], Demands(NOW)),
    "a service ahead, by whose clock the test was before": (
        [dated("status", date=20), configs("a")],
        Demands(NOW - 20, clean_tests=1),
    ),
    "a service behind, by whose clock the test is to come": ([dated("status", date=-90), configs("a")], Demands(NOW)),
    "a test that was told before it started": (
        [
            statuses(monitor(last_test=started(NOW + 5))),
            configs("a"),
            statuses(monitor(last_test=started(NOW + 5)), at=NOW + 9),
        ],
        Demands(NOW, clean_tests=1),
    ),
}


@pytest.mark.parametrize("name", UNPROVED)
def test_an_unproved_pass_is_rejected(name: str) -> None:
    with pytest.raises(Unproved):
        prove(*UNPROVED[name])
