# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The problem that a single response shows of a monitor, independent of any policy, and the messages about it."""

from __future__ import annotations

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.service_defaults import MAX_WINDOW
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration, utc
from ...module_utils._domain.timing import FUTURE, UNTESTED, UNTIMED, staleness

ALERT = "alert"
SILENT = "silent"
FAILED_TEST = "failed_test"
STALE = "stale"
NEVER_TESTED = "never_tested"
INACTIVE = "inactive"
ABSENT = "absent"

LASTING = frozenset({ALERT, SILENT, STALE, NEVER_TESTED, INACTIVE, ABSENT})
"""Problems that have lasted for some time when a response shows them. A failed test may be the first of a new fault."""

UNSEEN = frozenset({STALE, NEVER_TESTED, INACTIVE, ABSENT})
"""Problems that leave it open whether the monitored service is healthy: there is no usable test."""

READINGS_DIFFER = 30.0
"""Seconds. A message mentions the two readings of a test's start if they differ by at least this much."""


def find_problem(
    monitor: Monitor, now: float, alert_after: int, stale_factor: float, stale_grace: float, failed_run: int = 0
) -> str | None:
    """Return the problem of ``monitor`` at ``now``, by the service's clock in epoch seconds, or None.

    ``failed_run`` is the number of failed tests in a row in earlier responses.
    """
    status = monitor.status
    if status is None:
        return INACTIVE if monitor.config is not None and not monitor.config.active else ABSENT
    if status.alert_active:
        return ALERT
    if status.failing and count_failed_run(status, failed_run) >= alert_after:
        return SILENT
    reason = find_staleness(monitor, now, stale_factor, stale_grace)
    if reason is not None and reason != UNTESTED:
        return STALE
    if status.failing:
        return FAILED_TEST
    return NEVER_TESTED if reason and not is_beyond_window(monitor, stale_factor, stale_grace) else None


def count_failed_run(status: MonitorStatus, failed_run: int) -> int:
    """Return the least number of failed tests in a row: those observed, or the whole window if all its tests failed."""
    if status.fail_count is not None and status.fail_count == status.test_count:
        return max(failed_run, status.fail_count)
    return failed_run


def find_staleness(monitor: Monitor, now: float, stale_factor: float, stale_grace: float) -> str | None:
    """Return why the newest test does not describe the monitor at ``now`` (see ``staleness``), or None.

    Uses the later reading of the test's start that is not in the future. With the earlier one, every monitor would be
    stale whose readings differ by more than the permitted delay.
    """
    test = monitor.status.last_test if monitor.status is not None else None
    started = test.started_by(now) if test is not None else None
    return staleness(started, monitor.timer, now, stale_factor, stale_grace)


def is_beyond_window(monitor: Monitor, stale_factor: float, stale_grace: float) -> bool:
    """Whether the newest test may lie outside every status window although the monitor tests on time.

    The service does not document whether it reports tests outside the window.
    """
    return monitor.timer is not None and stale_factor * monitor.timer + stale_grace > MAX_WINDOW


def explain_staleness(reason: str, monitor: Monitor, status: MonitorStatus, now: float) -> tuple[str, str]:
    """Return the message for a monitor that is stale for ``reason``, and the advice."""
    started = status.last_test.started_by(now) if status.last_test is not None else None
    if reason == UNTESTED or started is None:
        return (
            "has not been tested yet",
            "wait for its first test, list it in known with states: [blind], or exclude it",
        )
    if reason == FUTURE:
        return f"reports a test in the future, at {utc(started)}", "compare the controller's clock with a time server"
    if reason == UNTIMED:
        message = "has no configured timer, so its test interval is unknown"
        return message, "wait two minutes, list it in known with states: [blind], or exclude it"
    return (
        f"was last tested {duration(now - started)} ago, at {utc(started)}, but should test "
        f"{describe_interval(monitor)}{describe_readings(status)}",
        "find out why it does not test, compare the controller's clock, raise stale_grace, or list it in known with "
        "states: [blind]",
    )


def describe_interval(monitor: Monitor) -> str:
    """Return the test interval in words."""
    return "at an unknown interval" if monitor.timer is None else f"every {duration(monitor.timer)}"


def describe_readings(status: MonitorStatus) -> str:
    """Return how much the two readings of the newest test's start differ; empty below ``READINGS_DIFFER``."""
    gap = status.last_test.reading_gap if status.last_test is not None else 0.0
    if gap < READINGS_DIFFER:
        return ""
    return f"; utc_time_init and utc_mktime of its newest test differ by {duration(gap)}"


def quote_error(status: MonitorStatus) -> str:
    """Return the error of the newest failed test, after a colon; empty if there is none."""
    return f": {sanitize(status.error)}" if status.error else ""
