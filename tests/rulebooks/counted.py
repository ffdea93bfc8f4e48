# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened in a world, written down by whoever made it happen, against what rules were told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.knowledgefront.monitoring.tests.rulebooks.running_rulebook import Rulebook, wait_for

from simulator.control import Control
from simulator.server import Simulator

COLUMNS = ("story", "happened", "told", "lost", "doubled", "invented", "misdated", "again after an end")
HEADING = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"
API = "the API"

Step = tuple[str, str]
"""A subject, that is a monitor's id or the API, and the kind of what happened to it, or when its alert was raised."""


class History:
    """Makes things happen and keeps them in order. It asks the simulator only, and nothing of the collection."""

    def __init__(self, simulator: Simulator) -> None:
        self.control: Control = simulator.control
        self.steps: list[Step] = []
        self.moments: list[Step] = []

    def raise_alerts(self, *monitors: str) -> None:
        for monitor in monitors:
            self.control.fail(monitor)
        for monitor in monitors:
            wait_for(f"{monitor} alerts", lambda monitor=monitor: self.control.monitor(monitor)["alert_active"])
            self.steps.append((monitor, "alert_raised"))
            self.moments.append((monitor, _utc(self.control.monitor(monitor)["last_alert"])))

    def clear_alerts(self, *monitors: str) -> None:
        for monitor in monitors:
            self.control.repair(monitor)
        for monitor in monitors:
            wait_for(f"{monitor} is well", lambda monitor=monitor: not self.control.monitor(monitor)["alert_active"])
            self.steps.append((monitor, "alert_cleared"))

    def happened(self, subject: str, kind: str) -> None:
        self.steps.append((subject, kind))


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Count:
    """How a history and what was told of it differ. ``disorder`` are the subjects whose events came in another order.

    ``again`` counts what is no mistake: the event that a process was handed when a signal ended it, before it could be
    written down that it was, comes first from the next one.
    """

    story: str
    happened: int
    told: int
    lost: Counter[Step]
    doubled: Counter[str]
    invented: Counter[Step]
    misdated: Counter[Step]
    again: int
    disorder: list[str]

    @property
    def row(self) -> str:
        numbers = (
            self.happened,
            self.told,
            *(part.total() for part in (self.lost, self.doubled, self.invented, self.misdated)),
            self.again,
        )
        return f"| {self.story} | {' | '.join(map(str, numbers))} |"

    @property
    def differs(self) -> bool:
        return bool(self.lost or self.doubled or self.invented or self.misdated or self.disorder)


def counted(story: str, history: History, runs: Sequence[Rulebook]) -> Count:
    told = [run.events() for run in runs]
    every = [event for events in told for event in events]
    once = list({event["id"]: event for event in every}.values())
    steps = [(event.get("monitor", {}).get("id", API), event["kind"]) for event in once]
    happened, known = Counter(history.steps), Counter(steps)
    subjects = sorted({subject for subject, _kind in history.steps})
    disorder = [one for one in subjects if of(one, history.steps) != of(one, steps)]
    again = Counter(_told_again(told))
    doubled = Counter(event["id"] for event in every) - Counter(event["id"] for event in once) - again
    lost, invented = happened - known, known - happened
    raised = [event for event in once if event["kind"] == "alert_raised"]
    misdated = Counter((event["monitor"]["id"], event["time"]) for event in raised) - Counter(history.moments)
    return Count(story, len(history.steps), len(every), lost, doubled, invented, misdated, again.total(), disorder)


def _told_again(told: Sequence[list[Mapping[str, Any]]]) -> Iterator[str]:
    last = None
    for events in told:
        if events and last == events[0]["id"]:
            yield last
        last = events[-1]["id"] if events else last


def of(subject: str, steps: Iterable[Step]) -> list[str]:
    return [kind for other, kind in steps if other == subject]
