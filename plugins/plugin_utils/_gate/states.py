# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of each monitor: the first rule that matches decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.text import agree, quantity, sanitize
from ...module_utils._domain.timestamps import duration, utc
from ...module_utils._domain.timing import UNTESTED
from .baseline import Baseline, BaselineMonitor
from .evidence import Evidence, detected_from
from .explanations import describe_interval, describe_readings, explain_staleness, quote_error
from .policy import BEFORE, PLAN, Policy
from .problems import ALERT, UNSEEN, count_failed_run, find_staleness, is_beyond_window
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
    """A monitor's state, a sentence about it, and what would unblock it. ``final``: waiting cannot change it."""

    monitor: Monitor
    state: str
    message: str = ""
    unblock: str = ""
    final: bool = False


class View(NamedTuple):
    """What an evaluation rests on beside the newest sample.

    ``now`` is the moment of that sample, in epoch seconds by our clock, and ``lead`` how far the service's is ahead.
    ``unprovable`` maps ids of monitors that cannot be proved in time to when they can, in epoch seconds.
    """

    policy: Policy
    evidence: Evidence
    baseline: Baseline | None
    now: float
    clock_offset: ClockOffset
    unprovable: Mapping[str, float] = {}

    @property
    def service_time(self) -> float:
        """The latest moment that it can be by the service's clock, in epoch seconds."""
        return self.now + self.clock_offset.most


def assess(monitor: Monitor, view: View) -> Assessment:
    """Return the state of ``monitor``, which the newest sample holds."""
    found = _find(monitor, view)
    return found if found.state == CLEAN else _excuse(found, view)


def assess_missing(monitor: Monitor, view: View) -> Assessment:
    """Return the state of ``monitor``, which was in scope before and is in no response now."""
    unblock = "see whether it was removed on purpose; then exclude it, or take a new baseline"
    found = Assessment(monitor, MISSING, "was in scope before and is in no response now", unblock)
    return _accept(found, _accepted_states(found, view), view) or found


def _excuse(found: Assessment, view: View) -> Assessment:
    """Return ``found``, or a state that masks it: a person accepts it, or it is no worse than before the deployment."""
    then = view.baseline.find(found.monitor.id) if view.baseline is not None else None
    is_existing = then is not None and then.has_lasting_problem and _is_no_worse(found, then, view)
    states = _accepted_states(found, view) | ({EXISTING_PROBLEM} if is_existing else set())
    accepted = _accept(found, states, view)
    if accepted is not None or not is_existing:
        return accepted or found
    message = f"{found.message}; it had a problem before the deployment"
    return Assessment(found.monitor, EXISTING_PROBLEM, message, EXISTING_UNBLOCK)


EXISTING_UNBLOCK = "repair it, list it in known, or set on_existing_problem"


def _accept(found: Assessment, states: Set[str], view: View) -> Assessment | None:
    """Return ``found`` as known when an entry of ``known`` accepts one of ``states``. ``fixes`` takes precedence."""
    if found.state == FIXING:
        return None
    for entry in view.policy.known:
        if entry.valid(view.now) and entry.states & states and entry.selects.selecting(found.monitor):
            message = f"{found.message}; it is accepted: {sanitize(entry.reason)}"
            return Assessment(found.monitor, KNOWN, message, "nothing is needed")
    return None


