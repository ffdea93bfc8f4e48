# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documents say about the events of one run, checked against the true history of the account.

The rules are those of the page "Events": no transition is lost and none invented, an event is repeated only as
documented and then with the same id, the events of a monitor are in the order in which they occurred and those of a
poll in the order of their times. Nothing here uses code of the product.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from ..exploration import Violation
from .account import Account
from .monitor_log import Baseline, MonitorLog, Terms, seconds
from .rules import Event
from .service import Served

CONFIRMATION = 1.5
"""Seconds after which an event that the rules have taken is stored, while nothing fails."""

CANCELLED, KILLED, POWER_CUT = "cancelled", "killed", "power cut"


class Delivery(NamedTuple):
    """An event that the rules have taken last ``at`` a time in the ``life``-th process, and when they confirmed it."""

    at: float
    life: int
    confirmed_at: float | None = None


class Checker:
    """Hears what the source receives and what the rules take. Raises Violation."""

    def __init__(self, account: Account, terms: Terms) -> None:
        self._account = account
        self._terms = terms
        self._life = 0
        self.is_relaxed = False
        self._start_again()

    def _start_again(self) -> None:
        self._baselines: list[Baseline] = []
        self._is_confirmed = False
        self._delivered: dict[str, Delivery] = {}
        self._safe: set[str] = set()
        self._owed: set[str] = set()
        self._dropped: set[str] = set()
        self._logs: dict[str, MonitorLog] = {}
        self._outage: bool | None = False
        self._batch: tuple[str, float, dict[str, float]] = ("", 0.0, {})
        self._last: bool | None = None
        self._polled_at = self._polled_before = 0.0
        self.batches: Counter[str] = Counter()

    def begin_life(self, has_state: bool) -> None:
        """A process begins; ``has_state`` if there is a cursor file."""
        self._life += 1
        if not has_state:
            if self._terms.has_cursor and (self._delivered or self._is_confirmed) and not self.is_relaxed:
                raise Violation("the state was not stored although the source went on")
            self._start_again()
        self._last = None
        self._polled_at = self._polled_before = float("-inf")

    def begin_poll(self, now: float) -> None:
        """A poll begins. Without feedback, the rules have taken all events of the one before."""
        if self._last is not None:
            self._is_confirmed = self._is_confirmed or not self._last
            if not self._terms.has_feedback and self._outage != self._last and not self.is_relaxed:
                raise Violation(f"no event told that a poll {'failed' if self._last else 'succeeded'}")
        self._polled_before, self._polled_at = self._polled_at, now

    def end_poll(self, served: Served, error: BaseException | None) -> None:
        """A poll received ``served`` and ended with ``error``, or with a result."""
        if served.must_fail is not None and served.must_fail != (error is not None):
            received = ", ".join(served.faults) or "right responses"
            raise Violation(f"a poll {'failed' if error else 'succeeded'} with {received}: {error}")
        self._last = error is not None
        if error is None and not self._is_confirmed:
            self._baselines.append(Baseline(served.status_at, served.revisions or {}))
            self._logs.clear()

    def end_life(self, now: float, how: str, is_unwritten: bool, cancelled_at: float) -> None:
        """A process ended; ``is_unwritten`` if the last attempt to write the cursor failed."""
        self.is_relaxed = self.is_relaxed or is_unwritten
        has_feedback = self._terms.has_feedback
        ended = {identity: delivery for identity, delivery in self._delivered.items() if delivery.life == self._life}
        for identity, delivery in ended.items():
            stored_at = delivery.confirmed_at if has_feedback else delivery.at
            if stored_at is None:
                self._owed |= {identity} - self._dropped
            elif how == CANCELLED:
                self._safe |= {identity} if stored_at <= cancelled_at else set()
            elif how == KILLED:
                self._safe |= {identity} if stored_at < now - CONFIRMATION else set()
            elif stored_at < (self._polled_before if has_feedback else self._polled_at):
                self._safe.add(identity)

    def confirm(self, event: Event, now: float, is_dropped: bool) -> None:
        """The rules have confirmed an event, or a filter has dropped it, which may be repeated until a later one."""
        self._owed.discard(event["id"])
        if is_dropped:
            self._dropped.add(event["id"])
            return
        for identity in (*self._dropped, event["id"]):
            self._delivered[identity] = self._delivered[identity]._replace(confirmed_at=now)
        self._dropped.clear()

    def take(self, event: Event, now: float) -> None:
        """The rules have taken an event."""
        identity = event["id"]
        earlier = self._delivered.get(identity)
        self._delivered[identity] = Delivery(now, self._life)
        if earlier is not None:
            if earlier.life == self._life or (identity in self._safe and not self.is_relaxed):
                raise Violation(f"an event was repeated although nothing failed: {event['message']}")
            return
        self.batches[event["seen"]] += 1
        if not self.is_relaxed:
            self._check_order(event)
        if "monitor" in event:
            self._is_confirmed = True
            self._log(event["monitor"]["id"]).take(event, self.is_relaxed)
        else:
            self._take_outage(event)

    def delivered(self) -> set[str]:
        """Return the ids of the events that the rules have taken."""
        return set(self._delivered)

    def _log(self, identity: str) -> MonitorLog:
        if identity not in self._logs:
            self._logs[identity] = MonitorLog(self._account.monitors[identity], self._baselines, self._terms)
        return self._logs[identity]

    def _take_outage(self, event: Event) -> None:
        is_lost = event["kind"] == "api_lost"
        if self._outage == is_lost and not self.is_relaxed:
            raise Violation(f"the same state of the API was told twice: {event['message']}")
        self._outage = is_lost

    def _check_order(self, event: Event) -> None:
        """The events of one poll are ordered by time, but for those of a new monitor and the end of an outage."""
        seen, newest, times = self._batch
        if event["seen"] != seen:
            seen, newest, times = event["seen"], 0.0, {}
        if "monitor" in event:
            identity = event["monitor"]["id"]
            times[identity] = max(times.get(identity, 0.0), seconds(event["time"]))
            if times[identity] < newest:
                raise Violation(f"the events of a poll are not ordered by time: {event['message']}")
            newest = times[identity]
        self._batch = seen, newest, times

    def finish(self, now: float) -> None:
        """Nothing failed or changed for long: the rules know the true state."""
        if self._owed and not self.is_relaxed:
            raise Violation(f"{len(self._owed)} events that the rules did not confirm were not repeated")
        if self._outage and not self.is_relaxed:
            raise Violation("no event told that the API is available again")
        if not self._baselines:
            raise Violation("no poll succeeded")
        for identity in self._account.monitors:
            self._log(identity).finish(now, self._baselines if not self.is_relaxed else [])
