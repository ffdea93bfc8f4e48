# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker, second half: the state of each monitor after a poll, the first of the design's list that applies.

Written from the design and the page "How the gate decides", without code of the gate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .answers import Entry
from .history import (
    Findings,
    Past,
    Proof,
    Reader,
    identity,
    is_failed,
    is_same_alert,
    newest_reading,
    read_events,
    start_of,
    weigh,
)
from .history import scope_of as all_monitors
from .service import Poll

LARGEST_WINDOW = 10800
"""Seconds of history that a response can have."""

LASTING = ("alert", "silent", "stale", "untested", "inactive", "absent")
UNSEEN = LASTING[2:]
FLAPPING = 2

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "before": {"settle": 0.0, "clean_tests": 0, "on_existing_alert": "block", "on_existing_problem": "block"},
    "during": {"settle": 0.0, "clean_tests": 0, "on_existing_alert": "warn", "on_existing_problem": "warn"},
    "after": {"settle": 30.0, "clean_tests": 1, "on_existing_alert": "warn", "on_existing_problem": "warn"},
}
ON_FAILING_TEST = {"before": "warn", "during": "warn", "after": "block"}
OTHERS: Mapping[str, Any] = {
    **dict.fromkeys(("on_new_alert", "on_silent_failure", "on_blind", "on_unavailable"), "block"),
    "on_unprovable": "warn",
    "alert_after": 3,
    "failing_after": None,
    "recovery_tests": None,
    "full_detection": False,
    "stale_factor": 2.0,
    "stale_grace": 60.0,
    "timeout": None,
    "timeout_max": 3600.0,
    "max_blocking": 0,
    "max_masked": "50%",
    "min_monitors": 1,
    "known": [],
    "fixes": [],
    "advisory": [],
    "enforce": True,
}


@dataclass
class Wait:
    """One wait of a gate: its options, when it began by our clock, what ``before`` saw, and its polls so far."""

    phase: str
    options: Mapping[str, Any]
    since: float
    polls: list[Poll]
    baseline: Poll | None = None
    baseline_rows: Mapping[str, int] = field(default_factory=dict)
    deploy_started: float | None = None

    def option(self, name: str) -> Any:
        given = self.options.get(name)
        if given is not None:
            return given
        if name == "on_failing_test":
            return ON_FAILING_TEST[self.phase]
        return DEFAULTS[self.phase].get(name, OTHERS.get(name))

    @property
    def demands_tests(self) -> bool:
        return self.option("clean_tests") > 0 or self.option("full_detection")

    @property
    def names(self) -> list[str]:
        before = {} if self.baseline is None else {**self.baseline.configs, **(self.baseline.statuses or {})}
        return all_monitors(self.polls, before)

    @property
    def anchor(self) -> float:
        """When evidence starts by the clock of the service, as far ahead as any response allowed it to be."""
        ahead = max((poll.most for poll in self.polls if poll.statuses is not None), default=0.0)
        return self.first_anchor + max(0.0, ahead)

    @property
    def first_anchor(self) -> float:
        """When evidence starts by our clock."""
        return float(self.since + self.option("settle"))

    def after(self, count: int) -> Wait:
        """Return the wait after ``count`` of its polls."""
        return Wait(
            self.phase,
            self.options,
            self.since,
            self.polls[:count],
            self.baseline,
            self.baseline_rows,
            self.deploy_started,
        )

    def past(self, name: str) -> Past:
        if self.baseline is None:
            taken_at = self.since if self.deploy_started is None else self.deploy_started
            is_deploying = self.phase in ("during", "after")
            return Past(None, taken_at, False, False, self.deploy_started is None, is_deploying)
        entry = (self.baseline.statuses or {}).get(name)
        is_listed = name in self.baseline.configs or entry is not None
        return Past(entry, self.baseline.taken_at, True, is_listed)

    def problem_before(self, name: str) -> str | None:
        """Return the problem of a monitor in the baseline; None for a clean one and for one that was not there."""
        poll = self.baseline
        if poll is None or (name not in poll.configs and name not in (poll.statuses or {})):
            return None
        status, config = (poll.statuses or {}).get(name), poll.configs.get(name)
        if status is None:
            return "absent" if config is None or config["active"] else "inactive"
        if status["alert_active"]:
            return "alert"
        failed = is_failed(status)
        row = max(self.baseline_rows.get(name, 0), failures_of_window(status))
        if failed and row >= self.option("alert_after"):
            return "silent"
        reason = self.staleness(status, config, poll)
        if reason not in (None, "untested"):
            return "stale"
        if failed:
            return "failed"
        return "untested" if reason and not self.is_beyond_window(config) else None

    def staleness(self, status: Entry, config: Entry | None, poll: Poll) -> str | None:
        """Return why the newest test does not show the present state, None if it does."""
        grace, timer = self.option("stale_grace"), (config or {}).get("timer")
        start = newest_reading(status.get("last_test"), poll.now)
        if start is None:
            return "untested"
        if start > poll.now + grace:
            return "future"
        if timer is None:
            return "untimed"
        return "old" if poll.now - start > self.option("stale_factor") * timer + grace else None

    def is_beyond_window(self, config: Entry | None) -> bool:
        timer = (config or {}).get("timer")
        if timer is None:
            return False
        return bool(self.option("stale_factor") * timer + self.option("stale_grace") > LARGEST_WINDOW)

    @property
    def proof_limit(self) -> float:
        """The seconds in which a proof must be possible, with a margin for late tests."""
        longest = self.option("timeout_max")
        return float(max(self.option("timeout") or 0.0, longest - min(60.0, longest / 10)))

    def proof_of(self, timer: float | None) -> Proof:
        clean, recovery = self.option("clean_tests"), self.option("recovery_tests")
        if recovery is not None or not clean:
            owed = max(clean, recovery or 0)
        else:
            fitting = math.inf if not timer else (self.proof_limit - self.option("settle")) // timer - 1
            owed = int(max(clean + 1, min(3 * clean, fitting)))
        detection = self.option("alert_after") - 1 if self.option("full_detection") else None
        return Proof(clean, owed, self.failing_after, detection)

    @property
    def failing_after(self) -> int:
        if not self.demands_tests:
            return 1
        given = self.option("failing_after")
        return int(given if given is not None else 2 if self.option("clean_tests") else 1)


