# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker, first half: what the responses of a wait say about the tests and alerts of one monitor.

Written from the design and the pages "How the gate decides" and "contract", without code of the gate. The gate updates
counters from poll to poll; the checker writes all events down and reads them again after each poll.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any, NamedTuple

from .answers import Entry
from .service import Poll

PASSED, FAILED, MISSED, VOID, AWAY = "passed", "failed", "missed", "void", "away"
ALERTING, RAISED, CLEARED = "alerting", "raised", "cleared"
"""Kinds of events: a new test, a failed test between two polls, nothing usable, no status, an active alert, a new one,
and its end.
"""


class Event(NamedTuple):
    """What a poll shows. ``start`` is that of the test; ``number`` is how many tests it stands for.

    ``anchor`` is the start of the evidence as the polls until then show it. ``is_evidence`` is False for a test that
    cannot be one whenever it started: an alert is active, it was reported before it started, or the counts do not
    exclude that it failed.
    """

    kind: str
    start: float
    anchor: float
    number: int = 1
    is_evidence: bool = True
    timer: float | None = None


class Past(NamedTuple):
    """What is known of a monitor before the first poll of a wait: its status in the baseline, taken then.

    ``taken_at`` is the start of the deployment by our clock without a baseline. ``was_listed`` tells whether the
    baseline has the monitor, with or without a status, and ``is_age_unknown`` that no start of the deployment is known.
    ``is_deploying`` is False before the deployment.
    """

    entry: Entry | None
    taken_at: float
    has_baseline: bool
    was_listed: bool = False
    is_age_unknown: bool = False
    is_deploying: bool = True


