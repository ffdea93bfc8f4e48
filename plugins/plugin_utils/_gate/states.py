# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of each monitor. The first rule that matches decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import lru_cache
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.text import agree, quantity, sanitize
from ...module_utils._domain.timestamps import duration, utc
from ...module_utils._domain.timing import UNTESTED
from .baseline import Baseline, BaselineMonitor
from .evidence import Evidence, detected_from
from .monitor_history import TestHistory
from .policy import BEFORE, PLAN, Policy
from .problems import (
    ALERT,
    UNSEEN,
    count_failed_run,
    describe_interval,
    describe_readings,
    explain_staleness,
    find_staleness,
    is_beyond_window,
    quote_error,
)
from .sample import ClockOffset

NEW_ALERT = "new_alert"
SILENT_FAILURE = "silent_failure"
MISSING = "missing"
EXISTING_ALERT = "existing_alert"
KNOWN = "known"
FIXING = "fixing"
EXISTING_PROBLEM = "existing_problem"
BLIND = "blind"
FAILING = "failing"
PENDING = "pending"
UNPROVED = "unproved"
CLEAN = "clean"

ALL = (
    NEW_ALERT,
    SILENT_FAILURE,
    MISSING,
    EXISTING_ALERT,
    KNOWN,
    FIXING,
    EXISTING_PROBLEM,
    BLIND,
    FAILING,
    PENDING,
    UNPROVED,
    CLEAN,
)


class Assessment(NamedTuple):
    """The state of a monitor with a message and an advice. ``final`` means that waiting does not change it."""

    monitor: Monitor
    state: str
    message: str = ""
    unblock: str = ""
    final: bool = False


class View(NamedTuple):
    """The input of an evaluation apart from the newest sample.

    ``now`` is the time of that sample in epoch seconds by our clock, ``clock_offset`` that of the service's clock.
    ``unprovable`` maps the ids of monitors that cannot be proved in time to the epoch seconds when their proof is due.
    """

    policy: Policy
    evidence: Evidence
    baseline: Baseline | None
    now: float
    clock_offset: ClockOffset
    unprovable: Mapping[str, float] = {}

    @property
    def service_time(self) -> float:
        """The upper bound of the time by the service's clock, in epoch seconds."""
        return self.now + self.clock_offset.most


def assess(monitor: Monitor, view: View) -> Assessment:
    """Return the state of a monitor in the newest sample."""
    found = _find(monitor, view)
    return found if found.state == CLEAN else _mask(found, view)


def assess_missing(monitor: Monitor, view: View) -> Assessment:
    """Return the state of a monitor that was in scope before and is not in the newest sample."""
    unblock = "check whether it was removed on purpose; if so, exclude it or take a new baseline"
    found = Assessment(monitor, MISSING, "was in scope before, but is in no response now", unblock)
    return _accept(found, _accepted_states(found, view), view) or found


def _mask(found: Assessment, view: View) -> Assessment:
    """Return ``found``, or the state that masks it: ``known``, or ``existing_problem`` if it has not become worse."""
    then = view.baseline.find(found.monitor.id) if view.baseline is not None else None
    is_existing = then is not None and then.has_lasting_problem and _is_no_worse(found, then, view)
    accepted = None
    if view.policy.known:
        states = _accepted_states(found, view) | ({EXISTING_PROBLEM} if is_existing else set())
        accepted = _accept(found, states, view)
    if accepted is not None or not is_existing:
        return accepted or found
    message = f"{found.message}; the monitor had a problem before the deployment"
    return Assessment(found.monitor, EXISTING_PROBLEM, message, EXISTING_UNBLOCK)


EXISTING_UNBLOCK = "repair it, list it in known, or set on_existing_problem"


def _accept(found: Assessment, states: Set[str], view: View) -> Assessment | None:
    """Return ``found`` as known if an entry of ``known`` accepts one of ``states``. ``fixes`` takes precedence."""
    if found.state == FIXING:
        return None
    for entry in view.policy.known:
        if entry.is_valid(view.now) and entry.states & states and entry.selects.find_matches(found.monitor):
            message = f"{found.message}; accepted in known: {sanitize(entry.reason)}"
            return Assessment(found.monitor, KNOWN, message, "no action is needed")
    return None


def _accepted_states(found: Assessment, view: View) -> set[str]:
    """Return the states of which an entry of ``known`` must list one to accept ``found``."""
    states = {found.state}
    if found.state == PENDING and view.evidence.history(found.monitor.id).failures:
        states.add(FAILING)
    if found.state == NEW_ALERT and (_is_age_unknown(view) or _was_alerting(found.monitor, view.baseline)):
        states.add(EXISTING_ALERT)
    return states


