# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count the stops and the planted faults of simple policies over a CSV history, by the documented definitions alone.

It imports nothing of the collection, neither of the rehearsal nor of the gate, so that a shared mistake is noticed.
``python outage_counter.py FILE EVERY`` prints the counts of the policy ``alerts``.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

ALERT_AFTER = 3
"""Failed tests in a row that raise an alert, and timers around a deployment in which an outage is a real one."""

VISIBLE = 1.0
"""Seconds from the start of a test to its result."""

Fault = Callable[[str, int, float], bool]
"""Whether a planted fault fails a test, by the id of its monitor, its number and its start."""


@dataclass
class Monitor:
    """A monitor with the states that its records give, and when each begins, in epoch seconds."""

    name: str
    timer: float = 0.0
    offset: int = 0
    records: list[tuple[float, bool]] = field(default_factory=list)

    def was_down(self, instant: float) -> bool:
        """Whether the last record at ``instant`` or before says that the monitor is down."""
        state = False
        for time, down in self.records:
            if time > instant:
                break
            state = down
        return state

    def was_down_between(self, since: float, until: float) -> bool:
        return self.was_down(since) or any(down for time, down in self.records if since <= time <= until)

    def exists(self, instant: float) -> bool:
        return self.records[0][0] <= instant

    def tests(self, since: float, until: float, fault: Fault | None = None) -> Iterator[tuple[float, bool]]:
        """Yield the starts of the tests from ``since`` to ``until``, and whether each failed."""
        number = math.ceil((max(since, self.records[0][0]) - self.offset) / self.timer)
        while (start := number * self.timer + self.offset) <= until:
            yield start, self.was_down(start) or (fault is not None and fault(self.name, number, start))
            number += 1

    def alerts(self, instant: float, fault: Fault | None = None) -> bool:
        """Whether an alert is active at ``instant``."""
        return self.raised_at(instant, fault) is not None

    def raised_at(self, instant: float, fault: Fault | None = None) -> float | None:
        """Return when the alert that is active at ``instant`` was raised, None without one.

        It was by the last of as many failed tests in a row as an alert needs, and no test has passed since.
        """
        back = (ALERT_AFTER + 1) * self.timer
        while True:
            results = list(self.tests(instant - back, instant - VISIBLE, fault))
            run = [start for start, _failed in results]
            for place in range(len(results), 0, -1):
                if not results[place - 1][1]:
                    run = run[place:]
                    break
            else:
                if instant - back > self.records[0][0]:
                    back *= 2
                    continue
            return run[ALERT_AFTER - 1] + VISIBLE if len(run) >= ALERT_AFTER else None


def read_monitors(lines: Iterable[str], timer: float = 300.0) -> list[Monitor]:
    """Return the monitors of a CSV file in the order of their first records."""
    found: dict[str, Monitor] = {}
    for row in csv.DictReader(line for line in lines if not line.startswith("#")):
        name = row.get("monitor") or row.get("site") or ""
        monitor = found.setdefault(name, Monitor(name))
        monitor.timer = float(row.get("timer") or monitor.timer)
        monitor.records.append((float(row["time"]), row["down"].lower() in ("1", "true")))
    for place, monitor in enumerate(found.values()):
        monitor.timer = monitor.timer or timer
        monitor.offset = math.floor(place * monitor.timer / len(found))
    return list(found.values())


@dataclass
class Counts:
    """What a policy did to the deployments, as in the report of a rehearsal."""

    before: int = 0
    after: int = 0
    false_stops: int = 0
    caught: int = 0
    missed: int = 0
    hidden: int = 0
    stopped_by: dict[str, int] = field(default_factory=dict)


def plant(monitors: Iterable[str], since: float, share: float) -> Fault:
    """Return a fault of ``monitors`` that fails ``share`` of the tests that start at ``since`` or later."""
    names = frozenset(monitors)

    def fails(name: str, number: int, start: float) -> bool:
        if name not in names or start < since:
            return False
        digest = blake2b(f"{number}:{name}".encode(), digest_size=7).digest()
        return share >= 1 or int.from_bytes(digest, "big") / 256**7 < share

    return fails


