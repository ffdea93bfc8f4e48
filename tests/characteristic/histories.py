# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded histories of real sites as worlds: the results that monitors of these sites would have had."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .episode import AFTER, DURING, Episode
from .rows import STOPS, Row
from .simulated_monitor import SimulatedMonitor, utc_text
from .world import FUTURE, HISTORY, World

GENERATED = Path(__file__).parent / "recorded"
TIMER = 300
LEAST_UP = 0.95
DEPLOYMENTS, FAST_DEPLOYMENTS = 60, 20
LASTING = 3 * TIMER
"""Seconds for which a site must be down before a baseline has it as an old problem: as many tests as raise an alert."""


@dataclass
class Site:
    """The record of a site: times in epoch seconds, ascending, and whether it was down from each of them on."""

    name: str
    instants: list[float] = field(default_factory=list)
    down: list[bool] = field(default_factory=list)

    def is_down(self, instant: float) -> bool:
        """Whether the site was down; it counts as up before its first record."""
        place = bisect_right(self.instants, instant) - 1
        return place >= 0 and self.down[place]

    def went_down(self, since: float, until: float) -> list[float]:
        """Return the times between ``since`` and ``until`` at which the site went down."""
        found = []
        for place, instant in enumerate(self.instants):
            if since < instant <= until and self.down[place] and not (place and self.down[place - 1]):
                found.append(instant)
        return found

    def share_up(self, until: float) -> float:
        ends = [*self.instants[1:], until]
        down = sum(
            end - instant for instant, end, is_down in zip(self.instants, ends, self.down, strict=True) if is_down
        )
        return 1 - down / max(1.0, until - self.instants[0])


def read_history(path: Path) -> list[Site]:
    """Return the sites of a file with the columns ``site,time,down``, where ``#`` begins a comment line."""
    with path.open(encoding="utf-8", newline="") as lines:
        records = [
            (float(record["time"]), record["site"], record["down"] == "1")
            for record in csv.DictReader(line for line in lines if not line.startswith("#"))
        ]
    sites: dict[str, Site] = {}
    for instant, name, down in sorted(records):
        site = sites.setdefault(name, Site(name))
        site.instants.append(instant)
        site.down.append(down)
    return list(sites.values())


class RecordedHistory:
    """The sites of one file that were up most of the time, as monitors of a world."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        sites = read_history(path)
        self.first = min(site.instants[0] for site in sites)
        self.last = max(site.instants[-1] for site in sites)
        self.sites = [site for site in sites if site.share_up(self.last) >= LEAST_UP]
        self.by_monitor: dict[str, Site] = {}

    def build(self, world: World) -> None:
        """Move ``world`` to a random time of the record, with a monitor for each site."""
        length = world.deployed - world.before
        room = self.last - FUTURE - self.first - HISTORY
        world.before = self.first + HISTORY + world.rng.random() * max(room, 0.0)
        world.deployed = world.before + length
        self.by_monitor = {}
        for site in self.sites:
            monitor = world.add(1, timers=(TIMER,))[0]
            monitor.failures = _failed_tests(monitor, site, world)
            self.by_monitor[monitor.identity] = site

    def false_stops(self, episode: Episode) -> list[str]:
        """Return the stops that name no site that went down since shortly before the baseline."""
        return [
            f"stop in {phase} without a site that went down"
            for phase in (DURING, AFTER)
            if episode.stopped(phase) and not any(self._causes(episode, phase).values())
        ]

    def stops(self, episode: Episode) -> list[str]:
        """Return a sentence for each stop after the baseline: the sites that it names and when each went down."""
        return [self._described(episode, phase) for phase in (DURING, AFTER) if episode.stopped(phase)]

    def _described(self, episode: Episode, phase: str) -> str:
        decision, causes = episode.decisions[phase], self._causes(episode, phase)
        descriptions = [f"site {name} {_describe_outage(instants)}" for name, instants in causes.items()]
        more = f" and {len(descriptions) - 5} more" if len(descriptions) > 5 else ""
        return (
            f"{phase} at {utc_text(decision.began)}: {', '.join(descriptions[:5]) or decision.result['summary']}{more}"
        )

    def _causes(self, episode: Episode, phase: str) -> dict[str, list[float]]:
        """Return the sites that the reasons of a stop name, each with the times at which it went down."""
        since, until = episode.world.before - LASTING, episode.decisions[phase].ended
        named = [reason["monitor"] for reason in episode.worst_reasons(phase) if reason["monitor"]]
        sites = [self.by_monitor[name] for name in named]
        return {site.name: site.went_down(since, until) for site in sites}


def _failed_tests(monitor: SimulatedMonitor, site: Site, world: World) -> list[int]:
    numbers = range(monitor.number_at(world.since - TIMER), monitor.number_at(world.until))
    return [number for number in numbers if site.is_down(monitor.start(number))]


def _describe_outage(instants: list[float]) -> str:
    return f"went down at {utc_text(instants[-1])}" if instants else "DID NOT GO DOWN"


def history_rows(folders: Sequence[Path]) -> list[Row]:
    """Return a row for each history in ``folders`` and for the generated one."""
    files = [path for folder in [GENERATED, *folders] for path in sorted(folder.glob("*.csv"))]
    return [_row(RecordedHistory(path)) for path in files]


def _row(history: RecordedHistory) -> Row:
    return Row(
        f"history-{history.name}",
        f"history {history.name}, {len(history.sites)} sites, deployments that change nothing",
        STOPS,
        0.0,
        DEPLOYMENTS,
        FAST_DEPLOYMENTS,
        history.build,
        history.false_stops,
        describe=history.stops,
    )
