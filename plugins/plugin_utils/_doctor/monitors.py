# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the monitors: their number, whether status and configurations list the same ones, and their newest tests."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.text import quantity
from ...module_utils._domain.timestamps import parse_utc
from ...module_utils._domain.timing import FUTURE, OLD, UNTESTED, staleness
from .context import CheckContext
from .results import CheckResult, ok, skipped, warning

CODES = {UNTESTED: "tests_absent", FUTURE: "tests_ahead", OLD: "tests_old"}
"""The result's code for a newest test that the gate, with its default options, does not accept."""

MAX_CONTRADICTION = 900.0
"""Seconds between the two times of one test. In the vendor's own sample they differ by 540."""

PRINTABLE_TYPE = re.compile(r"[A-Za-z0-9 _/-]{1,20}")


def check_monitors(context: CheckContext, now: Callable[[], float] = time.time) -> list[CheckResult]:
    """Count the monitors, compare both lists, and check the newest tests."""
    statuses, configs = context.statuses, context.configs
    if statuses is None or configs is None:
        return [skipped("there are no two responses to compare")]
    if not statuses and not configs:
        return [warning("no_monitors", "neither response lists an active monitor")]
    alerting = sum(status.alert_active for status in statuses)
    types = Counter(_printable_type(config.type) for config in configs)
    by_type = ", ".join(f"{name} {count}" for name, count in types.most_common(8)) or "none"
    configured = quantity(len(configs), "configuration")
    counts = f"{len(statuses):,} in the status, {alerting:,} of them alerting; {configured}: {by_type}"
    client = context.client
    service_time = client.service_time() if client is not None else None
    return [
        ok(counts),
        *_compare_lists(statuses, configs),
        *_check_tests(statuses, configs, service_time[0] if service_time else now()),
    ]


def _printable_type(name: str | None) -> str:
    return name if name is not None and PRINTABLE_TYPE.fullmatch(name) else "others"


def _compare_lists(statuses: Iterable[MonitorStatus], configs: Iterable[MonitorConfig]) -> list[CheckResult]:
    reported, configured = {status.id for status in statuses}, {config.id for config in configs}
    if reported == configured:
        return []
    only_status, only_configs = len(reported - configured), len(configured - reported)
    message = f"monitors in the status only: {only_status}, in the configurations only: {only_configs}"
    return [warning("join_differs", message)]


def _check_tests(statuses: list[MonitorStatus], configs: list[MonitorConfig], now: float) -> list[CheckResult]:
    timers = {config.id: config.timer for config in configs}
    counts = Counter(CODES.get(staleness(status.tested, timers.get(status.id), now) or "", "") for status in statuses)
    counts["tests_contradict"] = sum(_is_contradictory(status.fields.get("last_test")) for status in statuses)
    messages = {
        "tests_absent": "no newest test with a time",
        "tests_ahead": "newest test in the future",
        "tests_old": "newest test older than the gate accepts",
        "tests_contradict": f"two times of the newest test that differ by more than {MAX_CONTRADICTION:.0f} s",
    }
    return [
        warning(code, f"{message}: {counts[code]:,} of {quantity(len(statuses), 'monitor')}")
        for code, message in messages.items()
        if counts[code]
    ]


def _is_contradictory(test: Mapping[str, Any] | None) -> bool:
    """Whether the two UTC times of a test, which the reader has validated, cannot be the same moment."""
    text, seconds = (test or {}).get("utc_time_init"), (test or {}).get("utc_mktime")
    return text is not None and seconds is not None and abs(parse_utc(text) - seconds) > MAX_CONTRADICTION
