# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each monitor stands: the first rule that matches decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...module_utils._domain.legible import legible
from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.staleness import FUTURE, staleness
from ...module_utils._domain.timestamps import duration, utc
from .baseline import Baseline
from .evidence import Evidence
from .policy import BEFORE, PLAN, Policy
from .sample import Lead

NEW_ALERT = "new_alert"
SILENT_FAILURE = "silent_failure"
MISSING = "missing"
EXISTING_ALERT = "existing_alert"
KNOWN = "known"
FIXING = "fixing"
BLIND = "blind"
FAILING = "failing"
PENDING = "pending"
CLEAN = "clean"

ALL = (NEW_ALERT, SILENT_FAILURE, MISSING, EXISTING_ALERT, KNOWN, FIXING, BLIND, FAILING, PENDING, CLEAN)


class Standing(NamedTuple):
    """A monitor's state, what is known of it in a sentence, and what would unblock it."""

    monitor: Monitor
    state: str
    message: str = ""
    unblock: str = ""


class View(NamedTuple):
    """What a judgement rests on beside the newest sample.

    ``now`` is the moment of that sample, in epoch seconds by our clock, and ``lead`` how far the service's is ahead.
    """

    policy: Policy
    evidence: Evidence
    baseline: Baseline | None
    now: float
    lead: Lead

    @property
    def service_time(self) -> float:
        """The latest moment that it can be by the service's clock, in epoch seconds."""
        return self.now + self.lead.most


def standing(monitor: Monitor, view: View) -> Standing:
    """Return how ``monitor``, which the newest sample tells of, stands."""
    status = monitor.status
    if status is None:
        return _missing(monitor)
    for rule in RULES if status.alert_active or status.failing else RULES_WITHOUT_TROUBLE:
        found = rule(monitor, status, view)
        if found is not None:
            return found
    return Standing(monitor, CLEAN)


def vanished(monitor: Monitor) -> Standing:
    """Return how ``monitor`` stands, which was in scope before and is in no answer now."""
    unblock = "see whether it was removed on purpose; then exclude it, or take a new baseline"
    return Standing(monitor, MISSING, "was in scope before and is in no answer now", unblock)


def _missing(monitor: Monitor) -> Standing:
    inactive = monitor.config is not None and not monitor.config.active
    told = "is configured as inactive and has no status" if inactive else "is configured but has no status"
    return Standing(monitor, MISSING, told, "activate the monitor, or exclude it")


def _silent(monitor: Monitor, status: MonitorStatus, view: View) -> Standing | None:
    """A run of failures is seen test by test, or proved by one answer in which every test that it counts failed."""
    if status.alert_active or not status.failing:
        return None
    run = view.evidence.failed_run(monitor.id)
    if status.fail_count is not None and status.fail_count == status.test_count:
        run = max(run, status.fail_count)
    if run < view.policy.alert_after:
        return None
    return Standing(
        monitor,
        SILENT_FAILURE,
        f"failed at least {run} tests in a row without raising an alert{_said(status)}",
        "repair what it watches; see whether its alerts are paused or need more violations than alert_after",
    )


def _alerting(monitor: Monitor, status: MonitorStatus, view: View) -> Standing | None:
    if not status.alert_active:
        return None
    policy = view.policy
    since = "at a time that the service does not tell"
    if status.alerted is not None:
        since = f"for {duration(view.service_time - status.alerted)}, since {utc(status.alerted)}"
    told = f"has an active alert {since}{_said(status)}"
    repaired = bool(policy.fixes.selecting(monitor))
    if _is_new(status, view) and not (repaired and _age_is_unknown(view)):
        return Standing(monitor, NEW_ALERT, f"has a new alert: it {told}", "roll back, or repair what it watches")
    if repaired:
        return Standing(monitor, FIXING, f"{told}; this deployment is to repair it", "wait until the alert clears")
    for entry in policy.known:
        if entry.valid(view.now) and entry.selects.selecting(monitor):
            return Standing(monitor, KNOWN, f"{told}; it is accepted: {legible(entry.reason)}", "nothing is needed")
    unblock = "repair what it watches until the alert clears, or exclude the monitor"
    return Standing(monitor, EXISTING_ALERT, told, unblock)


