# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A history is played as a program that counts one test after the other says, whenever somebody asks."""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.documents import Documents
from simulator.history import History, read_history
from simulator.playback import ERROR, HistoryFleet, PlaybackClock, history_world
from simulator.server import Simulator
from simulator.world import default_client

BEGIN = 1_700_000_000
Record = tuple[str, float, bool]


def history_of(folder: Path, records: Sequence[Record], timer: int) -> History:
    path = folder / "h.csv"
    lines = [f"{name},{instant},{int(down)}" for name, instant, down in records]
    path.write_text("\n".join(["monitor,time,down", *lines]) + "\n", encoding="utf-8")
    return read_history(str(path), timer)


def count_tests(records: list[Record], timer: int, now: float, window: int) -> dict[str, Any]:
    """Return what the status must say at ``now``, from one test after the other."""
    names = list(dict.fromkeys(name for name, _instant, _down in records))
    last = max(instant for _name, instant, _down in records)
    found = {}
    for place, name in enumerate(names):
        own = [(instant, down) for other, instant, down in records if other == name]
        if own[0][0] > now:
            continue
        offset = math.floor(place * timer / len(names))
        state: dict[str, Any] = {"last_test": None, "error": None, "last_failed": None, "last_alert": None}
        state |= {"alert_active": False, "test_count": 0, "fail_count": 0, "alert_count": 0}
        run = 0
        began = offset + timer * math.ceil((own[0][0] - offset) / timer)
        while began + 1 <= now and began <= last:
            down = [down for instant, down in own if instant <= began][-1]
            inside = began > now - window
            state["last_test"], state["error"] = began, ERROR if down else None
            state["test_count"] += inside
            run = run + 1 if down else 0
            if down:
                state["last_failed"] = began
                state["fail_count"] += inside
            if run == 3:
                state["last_alert"] = began
                state["alert_count"] += inside
            state["alert_active"] = run >= 3
            began += timer
        found[name] = state
    return found


def read_status(documents: Documents, window: int) -> dict[str, Any]:
    def start(test: Any) -> Any:
        return None if test is None else test["utc_mktime"]

    def raised(alert: Any) -> Any:
        return None if alert is None else alert["utc_time"]

    found = {}
    for entry in json.loads(documents.status(True, window))["monitor_list"]:
        last = entry["last_test"]
        found[entry["monitor"]] = {
            "last_test": start(last),
            "error": last and last["error"],
            "last_failed": start(entry["last_failed"]),
            "last_alert": raised(entry["last_alert"]),
            **{name: entry[name] for name in ("alert_active", "test_count", "fail_count", "alert_count")},
        }
    return found


def random_records(rng: random.Random, timer: int) -> list[Record]:
    """Return sorted records: some share their time, some are fractions of a second apart, some repeat the state."""
    now, records = float(BEGIN), []
    states: dict[str, bool] = {}
    for _record in range(rng.randint(3, 60)):
        name = rng.choice("abcde")
        states[name] = states.get(name, False) ^ (rng.random() < 0.7)
        records.append((name, round(now, 2), states[name]))
        now += rng.choice((0, 0.4, 1, rng.random() * timer, rng.random() * 4 * timer, timer))
    return [*records, ("a", round(now + 3 * timer, 2), False)]


