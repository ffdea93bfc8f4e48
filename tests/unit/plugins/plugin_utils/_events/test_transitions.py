# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What two looks tell, held against what really happened in between."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_file import (
    CursorState,
    decode_cursor,
    encode_cursor,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import Event
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.memory import SourceState
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.transitions import Rules, compared, lost
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.worlds_at_hand import (
    World,
    monitor,
    valid,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def outlasted(memory: SourceState) -> SourceState:
    """Return ``memory`` as a restart would find it."""
    return decode_cursor(encode_cursor(CursorState("service", "all", memory))).memory


def told(events: list[Event]) -> list[tuple[str, str]]:
    return [(event["kind"], event["monitor"]["id"]) for event in events if "monitor" in event]


def looked(world: World, memory: SourceState, **options: Any) -> tuple[list[Event], SourceState]:
    events, memory = compared(memory, world.sample(**options), Rules())
    return valid(events), outlasted(memory)


DEEDS = ["fail", "repair", "pass"]


@given(
    deeds=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(DEEDS), st.integers(1, 9)), max_size=40),
    looks=st.sets(st.integers(0, 39)),
    crashes=st.sets(st.integers(0, 39)),
)
@settings(max_examples=150)
def test_every_alert_is_told_once_whenever_one_looks_and_crashes(
    deeds: list[tuple[str, str, int]], looks: set[int], crashes: set[int]
) -> None:
    """Within the window, counts and times prove everything, so that what is told is exactly what happened."""
    world = World(monitor("a"), monitor("b", failing_for=5), monitor("c", timer=3, violations=2))
    started, memory = looked(world, SourceState())
    assert told(started) == [("alert_raised", "b")]
    found: list[Event] = []
    for index, (name, deed, seconds) in enumerate(deeds):
        if deed != "pass":
            getattr(world.fleet, deed)(name)
        world.tick(seconds)
        if index in looks:
            events, after = looked(world, memory)
            if index in crashes:
                again, _rest = looked(world, memory)
                assert again == events
            found, memory = found + events, after
    events, memory = looked(world, memory)
    found += events
    for name in "abc":
        assert [kind for kind, identity in told(found) if identity == name] == [
            kind for kind, _rest in world.happened[name]
        ]
    assert len({event["id"] for event in started + found}) == len(started + found)
    assert looked(world, memory)[0] == []


@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(1, 4000)), max_size=15), away=st.integers(1, 14))
@settings(max_examples=60)
def test_nothing_is_invented_over_hours_and_the_newest_is_always_told(deeds: list[tuple[str, int]], away: int) -> None:
    world = World(monitor("a", timer=60, violations=1))
    _rest, memory = looked(world, SourceState())
    found: list[Event] = []
    for index, (deed, seconds) in enumerate(deeds):
        if deed != "pass":
            getattr(world.fleet, deed)("a")
        world.tick(seconds)
        if index % away == 0 or index == len(deeds) - 1:
            since = world.now - int(memory.sampled or 0)
            events, memory = looked(world, memory, window=min(10800, max(1800, since + 5)))
            found += events
    kinds = [event["kind"] for event in found]
    assert all(one != other for one, other in pairwise(kinds))
    happened = Counter(kind for kind, _rest in world.happened["a"])
    assert all(count <= happened[kind] for kind, count in Counter(kinds).items())
    last = [moment for kind, moment in world.happened["a"] if kind == "alert_raised"]
    assert bool(last) == ("alert_raised" in kinds)
    if kinds:
        assert (kinds[-1] == "alert_raised") == world.active["a"]


def test_an_outage_is_told_once_and_its_end_once_with_what_happened_meanwhile() -> None:
    world = World(monitor("a"))
    _rest, memory = looked(world, SourceState())
    begin, memory = lost(memory, "network", "no route", world.now + 1.5)
    again, memory = lost(outlasted(memory), "service", "HTTP 500", world.now + 9.0)
    assert again == []
    world.fleet.fail("a")
    world.tick(20)
    end, memory = looked(world, memory)
    assert [event["kind"] for event in valid(begin) + end] == ["api_lost", "api_back", "alert_raised"]
    assert begin[0]["before"] == {"reachable": True, "error": None}
    assert (
        end[0]["before"]
        == begin[0]["after"]
        == {"reachable": False, "error": {"code": "network", "message": "no route"}}
    )
    assert looked(world, memory)[0] == []


@pytest.mark.parametrize(("initial", "kinds"), [(True, ["alert_raised"]), (False, [])])
def test_at_first_start_active_alerts_are_told_unless_that_is_not_wanted(initial: bool, kinds: list[str]) -> None:
    world = World(monitor("a"), monitor("b", failing_for=50))
    events, memory = compared(SourceState(), world.sample(), Rules(initial))
    assert [event["kind"] for event in valid(events)] == kinds
    world.fleet.repair("b")
    world.tick()
    events, _rest = compared(memory, world.sample(), Rules(initial))
    assert told(events) == [("alert_cleared", "b")]
    assert looked(world, SourceState())[0] == []


