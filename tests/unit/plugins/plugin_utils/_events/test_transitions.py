# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events between two polls, compared with the recorded history of the simulated world."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_format import (
    CursorState,
    decode_cursor,
    encode_cursor,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.event import Event
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import PollResult, SourceState
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.transitions import (
    Rules,
    detect_events,
    detect_outage,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.recorded_world import (
    World,
    monitor,
    valid,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def restart(state: SourceState) -> SourceState:
    """Return ``state`` after a restart."""
    return decode_cursor(encode_cursor(CursorState("service", "all", state))).state


def list_kinds(events: list[Event]) -> list[tuple[str, str]]:
    return [(event["kind"], event["monitor"]["id"]) for event in events if "monitor" in event]


def poll(world: World, state: SourceState, **options: Any) -> tuple[list[Event], SourceState]:
    events, state = detect_events(state, world.poll(**options), Rules())
    return valid(events), restart(state)


ACTIONS = ["fail", "repair", "pass"]


@given(
    actions=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(ACTIONS), st.integers(1, 9)), max_size=40),
    polls=st.sets(st.integers(0, 39)),
    crashes=st.sets(st.integers(0, 39)),
)
@settings(max_examples=150)
def test_every_alert_is_one_event_for_any_polls_and_crashes(
    actions: list[tuple[str, str, int]], polls: set[int], crashes: set[int]
) -> None:
    """Within the window, counts and times prove every transition."""
    world = World(monitor("a"), monitor("b", failing_for=5), monitor("c", timer=3, violations=2))
    initial, state = poll(world, SourceState())
    assert list_kinds(initial) == [("alert_raised", "b")]
    found: list[Event] = []
    for index, (name, action, seconds) in enumerate(actions):
        if action != "pass":
            getattr(world.fleet, action)(name)
        world.tick(seconds)
        if index in polls:
            events, after = poll(world, state)
            if index in crashes:
                again, _unused = poll(world, state)
                assert again == events
            found, state = found + events, after
    events, state = poll(world, state)
    found += events
    for name in "abc":
        assert [kind for kind, identity in list_kinds(found) if identity == name] == [
            kind for kind, _unused in world.happened[name]
        ]
    assert len({event["id"] for event in initial + found}) == len(initial + found)
    assert poll(world, state)[0] == []


@given(
    actions=st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 4000)), max_size=15), away=st.integers(1, 14)
)
@settings(max_examples=60)
def test_long_pauses_invent_no_event_and_report_the_newest_alert(actions: list[tuple[str, int]], away: int) -> None:
    world = World(monitor("a", timer=60, violations=1))
    _unused, state = poll(world, SourceState())
    found: list[Event] = []
    for index, (action, seconds) in enumerate(actions):
        if action != "pass":
            getattr(world.fleet, action)("a")
        world.tick(seconds)
        if index % away == 0 or index == len(actions) - 1:
            since = world.now - int(state.polled_at or 0)
            events, state = poll(world, state, window=min(10800, max(1800, since + 5)))
            found += events
    kinds = [event["kind"] for event in found]
    assert all(one != other for one, other in pairwise(kinds))
    happened = Counter(kind for kind, _unused in world.happened["a"])
    assert all(count <= happened[kind] for kind, count in Counter(kinds).items())
    last = [time for kind, time in world.happened["a"] if kind == "alert_raised"]
    assert bool(last) == ("alert_raised" in kinds)
    if kinds:
        assert (kinds[-1] == "alert_raised") == world.active["a"]


def test_an_outage_and_its_end_are_one_event_each() -> None:
    world = World(monitor("a"))
    _unused, state = poll(world, SourceState())
    begin, state = detect_outage(state, "network", "no route", world.now + 1.5)
    again, state = detect_outage(restart(state), "service", "HTTP 500", world.now + 9.0)
    assert again == []
    world.fleet.fail("a")
    world.tick(20)
    end, state = poll(world, state)
    assert [event["kind"] for event in valid(begin) + end] == ["api_lost", "api_back", "alert_raised"]
    assert begin[0]["before"] == {"reachable": True, "error": None}
    assert (
        end[0]["before"]
        == begin[0]["after"]
        == {"reachable": False, "error": {"code": "network", "message": "no route"}}
    )
    assert poll(world, state)[0] == []


