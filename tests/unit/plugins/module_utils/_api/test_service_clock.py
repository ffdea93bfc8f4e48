# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.service_clock import (
    MAX_RESPONSE_AGE,
    ServiceClock,
)

NOON = datetime(2026, 5, 31, 12, tzinfo=timezone.utc).timestamp()


def at(seconds: float) -> dict[str, str]:
    return {"date": format_datetime(datetime.fromtimestamp(NOON + seconds, timezone.utc), usegmt=True)}


@pytest.mark.parametrize(
    ("rule", "answers", "now"),
    [
        ("a date counts in seconds and was read some time in between", [(at(0), 0, 2)], (-2, 1)),
        ("a second answer narrows it down", [(at(0), 0, 2), (at(10), 10, 10.5)], (-0.5, 1)),
        ("a wide one does not widen it", [(at(0), 0, 0), (at(10), 9, 60)], (0, 1)),
        ("one narrows it down from above", [(at(0), 0, 10), (at(0), 6, 12)], (-10, -5)),
        ("and one from below", [(at(0), 0, 10), (at(10), 6, 13)], (-3, 1)),
        ("answers that only touch agree on a moment", [(at(0), 0, 10), (at(10), 9, 9)], (1, 1)),
        ("one that is as old as may be is believed", [(at(0), 0, 0), ({**at(10), "age": "60"}, 10, 10.5)], (0, 1)),
        ("also when it is the first", [({**at(10), "age": "60"}, 10, 10)], (0, 1)),
        ("a clock that was set is believed anew", [(at(0), 0, 0), (at(100), 10, 10)], (90, 91)),
        ("an answer without a date changes nothing", [(at(0), 0, 0), ({}, 5, 5)], (0, 1)),
        ("nor does one with nonsense", [(at(0), 0, 0), ({"date": "noon"}, 5, 5)], (0, 1)),
        ("nor an old one", [(at(0), 0, 0), (at(0), 3600, 3600)], (0, 1)),
    ],
)
def test_what_time_it_is_for_the_service(rule: str, answers: list[tuple], now: tuple[float, float]) -> None:
    clock = ServiceClock()
    for headers, requested, answered in answers:
        clock.observe(headers, requested, answered)
    assert clock.now(0.0) == (NOON + now[0], NOON + now[1]), rule


def test_without_dates_the_service_time_is_unknown() -> None:
    clock = ServiceClock()
    assert clock.observe({}, 0, 1) == 0
    assert clock.now(0.0) is None


@pytest.mark.parametrize(
    ("rule", "headers", "old"),
    [
        ("now", at(100), False),
        ("a second apart", at(99), False),
        ("as late as a slow server may be", at(100 - MAX_RESPONSE_AGE), False),
        ("from before the earlier answer", at(-MAX_RESPONSE_AGE), True),
        ("from yesterday", at(-86400), True),
        ("from tomorrow, which is no age", at(86400), False),
        ("a cache says so", {"age": "61"}, True),
        ("a cache says so and the date is new", {**at(100), "age": " 3600 "}, True),
        ("a cache that cached it for a moment", {"age": "60"}, False),
        ("an age that is none", {"age": "-61"}, False),
        ("an age in words", {"age": "old"}, False),
        ("an age in other digits", {"age": "\u0663\u0663\u0663"}, False),
        ("an age without end", {"age": "9" * 5000}, True),
    ],
)
def test_an_answer_is_old_when_a_cache_says_so_or_its_date_is_before_an_earlier_one(
    rule: str, headers: dict[str, str], old: bool
) -> None:
    clock = ServiceClock()
    clock.observe(at(0), 0, 0)
    assert (clock.observe(headers, 100, 100) > MAX_RESPONSE_AGE) is old, rule


def test_the_service_gets_older_as_we_do() -> None:
    clock = ServiceClock()
    clock.observe(at(0), 0, 2)
    assert clock.now(100.0) == (NOON + 98, NOON + 101)


@pytest.mark.parametrize(("headers", "age"), [(at(0), 89), ({**at(0), "age": "95"}, 95), ({**at(0), "age": "5"}, 89)])
def test_an_answer_is_as_old_as_can_be_proved(headers: dict[str, str], age: float) -> None:
    clock = ServiceClock()
    clock.observe(at(0), 0, 10)
    assert clock.observe(headers, 100, 100) == age
