# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence of one monitor as plain data, with which a later task continues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....module_utils._domain.monitor import Monitor, MonitorConfig
from ..baseline import BaselineMonitor
from ..monitor_history import TestHistory
from .fields import (
    DebtError,
    read_count,
    read_flag,
    read_number,
    read_numbers,
    read_object,
    read_optional_count,
    read_optional_number,
    read_optional_text,
    read_text,
)

TIMES = ("newest", "premature", "alerted", "alerting_since", "cleared_alert", "proved_from", "proved_until")
COUNTS = ("failed_run", "failed_run_since_anchor", "failures", "tests_after_failure")
WINDOW_COUNTS = ("alert_count", "fail_count", "test_count")
FLAGS = ("is_failed", "is_outdated")


def encode_history(history: TestHistory) -> dict[str, Any]:
    """Return the history of a monitor as plain data."""
    monitor = history.monitor
    config = monitor.config
    return {
        "label": monitor.label,
        "config": None if config is None else {"type": config.type, "timer": config.timer, "active": config.active},
        "clean_starts": list(history.clean_starts),
        "alert_id": history.alert_id,
        **{name: getattr(history, name) for name in (*TIMES, *COUNTS, *WINDOW_COUNTS, *FLAGS)},
    }


def decode_history(monitor_id: str, data: Mapping[str, Any]) -> TestHistory:
    """Return the history in ``data``. Raises DebtError if it is not one."""
    history = TestHistory(_decode_monitor(monitor_id, data))
    history.has_status = True
    history.clean_starts = read_numbers(data, "clean_starts")
    history.alert_id = read_optional_text(data, "alert_id")
    for name in TIMES:
        setattr(history, name, read_optional_number(data, name))
    for name in COUNTS:
        setattr(history, name, read_count(data, name))
    for name in WINDOW_COUNTS:
        setattr(history, name, read_optional_count(data, name))
    for name in FLAGS:
        setattr(history, name, read_flag(data, name))
    if (history.proved_from is None) != (history.proved_until is None):
        raise DebtError("proved_from and proved_until disagree")
    return history


def _decode_monitor(monitor_id: str, data: Mapping[str, Any]) -> Monitor:
    label = read_text(data, "label")
    if data.get("config") is None:
        return Monitor(monitor_id, label, None, None, None)
    given = read_object(data, "config")
    kind, timer = read_optional_text(given, "type"), read_optional_number(given, "timer")
    if timer is not None and timer <= 0:
        raise DebtError("timer is not positive")
    config = MonitorConfig(monitor_id, label, kind, timer, read_flag(given, "active"), {})
    return Monitor(monitor_id, label, kind, config, None)


def encode_baseline_monitor(then: BaselineMonitor) -> dict[str, Any]:
    """Return the state of a monitor before the deployment as plain data."""
    return {name: value for name, value in then._asdict().items() if name != "id"}


def decode_baseline_monitor(monitor_id: str, data: Mapping[str, Any]) -> BaselineMonitor:
    """Return the state of a monitor before the deployment. Raises DebtError if ``data`` is not one."""
    return BaselineMonitor(
        monitor_id,
        read_text(data, "label"),
        read_optional_number(data, "timer"),
        read_flag(data, "active"),
        read_optional_text(data, "problem"),
        read_optional_text(data, "alert"),
        read_optional_number(data, "alerted"),
        read_count(data, "alert_count"),
    )


def read_time(data: Mapping[str, Any], name: str) -> float:
    """Return epoch seconds. Raises DebtError for a number that is not a time of this service."""
    seconds = read_number(data, name)
    if not 0 < seconds < LATEST:
        raise DebtError(f"{name} is not a time")
    return seconds


LATEST = 10**11
"""Epoch seconds, in the year 5138."""