def failures_of_window(status: Entry) -> int:
    """Return the number of failed tests in a row that the counts of a response prove: all tests of the window."""
    count = status["fail_count"]
    return int(count) if count is not None and count == status["test_count"] else 0


@dataclass
class Monitor:
    """A monitor after the newest poll of a wait, which is a valid one."""

    name: str
    wait: Wait
    reader: Reader
    findings: Findings
    due: float | None = None
    accepting: Monitor | None = None

    @property
    def poll(self) -> Poll:
        return self.wait.polls[-1]

    @property
    def status(self) -> Entry | None:
        return (self.poll.statuses or {}).get(self.name)

    @property
    def config(self) -> Entry | None:
        return self.poll.configs.get(self.name)

    @property
    def is_failing(self) -> bool:
        """Whether the newest test failed."""
        return self.status is not None and (is_failed(self.status) or self.reader.has_failed)

    @property
    def failed_since_deployment(self) -> bool:
        started = self.wait.deploy_started
        earliest = self.wait.since if started is None else started
        return self.reader.has_failed and self.reader.newest is not None and self.reader.newest >= earliest

    @property
    def is_alert_new(self) -> bool:
        status, wait = self.status, self.wait
        assert status is not None
        if wait.phase in ("before", "plan"):
            return False
        if wait.baseline is not None:
            before = (wait.baseline.statuses or {}).get(self.name)
            return before is None or not before["alert_active"] or not is_same_alert(before, status)
        start = identity(status)[1]
        started = wait.deploy_started
        return started is None or start is None or start >= started + self.poll.least

    @property
    def is_age_unknown(self) -> bool:
        return self.wait.baseline is None and self.wait.deploy_started is None

    @property
    def has_timer(self) -> bool:
        return bool((self.config or {}).get("timer"))

    @property
    def needs_recovery(self) -> bool:
        """Whether the monitor failed since the start of the evidence and has not had the clean tests that it owes."""
        return self.findings.failures > 0 and not self.findings.is_proved

    @property
    def is_unsteady(self) -> bool:
        found = self.findings
        return found.failures > 0 and not found.is_proved and found.owed > 0 and found.later >= 2 * found.owed

    def state(self) -> str:
        """Return the state without regard to ``known`` and to what the baseline had."""
        status, wait, found = self.status, self.wait, self.findings
        if status is None:
            return "missing"
        if status["alert_active"]:
            return self._alert_state()
        row = max(found.row, failures_of_window(status))
        if self.is_failing and row >= wait.option("alert_after"):
            return "silent_failure"
        is_dark = self._darkness()
        if is_dark is not None:
            return is_dark
        if self.is_unsteady:
            return "failing"
        is_row = wait.failing_after == 1 or found.row_since >= wait.failing_after
        if self.is_failing and not found.is_proved and is_row:
            return "failing"
        if wait.demands_tests and not found.is_proved:
            return "unproved" if self._is_excused else "pending"
        return "clean"

    @property
    def _is_excused(self) -> bool:
        """Whether the monitor tests too rarely for a proof in time, and nothing speaks against it."""
        return self.due is not None and not self.findings.failures and not self.failed_since_deployment

    def _alert_state(self) -> str:
        is_fixed = self.name in self.wait.option("fixes")
        if self.is_alert_new and not (is_fixed and self.is_age_unknown):
            return "new_alert"
        return "fixing" if is_fixed else "existing_alert"

    def _darkness(self) -> str | None:
        status, wait = self.status, self.wait
        assert status is not None
        if self.reader.is_outdated and start_of(status.get("last_test")) is not None:
            return "blind"
        reason = wait.staleness(status, self.config, self.poll)
        has_failed = self.reader.has_failed or self.findings.failures > 0
        if reason == "untested" and not has_failed and wait.is_beyond_window(self.config):
            if wait.demands_tests and not self.findings.is_proved:
                return None
            return "unproved"
        return "blind" if reason else None

    def masked_state(self) -> str:
        """Return the state with regard to ``known`` and to what the baseline had."""
        found = self.state()
        if found in ("clean", "fixing"):
            return found
        is_existing = self._is_existing(found)
        accepted = {found} | ({"existing_problem"} if is_existing else set())
        if found == "pending" and self.findings.failures:
            accepted.add("failing")
        if found == "new_alert" and (self.is_age_unknown or self._had_alert):
            accepted.add("existing_alert")
        for entry in self.wait.option("known"):
            if entry["monitor"] == self.name and accepted & set(entry["states"]):
                return "known"
        return "existing_problem" if is_existing else found

    @property
    def _had_alert(self) -> bool:
        before = None if self.wait.baseline is None else (self.wait.baseline.statuses or {}).get(self.name)
        return before is not None and (before["alert_active"] or (before["alert_count"] or 0) > 0)

    def _is_existing(self, found: str) -> bool:
        """Whether the monitor had a lasting problem in the baseline and has not become worse."""
        problem = self.wait.problem_before(self.name)
        if problem not in LASTING or found in ("existing_alert", "fixing"):
            return False
        if found == "new_alert":
            before = (self.wait.baseline.statuses or {}).get(self.name) if self.wait.baseline else None
            return problem == "alert" and before is not None and (before["alert_count"] or 0) >= FLAPPING
        if found == "missing":
            return problem in UNSEEN and self.config is not None
        if problem not in UNSEEN:
            return True
        if self.findings.failures or self.failed_since_deployment:
            return False
        return found == "blind" or (found == "pending" and not self.reader.has_failed)

    def is_accepted(self, due: float | None) -> bool:
        """Whether ``known`` accepts the monitor as it is, or without a proof; ``due`` is set if that comes too late."""
        states = {
            state for entry in self.wait.option("known") if entry["monitor"] == self.name for state in entry["states"]
        }
        is_excused = "pending" in states or (due is not None and "unproved" in states)
        return is_excused or self.masked_state() == "known"

    @property
    def is_final(self) -> bool:
        """Whether waiting cannot change the state: it stops at once during and after a deployment."""
        state, anchor = self.masked_state(), self.wait.anchor
        if state == "failing":
            return self.is_unsteady
        if state == "silent_failure":
            start = start_of((self.status or {}).get("last_test"))
            return start is not None and start >= anchor
        if state != "new_alert":
            return False
        assert self.status is not None
        start = identity(self.status)[1]
        return (self._first_seen() if start is None else start) >= anchor

    def _first_seen(self) -> float:
        """Return when a response first showed the active alert."""
        first = self.poll.now
        for poll in reversed(self.wait.polls):
            if poll.statuses is None:
                continue
            status = poll.statuses.get(self.name)
            if status is None or not status["alert_active"] or not is_same_alert(status, self.status or status):
                break
            first = poll.now
        return first


