# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each monitor stands, from one sample: the first rule that matches decides."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._domain.legible import legible
from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.timestamps import duration, utc
from .policy import Policy

SILENT_FAILURE = "silent_failure"
MISSING = "missing"
EXISTING_ALERT = "existing_alert"
BLIND = "blind"
FAILING = "failing"
CLEAN = "clean"

ALL = (SILENT_FAILURE, MISSING, EXISTING_ALERT, BLIND, FAILING, CLEAN)


@dataclass(frozen=True)
class Standing:
    """A monitor's state, what is known of it in a sentence, and what would unblock it."""

    monitor: Monitor
    state: str
    message: str = ""
    unblock: str = ""


def standing(monitor: Monitor, policy: Policy, now: float) -> Standing:
    """Return how ``monitor`` stands at ``now``, in epoch seconds."""
    status = monitor.status
    if status is None:
        return _missing(monitor)
    if _silent(status, policy):
        return Standing(
            monitor,
            SILENT_FAILURE,
            f"failed all of its last {status.fail_count} tests without raising an alert{_said(status)}",
            "repair what it watches; see whether its alerts are paused or need more violations than alert_after",
        )
    if status.alert_active:
        return _alerting(monitor, status, now)
    unseen = _unseen(monitor, status, policy, now)
    if unseen:
        return Standing(monitor, BLIND, *unseen)
    if status.failing:
        return Standing(
            monitor,
            FAILING,
            f"failed its newest test{_said(status)}",
            "wait until a test of it passes",
        )
    return Standing(monitor, CLEAN)


def _missing(monitor: Monitor) -> Standing:
    inactive = monitor.config is not None and not monitor.config.active
    return Standing(
        monitor,
        MISSING,
        "is configured as inactive and has no status"
        if inactive
        else "is configured but the status does not tell of it",
        "activate the monitor, or exclude it",
    )


def _silent(status: MonitorStatus, policy: Policy) -> bool:
    """One answer proves a run of failures only when every test that it counts failed."""
    if status.alert_active or not status.failing or status.fail_count is None:
        return False
    return status.fail_count >= policy.alert_after and status.fail_count == status.test_count


def _alerting(monitor: Monitor, status: MonitorStatus, now: float) -> Standing:
    since = "at a time that the service does not tell"
    if status.alerted is not None:
        since = f"for {duration(now - status.alerted)}, since {utc(status.alerted)}"
    return Standing(
        monitor,
        EXISTING_ALERT,
        f"has an active alert {since}{_said(status)}",
        "repair what it watches until the alert clears, or exclude the monitor",
    )


def _unseen(monitor: Monitor, status: MonitorStatus, policy: Policy, now: float) -> tuple[str, str] | None:
    """Return why nobody can say how the monitor is now, and what would help."""
    if status.last_test is None or status.last_test.started is None:
        return "has not been tested yet", "wait for its first test, or exclude it"
    started = status.last_test.started
    if started > now + policy.stale_grace:
        return (
            f"says that it was tested in the future, at {utc(started)}",
            "compare the controller's clock with a time server",
        )
    if monitor.config is None or monitor.config.timer is None:
        return "has no configured timer, so that nobody knows when it should test", "wait two minutes, or exclude it"
    allowed = policy.stale_factor * monitor.config.timer + policy.stale_grace
    if now - started <= allowed:
        return None
    return (
        f"was last tested {duration(now - started)} ago, at {utc(started)}, and should be at least every "
        f"{duration(monitor.config.timer)}",
        "see why it does not test, compare the controller's clock, or exclude it",
    )


def _said(status: MonitorStatus) -> str:
    return f": {legible(status.error)}" if status.error else ""