@pytest.mark.parametrize(("initial", "kinds"), [(True, ["alert_raised"]), (False, [])])
def test_the_first_start_reports_active_alerts_if_wanted(initial: bool, kinds: list[str]) -> None:
    world = World(monitor("a"), monitor("b", failing_for=50))
    events, state = detect_events(SourceState(), world.poll(), Rules(initial))
    assert [event["kind"] for event in valid(events)] == kinds
    world.fleet.repair("b")
    world.tick()
    events, _unused = detect_events(state, world.poll(), Rules(initial))
    assert list_kinds(events) == [("alert_cleared", "b")]
    assert poll(world, SourceState())[0] == []


def test_a_monitor_becomes_silent_and_is_back() -> None:
    world = World(monitor("a", timer=10), monitor("b", timer=10, fresh=True))
    _unused, state = poll(world, SourceState())
    world.fleet.patch("a", {"timer": 100_000})
    result = world.poll(configs=False)
    found = []
    for seconds in (0, 60, 19, 1, 2, 500):
        world.tick(seconds)
        result = world.poll(configs=False)
        events, state = detect_events(state, result, Rules())
        found.append(list_kinds(valid(events)))
    assert [("monitor_silent", "a") in step for step in found].count(True) == 1
    world.fleet.test_once("a")
    world.tick()
    events, state = poll(world, state, configs=False)
    assert list_kinds(events) == [("monitor_back", "a")]
    assert events[0]["time"] < events[0]["seen"]
    assert poll(world, state, configs=False)[0] == []


def test_each_silence_that_a_service_repeats_is_an_event_of_its_own() -> None:
    """A service that reports an old test again and again is silent again and again; consumers compare ids."""
    world = World(monitor("a", timer=10))
    _unused, state = poll(world, SourceState())
    old = world.poll().statuses["a"]
    old = old._replace(snapshot=old.snapshot._replace(tested=1000.0))
    found: list[Event] = []
    for is_old in (True, False, True, True, False, False, True):
        world.tick(10)
        result = world.poll(configs=False)
        events, state = detect_events(state, replace(result, statuses={"a": old}) if is_old else result, Rules())
        state = restart(state)
        found += valid(events)
    silent, back = ("monitor_silent", "a"), ("monitor_back", "a")
    assert list_kinds(found) == [silent, back, silent, back, silent]
    assert len({event["id"] for event in found}) == len(found)


def without(result: PollResult, *names: str) -> PollResult:
    return replace(result, statuses={name: status for name, status in result.statuses.items() if name not in names})


def test_a_monitor_missing_in_statuses_becomes_silent_after_the_limit() -> None:
    """This holds even if the source was stopped for longer than the limit."""
    world = World(monitor("a", timer=10, failing_for=50), monitor("b", timer=10))
    _unused, state = poll(world, SourceState())
    world.tick(3600)
    steps = []
    for seconds in (0, 40, 40, 1, 500):
        world.tick(seconds)
        events, state = detect_events(state, without(world.poll(), "a"), Rules())
        state = restart(state)
        steps.append(list_kinds(valid(events)))
    assert steps == [[], [], [], [("monitor_silent", "a")], []]
    world.tick(10)
    events, state = poll(world, state)
    assert list_kinds(events) == [("monitor_back", "a")]


def test_a_stale_response_causes_no_event() -> None:
    world = World(monitor("a"))
    _unused, state = poll(world, SourceState())
    old = world.poll()
    world.fleet.fail("a")
    world.tick(20)
    events, state = poll(world, state)
    assert list_kinds(events) == [("alert_raised", "a")]
    late = replace(old, earliest=float(world.now), latest=float(world.now))
    events, state = detect_events(state, late, Rules())
    assert events == []
    assert poll(world, state)[0] == []


