# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each transition reaches the rules once, despite restarts of ansible-rulebook and outages of the service."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import (
    Rulebook,
    WaitTimeoutError,
    Workshop,
    wait_for,
)
from ansible_collections.knowledgefront.monitoring.tests.rulebooks.transition_count import (
    API,
    HEADING,
    Count,
    History,
    count_transitions,
)

from simulator.server import Simulator
from simulator.world import world_from

MONITORS = 60
STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
LOCAL = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}
ARGUMENTS = {
    "interval": 1,
    "cursor": "cursor",
    "config_every": 1,
    "retries": 0,
    "timeout": 5,
    "stale_grace": 10,
    "on_unmatched": "ignore",
}
COUNTS: list[Count] = []


class Story:
    """A history, and the rulebooks that ran during it, one at a time."""

    def __init__(self, simulator: Simulator, workshop: Workshop) -> None:
        self.history, self.control = History(simulator), simulator.control
        self._workshop, self._runs = workshop, list[Rulebook]()

    def start(self, **arguments: Any) -> None:
        source = {"knowledgefront.monitoring.kf_alerts": {**ARGUMENTS, **arguments}}
        rule = {"name": "any", "condition": "event.kind is defined", "actions": [{"none": {}}]}
        ruleset = {"name": "count", "hosts": "all", "sources": [source], "rules": [rule]}
        path = self._workshop.folder / "count.yml"
        path.write_text(yaml.safe_dump([ruleset]), encoding="utf-8")
        self._runs.append(self._workshop.start(str(path), {}, LOCAL))
        polls = self.control.calls().get("status", 0)
        wait_for("it polls twice", lambda: self.control.calls().get("status", 0) > polls + 1)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> None:
        self._runs[-1].stop(by)

    def received(self) -> list[dict[str, Any]]:
        return [event for run in self._runs for event in run.events()]

    def wait_for_polls(self, times: int = 2) -> None:
        polls = self.control.calls().get("status", 0)
        wait_for("it polls", lambda: self.control.calls().get("status", 0) >= polls + times)

    def end(self, name: str) -> Count:
        """Wait for missing and for unexpected events, and return the comparison."""
        with contextlib.suppress(WaitTimeoutError):
            wait_for("all events arrive", lambda: len(self.received()) >= len(self.history.steps), 30)
        self.wait_for_polls(3)
        self.stop()
        COUNTS.append(count_transitions(name, self.history, self._runs))
        return COUNTS[-1]


@pytest.fixture
def story(workshop: Workshop) -> Iterator[Story]:
    monitors = [{"id": f"m{number}", "timer": 1, "violations": 1} for number in range(MONITORS)]
    with Simulator(world_from({"monitors": monitors})) as served:
        workshop.env |= {"KF_API_URL": served.url, "KF_CLIENT_ID": served.client_id}
        workshop.env |= {"KF_CLIENT_SECRET": served.client_secret}
        created = Story(served, workshop)
        try:
            yield created
        finally:
            for run in created._runs:
                if run.is_running:
                    run.stop(signal.SIGKILL)


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("", HEADING, *(count.row for count in COUNTS), sep="\n")


def check(count: Count) -> None:
    assert not count.has_differences, count


def test_restarts(story: Story) -> None:
    story.start()
    story.history.raise_alerts("m0")
    for number, by in enumerate(STOPS, 1):
        story.stop(by)
        story.history.raise_alerts(f"m{number}")
        story.history.clear_alerts(f"m{number - 1}")
        story.history.raise_alerts("m10")
        story.history.clear_alerts("m10")
        story.start()
    check(story.end("stopped three ways, with transitions while away"))


def test_between_two_polls(story: Story) -> None:
    story.start(interval=8)
    for _number in range(3):
        story.history.raise_alerts("m1", "m2")
        story.history.clear_alerts("m1", "m2")
        story.wait_for_polls(1)
    check(story.end("raised and cleared between two polls"))


