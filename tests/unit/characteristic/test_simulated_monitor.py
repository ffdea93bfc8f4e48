# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a simulated monitor over time."""

from __future__ import annotations

from random import Random

import pytest
from ansible_collections.knowledgefront.monitoring.tests.characteristic.simulated_monitor import (
    AlertSpan,
    SimulatedMonitor,
    utc_text,
)

FIRST, TIMER = 1_780_000_000, 60
WINDOW = 1800


def monitor(failures: list[int] | None = None, **attributes: object) -> SimulatedMonitor:
    made = SimulatedMonitor("m", TIMER, FIRST, 0.0, 2.0)
    made.failures = failures or []
    for name, value in attributes.items():
        setattr(made, name, value)
    made.settle_alerts()
    return made


def at(number: float) -> float:
    """Return when the result of test ``number`` is visible."""
    return FIRST + number * TIMER + 2.0


def entry(made: SimulatedMonitor, instant: float, window: float = WINDOW) -> dict:
    return made.status_at(instant, window, 0.0)[0]


def test_a_result_is_visible_only_when_its_test_is_over():
    made = monitor()
    assert made.newest_at(at(5) - 0.1) == 4
    assert made.newest_at(at(5)) == 5
    assert entry(made, at(5))["last_test"]["utc_mktime"] == FIRST + 5 * TIMER


@pytest.mark.parametrize("failed", [[7, 8], [7, 8, 10], [4, 6, 8]])
def test_fewer_failures_in_a_row_than_alert_after_raise_no_alert(failed):
    assert monitor(failed).alerts == []


def test_an_alert_lasts_from_the_last_failure_of_the_row_to_the_next_clean_test():
    made = monitor([3, 4, 5, 6])
    assert made.alerts == [AlertSpan(at(5), at(7), "m-3")]
    assert [entry(made, instant)["alert_active"] for instant in (at(5) - 1, at(5), at(7) - 1, at(7))] == [
        False,
        True,
        True,
        False,
    ]
    assert entry(made, at(6))["last_alert"] == {"alert": "m-3", "monitor": "m", "utc_time": utc_text(at(5))}


def test_a_second_alert_has_another_identity():
    assert [span.identity for span in monitor([3, 4, 5, 9, 10, 11]).alerts] == ["m-3", "m-9"]


def test_paused_alerts_are_never_active():
    made = monitor([3, 4, 5, 6], alert_after=None)
    assert entry(made, at(6))["alert_active"] is False
    assert entry(made, at(6))["fail_count"] == 4


def test_counts_are_of_the_window():
    made = monitor([3, 40])
    assert [entry(made, at(41), window)["fail_count"] for window in (90, 1800, 2400)] == [1, 1, 2]
    assert [entry(made, at(41), window)["test_count"] for window in (90, 1800)] == [2, 30]


def test_the_newest_failure_is_reported_and_no_later_one():
    made = monitor([3, 40])
    assert entry(made, at(2))["last_failed"] is None
    assert entry(made, at(39))["last_failed"]["utc_mktime"] == FIRST + 3 * TIMER
    assert entry(made, at(40))["last_test"]["error"]


def test_a_pause_leaves_the_last_test_before_it_the_newest_and_counts_no_tests():
    made = monitor()
    made.stop_testing(FIRST + 10 * TIMER, FIRST + 30 * TIMER)
    assert [made.newest_at(at(number)) for number in (9, 10, 29, 30)] == [9, 9, 9, 30]
    assert entry(made, at(30))["test_count"] == 10
    assert made.status_at(at(12), WINDOW, 0.0)[1] == at(30)


def test_failures_on_both_sides_of_a_pause_are_in_no_row():
    made = SimulatedMonitor("m", TIMER, FIRST, 0.0, 2.0)
    made.stop_testing(FIRST + 10 * TIMER, FIRST + 30 * TIMER)
    made.failures = [8, 9, 30]
    made.settle_alerts()
    assert made.alerts == []


def test_a_monitor_may_forget_a_test_outside_the_window():
    made = SimulatedMonitor("m", 3600, FIRST, 0.0, 2.0)
    made.forgets = True
    assert entry(made, FIRST + 1799)["last_test"]
    entry_at_time, until = made.status_at(FIRST + 1000, WINDOW, 0.0)
    assert entry_at_time["last_test"]
    assert until <= FIRST + 1802
    assert entry(made, FIRST + 1802)["last_test"] is None
    assert entry(made, FIRST + 1802, 10_800)["last_test"]


def test_a_monitor_without_any_test_says_so():
    entry_at_time = entry(monitor(tested=False), at(5))
    assert (entry_at_time["last_test"], entry_at_time["last_failed"], entry_at_time["test_count"]) == (None, None, 0)


def test_both_readings_and_the_clock_move_the_reported_times():
    made = monitor(readings=(-540, 7))
    entry_at_time = made.status_at(at(5), WINDOW, 45.0)[0]["last_test"]
    assert entry_at_time["utc_time_init"] == utc_text(FIRST + 5 * TIMER + 45 - 540)
    assert entry_at_time["utc_mktime"] == FIRST + 5 * TIMER + 45 + 7


@pytest.mark.parametrize("seed", range(20))
def test_a_status_stays_the_same_until_its_announced_change(seed):
    rng = Random(seed)
    made = SimulatedMonitor("m", rng.choice([60, 300, 3600]), FIRST, 3.0 * rng.random(), 1 + rng.random())
    made.fail_at_random(rng.choice([0.01, 0.5, 0.9]), FIRST, FIRST + 40_000, rng)
    if rng.random() < 0.3:
        made.stop_testing(FIRST + 9_000, FIRST + 13_000)
    made.forgets = rng.random() < 0.3
    made.settle_alerts()
    instant = FIRST + 4000 + rng.random()
    while instant < FIRST + 20_000:
        entry_at_time, until = made.status_at(instant, WINDOW, 0.0)
        assert until > instant
        for part in (0.0, 0.3, 0.999):
            later = entry(made, instant + part * (until - instant))
            assert {**later, "test_count": 0} == {**entry_at_time, "test_count": 0}
        instant = until


def test_the_share_of_random_failures_is_the_requested_one():
    made = monitor()
    made.fail_at_random(0.25, FIRST, FIRST + TIMER * 20_000, Random(1))
    assert 0.235 < len(made.failures) / 20_000 < 0.265
    assert len(set(made.failures)) == len(made.failures)
    made.failures = []
    made.fail_at_random(1.0, FIRST + TIMER * 5, FIRST + TIMER * 9, Random(1))
    assert made.failures == [5, 6, 7, 8]
