# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded histories become worlds in which a stop is right only where a site went down."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from ansible_collections.knowledgefront.monitoring.tests.characteristic.episode import PHASES, Episode
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import Decision
from ansible_collections.knowledgefront.monitoring.tests.characteristic.generate_history import generate
from ansible_collections.knowledgefront.monitoring.tests.characteristic.histories import (
    GENERATED,
    RecordedHistory,
    history_rows,
    read_history,
)
from ansible_collections.knowledgefront.monitoring.tests.characteristic.world import World

START = 1_700_000_000
END = START + 86_400 * 10


@pytest.fixture
def history(tmp_path: Path) -> RecordedHistory:
    """Of three sites: one is always up, one goes down once for two hours, one is down half of the time."""
    outage = START + 86_400 * 5
    records = [(0, START, 0), (0, END, 0), (1, START, 0), (1, outage, 1), (1, outage + 7200, 0), (2, START, 1)]
    records += [(2, START + 86_400 * 5, 0)]
    lines = ["# three sites", "site,time,down", *(",".join(map(str, record)) for record in records)]
    file = tmp_path / "three.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return RecordedHistory(file)


def world_at(history: RecordedHistory, before: float) -> World:
    world = World(Random(1), before, before + 300, (300,))
    room = history.last - history.first - 20_000
    world.rng.random = lambda: (before - history.first - 11_000) / room  # type: ignore[method-assign]
    history.build(world)
    return world


def stopped(world: World, monitors: list[str]) -> Episode:
    reasons = [{"monitor": name, "verdict": "block"} for name in monitors]
    result = {"decision": "stop", "verdict": "block", "reasons": reasons, "summary": "a summary"}
    decision = Decision(result, world.deployed, world.deployed + 400, [])
    return Episode(world, {}, {}, dict.fromkeys(PHASES, decision))


def test_sites_that_are_often_down_are_left_out(history):
    assert [site.name for site in history.sites] == ["0", "1"]


def test_a_site_that_is_down_fails_the_tests_of_that_time(history):
    outage = START + 86_400 * 5
    world = world_at(history, outage - 600)
    up, down = world.monitors
    assert up.failures == []
    instants = [down.start(number) for number in down.failures]
    assert len(instants) == 24
    assert min(instants) >= outage
    assert max(instants) < outage + 7200


@pytest.mark.parametrize(("named", "wrong"), [("m00000", True), ("m00001", False)])
def test_a_stop_is_right_where_a_site_that_it_names_went_down(history, named, wrong):
    episode = stopped(world_at(history, START + 86_400 * 5 - 600), [named])
    assert bool(history.false_stops(episode)) is wrong
    (described, _same) = history.stops(episode)
    assert ("DID NOT GO DOWN" in described) is wrong


def test_a_stop_for_a_site_that_was_down_long_before_is_wrong(history):
    episode = stopped(world_at(history, START + 86_400 * 5 + 3600), ["m00001"])
    assert history.false_stops(episode)


def test_a_stop_that_names_no_site_is_wrong_and_described_by_its_summary(history):
    episode = stopped(world_at(history, START + 86_400 * 5 - 600), [])
    assert history.false_stops(episode)
    assert "a summary" in history.stops(episode)[0]


def test_the_generated_history_is_what_the_generator_writes():
    (file,) = GENERATED.glob("*.csv")
    assert file.read_text(encoding="utf-8").splitlines() == generate(seed=1)
    assert len(read_history(file)) == 24


def test_a_folder_that_has_no_history_adds_no_row(tmp_path):
    assert [row.name for row in history_rows([tmp_path, tmp_path / "absent"])] == ["history-generated"]