def test_outage(story: Story) -> None:
    story.start()
    story.history.raise_alerts("m1")
    story.wait_for_polls()
    story.history.happened(API, "api_lost")
    story.control.fault("status", "status", times=None, code=503)
    wait_for("the outage is detected", lambda: story.received()[-1]["kind"] == "api_lost")
    story.history.raise_alerts("m2")
    story.history.clear_alerts("m1")
    for by in STOPS:
        story.stop(by)
        story.start()
    story.control.clear_faults()
    story.history.happened(API, "api_back")
    check(story.end("an outage, and stopped three ways in it"))


@pytest.mark.parametrize("kind", ["empty", "malformed", "truncated", "reset", "html"])
def test_a_failed_response_clears_no_alert(story: Story, kind: str) -> None:
    story.history.raise_alerts("m1", "m2")
    story.start()
    story.wait_for_polls()
    story.history.happened(API, "api_lost")
    parameters = {"at": "body"} if kind == "reset" else {}
    story.control.fault(kind, "status", times=3, **parameters)
    story.history.happened(API, "api_back")
    check(story.end(f"answers that are {kind}"))


@pytest.mark.parametrize("by", STOPS, ids=lambda by: by.name)
def test_burst(story: Story, by: signal.Signals) -> None:
    """All monitors alert at once, and the process ends while it publishes the events."""
    every = [f"m{number}" for number in range(MONITORS)]
    story.start()
    story.history.raise_alerts(*every)
    wait_for("the first events arrive", story.received)
    story.stop(by)
    story.history.clear_alerts(*every)
    story.start()
    wait_for("the first cleared events arrive", lambda: len(story.received()) > MONITORS)
    story.stop(by)
    story.start()
    check(story.end(f"bursts of {MONITORS}, ended during the burst by {by.name}"))


def test_added_changed_and_removed_monitors(story: Story) -> None:
    story.start()
    story.control.add("new", timer=1, violations=1)
    story.history.happened("new", "monitor_added")
    story.wait_for_polls()
    story.control.change("m1", description="another")
    story.history.happened("m1", "monitor_changed")
    story.wait_for_polls()
    story.control.remove("m2")
    story.history.happened("m2", "monitor_removed")
    story.wait_for_polls()
    story.stop(signal.SIGKILL)
    story.control.remove("new")
    story.history.happened("new", "monitor_removed")
    story.control.change("m1", description="once more")
    story.history.happened("m1", "monitor_changed")
    story.start()
    check(story.end("monitors added, changed and removed"))


def test_silence(story: Story) -> None:
    story.start()
    story.wait_for_polls()
    now = int(time.time())
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    frozen = {"utc_mktime": now, "utc_time_init": text, "time_init": text}
    changes = [{"path": ["monitor_list", "*", "last_test", name], "value": value} for name, value in frozen.items()]
    story.control.fault("mutate", "status", times=None, changes=changes)
    for number in range(MONITORS):
        story.history.happened(f"m{number}", "monitor_silent")
    wait_for("they are silent", lambda: len(story.received()) >= MONITORS)
    story.control.clear_faults()
    for number in range(MONITORS):
        story.history.happened(f"m{number}", "monitor_back")
    check(story.end("monitors silent and back"))


@pytest.mark.parametrize("seed", range(3))
def test_any_story(story: Story, seed: int) -> None:
    """Random alerts, with a process that starts and stops at random times."""
    chance, alerting = random.Random(seed), set[str]()

    def change_something() -> None:
        well = [f"m{number}" for number in range(12) if f"m{number}" not in alerting]
        act: Callable[..., None] = chance.choice([story.history.raise_alerts, story.history.clear_alerts])
        selected = chance.sample(
            *((sorted(alerting), min(3, len(alerting))) if _clears(act) else (well, min(3, len(well))))
        )
        act(*selected)
        alerting.difference_update(selected) if _clears(act) else alerting.update(selected)

    for _round in range(4):
        story.start()
        for _change in range(chance.randrange(3)):
            change_something()
        time.sleep(chance.random())
        story.stop(chance.choice(STOPS))
        change_something()
    story.start()
    check(story.end(f"at random, seed {seed}"))


def _clears(act: Callable[..., None]) -> bool:
    return act.__name__ == "clear_alerts"