def count_alerts(
    monitors: list[Monitor],
    times: Iterable[float],
    duration: float = 600.0,
    planted: Iterable[str] = (),
    delay: float = 0.0,
    share: float = 1.0,
) -> Counts:
    """Count the deployments at ``times`` under a policy that stops for an active alert and for nothing else.

    It polls once at the beginning, and once at the end of the ``duration``. The fault of the ``planted`` monitors
    begins ``delay`` seconds after the end.
    """
    counts, broken = Counts(), frozenset(planted)

    def find_alerts(instant: float, fault: Fault | None = None) -> list[Monitor]:
        return [one for one in monitors if one.exists(instant) and one.alerts(instant, fault)]

    for at in times:
        end = at + duration
        alerting, stopped = find_alerts(at), at
        if alerting:
            counts.before += 1
        else:
            alerting, stopped = find_alerts(end), end
            counts.after += bool(alerting)
            if broken:
                _count_fault(counts, alerting, find_alerts(end, plant(broken, end + delay, share)), broken)
        for monitor in alerting:
            counts.stopped_by[monitor.name] = counts.stopped_by.get(monitor.name, 0) + 1
        if alerting and not any(_was_real(monitor, at, stopped) for monitor in alerting):
            counts.false_stops += 1
    return counts


def _was_real(monitor: Monitor, began: float, stopped: float) -> bool:
    margin = ALERT_AFTER * monitor.timer
    return monitor.was_down_between(began - margin, stopped + margin)


def _count_fault(counts: Counts, plain: list[Monitor], planted: list[Monitor], broken: frozenset[str]) -> None:
    """Count the fault by the monitors that alert at the end of the deployment without and with it."""
    if not planted:
        counts.missed += 1
    elif not {one.name for one in planted} & broken or (plain and not {one.name for one in plain} & broken):
        counts.hidden += 1
    else:
        counts.caught += 1


CLEAN, RECOVERY, SLOWEST_RECOVERY = 1, 3, 6
"""Clean tests that prove a monitor, those in a row that it needs after a failure, and the tests it has for them."""


def count_failed_deployments(
    monitor: Monitor, times: Iterable[float], duration: float, poll: float, share: float
) -> Counts:
    """Count the faults under a policy that observes one ``monitor`` after the deployment, without a time to settle.

    It stops at once for an alert that is raised after the end, and at the end of the wait for a monitor that does not
    recover from a failure. It polls every ``poll`` seconds. The monitor tests often enough to recover in time.
    """
    counts = Counts()
    for at in times:
        end = at + duration
        if monitor.alerts(at):
            counts.before += 1
            continue
        counts.after += not _holds(monitor, at, end, poll)
        if _holds(monitor, at, end, poll, plant([monitor.name], end, share)):
            counts.missed += 1
        else:
            counts.caught += 1
    return counts


def _holds(monitor: Monitor, baseline: float, since: float, poll: float, fault: Fault | None = None) -> bool:
    """Whether the monitor is proved by the tests that start at ``since`` or later.

    An alert that was raised before ``since`` may clear. If that was after the ``baseline``, it counts as a failure.
    """
    starts = [start for start, _failed in monitor.tests(baseline, since, fault)]
    raised = [monitor.raised_at(instant, fault) for instant in (*(start + VISIBLE for start in starts), since)]
    has_failed = any(one is not None and baseline < one <= since for one in raised)
    needed, clean, since_failure = RECOVERY if has_failed else CLEAN, 0, 0
    for start, failed in monitor.tests(since, since + 2 * SLOWEST_RECOVERY * monitor.timer, fault):
        seen = since + poll * math.ceil((start + VISIBLE - since) / poll)
        alert = monitor.raised_at(seen, fault)
        if alert is not None and alert > since:
            return False
        clean = 0 if failed else clean + 1
        since_failure += needed == RECOVERY
        needed = RECOVERY if failed else needed
        if clean >= needed:
            return True
        if since_failure >= SLOWEST_RECOVERY:
            return False
    return False


def main() -> None:
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        monitors = read_monitors(file)
    first = min(monitor.records[0][0] for monitor in monitors)
    last = max(monitor.records[-1][0] for monitor in monitors)
    every = float(sys.argv[2])
    times = [number * every for number in range(math.ceil((first + 3600) / every), math.floor((last - 600) / every))]
    print(len(times), "deployments:", count_alerts(monitors, times))


if __name__ == "__main__":
    main()
