# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measurement of a rehearsal on a short history."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.tests.benchmark import rehearsal_cost
from ansible_collections.knowledgefront.monitoring.tests.benchmark.cost import MeasurementError
from ansible_collections.knowledgefront.monitoring.tests.benchmark.rehearsal_cost import Cost
from ansible_collections.knowledgefront.monitoring.tests.benchmark.rehearsal_world import (
    BEGIN,
    World,
    write_csv,
    write_journal,
    write_policies,
)

SMALL = World(monitors=6, days=0.5)


def test_a_world_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    names = ("one", "same", "other")
    for name, seed in zip(names, (1, 1, 2), strict=True):
        write_csv(World(monitors=300, days=3.0, seed=seed), tmp_path / name)
    one, same, other = ((tmp_path / name).read_bytes() for name in names)
    assert one == same != other
    found = read_csv(str(tmp_path / "one"))
    assert (len(found.sites), found.first, found.last) == (300, BEGIN, BEGIN + 3 * 86400)
    outages = sum(len(site.times) // 2 for site in found.sites)
    assert 1 <= outages <= 30


def test_the_journal_has_a_poll_for_each_interval(tmp_path: Path) -> None:
    csv, journal = tmp_path / "history.csv", tmp_path / "journal.db"
    write_csv(SMALL, csv)
    assert write_journal(SMALL, csv, journal, 300.0) == 144
    with JournalReader.open(str(journal)) as reader:
        polls = list(reader.observations())
        assert len(polls) == 144
        assert reader.gaps() == []
    assert {len(poll.statuses or ()) for poll in polls} == {6}


@pytest.mark.parametrize("interval", [None, 60.0])
def test_a_small_world_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interval: float | None) -> None:
    measured = []

    def measure(options: dict[str, object], days: float) -> Cost:
        rehearsal_cost.rehearse(options)
        [report] = options["reports"]  # type: ignore[misc]
        measured.append(json.loads(Path(report).read_text(encoding="utf-8")))
        return Cost(1.0, 1, days)

    monkeypatch.setattr(rehearsal_cost, "measure", measure)
    monkeypatch.setattr(rehearsal_cost.gc, "disable", lambda: None)
    costs = rehearsal_cost.measure_all(SMALL, tmp_path, interval)
    assert [name.split()[0] for name in costs] == ["CSV" if interval is None else "journal"] * 2
    assert [document["deployments"]["covered"] for document in measured] == [2, 2]
    assert [policy["name"] for policy in measured[0]["policies"]] == ["p1", "p2", "p3"]


def test_a_rehearsal_that_fails_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(MeasurementError):
        rehearsal_cost.measure({"history": str(tmp_path / "none.csv"), "policies": write_policies(tmp_path)}, 1.0)


@pytest.mark.parametrize(
    ("cost", "is_met"),
    [
        (Cost(120.0, 2**30, 30.0), True),
        (Cost(12.0, 2**30, 3.0), True),
        (Cost(120.1, 1, 30.0), False),
        (Cost(12.1, 1, 3.0), False),
        (Cost(1.0, 2**30 + 1, 30.0), False),
    ],
)
def test_goals(cost: Cost, is_met: bool) -> None:
    assert cost.is_met is is_met


def test_a_shorter_period_is_extrapolated() -> None:
    assert Cost(9.0, 2**20, 3.0).describe("CSV") == "CSV: 9.0 s of CPU, about 90 s for 30 days; 1 MiB"
    assert Cost(9.0, 2**20, 30.0).describe("CSV") == "CSV: 9.0 s of CPU; 1 MiB"
