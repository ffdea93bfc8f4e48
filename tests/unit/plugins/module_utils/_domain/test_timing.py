# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timing import (
    FUTURE,
    OLD,
    UNTESTED,
    UNTIMED,
    outage_interval,
    poll_interval,
    staleness,
)

NOW = 1000000.0


@pytest.mark.parametrize(
    ("started", "timer", "why"),
    [
        (NOW, 60.0, None),
        (NOW - 180, 60.0, None),
        (NOW - 180.5, 60.0, OLD),
        (NOW - 60, 0.0, None),
        (NOW - 61, 0.0, OLD),
        (NOW + 60, 60.0, None),
        (NOW + 60.5, 60.0, FUTURE),
        (NOW + 60.5, None, FUTURE),
        (NOW, None, UNTIMED),
        (NOW - 86400, None, UNTIMED),
        (None, 60.0, UNTESTED),
        (None, None, UNTESTED),
        (0.0, 60.0, OLD),
        (-1.0, 60.0, OLD),
    ],
)
def test_only_a_recent_test_tells_how_a_monitor_is(started: float | None, timer: float | None, why: str | None) -> None:
    assert staleness(started, timer, NOW) == why


@pytest.mark.parametrize(
    ("started", "factor", "grace", "why"),
    [
        (NOW - 130, 2.0, 10.0, None),
        (NOW - 131, 2.0, 10.0, OLD),
        (NOW - 130, 1.0, 70.0, None),
        (NOW - 60, 1.0, 0.0, None),
        (NOW - 60.5, 1.0, 0.0, OLD),
        (NOW + 10, 2.0, 10.0, None),
        (NOW + 11, 2.0, 10.0, FUTURE),
    ],
)
def test_how_old_is_too_old_can_be_said(started: float, factor: float, grace: float, why: str | None) -> None:
    assert staleness(started, 60.0, NOW, factor, grace) == why


@pytest.mark.parametrize(
    ("timers", "seconds"),
    [([], 60.0), ([300.0], 60.0), ([300.0, 30.0], 30.0), ([1.0], 15.0), ([15.0, 60.0], 15.0), ([60.0], 60.0)],
)
def test_it_follows_the_shortest_timer_within_bounds(timers: list[float], seconds: float) -> None:
    assert poll_interval(timers) == seconds


@pytest.mark.parametrize(
    ("interval", "failures", "retry_after", "drawn", "seconds"),
    [
        (60.0, 1, None, 1.0, 60.0),
        (60.0, 1, None, 0.0, 45.0),
        (60.0, 3, None, 1.0, 240.0),
        (60.0, 4, None, 0.0, 225.0),
        (60.0, 4, None, 1.0, 300.0),
        (60.0, 10**6, None, 1.0, 300.0),
        (900.0, 5, None, 1.0, 900.0),
        (60.0, 1, 120.0, 1.0, 120.0),
        (60.0, 1, 1e12, 1.0, 3600.0),
        (60.0, 1, -5.0, 1.0, 60.0),
    ],
)
def test_an_outage_doubles_the_interval_up_to_a_limit(
    interval: float, failures: int, retry_after: float | None, drawn: float, seconds: float
) -> None:
    assert outage_interval(interval, failures, retry_after, lambda: drawn) == seconds