@lru_cache(maxsize=4096)
def parse_time(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


def readings(test: Entry | None) -> list[float]:
    """Return the readings of the start of a test in epoch seconds, the earliest first."""
    if not test:
        return []
    found = [] if test.get("utc_mktime") is None else [float(test["utc_mktime"])]
    if test.get("utc_time_init") is not None:
        found.append(parse_time(test["utc_time_init"]))
    return sorted(found)


def start_of(test: Entry | None) -> float | None:
    """Return the start of a test as evidence reads it: the earlier reading."""
    return next(iter(readings(test)), None)


def newest_reading(test: Entry | None, now: float) -> float | None:
    """Return the start of a test as staleness reads it: the later reading that is not in the future."""
    found = readings(test)
    return max((one for one in found if one <= now), default=found[0] if found else None)


def is_failed(status: Entry) -> bool:
    """Whether a status by itself shows that the newest test failed."""
    test, failed = status.get("last_test"), status.get("last_failed")
    start, failure = start_of(test), start_of(failed)
    if not test:
        return False
    if test.get("error") or (status["fail_count"] and status["fail_count"] == status["test_count"]):
        return True
    if failed and failure is None:
        return bool(failed.get("error")) and status["fail_count"] != 0
    return failure is not None and start is not None and failure >= start


def _without_none(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value is not None}


def identity(status: Entry | None) -> tuple[str | None, float | None]:
    """Return the id and the start of the newest alert."""
    alert = (status or {}).get("last_alert") or {}
    text = alert.get("utc_time")
    return alert.get("alert"), None if text is None else parse_time(text)


def is_same_alert(before: Entry, now: Entry) -> bool:
    """Whether the newest alerts are the same: by their ids, and only without one by their starts."""
    (first, began), (second, begins) = identity(before), identity(now)
    if first is not None and second is not None:
        return first == second
    if began is None or begins is None:
        return began is None and begins is None
    return begins <= began


class Reader:
    """Reads the events of one monitor from the polls of a wait, in which a failed poll says nothing.

    ``anchor`` is the start of the evidence by our clock. It is later by what the clock of the service is ahead.
    """

    def __init__(self, name: str, past: Past, anchor: float) -> None:
        self._name = name
        self._past = past
        self._first_anchor = self._anchor = anchor
        self._timer: float | None = None
        self.events: list[Event] = []
        self.newest: float | None = None
        self.has_failed = False
        self.is_outdated = False
        self._before: Entry | None = None
        self._known: dict[str, Any] = {}
        self._early: set[float] = set()
        self._was_alerting = False

    def read(self, poll: Poll) -> None:
        """Add the events of a valid poll."""
        assert poll.statuses is not None
        self._anchor = max(self._anchor, self._first_anchor + poll.most)
        self._timer = poll.configs.get(self._name, {}).get("timer")
        status = poll.statuses.get(self._name)
        if status is None:
            self._add(AWAY, poll.now)
            return
        self._read_alert(status, poll)
        self._read_test(status, poll)
        self._before = {**(self._before or {}), **_without_none(status)}

    def _add(self, kind: str, start: float, number: int = 1, is_evidence: bool = True) -> None:
        self.events.append(Event(kind, start, self._anchor, number, is_evidence, self._timer))

    def _read_alert(self, status: Entry, poll: Poll) -> None:
        is_new = self._is_raised(status, poll)
        if is_new:
            self._add(RAISED, poll.now)
        if status["alert_active"]:
            self._add(ALERTING, poll.now)
        elif self._was_alerting:
            self._add(CLEARED, poll.now)
        self._was_alerting = status["alert_active"]

    def _is_raised(self, status: Entry, poll: Poll) -> bool:
        if self._before is not None:
            return self._is_raised_since(self._before, status, self._was_alerting)
        past = self._past
        before = {"alert_active": False, "alert_count": 0, **_without_none(past.entry or {})}
        if status["alert_active"] and past.has_baseline:
            return not (before["alert_active"] and is_same_alert(before, status))
        if past.was_listed and (status["alert_count"] or 0) > before["alert_count"]:
            return True
        if past.entry is not None and identity(before) != (None, None):
            return self._is_raised_since(before, status, before["alert_active"])
        start = identity(status)[1]
        if status["alert_active"] and past.is_deploying and (start is None or past.is_age_unknown):
            return True
        return start is not None and start >= past.taken_at + poll.least

    def _is_raised_since(self, before: Entry, status: Entry, was_alerting: bool) -> bool:
        if status["alert_active"] and not was_alerting:
            return True
        counts = before.get("alert_count"), status.get("alert_count")
        (first, began), (second, begins) = identity(before), identity(status)
        if first is not None and second is not None and first != second:
            return True
        if begins is not None and (began is None or begins > began):
            return first is None or second is None
        return second is None and begins is None and None not in counts and counts[1] > counts[0]

    def _read_test(self, status: Entry, poll: Poll) -> None:
        start = start_of(status.get("last_test"))
        self.is_outdated = self.newest is not None and (start is None or start < self.newest)
        if start is None or self.is_outdated:
            self._add(VOID, poll.now)
            return
        if start > poll.now:
            self._early.add(start)
        failed = is_failed(status) or self._is_counted_failure(status)
        is_new = start != self.newest
        if failed:
            if is_new or not self.has_failed:
                self._add(FAILED, start)
            else:
                self._add(VOID, start)
            self.has_failed = True
        elif is_new:
            self._add_missed(status, start)
            is_clean = not status["alert_active"] and start not in self._early and not self._is_doubtful(status)
            self._add(PASSED, start, is_evidence=is_clean)
            self.has_failed = False
        self.newest = start
        self._known.update(_without_none(status))

    def _is_counted_failure(self, status: Entry) -> bool:
        """Whether the count of failures rose, and no test that the response dates explains that."""
        before, now = self._known.get("fail_count"), status["fail_count"]
        if not isinstance(before, int) or now is None or now <= before:
            return False
        failure = start_of(status.get("last_failed"))
        return failure is None or not self._is_unseen(failure)

    def _is_unseen(self, failure: float) -> bool:
        return self.newest is None or failure > self.newest or (failure == self.newest and not self.has_failed)

    def _add_missed(self, status: Entry, start: float) -> None:
        failure = start_of(status.get("last_failed"))
        if failure is None or failure >= start or not self._is_unseen(failure):
            return
        before, now = self._known.get("fail_count"), status["fail_count"]
        number = now - before if isinstance(before, int) and now is not None else 1
        self._add(MISSED, failure, number)

    def _is_doubtful(self, status: Entry) -> bool:
        """Whether a failed test without a time may be the newest one, as far as the counts say."""
        if not status["fail_count"] or start_of(status.get("last_failed")) is not None:
            return False
        failures, tests = self._known.get("fail_count"), self._known.get("test_count")
        if not isinstance(failures, int) or not isinstance(tests, int) or status["test_count"] is None:
            return True
        return bool(status["test_count"] - tests - (status["fail_count"] - failures) < 1)


class Findings(NamedTuple):
    """What the events since the start of the evidence amount to.

    ``clean`` is the number of clean tests in a row and ``owed`` how many the monitor needs. ``row`` is the number of
    failed tests in a row, and ``row_since`` that of those that are evidence. ``failures`` counts all since then, and
    ``later`` the tests since the first of these.
    """

    is_proved: bool
    clean: int
    owed: int
    row: int
    row_since: int
    failures: int
    later: int


class Proof(NamedTuple):
    """How many clean tests in a row are needed, at first and after a failure, and how many failed ones void a proof.

    ``detection`` is the number of intervals from the start of the evidence to the last clean test, None without one.
    """

    clean_tests: int
    recovery_tests: int
    failing_after: int
    detection: int | None = None


def weigh(events: Sequence[Event], anchor: float, proof: Proof, row: int = 0) -> Findings:
    """Return what ``events`` amount to for tests that start at ``anchor`` or later."""
    starts: list[float] = []
    proving: float | None = None
    row_since = failures = later = 0
    for kind, start, anchor_then, number, is_evidence, timer in events:
        if kind == VOID:
            starts = []
        elif kind == AWAY:
            later = later if proving is None else 0
            starts, proving = [], None
        elif kind == ALERTING:
            starts, proving, row_since = [], None, 0
        elif kind == CLEARED:
            later = 0
        elif kind == RAISED:
            failures, starts, row_since = failures + 1, [], 0
            later = later if proving is None else 0
            proving = None
        elif kind == PASSED:
            row = row_since = 0
            later += failures > 0
            starts = [*starts, start] if is_evidence and start >= anchor else []
            owed = max(1, proof.recovery_tests if failures else proof.clean_tests)
            is_late = proof.detection is None
            if proof.detection is not None and timer is not None:
                is_late = start >= anchor + proof.detection * timer
            if proving is None and len(starts) >= owed and is_late:
                proving, later = start, 0
        else:
            starts = []
            row += kind == FAILED
            if start < anchor_then:
                continue
            if kind == FAILED:
                later += failures > 0
            elif not failures:
                later = -1  # The passed test that the same poll shows begins the recovery.
            failures += 1
            row_since += kind == FAILED
            run = row_since if kind == FAILED else number
            if proving is not None and (run >= proof.failing_after or start == proving):
                proving, later = None, -1 if kind == MISSED else 0
    owed = proof.recovery_tests if failures else proof.clean_tests
    return Findings(proving is not None, len(starts), owed, row, row_since, failures, later)


def read_events(name: str, past: Past, anchor: float, polls: Sequence[Poll]) -> Reader:
    """Return the reader of the monitor ``name`` after the valid ones of ``polls``."""
    reader = Reader(name, past, anchor)
    for poll in polls:
        if poll.statuses is not None:
            reader.read(poll)
    return reader


def scope_of(polls: Sequence[Poll], before: Mapping[str, Entry]) -> list[str]:
    """Return the ids of all monitors that a poll or the baseline has, so that one that vanishes stays in scope."""
    found = dict.fromkeys(before)
    for poll in polls:
        if poll.statuses is not None:
            found.update(dict.fromkeys([*poll.configs, *poll.statuses]))
    return list(found)
