# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The history and the policies whose rehearsal is measured: the same world as a CSV file and as a journal."""

from __future__ import annotations

import random
from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import Observation
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.writer import Journal
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_service import CsvHistory

BEGIN = 1_780_272_000
"""The first time of every history, a midnight in epoch seconds."""

DAY = 86400.0
ACCOUNT = "benchmark"

POLICIES: dict[str, dict[str, Any]] = {
    "p1": {"on_existing_alert": "warn"},
    "p2": {"on_existing_alert": "warn", "on_existing_problem": "warn", "failing_after": 3},
    "p3": {"clean_tests": 2},
}

MINUTE, BETWEEN_OUTAGES = 60.0, 120 * DAY
SHORTEST_OUTAGE, LONGEST_OUTAGE = 5 * MINUTE, 60 * MINUTE

RESPONSE, OFFSET = 0.7, (0.1, 0.4)
"""Seconds that a poll takes, and the bounds by which the service's clock is ahead."""


class World(NamedTuple):
    """Monitors that test every ``timer`` seconds, each with an outage of 5 to 60 minutes every 120 days or so."""

    monitors: int = 1500
    days: float = 30.0
    timer: float = 300.0
    seed: int = 1

    @property
    def end(self) -> float:
        return BEGIN + self.days * DAY


def write_csv(world: World, path: Path) -> None:
    """Write the world as a history in CSV: the state of every monitor at the beginning and at the end, and changes."""
    names = [f"m{number:04d}" for number in range(world.monitors)]
    starts = ((BEGIN, name, 0) for name in names)
    changes = sorted(change for name in names for change in _outages(name, world))
    ends = ((int(world.end), name, 0) for name in names)
    with path.open("w", encoding="ascii") as file:
        file.write("monitor,time,down\n")
        file.writelines(f"{name},{at},{down}\n" for at, name, down in merge(starts, changes, ends, key=_time))


def _time(record: tuple[int, str, int]) -> int:
    return record[0]


def _outages(name: str, world: World) -> Iterator[tuple[int, str, int]]:
    randomness = random.Random(f"{world.seed} {name}")
    at = BEGIN + randomness.expovariate(1 / BETWEEN_OUTAGES)
    while at < world.end - LONGEST_OUTAGE - 1:
        until = at + randomness.uniform(SHORTEST_OUTAGE, LONGEST_OUTAGE)
        yield from ((int(at), name, 1), (int(until), name, 0))
        at = until + randomness.expovariate(1 / BETWEEN_OUTAGES)


def write_journal(world: World, csv: Path, path: Path, interval: float) -> int:
    """Write what polls of the history in ``csv`` every ``interval`` seconds report, and return their number."""
    history = CsvHistory(read_csv(str(csv)), world.timer)
    polls = int((world.end - BEGIN) / interval)
    with Journal.open(str(path), ACCOUNT, now=world.end) as journal:
        for number in range(polls):
            now = BEGIN + number * interval
            if number % 100 == 0:
                history.prepare(now)
            arrived = now + RESPONSE
            statuses = history.statuses_at(arrived + OFFSET[1], 1800)
            configs = history.list_monitors(arrived)[1]
            journal.append(Observation(now, arrived, OFFSET, statuses, configs, covers=2 * interval + 60))
    return polls


def write_policies(folder: Path) -> list[str]:
    """Write the files of the policies and return their paths."""
    paths = []
    for name, options in POLICIES.items():
        path = folder / f"{name}.yml"
        path.write_text(yaml.safe_dump({f"deploy_gate_{option}": value for option, value in options.items()}))
        paths.append(str(path))
    return paths
