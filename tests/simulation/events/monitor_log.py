# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of one monitor, compared with its true history."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..exploration import Violation
from .account import TrueMonitor
from .rules import Event

TOLERANCE = 12.0
"""Seconds by which the source may misjudge the service's clock: the duration of a response, and whole seconds."""

OLDEST = 60.0
"""Seconds by which a response of a cache that the source may use sets its clock back."""

WINDOW = 1800
"""Seconds in which every request counts the alerts."""


class Terms(NamedTuple):
    """The arguments of the source that decide which events are right."""

    has_cursor: bool
    has_feedback: bool
    initial: bool
    factor: float
    grace: float


class Baseline(NamedTuple):
    """The first poll: when its status was true, and the revisions of the configurations that it received."""

    at: float
    revisions: dict[str, int]


def seconds(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class MonitorLog:
    """The state of a monitor as its events tell it. None is a state that is not known yet."""

    def __init__(self, monitor: TrueMonitor, baselines: list[Baseline], terms: Terms) -> None:
        self._monitor = monitor
        self._terms = terms
        self._is_alerting: bool | None = None
        self._is_silent: bool | None = None
        self._revision: int | None = None
        self._knows_config = False
        self._raised = self._cleared = 0
        self._newest: float | None = None
        self._latest = 0.0
        revisions = {baseline.revisions.get(monitor.id) for baseline in baselines}
        silences = {self._truly_silent(baseline.at) for baseline in baselines}
        if len(revisions) == 1:
            (self._revision,), self._knows_config = revisions, True
        if len(silences) == 1:
            (self._is_silent,) = silences

    def take(self, event: Event, is_relaxed: bool) -> None:
        kind = event["kind"]
        {
            "alert_raised": self._take_raised,
            "alert_cleared": self._take_cleared,
            "monitor_silent": self._take_silent,
            "monitor_back": self._take_back,
        }.get(kind, self._take_config)(event, is_relaxed)
        time = seconds(event["time"])
        if kind == "monitor_added":
            # What is told of a new monitor next may have happened before.
            self._latest = time = 0.0
            self._is_silent = False
        if time < self._latest - TOLERANCE and not is_relaxed:
            raise Violation(f"an event is before an earlier one of its monitor: {event['message']}")
        self._latest = max(self._latest, time)

    def _take_raised(self, event: Event, is_relaxed: bool) -> None:
        time, seen = seconds(event["time"]), seconds(event["seen"])
        true = [at for at in self._monitor.raised if at <= seen + OLDEST]
        if time not in true:
            raise Violation(f"there was no alert at that time: {event['message']}")
        self._raised += 1
        if not is_relaxed:
            if self._is_alerting:
                raise Violation(f"an alert was raised twice without an end: {event['message']}")
            if self._raised > len(true):
                raise Violation(f"more alerts were raised than there were: {event['message']}")
        self._is_alerting, self._newest = True, max(self._newest or 0.0, time)

    def _take_cleared(self, event: Event, is_relaxed: bool) -> None:
        seen = seconds(event["seen"])
        self._cleared += 1
        if not is_relaxed:
            if self._is_alerting is False:
                raise Violation(f"an alert was cleared twice: {event['message']}")
            if self._cleared > sum(at <= seen + OLDEST for at in self._monitor.cleared):
                raise Violation(f"more alerts were cleared than were: {event['message']}")
        self._is_alerting = False

    def _take_silent(self, event: Event, is_relaxed: bool) -> None:
        if self._truly_silent(seconds(event["seen"])) is False:
            raise Violation(f"a monitor that is tested is told as silent: {event['message']}")
        if self._is_silent and not is_relaxed:
            raise Violation(f"silence was told twice: {event['message']}")
        self._is_silent = True

    def _take_back(self, event: Event, is_relaxed: bool) -> None:
        if self._truly_silent(seconds(event["seen"])):
            raise Violation(f"a silent monitor is told as tested: {event['message']}")
        if self._is_silent is False and not is_relaxed:
            raise Violation(f"the end of silence was told twice: {event['message']}")
        self._is_silent = False

    def _take_config(self, event: Event, is_relaxed: bool) -> None:
        kind, seen = event["kind"], seconds(event["seen"])
        before, after = (
            None if fields is None else fields["config"]["revision"] for fields in (event["before"], event["after"])
        )
        if self._knows_config and not is_relaxed and before != self._revision:
            raise Violation(f"{kind} begins with the configuration {before}, not {self._revision}: {event['message']}")
        if after is not None and not any(
            number == after and at <= seen + OLDEST for at, number in self._monitor.configs
        ):
            raise Violation(f"there was no such configuration: {event['message']}")
        if after is None and not any(end is not None and end <= seen + OLDEST for _begin, end in self._monitor.existed):
            raise Violation(f"a monitor that exists was told as removed: {event['message']}")
        if after is None:
            self._is_silent = self._is_alerting = None
        self._knows_config, self._revision = True, after

    def _truly_silent(self, at: float) -> bool | None:
        """Return whether the monitor is silent, None if that is about to change or never tested."""
        tested = self._monitor.last_test(at)
        if tested is None:
            return False
        limit = self._terms.factor * self._monitor.timer + self._terms.grace
        age = at - tested
        return None if abs(age - limit) <= TOLERANCE else age > limit

    def finish(self, now: float, baselines: list[Baseline]) -> None:
        """Compare the state with the truth; with the first poll, compare the number of alerts too."""
        monitor = self._monitor
        exists = monitor.exists(now)
        revision = monitor.revision(now) if exists else None
        is_known = self._knows_config and (exists or bool(baselines))
        if is_known and self._revision != revision:
            raise Violation(f"{monitor.id} has the configuration {revision}, and the events tell {self._revision}")
        if not exists:
            return
        if self._is_alerting is not None and self._is_alerting != monitor.is_alerting(now):
            raise Violation(f"{monitor.id} is {'' if monitor.is_alerting(now) else 'not '}alerting, unlike its events")
        silent = self._truly_silent(now)
        if None not in (silent, self._is_silent) and self._is_silent != silent:
            raise Violation(f"{monitor.id} is {'' if silent else 'not '}silent, unlike its events")
        if baselines:
            self._check_raised(now, baselines)

    def _check_raised(self, now: float, baselines: list[Baseline]) -> None:
        monitor = self._monitor
        if len(monitor.existed) > 1 or any(monitor.id not in baseline.revisions for baseline in baselines):
            return
        expected = {self._expected(baseline.at) for baseline in baselines}
        is_counted = not monitor.raised or now - min(monitor.raised) < WINDOW
        if is_counted and self._raised not in expected:
            raise Violation(f"{monitor.id} had {sorted(expected)} alerts, and its events tell {self._raised}")
        newest = monitor.last_alert(now)
        if newest is not None and newest > max(baseline.at for baseline in baselines) and self._newest != newest:
            raise Violation(f"the newest alert of {monitor.id} was not told")

    def _expected(self, first: float) -> int:
        """Return how many alerts are told after a first poll."""
        return sum(at > first for at in self._monitor.raised) + int(
            self._terms.initial and self._monitor.is_alerting(first)
        )