def test_a_monitor_falls_silent_and_is_back() -> None:
    world = World(monitor("a", timer=10), monitor("b", timer=10, fresh=True))
    _rest, memory = looked(world, SourceState())
    world.fleet.patch("a", {"timer": 100_000})
    sample = world.sample(configs=False)
    found = []
    for seconds in (0, 60, 19, 1, 2, 500):
        world.tick(seconds)
        sample = world.sample(configs=False)
        events, memory = compared(memory, sample, Rules())
        found.append(told(valid(events)))
    assert [("monitor_silent", "a") in step for step in found].count(True) == 1
    world.fleet.test_once("a")
    world.tick()
    events, memory = looked(world, memory, configs=False)
    assert told(events) == [("monitor_back", "a")]
    assert events[0]["time"] < events[0]["seen"]
    assert looked(world, memory, configs=False)[0] == []


def without(sample: Sample, *names: str) -> Sample:
    return replace(sample, statuses={name: told for name, told in sample.statuses.items() if name not in names})


def test_a_monitor_that_a_status_lacks_is_as_it_was_until_it_has_been_missing_for_long() -> None:
    """Even when the source was away for longer than that."""
    world = World(monitor("a", timer=10, failing_for=50), monitor("b", timer=10))
    _rest, memory = looked(world, SourceState())
    world.tick(3600)
    steps = []
    for seconds in (0, 40, 40, 1, 500):
        world.tick(seconds)
        events, memory = compared(memory, without(world.sample(), "a"), Rules())
        memory = outlasted(memory)
        steps.append(told(valid(events)))
    assert steps == [[], [], [], [("monitor_silent", "a")], []]
    world.tick(10)
    events, memory = looked(world, memory)
    assert told(events) == [("monitor_back", "a")]


def test_an_answer_from_before_the_last_one_tells_nothing() -> None:
    world = World(monitor("a"))
    _rest, memory = looked(world, SourceState())
    old = world.sample()
    world.fleet.fail("a")
    world.tick(20)
    events, memory = looked(world, memory)
    assert told(events) == [("alert_raised", "a")]
    late = replace(old, earliest=float(world.now), latest=float(world.now))
    events, memory = compared(memory, late, Rules())
    assert events == []
    assert looked(world, memory)[0] == []


def test_another_selection_is_a_beginning_for_those_it_adds() -> None:
    world = World(monitor("a", failing_for=50), monitor("b", failing_for=50))
    sample = world.sample()
    some = replace(without(sample, "b"), configs={"a": sample.configs["a"]} if sample.configs else None)
    _rest, memory = compared(SourceState(), some, Rules())
    for rules, expected in ((Rules(True), [("alert_raised", "b")]), (Rules(False), [])):
        assert told(compared(memory, sample, rules, reselected=True)[0]) == expected
    assert told(compared(memory, sample, Rules())[0]) == [("monitor_added", "b"), ("alert_raised", "b")]
    left = replace(some, unselected={"b": sample.configs["b"]} if sample.configs else {})
    _rest, memory = compared(memory, sample, Rules())
    assert compared(memory, left, Rules(), reselected=True)[0] == []
    events, after = compared(memory, left, Rules())
    assert told(valid(events)) == [("monitor_removed", "b")]
    assert events[0]["message"] == "B is no longer selected"
    assert events[0]["after"]["id"] == "b"
    assert {*after.monitors} == {"a"}


def test_a_monitor_without_a_configuration_is_watched_all_the_same() -> None:
    world = World(monitor("a"))
    _rest, memory = looked(world, SourceState())
    world.fleet.put("b", {"timer": 1, "violations": 1, "failing_for": 50})
    events, memory = looked(world, memory, configs=False)
    assert told(events) == [("alert_raised", "b")]
    assert events[0]["monitor"]["type"] is None
    assert "meta" not in events[0]
    events, memory = looked(world, memory)
    assert told(events) == [("monitor_added", "b")]


def test_monitors_come_go_and_change() -> None:
    world = World(monitor("a"), monitor("b", failing_for=50))
    _rest, memory = looked(world, SourceState())
    world.fleet.put("c", {"timer": 5, "config": {"host": "c.example.com"}})
    world.fleet.patch("a", {"label": "Shop", "config": {"url": "https://shop.example.com"}})
    world.tick()
    events, memory = looked(world, memory)
    assert told(events) == [("monitor_changed", "a"), ("monitor_added", "c")]
    assert events[0]["changes"] == [
        {
            "field": "config.url",
            "kind": "changed",
            "before": "https://a.example.com/",
            "after": "https://shop.example.com",
        },
        {"field": "label", "kind": "changed", "before": "A", "after": "Shop"},
    ]
    assert events[0]["meta"] == {"hosts": ["shop.example.com"]}
    assert (events[1]["before"], events[1]["after"]["id"]) == (None, "c")
    world.fleet.remove("b")
    world.tick()
    missing, memory = looked(world, memory)
    assert missing == []
    events, memory = looked(world, memory, gone=("b",))
    assert told(events) == [("monitor_removed", "b")]
    assert (events[0]["before"]["label"], events[0]["after"]) == ("B", None)
    assert looked(world, memory)[0] == []


def test_the_same_change_made_twice_is_two_events() -> None:
    world = World(monitor("a"))
    _rest, memory = looked(world, SourceState())
    ids = []
    for label in ("One", "Two", "One", "Two"):
        world.fleet.patch("a", {"label": label})
        events, memory = looked(world, memory)
        ids += [event["id"] for event in events]
    assert len(set(ids)) == 4


def test_what_a_redaction_hides_is_no_change() -> None:
    world = World(monitor("a", config={"url": "https://a.example.com", "password": "one"}))
    _rest, memory = looked(world, SourceState())
    world.fleet.patch("a", {"config": {"url": "https://a.example.com", "password": "two"}})
    assert looked(world, memory)[0] == []
