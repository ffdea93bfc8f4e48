# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a monitor by a single response, whatever a policy makes of it."""

from __future__ import annotations

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.service_defaults import LONGEST_WINDOW
from ...module_utils._domain.timing import UNTESTED, staleness

ALERT = "alert"
SILENT = "silent"
FAILED_TEST = "failed_test"
STALE = "stale"
NEVER_TESTED = "never_tested"
INACTIVE = "inactive"
ABSENT = "absent"

LASTING = frozenset({ALERT, SILENT, STALE, NEVER_TESTED, INACTIVE, ABSENT})
"""The problems that lasted before they were seen once. A single failed test may be the first of a new fault."""

UNSEEN = frozenset({STALE, NEVER_TESTED, INACTIVE, ABSENT})
"""The problems of which no test says whether what the monitor watches is healthy."""


def find_problem(
    monitor: Monitor, now: float, alert_after: int, stale_factor: float, stale_grace: float, failed_run: int = 0
) -> str | None:
    """Return what is wrong with ``monitor`` at ``now``, by the service's clock in epoch seconds; None for nothing.

    ``failed_run`` is the number of failed tests in a row that earlier responses show.
    """
    status = monitor.status
    if status is None:
        return INACTIVE if monitor.config is not None and not monitor.config.active else ABSENT
    if status.alert_active:
        return ALERT
    if status.failing and count_failed_run(status, failed_run) >= alert_after:
        return SILENT
    why = find_staleness(monitor, now, stale_factor, stale_grace)
    if why is not None and why != UNTESTED:
        return STALE
    if status.failing:
        return FAILED_TEST
    return NEVER_TESTED if why and not is_beyond_window(monitor, stale_factor, stale_grace) else None


def count_failed_run(status: MonitorStatus, failed_run: int) -> int:
    """Return how many tests in a row failed at least: those seen, or all of the window when every one of it failed."""
    if status.fail_count is not None and status.fail_count == status.test_count:
        return max(failed_run, status.fail_count)
    return failed_run


def find_staleness(monitor: Monitor, now: float, stale_factor: float, stale_grace: float) -> str | None:
    """Return why the newest test does not say how the monitor is ``now``, see ``staleness``.

    Of two readings of the test's start the later one counts that is not in the future: the earlier one would call every
    monitor stale whose readings differ by more than it is allowed to be late.
    """
    test = monitor.status.last_test if monitor.status is not None else None
    started = test.started_by(now) if test is not None else None
    return staleness(started, monitor.timer, now, stale_factor, stale_grace)


def is_beyond_window(monitor: Monitor, stale_factor: float, stale_grace: float) -> bool:
    """Whether the newest test may be too old for any status window although the monitor tests on time.

    The service does not document whether it reports a test outside the window.
    """
    return monitor.timer is not None and stale_factor * monitor.timer + stale_grace > LONGEST_WINDOW