def _was_alerting(monitor: Monitor, baseline: Baseline | None) -> bool:
    """Whether the monitor had an alert at the time of the baseline or in the window before it."""
    then = baseline.find(monitor.id) if baseline is not None else None
    return then is not None and (then.problem == ALERT or then.alert_count > 0)


def _is_no_worse(found: Assessment, then: BaselineMonitor, view: View) -> bool:
    """Whether a monitor that had a lasting problem at the time of the baseline has not become worse.

    It is worse if it was not alerting and is now, or if it had no usable test and now fails.
    """
    if found.state == NEW_ALERT:
        return then.problem == ALERT and then.is_flapping
    if found.state in (EXISTING_ALERT, FIXING):
        return False
    if found.state == MISSING:
        return then.problem in UNSEEN and found.monitor.config is not None
    if then.problem in UNSEEN:
        history = view.evidence.history(found.monitor.id)
        if history.failures or _failed_since_deployment(found.monitor, view):
            return False
        return found.state == BLIND or (found.state == PENDING and not history.is_failed)
    return True


def _failed_since_deployment(monitor: Monitor, view: View) -> bool:
    """Whether the newest test failed and started after the deployment did."""
    history, started = view.evidence.history(monitor.id), view.policy.deploy_started
    if not history.is_failed or history.newest is None:
        return False
    return history.newest >= (view.policy.since if started is None else started)


def _find(monitor: Monitor, view: View) -> Assessment:
    status = monitor.status
    if status is None:
        return _missing(monitor)
    history = view.evidence.history(monitor.id)
    is_troubled = status.alert_active or status.failing or history.is_failed or history.failures
    for rule in RULES if is_troubled else RULES_WITHOUT_TROUBLE:
        found = rule(monitor, status, view, history)
        if found is not None:
            return found
    return Assessment(monitor, CLEAN)


def _missing(monitor: Monitor) -> Assessment:
    inactive = monitor.config is not None and not monitor.config.active
    message = "is configured as inactive and has no status" if inactive else "is configured but has no status"
    return Assessment(monitor, MISSING, message, "activate the monitor, or exclude it")


def _silent(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory) -> Assessment | None:
    """Return ``silent_failure`` for a run of failures, over several polls or the whole window of one response."""
    if status.alert_active or not (status.failing or history.is_failed):
        return None
    run = count_failed_run(status, history.failed_run)
    if run < view.policy.alert_after:
        return None
    message = f"failed at least {quantity(run, 'test')} in a row without raising an alert{quote_error(status)}"
    advice = "repair the monitored service; check if its alerts are paused or need more violations than alert_after"
    is_final = status.tested is not None and status.tested >= view.evidence.anchor
    return Assessment(monitor, SILENT_FAILURE, message, advice, is_final)


def _alerting(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory) -> Assessment | None:
    if not status.alert_active:
        return None
    since = "since an unknown time"
    if status.alerted is not None:
        since = f"for {duration(view.service_time - status.alerted)}, since {utc(status.alerted)}"
    since += quote_error(status)
    message = f"has an active alert {since}"
    is_fixed = bool(view.policy.fixes.find_matches(monitor))
    if _is_new(status, view) and not (is_fixed and _is_age_unknown(view)):
        return _new_alert(monitor, status, view, history, f"has a new alert, active {since}")
    if is_fixed:
        return Assessment(monitor, FIXING, f"{message}; fixes expects it to clear", "wait until the alert clears")
    unblock = "repair the monitored service, list the monitor in known or fixes, or exclude it"
    return Assessment(monitor, EXISTING_ALERT, message, unblock)


def _new_alert(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory, message: str) -> Assessment:
    """Return ``new_alert``. One raised before the anchor may result from a restart and clear during the wait."""
    raised = status.alerted if status.alerted is not None else history.alerting_since
    advice = "roll back or repair the monitored service; to accept it, list it in known with states: [new_alert]"
    is_final = raised is not None and raised >= view.evidence.anchor
    return Assessment(monitor, NEW_ALERT, message, advice, is_final)


def _is_age_unknown(view: View) -> bool:
    return view.baseline is None and view.policy.deploy_started is None


def _is_new(status: MonitorStatus, view: View) -> bool:
    """Whether an active alert is new. Without a baseline, an alert of unknown age is new."""
    if view.policy.phase in (BEFORE, PLAN):
        return False
    if view.baseline is not None:
        then = view.baseline.find(status.id)
        return then is None or then.problem != ALERT or not then.has_alert(status)
    started = view.policy.deploy_started
    return started is None or status.alerted is None or status.alerted >= started + view.clock_offset.least


