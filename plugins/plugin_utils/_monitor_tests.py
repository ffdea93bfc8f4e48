# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests alerting, failing and stale. Missing information is an error, never false."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._api.errors import PayloadError
from ..module_utils._api.payloads import read_status
from ..module_utils._domain.monitor import MonitorStatus
from ..module_utils._domain.timestamps import validate_epoch
from ..module_utils._domain.timing import STALE_FACTOR, STALE_GRACE, staleness


def is_alerting(monitor: Any) -> bool:
    """Return whether an alert is active. Raises AnsibleFilterError for a monitor without that information."""
    known = _host_variable(monitor, "alert_active")
    return _parse_status(monitor, "alert_active").alert_active if known is None else known


def is_failing(monitor: Any) -> bool:
    """Return whether the newest test failed. Raises as is_alerting."""
    known = _host_variable(monitor, "failing")
    return _parse_status(monitor, "last_test").failing if known is None else known


def is_stale(
    monitor: Any, timer: Any = None, factor: Any = STALE_FACTOR, grace: Any = STALE_GRACE, now: Any = None
) -> bool:
    """Return whether the newest test is too old, in the future or missing, so that the monitor's state is unknown.

    ``timer`` and ``grace`` are in seconds, ``now`` is in epoch seconds and defaults to this machine's time. A monitor
    without a status is stale. Raises as is_alerting, also for an invalid number.
    """
    if timer is now is None and (factor, grace) == (STALE_FACTOR, STALE_GRACE):
        known = _host_variable(monitor, "stale")
        if known is not None:
            return known
    if _find_status(monitor, "last_test") is None:
        return True
    tested = _parse_status(monitor, "last_test").tested
    configured = _find_timer(monitor) if timer is None else timer
    seconds = None if configured is None else _parse_number("timer", configured)
    at = time.time() if now is None else _parse_number("now", now)
    return staleness(tested, seconds, at, _parse_number("factor", factor), _parse_number("grace", grace)) is not None


def _host_variable(monitor: Any, name: str) -> bool | None:
    """Return a variable of a host of the inventory kf_monitors; None for any other monitor."""
    variable = f"kf_{name}"
    if not isinstance(monitor, Mapping) or variable not in monitor:
        return None
    if monitor[variable] is None:
        raise AnsibleFilterError(f"{variable} is not available: the service returned no status of this monitor")
    return bool(monitor[variable])


def _find_timer(monitor: Mapping[str, Any]) -> Any:
    for name in ("timer", "kf_timer"):
        if name in monitor:
            return monitor[name]
    raise AnsibleFilterError(
        "this monitor has no timer: use kf_monitor or kf_monitor_info with with_status, or set the test's option timer"
    )


def _find_status(monitor: Any, needed: str) -> Any:
    """Return the status that a monitor is or contains. Raises AnsibleFilterError if there is none."""
    if not isinstance(monitor, Mapping):
        raise AnsibleFilterError(f"a monitor must be a dictionary, not {type(monitor).__name__.strip('_')}")
    for name in ("kf_status", "status"):
        if name in monitor:
            return monitor[name]
    if needed in monitor:
        return monitor
    if "state" in monitor:
        raise AnsibleFilterError("this monitor is from a result of kf_gate: use its state instead")
    raise AnsibleFilterError(
        f"this monitor has no {needed}: use kf_status, or kf_monitor with with_status, and add {needed} to fields"
    )


def _parse_status(monitor: Any, needed: str) -> MonitorStatus:
    status = _find_status(monitor, needed)
    if status is None:
        raise AnsibleFilterError("the service returned no status of this monitor, so its state is unknown")
    if not isinstance(status, Mapping) or needed not in status:
        raise AnsibleFilterError(f"the status of this monitor has no {needed}")
    entry = {"monitor": "monitor", "alert_active": False}
    entry.update(
        (name, _copy_plain(status[name])) for name in ("alert_active", "last_test", "last_failed") if name in status
    )
    try:
        return read_status(entry, "monitor")
    except PayloadError as error:
        raise AnsibleFilterError(str(error)) from None


def _parse_number(name: str, value: Any) -> float:
    try:
        return validate_epoch(float(value))
    except (TypeError, ValueError, OverflowError):
        raise AnsibleFilterError(f"{name} is not a number") from None


def _copy_plain(value: Any) -> Any:
    """Return ``value`` without the types of Ansible, which before 2.19 even ``str()`` preserves."""
    if isinstance(value, Mapping):
        return {str.__str__(name): _copy_plain(item) for name, item in value.items()}
    if isinstance(value, str):
        return str.__str__(value)
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