def _age_is_unknown(view: View) -> bool:
    return view.baseline is None and view.policy.deploy_started is None


def _is_new(status: MonitorStatus, view: View) -> bool:
    """Without a baseline, only an alert from before the deployment is an existing one; who cannot tell says new."""
    if view.policy.phase in (BEFORE, PLAN):
        return False
    if view.baseline is not None:
        return not view.baseline.had(status)
    started = view.policy.deploy_started
    return started is None or status.alerted is None or status.alerted >= started + view.lead.least


def _blind(monitor: Monitor, status: MonitorStatus, view: View) -> Standing | None:
    found = _unseen(monitor, status, view)
    return Standing(monitor, BLIND, *found) if found else None


def _unseen(monitor: Monitor, status: MonitorStatus, view: View) -> tuple[str, str] | None:
    """Return why nobody can say how the monitor is now, and what would help."""
    started = status.tested
    timer = monitor.config.timer if monitor.config is not None else None
    policy, now = view.policy, view.service_time
    why = staleness(started, timer, now, policy.stale_factor, policy.stale_grace)
    if started is None:
        return "has not been tested yet", "wait for its first test, or exclude it"
    if view.evidence.backwards(monitor.id):
        return "tells an older test than it did before, so that the answer is no news", "see what caches the answers"
    if why == FUTURE:
        told = f"says that it was tested in the future, at {utc(started)}"
        return told, "compare the controller's clock with a time server"
    if timer is None:
        return "has no configured timer, so that nobody knows when it should test", "wait two minutes, or exclude it"
    if why is None:
        return None
    return (
        f"was last tested {duration(now - started)} ago, at {utc(started)}, and should be at least every "
        f"{duration(timer)}",
        "see why it does not test, compare the controller's clock, or exclude it",
    )


def _failing(monitor: Monitor, status: MonitorStatus, view: View) -> Standing | None:
    if not status.failing:
        return None
    return Standing(monitor, FAILING, f"failed its newest test{_said(status)}", "wait until a test of it passes")


def _pending(monitor: Monitor, status: MonitorStatus, view: View) -> Standing | None:
    told = _unproved(monitor, view)
    return Standing(monitor, PENDING, told, "give it more time: raise timeout") if told else None


def _unproved(monitor: Monitor, view: View) -> str | None:
    """Return what the monitor has not proved yet, None when it has proved all that is asked for."""
    starts, policy, anchor = view.evidence.clean_run(monitor.id), view.policy, view.evidence.anchor
    if len(starts) < policy.clean_tests:
        told = f"has {len(starts)} of {policy.clean_tests} clean tests that started at {utc(anchor)} or later"
        if view.evidence.untimely(monitor.id):
            told += "; its newest test was told before it started, so some clock is wrong and it does not count"
        return told
    needed = detected_from(monitor, policy, anchor)
    if needed is not None and (not starts or starts[-1] < needed):
        tests = f"its {policy.alert_after} tests end at {utc(needed)} at the earliest"
        return f"could not have raised an alert yet: {tests}"
    return None


def detected_from(monitor: Monitor, policy: Policy, anchor: float) -> float | None:
    """Return the start of the first test by which ``alert_after`` failures would be seen, if that is asked for.

    ``anchor`` is the moment from which on tests count, by the service's clock.
    """
    if not policy.full_detection or monitor.config is None or monitor.config.timer is None:
        return None
    return anchor + (policy.alert_after - 1) * monitor.config.timer


def _said(status: MonitorStatus) -> str:
    return f": {legible(status.error)}" if status.error else ""


RULES: tuple[Callable[[Monitor, MonitorStatus, View], Standing | None], ...] = (
    _silent,
    _alerting,
    _blind,
    _failing,
    _pending,
)
"""In the order in which they are asked. An alert and a silent failure exclude each other."""

RULES_WITHOUT_TROUBLE = (_blind, _pending)
"""Those of them that ask for more than that a monitor neither alerts nor fails. Most of thousands do neither."""