def monitors_after(wait: Wait, readers: dict[str, Reader] | None = None) -> list[Monitor]:
    """Return all monitors in scope after the newest poll, which is a valid one.

    ``readers`` have read the polls before it, and read it too.
    """
    found = []
    readers = {} if readers is None else readers
    for name in wait.names:
        reader = readers.get(name)
        if reader is None:
            reader = readers[name] = read_events(name, wait.past(name), wait.first_anchor, wait.polls)
        else:
            reader.read(wait.polls[-1])
        timer = (wait.polls[-1].configs.get(name) or {}).get("timer")
        findings = weigh(reader.events, wait.anchor, wait.proof_of(timer))
        found.append(Monitor(name, wait, reader, findings))
    return found


def complete_at(monitor: Monitor, timer: float) -> float:
    """Return when a monitor that tests on time will be proved, by the clock of the service."""
    wait, found, now = monitor.wait, monitor.findings, monitor.poll.now
    if found.is_proved:
        return now
    test = (monitor.status or {}).get("last_test")
    newest, latest = start_of(test), newest_reading(test, math.inf)
    gap = 0.0 if newest is None or latest is None else latest - newest
    missing = found.owed - found.clean

    def first_from(earliest: float) -> float:
        if newest is None or newest > now - gap:
            return max(earliest, now - gap) + timer
        return newest + timer * max(1, math.ceil((earliest - newest) / timer))

    at = now if missing <= 0 else first_from(wait.anchor) + (missing - 1) * timer + gap
    detection = wait.proof_of(timer).detection
    if detection is not None:
        at = max(at, first_from(wait.anchor + detection * timer) + gap)
    return max(at, now)


