# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task may ask of a monitor that a plugin of ours told it of. What nobody knows is an error, never a no."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._api.errors import PayloadError
from ..module_utils._api.payloads import read_status
from ..module_utils._domain.monitor import MonitorStatus
from ..module_utils._domain.timestamps import validate_epoch
from ..module_utils._domain.timing import FACTOR, GRACE, staleness


def is_alerting(monitor: Any) -> bool:
    """Whether an alert is active. Raises AnsibleFilterError for a monitor of which that is not told."""
    told = _judged(monitor, "alert_active")
    return _status(monitor, "alert_active").alert_active if told is None else told


def is_failing(monitor: Any) -> bool:
    """Whether the newest test failed. Raises as is_alerting."""
    told = _judged(monitor, "failing")
    return _status(monitor, "last_test").failing if told is None else told


def is_stale(monitor: Any, timer: Any = None, factor: Any = FACTOR, grace: Any = GRACE, now: Any = None) -> bool:
    """Whether the newest test is too old, in the future or missing, so that nobody knows how the monitor is.

    ``timer`` and ``grace`` are in seconds, ``now`` is in epoch seconds and otherwise this machine's time. A monitor
    that has no status is stale. Raises as is_alerting, also for a number that is none.
    """
    if timer is now is None and (factor, grace) == (FACTOR, GRACE):
        told = _judged(monitor, "stale")
        if told is not None:
            return told
    if _part(monitor, "status", "last_test") is None:
        return True
    tested = _status(monitor, "last_test").tested
    due = _timer(monitor) if timer is None else timer
    moment = time.time() if now is None else _number("now", now)
    return (
        staleness(
            tested,
            None if due is None else _number("timer", due),
            moment,
            _number("factor", factor),
            _number("grace", grace),
        )
        is not None
    )


def _judged(monitor: Any, name: str) -> bool | None:
    """Return what is told of a host of the inventory, None for anything that is no such host."""
    variable = f"kf_{name}"
    if not isinstance(monitor, Mapping) or variable not in monitor:
        return None
    if monitor[variable] is None:
        raise AnsibleFilterError(f"{variable} is not known: the service told no status of this monitor")
    return bool(monitor[variable])


def _timer(monitor: Mapping[str, Any]) -> Any:
    for name in ("timer", "kf_timer"):
        if name in monitor:
            return monitor[name]
    raise AnsibleFilterError(
        "this monitor has no timer: ask kf_monitor or kf_monitor_info with with_status, or give the test a timer"
    )


def _part(monitor: Any, name: str, needed: str) -> Any:
    """Return the status that a monitor is or has. Raises AnsibleFilterError when it is neither."""
    if not isinstance(monitor, Mapping):
        raise AnsibleFilterError(f"a monitor is a dictionary, not {type(monitor).__name__.strip('_')}")
    for place in (f"kf_{name}", name):
        if place in monitor:
            return monitor[place]
    if needed in monitor:
        return monitor
    if "state" in monitor:
        raise AnsibleFilterError("this monitor comes from kf_gate, which has judged it: look at its state")
    raise AnsibleFilterError(
        f"this monitor has no {needed}: ask kf_status, or kf_monitor with with_status, and have {needed} among fields"
    )


def _status(monitor: Any, needed: str) -> MonitorStatus:
    status = _part(monitor, "status", needed)
    if status is None:
        raise AnsibleFilterError("the service told no status of this monitor, so that nobody knows how it is")
    if not isinstance(status, Mapping) or needed not in status:
        raise AnsibleFilterError(f"the status of this monitor has no {needed}")
    entry = {"monitor": "monitor", "alert_active": False}
    entry.update(
        (name, _plain(status[name])) for name in ("alert_active", "last_test", "last_failed") if name in status
    )
    try:
        return read_status(entry, "monitor")
    except PayloadError as error:
        raise AnsibleFilterError(str(error)) from None


def _number(name: str, value: Any) -> float:
    try:
        return validate_epoch(float(value))
    except (TypeError, ValueError, OverflowError):
        raise AnsibleFilterError(f"{name} is no number") from None


def _plain(value: Any) -> Any:
    """Return ``value`` without what Ansible knows of it beside, which before 2.19 even ``str`` keeps."""
    if isinstance(value, Mapping):
        return {str.__str__(name): _plain(held) for name, held in value.items()}
    if isinstance(value, str):
        return str.__str__(value)
    for kind in (bool, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value
