# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the history of a simulated world with the events that reached the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Rulebook, wait_for

from simulator.control import Control
from simulator.server import Simulator

COLUMNS = ("story", "happened", "received", "lost", "duplicated", "invented", "misdated", "repeated after a restart")
HEADING = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"
API = "the API"

Step = tuple[str, str]
"""A subject (a monitor id or the API) and the kind of its event, or the time of its alert."""


class History:
    """Causes transitions and records them in order, using the simulator only."""

    def __init__(self, simulator: Simulator) -> None:
        self.control: Control = simulator.control
        self.steps: list[Step] = []
        self.times: list[Step] = []

    def raise_alerts(self, *monitors: str) -> None:
        for monitor in monitors:
            self.control.fail(monitor)
        for monitor in monitors:
            wait_for(f"{monitor} alerts", lambda monitor=monitor: self.control.monitor(monitor)["alert_active"])
            self.steps.append((monitor, "alert_raised"))
            self.times.append((monitor, _utc(self.control.monitor(monitor)["last_alert"])))

    def clear_alerts(self, *monitors: str) -> None:
        for monitor in monitors:
            self.control.repair(monitor)
        for monitor in monitors:
            wait_for(f"{monitor} recovers", lambda monitor=monitor: not self.control.monitor(monitor)["alert_active"])
            self.steps.append((monitor, "alert_cleared"))

    def happened(self, subject: str, kind: str) -> None:
        self.steps.append((subject, kind))


def _utc(time: float) -> str:
    return datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Count:
    """The differences between a history and the received events. ``disorder`` are subjects with events out of order.

    ``again`` counts permitted repetitions: an event that a process received when a signal ended it, before the
    acknowledgement was written, is the first event of the next process.
    """

    story: str
    happened: int
    received: int
    lost: Counter[Step]
    duplicated: Counter[str]
    invented: Counter[Step]
    misdated: Counter[Step]
    again: int
    disorder: list[str]

    @property
    def row(self) -> str:
        numbers = (
            self.happened,
            self.received,
            *(part.total() for part in (self.lost, self.duplicated, self.invented, self.misdated)),
            self.again,
        )
        return f"| {self.story} | {' | '.join(map(str, numbers))} |"

    @property
    def has_differences(self) -> bool:
        return bool(self.lost or self.duplicated or self.invented or self.misdated or self.disorder)


def count_transitions(story: str, history: History, runs: Sequence[Rulebook]) -> Count:
    received = [run.events() for run in runs]
    every = [event for events in received for event in events]
    once = list({event["id"]: event for event in every}.values())
    steps = [(event.get("monitor", {}).get("id", API), event["kind"]) for event in once]
    happened, known = Counter(history.steps), Counter(steps)
    subjects = sorted({subject for subject, _kind in history.steps})
    disorder = [one for one in subjects if of(one, history.steps) != of(one, steps)]
    again = Counter(_repeated_ids(received))
    duplicated = Counter(event["id"] for event in every) - Counter(event["id"] for event in once) - again
    lost, invented = happened - known, known - happened
    raised = [event for event in once if event["kind"] == "alert_raised"]
    misdated = Counter((event["monitor"]["id"], event["time"]) for event in raised) - Counter(history.times)
    return Count(story, len(history.steps), len(every), lost, duplicated, invented, misdated, again.total(), disorder)


def _repeated_ids(received: Sequence[list[Mapping[str, Any]]]) -> Iterator[str]:
    last = None
    for events in received:
        if events and last == events[0]["id"]:
            yield last
        last = events[-1]["id"] if events else last


def of(subject: str, steps: Iterable[Step]) -> list[str]:
    return [kind for other, kind in steps if other == subject]
