# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source against the simulator, with restarts, outages and bursts."""

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
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events.cursor_format import decode_cursor
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.recorded_world import monitor
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.running_source import (
    RunningSource,
)

from simulator.faults import fault_from
from simulator.server import Simulator
from simulator.world import World

StartSimulator = Callable[..., Simulator]


@pytest.fixture
def start_simulator() -> Iterator[StartSimulator]:
    running: list[Simulator] = []

    def start(*names: str, **fields: Any) -> Simulator:
        running.append(Simulator(World([monitor(name, **fields) for name in names])))
        running[-1].start()
        return running[-1]

    yield start
    for simulator in running:
        simulator.close()


@pytest.fixture(autouse=True)
def allow_short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Permit shorter intervals than users can set."""
    monkeypatch.setitem(arguments.BOUNDS, "interval", (0.01, 86400))


def count_calls(simulator: Simulator, endpoint: str) -> int:
    return simulator.calls.as_dict()[endpoint]


def test_alerts_are_published_and_configurations_fetched_rarely(start_simulator: StartSimulator) -> None:
    simulator = start_simulator("a", "b")

    async def play() -> None:
        async with RunningSource(simulator, config_every=4) as running:
            await running.wait_until(lambda: count_calls(simulator, "status") >= 1)
            simulator.fleet.fail("a")
            await running.wait_until(lambda: running.kinds() == [("alert_raised", "a")])
            simulator.fleet.repair("a")
            await running.wait_until(lambda: len(running.received) == 2)
            await running.wait_until(lambda: count_calls(simulator, "status") >= 6)
            assert running.kinds() == [("alert_raised", "a"), ("alert_cleared", "a")]
            assert running.received[0]["meta"]["hosts"] == ["a.example.com"]

    asyncio.run(play())
    assert count_calls(simulator, "token") == 1
    assert count_calls(simulator, "config_monitors") == -(-count_calls(simulator, "status") // 4)


@pytest.mark.parametrize("feedback", [False, True])
def test_restarts_neither_lose_nor_repeat_events(
    start_simulator: StartSimulator, tmp_path: Path, feedback: bool
) -> None:
    """The source stops at random times, while monitors fail and recover and the rules stop receiving."""
    names = [f"m{number}" for number in range(12)]
    simulator, chance = start_simulator(*names), random.Random(20 + feedback)
    cursor, received = str(tmp_path / "cursor.json"), []
    active = dict.fromkeys(names, False)

    async def play() -> None:
        async with RunningSource(simulator, feedback, cursor=cursor) as running:
            await running.wait_until(lambda: Path(cursor).exists())
        for _number in range(6):
            for name in chance.sample(names, 8):
                active[name] = not active[name]
                (simulator.fleet.fail if active[name] else simulator.fleet.repair)(name)
            async with RunningSource(simulator, feedback, cursor=cursor) as running:
                await asyncio.sleep(chance.uniform(1.0, 1.6))
                running.pause()
                await asyncio.sleep(chance.uniform(0.0, 0.3))
            received.extend(running.received)
        async with RunningSource(simulator, feedback, cursor=cursor) as running:
            calls = count_calls(simulator, "status")
            await running.wait_until(lambda: count_calls(simulator, "status") >= calls + 3)
        received.extend(running.received)

    asyncio.run(play())
    for name in names:
        kinds = [event["kind"] for event in received if event["monitor"]["id"] == name]
        truth = simulator.fleet.state(simulator.fleet.find(name), 10800)
        assert kinds == (["alert_raised", "alert_cleared"] * len(kinds))[: len(kinds)]
        assert kinds.count("alert_raised") == truth.alert_count
        assert bool(kinds and kinds[-1] == "alert_raised") == truth.alert_active
    assert len({event["id"] for event in received}) == len(received) > 20


def test_an_event_that_stayed_in_the_queue_is_published_again(start_simulator: StartSimulator, tmp_path: Path) -> None:
    simulator, cursor = start_simulator("a", "b", "c", failing_for=60), tmp_path / "cursor.json"

    async def play() -> None:
        async with RunningSource(simulator, cursor=str(cursor)) as first:
            first.pause()
            await first.wait_until(first.queue.queue.full)
        assert stat.S_IMODE(cursor.stat().st_mode) == 0o600
        assert len(decode_cursor(cursor.read_bytes()).outbox) == 3
        async with RunningSource(simulator, cursor=str(cursor)) as second:
            await second.wait_until(lambda: len(second.received) == 3)
            assert second.received[0]["id"] == (await first.queue.queue.get())["id"]
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
def test_an_outage_causes_two_events_and_no_others(start_simulator: StartSimulator, name: str) -> None:
    fault, code = OUTAGES[name]
    simulator = start_simulator("a", "b", failing_for=60)

    async def play() -> None:
        async with RunningSource(simulator, timeout=1, config_every=1) as running:
            await running.wait_until(lambda: len(running.received) == 2)
            simulator.faults.add(fault_from({"times": None, **fault}))
            await running.wait_until(lambda: len(running.received) == 3)
            await asyncio.sleep(1)
            assert len(running.received) == 3
            simulator.faults.clear()
            await running.wait_until(lambda: len(running.received) == 4)
            assert running.kinds()[2:] == [("api_lost", ""), ("api_back", "")]
            assert running.received[2]["after"]["error"]["code"] == code
            assert running.received[2]["id"] != running.received[3]["id"]

    asyncio.run(play())


def test_an_outage_survives_a_restart(start_simulator: StartSimulator, tmp_path: Path) -> None:
    simulator, cursor = start_simulator("a", failing_for=60), str(tmp_path / "cursor.json")
    simulator.faults.add(fault_from({"kind": "status", "code": 500, "times": None}))

    async def play() -> None:
        async with RunningSource(simulator, cursor=cursor) as running:
            await running.wait_until(lambda: running.kinds() == [("api_lost", "")])
        assert running.received[0]["before"] is None
        async with RunningSource(simulator, cursor=cursor) as running:
            await asyncio.sleep(1)
            assert running.kinds() == []
            simulator.faults.clear()
            await running.wait_until(lambda: running.kinds() == [("api_back", ""), ("alert_raised", "a")])

    asyncio.run(play())


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"intervall": 5}, "unknown argument intervall; valid arguments are "),
    "no secret": ({"client_secret": None}, "client_secret is not set"),
    "unmatched": ({"include": ["C*"]}, "include: C* matched none of 2 monitors"),
    "bad pattern": ({"include": ["~("]}, "invalid pattern in include or exclude"),
    "no folder": ({"cursor": "{folder}/none/cursor"}, "cannot be used: the folder"),
    "a folder": ({"cursor": "{folder}"}, "is not a regular file"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_an_invalid_argument_ends_the_source_with_one_sentence(
    start_simulator: StartSimulator, tmp_path: Path, name: str
) -> None:
    mistake, sentence = MISTAKES[name]
    simulator = start_simulator("a", "b")
    arguments_given = {
        option: value.replace("{folder}", str(tmp_path)) if isinstance(value, str) else value
        for option, value in mistake.items()
    }

    async def play() -> BaseException | None:
        async with RunningSource(simulator, **arguments_given) as running:
            return await running.wait_for_error()

    error = asyncio.run(play())
    assert isinstance(error, KnowledgeFrontError)
    assert sentence in str(error)
    assert "\n" not in str(error)


def test_two_sources_do_not_share_a_cursor(start_simulator: StartSimulator, tmp_path: Path) -> None:
    simulator, cursor = start_simulator("a"), str(tmp_path / "cursor.json")

    async def play() -> BaseException | None:
        async with RunningSource(simulator, cursor=cursor) as first:
            await first.wait_until(lambda: Path(cursor).exists())
            async with RunningSource(simulator, cursor=cursor) as second:
                return await second.wait_for_error()

    assert "is in use by another source" in str(asyncio.run(play()))


def test_removed_added_and_changed_monitors_are_published(start_simulator: StartSimulator) -> None:
    simulator = start_simulator("a", "b", "c")

    async def play() -> None:
        async with RunningSource(simulator, config_every=1, include=["a", "b", "d*"], on_unmatched="ignore") as running:
            await running.wait_until(lambda: count_calls(simulator, "status") >= 1)
            simulator.fleet.remove("b")
            await running.wait_until(lambda: running.kinds() == [("monitor_removed", "b")])
            assert count_calls(simulator, "config_monitor") == 1
            simulator.fleet.patch("a", {"label": "Other"})
            simulator.fleet.put("d1", {})
            await running.wait_until(lambda: len(running.received) == 3)
            assert sorted(running.kinds()[1:]) == [("monitor_added", "d1"), ("monitor_changed", "a")]

    asyncio.run(play())


def test_a_hanging_server_blocks_neither_the_loop_nor_the_cancellation(start_simulator: StartSimulator) -> None:
    simulator = start_simulator("a")
    simulator.faults.add(fault_from({"kind": "silent", "times": None}))

    async def play() -> None:
        loop = asyncio.get_running_loop()
        async with RunningSource(simulator, timeout=60):
            worst = 0.0
            for _number in range(100):
                before = loop.time()
                await asyncio.sleep(0.01)
                worst = max(worst, loop.time() - before)
            ending = loop.time()
        assert loop.time() - ending < 1
        assert worst < 0.5

    asyncio.run(play())