def _blind(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory) -> Assessment | None:
    policy, now = view.policy, view.service_time
    if status.tested is not None and history.is_outdated:
        message = "reported an older test than before; the response looks stale"
        return Assessment(monitor, BLIND, message, "look for a cache between the controller and the service")
    reason = find_staleness(monitor, now, policy.stale_factor, policy.stale_grace)
    if reason is None:
        return None
    has_failed = history.is_failed or history.failures > 0
    if reason == UNTESTED and not has_failed and is_beyond_window(monitor, policy.stale_factor, policy.stale_grace):
        if policy.demands_tests and not view.evidence.is_proved(monitor.id):
            return None
        message = f"tests {describe_interval(monitor)}, too rarely for any status window to show a test"
        return Assessment(monitor, UNPROVED, message, f"raise {view.policy.wait_option}, or set on_unprovable")
    return Assessment(monitor, BLIND, *explain_staleness(reason, monitor, status, now))


def _failing(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory) -> Assessment | None:
    if not (history.failures or history.is_failed or status.failing):
        return None
    demanded = view.policy.failures_in_a_row
    if view.evidence.is_unsteady(monitor.id):
        message = (
            f"failed {quantity(history.failures, 'time')} since {utc(view.evidence.anchor)} and has not had "
            f"{quantity(view.evidence.owed_tests(monitor.id), 'clean test')} in a row since{quote_error(status)}"
        )
        advice = "repair the monitored service; its tests fail too often to prove the deployment"
        return Assessment(monitor, FAILING, message, advice, final=True)
    if not (status.failing or history.is_failed) or view.evidence.is_proved(monitor.id):
        return None
    if demanded > 1 and history.failed_run_since_anchor < demanded:
        return None
    run = history.failed_run_since_anchor
    times = "its newest test" if demanded == 1 else f"{quantity(run, 'test')} in a row"
    return Assessment(monitor, FAILING, f"failed {times}{quote_error(status)}", "wait until its tests pass again")


def _pending(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory) -> Assessment | None:
    if not view.policy.demands_tests or view.evidence.is_proved(monitor.id):
        return None
    due = view.unprovable.get(monitor.id)
    if due is not None and not history.failures and not _failed_since_deployment(monitor, view):
        message = f"cannot be proved in time: it tests {describe_interval(monitor)}, and its proof is due at {utc(due)}"
        return Assessment(monitor, UNPROVED, message, f"raise {view.policy.wait_option}, or set on_unprovable")
    message = _describe_missing(monitor, status, view, history)
    return Assessment(monitor, PENDING, message, f"raise {view.policy.wait_option}")


def _describe_missing(monitor: Monitor, status: MonitorStatus, view: View, history: TestHistory) -> str:
    policy, anchor = view.policy, view.evidence.anchor
    owed = view.evidence.owed_tests(monitor.id)
    if len(history.clean_starts) >= owed:
        needed = detected_from(monitor, policy, anchor)
        end = agree(policy.alert_after, "test ends", "tests end")
        tests = f"its {policy.alert_after} {end} at {utc(needed or anchor)} at the earliest"
        return f"could not have raised an alert yet: {tests}"
    message = _count_tests(len(history.clean_starts), owed, anchor)
    if history.cleared_alert is not None:
        message += f"; an alert was raised at {utc(history.cleared_alert)} and has cleared"
    elif history.failures:
        message += f"; it failed since{quote_error(status)}"
    elif history.is_failed:
        message += f"; its newest test failed{quote_error(status)}"
    if history.is_premature:
        message += "; its newest test was reported before its start, so a clock is wrong and the test does not count"
    return message + describe_readings(status)


@lru_cache(maxsize=64)  # Thousands of monitors wait for the same few numbers of tests.
def _count_tests(number: int, owed: int, anchor: float) -> str:
    return f"has {number} of {owed} required clean {agree(owed, 'test', 'tests')} since {utc(anchor)}"


RULES: tuple[Callable[[Monitor, MonitorStatus, View, TestHistory], Assessment | None], ...] = (
    _silent,
    _alerting,
    _blind,
    _failing,
    _pending,
)
"""In order of precedence. An alert and a silent failure exclude each other."""

RULES_WITHOUT_TROUBLE = (_blind, _pending)
"""The rules for a monitor without an alert and a failed test; skipping the others saves time with thousands."""
