# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests happen every timer seconds, alerts after N failing ones in a row, and nothing rewrites the past."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.fleet import Fleet
from simulator.timeline import WINDOW_MAX, MonitorState
from simulator.world import Monitor

START = 1_000_000


class Life:
    """One monitor and a clock, driven by a list of (seconds to pass, what happens then)."""

    def __init__(self, **fields: Any) -> None:
        self.now = START
        values = {"id": "m", "label": "M", "timer": 10, "violations": 3, **fields}
        self.fleet = Fleet([Monitor(**values)], lambda: self.now)

    def do(self, *steps: tuple[int, str]) -> Life:
        for seconds, what in steps:
            self.now += seconds
            if what in ("pause", "resume"):
                self.fleet.patch("m", {"paused": what == "pause"})
            elif what.startswith("timer"):
                self.fleet.patch("m", {"timer": int(what.split()[1])})
            elif what in ("on", "off"):
                self.fleet.patch("m", {"active": what == "on"})
            elif what != "wait":
                {"fail": self.fleet.fail, "repair": self.fleet.repair, "test": self.fleet.test_once}[what]("m")
        return self

    def state(self, window: int = 1800) -> MonitorState:
        return self.fleet.state(self.fleet.find("m"), window)


FRESH: dict[str, Any] = {"fresh": True}


@pytest.mark.parametrize(
    ("fields", "steps", "expected"),
    [
        (FRESH, [(9, "wait")], {"last_test": None, "last_failed": None, "last_alert": None, "test_count": 0}),
        (FRESH, [(10, "wait")], {"last_test": 10, "last_error": None, "test_count": 1, "fail_count": 0}),
        (FRESH, [(0, "fail"), (29, "wait")], {"alert_active": False, "fail_count": 2, "last_failed": 20}),
        (FRESH, [(0, "fail"), (30, "wait")], {"alert_active": True, "last_alert": 30, "alert_count": 1}),
        (FRESH, [(0, "fail"), (95, "wait")], {"alert_active": True, "last_alert": 30, "fail_count": 9}),
        # A test at the second of a change is past already.
        (FRESH, [(10, "fail"), (0, "wait")], {"last_error": None, "fail_count": 0}),
        (FRESH, [(10, "fail"), (30, "wait")], {"last_alert": 40, "alert_active": True}),
        # One passing test ends a run, the first one ends the alert.
        (FRESH, [(0, "fail"), (20, "repair"), (10, "fail"), (20, "wait")], {"alert_active": False, "fail_count": 4}),
        (FRESH, [(0, "fail"), (30, "repair"), (9, "wait")], {"alert_active": True, "last_test": 30}),
        (
            FRESH,
            [(0, "fail"), (30, "repair"), (10, "wait")],
            {"alert_active": False, "last_alert": 30, "last_test": 40},
        ),
        (FRESH, [(0, "fail"), (30, "repair"), (10, "fail"), (30, "wait")], {"alert_count": 2, "last_alert": 70}),
        # Paused: no alert whatever the tests say; afterwards the next failing test raises it.
        (FRESH, [(0, "pause"), (0, "fail"), (90, "wait")], {"alert_active": False, "failures_in_a_row": 9}),
        (FRESH, [(0, "fail"), (30, "pause")], {"alert_active": False, "last_alert": 30}),
        (FRESH, [(0, "fail"), (35, "pause"), (1, "resume")], {"alert_active": False}),
        (FRESH, [(0, "fail"), (35, "pause"), (1, "resume"), (4, "wait")], {"alert_active": True, "last_alert": 40}),
        # Tests by hand count like others and leave the regular ones alone.
        (FRESH, [(0, "fail"), (1, "test"), (0, "test"), (0, "test")], {"alert_active": True, "last_alert": 1}),
        (FRESH, [(4, "test"), (6, "wait")], {"last_test": 10, "test_count": 2}),
        ({**FRESH, "timer": 300}, [(7, "timer 10"), (10, "wait")], {"last_test": 17, "test_count": 1}),
        (FRESH, [(10, "off"), (100, "wait")], {"last_test": 10, "test_count": 1}),
        (FRESH, [(10, "off"), (100, "on"), (10, "wait")], {"last_test": 120, "test_count": 2}),
        # With a past: as if it had been running.
        ({}, [], {"test_count": 180, "fail_count": 0, "alert_active": False, "last_failed": None}),
        ({"timer": 3600}, [], {"last_error": None}),
        ({"failing_for": 0}, [], {"fail_count": 0, "alert_active": False}),
        ({"failing_for": 30}, [], {"fail_count": 3, "alert_active": True, "alert_count": 1}),
        ({"failing_for": 20}, [], {"fail_count": 2, "alert_active": False, "last_alert": None}),
        ({"failing_for": 259200}, [], {"fail_count": 180, "alert_active": True, "alert_count": 0}),
        ({"failing_for": 300, "paused": True}, [], {"fail_count": 30, "alert_active": False, "alert_count": 0}),
        ({"failing_for": 10, "violations": 1}, [], {"alert_active": True}),
    ],
)
def test_state(fields: dict[str, Any], steps: list[tuple[int, str]], expected: dict[str, Any]) -> None:
    state = Life(**fields).do(*steps).state()
    found = {name: getattr(state, name) for name in expected}
    for name in ("last_test", "last_failed", "last_alert"):
        if found.get(name) is not None:
            found[name] -= START
    assert found == expected


@pytest.mark.parametrize("window", [1, 10, 11, 60, 1800, WINDOW_MAX])
def test_a_window_counts_what_a_test_by_test_count_would(window: int) -> None:
    life = Life().do((3, "fail"), (47, "repair"), (13, "fail"), (200, "test"), (5, "wait"))
    phase = (life.fleet.find("m").timeline.stretches[0].anchor) % 10
    regular = [second for second in range(START - 20000, life.now + 1) if second % 10 == phase]
    counted = [second for second in [*regular, START + 263] if second > life.now - window]
    failed = [s for s in counted if START + 3 < s <= START + 50 or s > START + 63]
    state = life.state(window)
    assert (state.test_count, state.fail_count) == (len(counted), len(failed))


def test_forgetting_old_changes_changes_nothing() -> None:
    life = Life(fresh=True)
    for _round in range(3000):
        life.do((25, "fail"), (45, "repair"))
    assert len(life.fleet.find("m").timeline.stretches) < 2 * WINDOW_MAX / 70 + 5
    before = life.state()
    assert before.alert_active
    assert not life.do((10, "wait")).state().alert_active
    assert life.state().last_alert == before.last_alert


def test_a_clock_that_goes_back_is_survived() -> None:
    life = Life().do((0, "fail"), (100, "repair"))
    life.now -= 5000
    assert life.state().test_count >= 0