@pytest.mark.parametrize("seed", range(60))
def test_the_status_is_that_of_a_test_by_test_count(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    timer = rng.choice((1, 7, 60, 300, 3600))
    records = random_records(rng, timer)
    now: list[float] = [BEGIN + rng.random() * 2 * timer]
    documents = Documents(HistoryFleet(history_of(tmp_path, records, timer), lambda: now[0]))
    end = records[-1][1] + 4 * timer
    while now[0] < end:
        window = rng.choice((1, 5, timer, 1800, 10800))
        # The service works in whole seconds.
        expected = count_tests(records, timer, math.floor(now[0]), window)
        for state in expected.values():
            alert = state["last_alert"]
            state["last_alert"] = alert and time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(alert))
        assert read_status(documents, window) == expected
        now[0] += rng.choice((0, 0.3, 1, 1, 2, timer // 2, timer, 3 * timer))


class Life:
    """A history with two monitors, tested every 10 seconds, and a clock that passes by hand."""

    records = (("a", 0, False), ("b", 100, False), ("a", 200, True), ("a", 300, False), ("b", 400, False))

    def __init__(self, folder: Path) -> None:
        self.now = BEGIN
        records = [(name, BEGIN + instant, down) for name, instant, down in self.records]
        self.fleet = HistoryFleet(history_of(folder, records, 10), lambda: self.now)
        self.documents = Documents(self.fleet)

    def at(self, seconds: int) -> dict[str, Any]:
        self.now = BEGIN + seconds
        return read_status(self.documents, 10800)


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


def test_a_monitor_exists_from_its_first_record_on(life: Life) -> None:
    assert set(life.at(99)) == {"a"}
    listed = json.loads(life.documents.configurations())["monitor_list"]
    assert [entry["id"] for entry in listed] == ["a"]
    life.now = BEGIN + 100
    listed = json.loads(life.documents.configurations())["monitor_list"]
    assert [(entry["id"], entry["label"], entry["timer"]) for entry in listed] == [("a", "a", 10), ("b", "b", 10)]
    assert life.documents.one_configuration("b") is not None
    assert life.at(100)["b"]["last_test"] is None


def test_nothing_is_tested_after_the_last_record(life: Life) -> None:
    last = life.at(401)
    assert last["a"]["last_test"] == BEGIN + 400
    assert life.at(4000)["a"]["last_test"] == BEGIN + 400
    assert life.at(4000)["b"] == life.at(9000)["b"]
    assert set(life.at(4000)) == {"a", "b"}


@pytest.mark.parametrize(
    ("control", "failing"),
    [
        # A control call holds until the state of the monitor changes in the history.
        ([(100, "fail", "b")], {150: ["b"], 350: ["b"], 390: ["b"]}),
        ([(100, "fail", "a")], {150: ["a"], 250: ["a"], 320: []}),
        ([(100, "fail", "a"), (150, "repair", "a")], {140: ["a"], 170: [], 220: ["a"]}),
        ([(220, "repair", "a")], {215: ["a"], 240: [], 290: [], 320: []}),
        ([(220, "repair", "a"), (240, "fail", "a")], {260: ["a"], 320: []}),
    ],
)
def test_control_calls_hold_until_the_history_changes_the_monitor(
    control: list[tuple[int, str, str]], failing: dict[int, list[str]], life: Life
) -> None:
    calls = {seconds: (action, name) for seconds, action, name in control}
    for seconds in sorted({*calls, *failing}):
        state = life.at(seconds)
        if seconds in calls:
            action, name = calls[seconds]
            getattr(life.fleet, action)(name)
        else:
            assert [name for name, one in state.items() if one["error"]] == failing[seconds]


def test_a_removed_monitor_stays_away_and_an_added_one_is_tested(life: Life) -> None:
    life.at(150)
    life.fleet.remove("a")
    life.fleet.put("c", {"timer": 10})
    assert set(life.at(399)) == {"b", "c"}
    life.fleet.put("b", {"timer": 50})
    assert life.at(1000)["c"]["last_test"] == BEGIN + 400


def test_a_monitor_that_was_added_before_its_first_record_is_that_one(life: Life) -> None:
    life.at(50)
    life.fleet.put("b", {"timer": 20, "label": "mine"})
    life.at(150)
    assert life.fleet.find("mine").monitor.timer == 20
    life.fleet.remove("b")
    assert "b" not in life.at(399)


def test_a_clock_runs_as_fast_as_it_should() -> None:
    now = [5.0]
    clock = PlaybackClock(1000.5, 60, lambda: now[0])
    assert clock() == 1000.5
    now[0] += 2
    assert clock() == 1120.5


def test_the_service_has_the_clock_of_the_history_and_tokens_that_last(tmp_path: Path, caller_of: Any) -> None:
    records = [("a", BEGIN, False), ("a", BEGIN + 10**6, True)]
    world = history_world(history_of(tmp_path, records, 60), None, 3600, default_client())
    world.token_lifetime = 600
    with Simulator(world) as simulator:
        call = caller_of(simulator)
        first = call.get("/v2/status?all=true")
        time.sleep(0.5)
        second = call.get("/v2/status?all=true")
        dates = [parsedate_to_datetime(reply.headers["Date"]).timestamp() for reply in (first, second)]
        tests = [reply.json["monitor_list"][0]["last_test"]["utc_mktime"] for reply in (first, second)]
        assert BEGIN + 10800 <= dates[0] <= BEGIN + 10800 + 3600
        assert 1800 <= dates[1] - dates[0] <= 7200
        assert all(0 <= date - test <= 3600 for date, test in zip(dates, tests, strict=True))
        # Half an hour of the history has passed, but not ten minutes.
        assert second.status == 200
        assert simulator.control.fail("a")["failing"] is True
        call.connection.close()
