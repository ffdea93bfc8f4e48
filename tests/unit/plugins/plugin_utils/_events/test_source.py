# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source against a real server, with restarts, outages and bursts; what really happened is on record."""

from __future__ import annotations

import asyncio
import random
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.errors import KnowledgeFrontError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import arguments
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_file import decode_cursor
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.sources_at_hand import (
    Running,
)
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.worlds_at_hand import monitor

from simulator.faults import fault_from
from simulator.server import Simulator
from simulator.world import World

Begin = Callable[..., Simulator]


@pytest.fixture
def begin() -> Iterator[Begin]:
    running: list[Simulator] = []

    def started(*names: str, **fields: Any) -> Simulator:
        running.append(Simulator(World([monitor(name, **fields) for name in names])))
        running[-1].start()
        return running[-1]

    yield started
    for simulator in running:
        simulator.close()


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tests poll more often than a user may."""
    monkeypatch.setitem(arguments.BOUNDS, "interval", (0.01, 86400))


def asked(simulator: Simulator, endpoint: str) -> int:
    return simulator.calls.as_dict()[endpoint]


def test_what_happens_is_told_with_configurations_asked_for_rarely(begin: Begin) -> None:
    simulator = begin("a", "b")

    async def play() -> None:
        async with Running(simulator, config_every=4) as running:
            await running.until(lambda: asked(simulator, "status") >= 1)
            simulator.fleet.fail("a")
            await running.until(lambda: running.kinds() == [("alert_raised", "a")])
            simulator.fleet.repair("a")
            await running.until(lambda: len(running.taken) == 2)
            await running.until(lambda: asked(simulator, "status") >= 6)
            assert running.kinds() == [("alert_raised", "a"), ("alert_cleared", "a")]
            assert running.taken[0]["meta"]["hosts"] == ["a.example.com"]

    asyncio.run(play())
    assert asked(simulator, "token") == 1
    assert asked(simulator, "config_monitors") == -(-asked(simulator, "status") // 4)


@pytest.mark.parametrize("feedback", [False, True])
def test_restarts_lose_nothing_and_tell_nothing_twice(begin: Begin, tmp_path: Path, feedback: bool) -> None:
    """The source is ended at moments that nobody chose, while monitors fail and recover and rules stop taking."""
    names = [f"m{number}" for number in range(12)]
    simulator, draw = begin(*names), random.Random(20 + feedback)
    cursor, taken = str(tmp_path / "cursor.json"), []
    active = dict.fromkeys(names, False)

    async def play() -> None:
        async with Running(simulator, feedback, cursor=cursor) as running:
            await running.until(lambda: Path(cursor).exists())
        for _turn in range(6):
            for name in draw.sample(names, 8):
                active[name] = not active[name]
                (simulator.fleet.fail if active[name] else simulator.fleet.repair)(name)
            async with Running(simulator, feedback, cursor=cursor) as running:
                await asyncio.sleep(draw.uniform(1.0, 1.6))
                running.pause()
                await asyncio.sleep(draw.uniform(0.0, 0.3))
            taken.extend(running.taken)
        async with Running(simulator, feedback, cursor=cursor) as running:
            calls = asked(simulator, "status")
            await running.until(lambda: asked(simulator, "status") >= calls + 3)
        taken.extend(running.taken)

    asyncio.run(play())
    for name in names:
        kinds = [event["kind"] for event in taken if event["monitor"]["id"] == name]
        truth = simulator.fleet.state(simulator.fleet.find(name), 10800)
        assert kinds == (["alert_raised", "alert_cleared"] * len(kinds))[: len(kinds)]
        assert kinds.count("alert_raised") == truth.alert_count
        assert bool(kinds and kinds[-1] == "alert_raised") == truth.alert_active
    assert len({event["id"] for event in taken}) == len(taken) > 20


def test_an_event_that_was_put_and_not_taken_is_told_again(begin: Begin, tmp_path: Path) -> None:
    simulator, cursor = begin("a", "b", "c", failing_for=60), tmp_path / "cursor.json"

    async def play() -> None:
        async with Running(simulator, cursor=str(cursor)) as first:
            first.pause()
            await first.until(first.queue.queue.full)
        assert stat.S_IMODE(cursor.stat().st_mode) == 0o600
        assert len(decode_cursor(cursor.read_bytes()).outbox) == 3
        async with Running(simulator, cursor=str(cursor)) as second:
            await second.until(lambda: len(second.taken) == 3)
            assert second.taken[0]["id"] == (await first.queue.queue.get())["id"]
        assert decode_cursor(cursor.read_bytes()).outbox == []

    asyncio.run(play())


OUTAGES: dict[str, tuple[dict[str, Any], str]] = {
    "unavailable": ({"kind": "status", "code": 503, "endpoint": "status"}, "service"),
    "forbidden": ({"kind": "status", "code": 403, "endpoint": "status"}, "forbidden"),
    "credentials refused": ({"kind": "status", "code": 401}, "credentials"),
    "connections cut": ({"kind": "reset", "at": "before"}, "connection"),
    "no answer": ({"kind": "silent", "endpoint": "status"}, "timeout"),
    "half an answer": ({"kind": "truncated", "endpoint": "status"}, "incomplete"),
    "a page": ({"kind": "html", "endpoint": "status"}, "payload"),
    "nothing": ({"kind": "empty", "endpoint": "status"}, "payload"),
    "an error": ({"kind": "body", "body": {"error": "later", "monitor_list": []}}, "answered_error"),
    "no monitors": (
        {"kind": "body", "body": {"error": None, "monitor_list": []}, "endpoint": "status"},
        "empty_answer",
    ),
    "half a list": (
        {"kind": "mutate", "changes": [{"path": ["monitor_list"], "value": []}], "endpoint": "any"},
        "cut_short",
    ),
}


@pytest.mark.parametrize("name", OUTAGES)
def test_an_outage_and_its_end_are_told_and_nothing_of_it_is_taken_for_news(begin: Begin, name: str) -> None:
    fault, code = OUTAGES[name]
    simulator = begin("a", "b", failing_for=60)

    async def play() -> None:
        async with Running(simulator, timeout=1, config_every=1) as running:
            await running.until(lambda: len(running.taken) == 2)
            simulator.faults.add(fault_from({"times": None, **fault}))
            await running.until(lambda: len(running.taken) == 3)
            await asyncio.sleep(1)
            assert len(running.taken) == 3
            simulator.faults.clear()
            await running.until(lambda: len(running.taken) == 4)
            assert running.kinds()[2:] == [("api_lost", ""), ("api_back", "")]
            assert running.taken[2]["after"]["error"]["code"] == code
            assert running.taken[2]["id"] != running.taken[3]["id"]

    asyncio.run(play())


def test_an_outage_is_remembered_over_a_restart_and_may_be_there_from_the_start(begin: Begin, tmp_path: Path) -> None:
    simulator, cursor = begin("a", failing_for=60), str(tmp_path / "cursor.json")
    simulator.faults.add(fault_from({"kind": "status", "code": 500, "times": None}))

    async def play() -> None:
        async with Running(simulator, cursor=cursor) as running:
            await running.until(lambda: running.kinds() == [("api_lost", "")])
        assert running.taken[0]["before"] is None
        async with Running(simulator, cursor=cursor) as running:
            await asyncio.sleep(1)
            assert running.kinds() == []
            simulator.faults.clear()
            await running.until(lambda: running.kinds() == [("api_back", ""), ("alert_raised", "a")])

    asyncio.run(play())


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"intervall": 5}, "there is no argument intervall; the arguments are "),
    "no secret": ({"client_secret": None}, "client_secret is not set"),
    "unmatched": ({"include": ["C*"]}, "include: C* matched none of 2 monitors"),
    "bad pattern": ({"include": ["~("]}, "a pattern in include or exclude cannot be used"),
    "no folder": ({"cursor": "{folder}/none/cursor"}, "cannot be used: the folder"),
    "a folder": ({"cursor": "{folder}"}, "is no ordinary file"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_and_ends_the_source(begin: Begin, tmp_path: Path, name: str) -> None:
    mistake, sentence = MISTAKES[name]
    simulator = begin("a", "b")
    mistaken = {
        option: value.replace("{folder}", str(tmp_path)) if isinstance(value, str) else value
        for option, value in mistake.items()
    }

    async def play() -> BaseException | None:
        async with Running(simulator, **mistaken) as running:
            return await running.ended()

    error = asyncio.run(play())
    assert isinstance(error, KnowledgeFrontError)
    assert sentence in str(error)
    assert "\n" not in str(error)


def test_two_sources_do_not_share_a_cursor(begin: Begin, tmp_path: Path) -> None:
    simulator, cursor = begin("a"), str(tmp_path / "cursor.json")

    async def play() -> BaseException | None:
        async with Running(simulator, cursor=cursor) as first:
            await first.until(lambda: Path(cursor).exists())
            async with Running(simulator, cursor=cursor) as second:
                return await second.ended()

    assert "is in use by another source" in str(asyncio.run(play()))


def test_a_monitor_that_is_gone_is_told_and_one_that_no_list_names_is_asked_for(begin: Begin) -> None:
    simulator = begin("a", "b", "c")

    async def play() -> None:
        async with Running(simulator, config_every=1, include=["a", "b", "d*"], on_unmatched="ignore") as running:
            await running.until(lambda: asked(simulator, "status") >= 1)
            simulator.fleet.remove("b")
            await running.until(lambda: running.kinds() == [("monitor_removed", "b")])
            assert asked(simulator, "config_monitor") == 1
            simulator.fleet.patch("a", {"label": "Other"})
            simulator.fleet.put("d1", {})
            await running.until(lambda: len(running.taken) == 3)
            assert sorted(running.kinds()[1:]) == [("monitor_added", "d1"), ("monitor_changed", "a")]

    asyncio.run(play())


def test_a_hanging_server_keeps_neither_the_loop_nor_the_end_waiting(begin: Begin) -> None:
    simulator = begin("a")
    simulator.faults.add(fault_from({"kind": "silent", "times": None}))

    async def play() -> None:
        loop = asyncio.get_running_loop()
        async with Running(simulator, timeout=60):
            worst = 0.0
            for _turn in range(100):
                before = loop.time()
                await asyncio.sleep(0.01)
                worst = max(worst, loop.time() - before)
            ending = loop.time()
        assert loop.time() - ending < 1
        assert worst < 0.5

    asyncio.run(play())
