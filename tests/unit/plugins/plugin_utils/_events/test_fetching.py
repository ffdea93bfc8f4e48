# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of a poll: their frequency, the window, and responses that contradict each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    ConfigurationError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import fetching
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.fetching import Fetcher
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.state import (
    MonitorState,
    SourceState,
    pack_fields,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import (
    CONFIGS,
    STATUS,
    Play,
    Step,
    answered,
    token,
)

Script = Callable[..., Play]

NOON = "Mon, 01 Jun 2026 12:00:00 GMT"
AT_NOON = 1_780_315_200.0
OPTIONS: dict[str, Any] = {"include": [], "exclude": [], "types": [], "on_unmatched": "fail", "config_every": 3}


def statuses(*names: str) -> Step:
    entries = [{"monitor": name, "label": name.upper(), "alert_active": False} for name in names]
    return answered(STATUS, {"error": None, "monitor_list": entries}, date=NOON)


def configs(*names: str, **fields: Any) -> Step:
    entries = [{"id": name, "label": name.upper(), "type": "http", **fields} for name in names]
    return answered(CONFIGS, {"monitor_list": entries})


def one(name: str) -> Step:
    return answered(f"{CONFIGS}/{name}", {"monitor": {"id": name}})


def none(name: str) -> Step:
    return answered(f"{CONFIGS}/{name}", {}, 404)


GRANTED = answered("/v2/token", {"access_token": "t", "token_type": "Bearer", "expires_in": 3600}, date=NOON)


def state_of(*names: str, polled_at: float = AT_NOON) -> SourceState:
    return SourceState({name: MonitorState(name, name.upper(), pack_fields({"id": name})) for name in names}, polled_at)


def make_fetcher(play: Play, warnings: list[str] | None = None, **options: Any) -> Fetcher:
    return Fetcher(play.client, {**OPTIONS, **options}, ([] if warnings is None else warnings).append)


def test_configurations_are_fetched_in_every_nth_poll(script: Script) -> None:
    play = script(
        GRANTED, statuses("a"), configs("a"), statuses("a"), statuses("a"), statuses("a"), configs("a"), statuses("a")
    )
    fetcher = make_fetcher(play)
    found = [fetcher.poll(state_of("a")) for _poll in range(5)]
    assert [result.configs is not None for result in found] == [True, False, False, True, False]
    assert {*found[0].statuses} == {"a"}
    assert all(request.params.get("all") == "true" for request in play.transport.requests if "/status" in request.url)


def test_an_unknown_monitor_causes_one_early_fetch(script: Script) -> None:
    play = script(GRANTED, statuses("a"), configs("a"), statuses("a", "b"), configs("a"), statuses("a", "b"))
    fetcher = make_fetcher(play)
    found = [fetcher.poll(state_of("a")) for _poll in range(3)]
    assert [result.configs is not None for result in found] == [True, True, False]
    assert {*found[2].statuses} == {"a", "b"}


WINDOWS: dict[str, tuple[float | None, int]] = {
    "first": (None, 1800),
    "15 seconds ago": (AT_NOON - 15, 1800),
    "half an hour ago": (AT_NOON - 1799, 1805),
    "an hour ago": (AT_NOON - 3600, 3606),
    "yesterday": (AT_NOON - 86400, 10800),
    "in the future": (AT_NOON + 86400, 1800),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_the_window_covers_the_time_since_the_last_poll(script: Script, name: str) -> None:
    polled_at, window = WINDOWS[name]
    play = script(GRANTED, statuses(), configs())
    make_fetcher(play).poll(SourceState({}, polled_at))
    assert play.transport.requests[1].params["t"] == str(window)


SELECTED: dict[str, tuple[Mapping[str, Any], set[str], set[str]]] = {
    "all": ({}, {"a", "b", "new"}, {"a", "b"}),
    "one": ({"include": ["a"]}, {"a"}, {"a"}),
    "not one": ({"exclude": ["a"]}, {"b", "new"}, {"b"}),
    "a type": ({"types": ["HTTP"]}, {"a", "b", "new"}, {"a", "b"}),
    "another type": ({"types": ["smtp"]}, {"new"}, set()),
    "not yet configured": ({"include": ["N*"], "on_unmatched": "ignore"}, {"new"}, set()),
}


@pytest.mark.parametrize("name", SELECTED)
def test_only_selected_monitors_are_returned(script: Script, name: str) -> None:
    options, selected, configured = SELECTED[name]
    play = script(GRANTED, statuses("a", "b", "new"), configs("a", "b"), statuses("a", "b", "new"))
    fetcher = make_fetcher(play, **options)
    for _poll in range(2):
        result = fetcher.poll(SourceState())
        assert {*result.statuses} == selected
        assert result.configs is None or {*result.configs} == configured
    assert play.transport.paths().count(CONFIGS) == 1


def test_a_pattern_without_match_is_an_error_in_the_first_poll_only(script: Script) -> None:
    with pytest.raises(ConfigurationError, match="include: z matched none of 1 monitor"):
        make_fetcher(script(GRANTED, statuses("a"), configs("a")), include=["z"]).poll(SourceState())
    warnings: list[str] = []
    play = script(GRANTED, statuses("a"), configs("a"))
    make_fetcher(play, warnings, include=["z", "a"], on_unmatched="warn").poll(SourceState())
    assert len(warnings) == 1


def test_a_monitor_deleted_before_a_restart_still_matches(script: Script) -> None:
    play = script(GRANTED, statuses("a"), configs("a"), none("z"))
    result = make_fetcher(play, include=["z", "a"]).poll(state_of("a", "z"))
    assert result.deleted == {"z"}


def test_an_unselected_monitor_is_not_deleted(script: Script) -> None:
    play = script(GRANTED, statuses("a", "b"), configs("a", "b"))
    result = make_fetcher(play, include=["a"]).poll(state_of("a", "b"))
    assert (result.deleted, {*result.unselected}) == (frozenset(), {"b"})


def test_a_monitor_with_a_status_is_not_deleted(script: Script) -> None:
    play = script(GRANTED, statuses("a", "b"), configs("a"))
    assert make_fetcher(play).poll(state_of("a", "b")).deleted == frozenset()


def test_the_confirmations_in_one_poll_are_limited(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_CONFIRMATIONS", 2)
    play = script(GRANTED, statuses("a"), configs("a"), none("b"), none("c"), statuses("a"), configs("a"), none("d"))
    fetcher = make_fetcher(play)
    assert fetcher.poll(state_of("a", "b", "c", "d")).deleted == {"b", "c"}
    assert fetcher.poll(state_of("a", "d")).deleted == {"d"}


CONTRADICTIONS: dict[str, tuple[tuple[Step, ...], SourceState, str]] = {
    "no status at first": ((statuses(), configs("a")), SourceState(), "empty_answer"),
    "no status any more": ((statuses(), configs("a", "b")), state_of("a", "b"), "empty_answer"),
    "nothing at all": ((statuses(), configs(), one("a")), state_of("a"), "cut_short"),
    "a list that lacks one": ((statuses("a"), configs("a"), one("b")), state_of("a", "b"), "cut_short"),
    "a failed confirmation": (
        (statuses("a"), configs("a"), answered(f"{CONFIGS}/b", {}, 500)),
        state_of("a", "b"),
        "service",
    ),
    "not a list": ((answered(STATUS, {"error": None}),), state_of("a"), "payload"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradictory_response_is_an_error(script: Script, name: str) -> None:
    steps, state, code = CONTRADICTIONS[name]
    fetcher = make_fetcher(script(GRANTED, *steps, statuses("a"), configs("a"), retries=0))
    with pytest.raises(ServiceError) as caught:
        fetcher.poll(state)
    assert caught.value.code == code
    assert fetcher.poll(state_of("a")).configs is not None


def test_an_account_without_monitors_is_valid(script: Script) -> None:
    play = script(GRANTED, statuses(), configs(), none("a"), statuses())
    fetcher = make_fetcher(play)
    assert fetcher.poll(state_of("a")).deleted == {"a"}
    assert fetcher.poll(SourceState({}, AT_NOON)).configs is None


def test_the_local_clock_is_used_before_the_first_response(script: Script) -> None:
    play = script(token())
    fetcher = Fetcher(play.client, OPTIONS, [].append, lambda: 5.0)
    assert fetcher.now() == (5.0, 5.0)
    play.client.authenticate()
