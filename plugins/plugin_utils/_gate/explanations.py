# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message says of a monitor's tests: how old the newest one is, how often they run, and why one failed."""

from __future__ import annotations

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration, utc
from ...module_utils._domain.timing import FUTURE, UNTESTED, UNTIMED

READINGS_DIFFER = 30.0
"""Seconds between the two readings of a test's start from which on a message names them."""


def explain_staleness(why: str, monitor: Monitor, status: MonitorStatus, now: float) -> tuple[str, str]:
    """Return a sentence about a monitor that is stale for the reason ``why``, and what to do about it."""
    started = status.last_test.started_by(now) if status.last_test is not None else None
    if why == UNTESTED or started is None:
        return (
            "has not been tested yet",
            "wait for its first test, list it in known with states: [blind], or exclude it",
        )
    if why == FUTURE:
        return f"was tested in the future, at {utc(started)}", "compare the controller's clock with a time server"
    if why == UNTIMED:
        message = "has no configured timer, so that it is unknown when it should test"
        return message, "wait two minutes, list it in known with states: [blind], or exclude it"
    return (
        f"was last tested {duration(now - started)} ago, at {utc(started)}, and should be at least "
        f"{describe_interval(monitor)}{describe_readings(status)}",
        "see why it does not test, compare the controller's clock, raise stale_grace, or list it in known with "
        "states: [blind]",
    )


def describe_interval(monitor: Monitor) -> str:
    """Return how often a monitor tests."""
    return "at an unknown interval" if monitor.timer is None else f"every {duration(monitor.timer)}"


def describe_readings(status: MonitorStatus) -> str:
    """Name the two readings of the newest test's start where they differ: evidence counts from the earlier one."""
    gap = status.last_test.reading_gap if status.last_test is not None else 0.0
    if gap < READINGS_DIFFER:
        return ""
    return f"; utc_time_init and utc_mktime of its newest test differ by {duration(gap)}"


def quote_error(status: MonitorStatus) -> str:
    """Return what the newest failed test reported, after a colon; empty when it reported nothing."""
    return f": {sanitize(status.error)}" if status.error else ""