def test_newly_selected_monitors_begin_as_at_a_first_start() -> None:
    world = World(monitor("a", failing_for=50), monitor("b", failing_for=50))
    result = world.poll()
    some = replace(without(result, "b"), configs={"a": result.configs["a"]} if result.configs else None)
    _unused, state = detect_events(SourceState(), some, Rules())
    for rules, expected in ((Rules(True), [("alert_raised", "b")]), (Rules(False), [])):
        assert list_kinds(detect_events(state, result, rules, selection_changed=True)[0]) == expected
    assert list_kinds(detect_events(state, result, Rules())[0]) == [("monitor_added", "b"), ("alert_raised", "b")]
    left = replace(some, unselected={"b": result.configs["b"]} if result.configs else {})
    _unused, state = detect_events(state, result, Rules())
    assert detect_events(state, left, Rules(), selection_changed=True)[0] == []
    events, after = detect_events(state, left, Rules())
    assert list_kinds(valid(events)) == [("monitor_removed", "b")]
    assert events[0]["message"] == "B is no longer selected"
    assert events[0]["after"]["id"] == "b"
    assert {*after.monitors} == {"a"}


def test_a_monitor_without_a_configuration_has_events() -> None:
    world = World(monitor("a"))
    _unused, state = poll(world, SourceState())
    world.fleet.put("b", {"timer": 1, "violations": 1, "failing_for": 50})
    events, state = poll(world, state, configs=False)
    assert list_kinds(events) == [("alert_raised", "b")]
    assert events[0]["monitor"]["type"] is None
    assert "meta" not in events[0]
    events, state = poll(world, state)
    assert list_kinds(events) == [("monitor_added", "b")]


def test_added_removed_and_changed_monitors() -> None:
    world = World(monitor("a"), monitor("b", failing_for=50))
    _unused, state = poll(world, SourceState())
    world.fleet.put("c", {"timer": 5, "config": {"host": "c.example.com"}})
    world.fleet.patch("a", {"label": "Shop", "config": {"url": "https://shop.example.com"}})
    world.tick()
    events, state = poll(world, state)
    assert list_kinds(events) == [("monitor_changed", "a"), ("monitor_added", "c")]
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
    missing, state = poll(world, state)
    assert missing == []
    events, state = poll(world, state, deleted=("b",))
    assert list_kinds(events) == [("monitor_removed", "b")]
    assert (events[0]["before"]["label"], events[0]["after"]) == ("B", None)
    assert poll(world, state)[0] == []


def test_a_repeated_change_is_a_second_event() -> None:
    world = World(monitor("a"))
    _unused, state = poll(world, SourceState())
    ids = []
    for label in ("One", "Two", "One", "Two"):
        world.fleet.patch("a", {"label": label})
        events, state = poll(world, state)
        ids += [event["id"] for event in events]
    assert len(set(ids)) == 4


def test_a_redacted_change_is_no_event() -> None:
    world = World(monitor("a", config={"url": "https://a.example.com", "password": "one"}))
    _unused, state = poll(world, SourceState())
    world.fleet.patch("a", {"config": {"url": "https://a.example.com", "password": "two"}})
    assert poll(world, state)[0] == []


def test_a_change_that_is_seen_later_follows_an_earlier_alert_of_its_monitor() -> None:
    world = World(monitor("a"))
    _unused, state = poll(world, SourceState())
    world.fleet.fail("a")
    world.tick(5)
    world.fleet.patch("a", {"label": "Shop"})
    events, state = poll(world, state)
    assert list_kinds(events) == [("alert_raised", "a"), ("monitor_changed", "a")]
    assert events[0]["time"] < events[1]["time"]


def test_the_events_of_a_new_monitor_begin_with_its_addition() -> None:
    world = World(monitor("a"))
    _unused, state = poll(world, SourceState())
    world.fleet.put("b", {"timer": 1, "violations": 1, "failing_for": 0})
    world.fleet.fail("b")
    world.tick(5)
    events, state = poll(world, state)
    assert list_kinds(events) == [("monitor_added", "b"), ("alert_raised", "b")]