class Forecast(NamedTuple):
    """When the monitors will be proved that cannot be in time, the most seconds that the others take, and their number.

    ``is_hopeless`` tells whether there are monitors to prove, and none can be in time.
    """

    due: Mapping[str, float]
    longest: float
    is_hopeless: bool


def forecast(monitors: Sequence[Monitor]) -> Forecast:
    """Return the forecast after the first valid poll. Monitors that ``known`` accepts need no proof."""
    due: dict[str, float] = {}
    seconds: list[float] = []
    is_late = False
    for one in monitors:
        timer = (one.config or {}).get("timer")
        if timer is None or one.name in one.wait.option("advisory") or not one.wait.demands_tests:
            continue
        at = complete_at(one, timer)
        if at - one.poll.now > one.wait.proof_limit:
            due[one.name] = at
        if (one.accepting or one).is_accepted(at if one.name in due else None):
            continue
        is_late = is_late or one.name in due
        if one.name not in due:
            seconds.append(at - one.poll.now)
    return Forecast(due, max(seconds, default=0.0), is_late and not seconds)


def forecast_proof(monitors: Sequence[Monitor]) -> Forecast:
    """Return the forecast of the proof: before a deployment, that of phase ``after`` if it began now."""
    if not monitors or monitors[0].wait.phase != "before":
        return forecast(monitors)
    given = monitors[0].wait
    settle, clean_tests = given.option("settle") or 30.0, given.option("clean_tests") or 1
    options = {**given.options, "settle": settle, "clean_tests": clean_tests, "timeout": None}
    wait = Wait("after", options, given.since, given.polls[-1:])
    nothing = Findings(False, 0, clean_tests, 0, 0, 0, 0)
    return forecast([Monitor(one.name, wait, one.reader, nothing, accepting=one) for one in monitors])