def _accepted_states(found: Assessment, view: View) -> set[str]:
    """Return the states that an entry of ``known`` may list to accept ``found``."""
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
    """Whether a monitor that had a lasting problem at the time of the baseline has no worse one now.

    It is worse when it was not alerting and is, or when nothing was known of it and now it fails.
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
    """Whether the newest test failed and started after the deployment began."""
    history, started = view.evidence.history(monitor.id), view.policy.deploy_started
    if not history.is_failed or history.newest is None:
        return False
    return history.newest >= (view.policy.since if started is None else started)


def _find(monitor: Monitor, view: View) -> Assessment:
    status = monitor.status
    if status is None:
        return _missing(monitor)
    is_troubled = status.alert_active or status.failing or view.evidence.history(monitor.id).is_failed
    for rule in RULES if is_troubled else RULES_WITHOUT_TROUBLE:
        found = rule(monitor, status, view)
        if found is not None:
            return found
    return Assessment(monitor, CLEAN)


def _missing(monitor: Monitor) -> Assessment:
    inactive = monitor.config is not None and not monitor.config.active
    message = "is configured as inactive and has no status" if inactive else "is configured but has no status"
    return Assessment(monitor, MISSING, message, "activate the monitor, or exclude it")


def _silent(monitor: Monitor, status: MonitorStatus, view: View) -> Assessment | None:
    """A run of failures is seen test by test, or proved by one response in which every test of the window failed."""
    history = view.evidence.history(monitor.id)
    if status.alert_active or not (status.failing or history.is_failed):
        return None
    run = count_failed_run(status, history.failed_run)
    if run < view.policy.alert_after:
        return None
    return Assessment(
        monitor,
        SILENT_FAILURE,
        f"failed at least {quantity(run, 'test')} in a row without raising an alert{quote_error(status)}",
        "repair what it watches; see whether its alerts are paused or need more violations than alert_after",
        final=status.tested is not None and status.tested >= view.evidence.anchor,
    )


def _alerting(monitor: Monitor, status: MonitorStatus, view: View) -> Assessment | None:
    if not status.alert_active:
        return None
    since = "at a time that the service does not report"
    if status.alerted is not None:
        since = f"for {duration(view.service_time - status.alerted)}, since {utc(status.alerted)}"
    message = f"has an active alert {since}{quote_error(status)}"
    is_fixed = bool(view.policy.fixes.selecting(monitor))
    if _is_new(status, view) and not (is_fixed and _is_age_unknown(view)):
        return _new_alert(monitor, status, view, message)
    if is_fixed:
        return Assessment(monitor, FIXING, f"{message}; this deployment is to repair it", "wait until the alert clears")
    unblock = "repair what it watches until the alert clears, list it in known or fixes, or exclude the monitor"
    return Assessment(monitor, EXISTING_ALERT, message, unblock)


def _new_alert(monitor: Monitor, status: MonitorStatus, view: View, message: str) -> Assessment:
    """An alert that was raised before the anchor may be that of a restart, and clear before the end of the wait."""
    raised = status.alerted if status.alerted is not None else view.evidence.history(monitor.id).alerting_since
    return Assessment(
        monitor,
        NEW_ALERT,
        f"has a new alert: it {message}",
        "roll back, or repair what it watches; list it in known with states: [new_alert] if it is accepted",
        final=raised is not None and raised >= view.evidence.anchor,
    )


def _is_age_unknown(view: View) -> bool:
    return view.baseline is None and view.policy.deploy_started is None


def _is_new(status: MonitorStatus, view: View) -> bool:
    """Without a baseline, only an alert from before the deployment is an existing one; one of unknown age is new."""
    if view.policy.phase in (BEFORE, PLAN):
        return False
    if view.baseline is not None:
        then = view.baseline.find(status.id)
        return then is None or then.problem != ALERT or not then.has_alert(status)
    started = view.policy.deploy_started
    return started is None or status.alerted is None or status.alerted >= started + view.clock_offset.least


def _blind(monitor: Monitor, status: MonitorStatus, view: View) -> Assessment | None:
    policy, now, history = view.policy, view.service_time, view.evidence.history(monitor.id)
    if status.tested is not None and history.is_outdated:
        message = "reported an older test than before; the response looks stale"
        return Assessment(monitor, BLIND, message, "see what caches the responses")
    why = find_staleness(monitor, now, policy.stale_factor, policy.stale_grace)
    if why is None:
        return None
    has_failed = history.is_failed or history.failures > 0
    if why == UNTESTED and not has_failed and is_beyond_window(monitor, policy.stale_factor, policy.stale_grace):
        if policy.demands_tests and not view.evidence.is_proved(monitor.id):
            return None
        message = f"tests so rarely that no status window has to show a test: it tests {describe_interval(monitor)}"
        return Assessment(monitor, UNPROVED, message, "raise timeout_max, or set on_unprovable")
    return Assessment(monitor, BLIND, *explain_staleness(why, monitor, status, now))


def _failing(monitor: Monitor, status: MonitorStatus, view: View) -> Assessment | None:
    history = view.evidence.history(monitor.id)
    if not (history.failures or history.is_failed or status.failing):
        return None
    demanded = view.policy.failures_in_a_row
    if view.evidence.is_unsteady(monitor.id):
        return Assessment(
            monitor,
            FAILING,
            f"failed {quantity(history.failures, 'time')} since {utc(view.evidence.anchor)} and has not had "
            f"{quantity(view.evidence.owed_tests(monitor.id), 'clean test')} in a row since{quote_error(status)}",
            "repair what it watches; its tests fail too often to prove the deployment",
            final=True,
        )
    if not (status.failing or history.is_failed) or view.evidence.is_proved(monitor.id):
        return None
    if demanded > 1 and history.failed_run_since_anchor < demanded:
        return None
    run = history.failed_run_since_anchor
    times = "its newest test" if demanded == 1 else f"{quantity(run, 'test')} in a row"
    return Assessment(monitor, FAILING, f"failed {times}{quote_error(status)}", "wait until its tests pass again")


def _pending(monitor: Monitor, status: MonitorStatus, view: View) -> Assessment | None:
    if not view.policy.demands_tests or view.evidence.is_proved(monitor.id):
        return None
    due = view.unprovable.get(monitor.id)
    history = view.evidence.history(monitor.id)
    if due is not None and not history.failures and not _failed_since_deployment(monitor, view):
        message = f"cannot be proved in time: it tests {describe_interval(monitor)}, and its proof is due at {utc(due)}"
        return Assessment(monitor, UNPROVED, message, "raise timeout_max, or set on_unprovable")
    message = _describe_missing(monitor, status, view)
    return Assessment(monitor, PENDING, message, "give it more time: raise timeout or timeout_max")


def _describe_missing(monitor: Monitor, status: MonitorStatus, view: View) -> str:
    policy, anchor = view.policy, view.evidence.anchor
    history, owed = view.evidence.history(monitor.id), view.evidence.owed_tests(monitor.id)
    if len(history.clean_starts) >= owed:
        needed = detected_from(monitor, policy, anchor)
        end = agree(policy.alert_after, "test ends", "tests end")
        tests = f"its {policy.alert_after} {end} at {utc(needed or anchor)} at the earliest"
        return f"could not have raised an alert yet: {tests}"
    tests = quantity(owed, "clean test")
    message = f"has {len(history.clean_starts)} of {tests} that started at {utc(anchor)} or later"
    if history.cleared_alert is not None:
        message += f"; an alert came and went, raised at {utc(history.cleared_alert)}"
    elif history.failures:
        message += f"; it failed since{quote_error(status)}"
    elif history.is_failed:
        message += f"; its newest test failed{quote_error(status)}"
    if history.is_premature:
        message += "; its newest test was reported before it started, so some clock is wrong and it does not count"
    return message + describe_readings(status)


RULES: tuple[Callable[[Monitor, MonitorStatus, View], Assessment | None], ...] = (
    _silent,
    _alerting,
    _blind,
    _failing,
    _pending,
)
"""In the order in which they apply. An alert and a silent failure exclude each other."""

RULES_WITHOUT_TROUBLE = (_blind, _failing, _pending)
"""Those that apply to a monitor that neither alerts nor fails its newest test. Most of thousands do neither."""
