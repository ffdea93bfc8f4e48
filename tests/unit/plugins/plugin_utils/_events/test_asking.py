# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked, how often, over which window, and which answers cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import (
    ConfigurationError,
    ServiceError,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import asking
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.asking import Question
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.memory import (
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


def remembered(*names: str, sampled: float = AT_NOON) -> SourceState:
    return SourceState({name: MonitorState(name, name.upper(), pack_fields({"id": name})) for name in names}, sampled)


def question(play: Play, warnings: list[str] | None = None, **options: Any) -> Question:
    return Question(play.client, {**OPTIONS, **options}, ([] if warnings is None else warnings).append)


def test_configurations_are_asked_for_once_in_so_many_times(script: Script) -> None:
    play = script(
        GRANTED, statuses("a"), configs("a"), statuses("a"), statuses("a"), statuses("a"), configs("a"), statuses("a")
    )
    asked = question(play)
    found = [asked.ask(remembered("a")) for _turn in range(5)]
    assert [sample.configs is not None for sample in found] == [True, False, False, True, False]
    assert {*found[0].statuses} == {"a"}
    assert all(request.params.get("all") == "true" for request in play.transport.requests if "/status" in request.url)


def test_a_monitor_that_is_not_known_brings_them_forward_once(script: Script) -> None:
    play = script(GRANTED, statuses("a"), configs("a"), statuses("a", "b"), configs("a"), statuses("a", "b"))
    asked = question(play)
    found = [asked.ask(remembered("a")) for _turn in range(3)]
    assert [sample.configs is not None for sample in found] == [True, True, False]
    assert {*found[2].statuses} == {"a", "b"}


WINDOWS: dict[str, tuple[float | None, int]] = {
    "first": (None, 1800),
    "just now": (AT_NOON - 15, 1800),
    "half an hour ago": (AT_NOON - 1799, 1805),
    "an hour ago": (AT_NOON - 3600, 3606),
    "yesterday": (AT_NOON - 86400, 10800),
    "in the future": (AT_NOON + 86400, 1800),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_the_window_reaches_back_to_the_last_look(script: Script, name: str) -> None:
    sampled, window = WINDOWS[name]
    play = script(GRANTED, statuses(), configs())
    question(play).ask(SourceState({}, sampled))
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
def test_what_is_selected_is_told(script: Script, name: str) -> None:
    options, told, configured = SELECTED[name]
    play = script(GRANTED, statuses("a", "b", "new"), configs("a", "b"), statuses("a", "b", "new"))
    asked = question(play, **options)
    for _turn in range(2):
        sample = asked.ask(SourceState())
        assert {*sample.statuses} == told
        assert sample.configs is None or {*sample.configs} == configured
    assert play.transport.paths().count(CONFIGS) == 1


def test_a_pattern_that_matches_nothing_is_a_mistake_at_the_start_only(script: Script) -> None:
    with pytest.raises(ConfigurationError, match="include: z matched none of 1 monitor"):
        question(script(GRANTED, statuses("a"), configs("a")), include=["z"]).ask(SourceState())
    warnings: list[str] = []
    play = script(GRANTED, statuses("a"), configs("a"))
    question(play, warnings, include=["z", "a"], on_unmatched="warn").ask(SourceState())
    assert len(warnings) == 1


def test_a_monitor_that_went_while_the_source_was_away_still_matches(script: Script) -> None:
    play = script(GRANTED, statuses("a"), configs("a"), none("z"))
    sample = question(play, include=["z", "a"]).ask(remembered("a", "z"))
    assert sample.gone == {"z"}


def test_what_is_not_selected_any_more_is_not_gone(script: Script) -> None:
    play = script(GRANTED, statuses("a", "b"), configs("a", "b"))
    sample = question(play, include=["a"]).ask(remembered("a", "b"))
    assert (sample.gone, {*sample.unselected}) == (frozenset(), {"b"})


def test_a_monitor_in_a_status_is_not_gone(script: Script) -> None:
    play = script(GRANTED, statuses("a", "b"), configs("a"))
    assert question(play).ask(remembered("a", "b")).gone == frozenset()


def test_no_more_than_some_are_asked_for_in_one_look(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_CONFIRMED", 2)
    play = script(GRANTED, statuses("a"), configs("a"), none("b"), none("c"), statuses("a"), configs("a"), none("d"))
    asked = question(play)
    assert asked.ask(remembered("a", "b", "c", "d")).gone == {"b", "c"}
    assert asked.ask(remembered("a", "d")).gone == {"d"}


CONTRADICTIONS: dict[str, tuple[tuple[Step, ...], SourceState, str]] = {
    "no status at first": ((statuses(), configs("a")), SourceState(), "empty_answer"),
    "no status any more": ((statuses(), configs("a", "b")), remembered("a", "b"), "empty_answer"),
    "nothing at all": ((statuses(), configs(), one("a")), remembered("a"), "cut_short"),
    "a list that lacks one": ((statuses("a"), configs("a"), one("b")), remembered("a", "b"), "cut_short"),
    "nobody knows": (
        (statuses("a"), configs("a"), answered(f"{CONFIGS}/b", {}, 500)),
        remembered("a", "b"),
        "service",
    ),
    "no list": ((answered(STATUS, {"error": None}),), remembered("a"), "payload"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_an_answer_that_cannot_be_right_is_none(script: Script, name: str) -> None:
    steps, memory, code = CONTRADICTIONS[name]
    asked = question(script(GRANTED, *steps, statuses("a"), configs("a"), retries=0))
    with pytest.raises(ServiceError) as caught:
        asked.ask(memory)
    assert caught.value.code == code
    assert asked.ask(remembered("a")).configs is not None


def test_an_account_without_monitors_is_none_of_these(script: Script) -> None:
    play = script(GRANTED, statuses(), configs(), none("a"), statuses())
    asked = question(play)
    assert asked.ask(remembered("a")).gone == {"a"}
    assert asked.ask(SourceState({}, AT_NOON)).configs is None


def test_time_is_ours_until_the_service_tells_it(script: Script) -> None:
    play = script(token())
    asked = Question(play.client, OPTIONS, [].append, lambda: 5.0)
    assert asked.now() == (5.0, 5.0)
    play.client.authenticate()
