# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many monitors both answers tell of, whether they are the same ones, and whether their tests make sense."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.text import quantity
from ...module_utils._domain.timestamps import epoch
from ...module_utils._domain.timing import FUTURE, OLD, UNTESTED, staleness
from .finding import Finding, fine, skipped, warning
from .patient import Patient

ODD = {UNTESTED: "tests_absent", FUTURE: "tests_ahead", OLD: "tests_old"}
"""What it is called here when the gate, unless its options say otherwise, cannot go by a newest test."""

APART = 900.0
"""Seconds between the two times of one test. In the vendor's own sample there are 540."""


def examine(patient: Patient, now: Callable[[], float] = time.time) -> list[Finding]:
    """Count, join and look at the newest tests."""
    statuses, configs = patient.statuses, patient.configs
    if statuses is None or configs is None:
        return [skipped("there are no two answers to join")]
    if not statuses and not configs:
        return [warning("no_monitors", "there is no active monitor in either answer")]
    alerting = sum(status.alert_active for status in statuses)
    types = Counter(_shown(config.type) for config in configs)
    kinds = ", ".join(f"{kind} {count}" for kind, count in types.most_common(8)) or "none"
    configured = quantity(len(configs), "configuration")
    told = f"{len(statuses):,} in the status, {alerting:,} of them with an alert; {configured}: {kinds}"
    client = patient.client
    service = client.service_time() if client is not None else None
    return [fine(told), *_joined(statuses, configs), *_tests(statuses, configs, service[0] if service else now())]


def _shown(kind: str | None) -> str:
    return kind if kind is not None and re.fullmatch(r"[A-Za-z0-9 _/-]{1,20}", kind) else "others"


def _joined(statuses: Iterable[MonitorStatus], configs: Iterable[MonitorConfig]) -> list[Finding]:
    told, configured = {status.id for status in statuses}, {config.id for config in configs}
    if told == configured:
        return []
    only = (
        f"monitors in the status only: {len(told - configured)}, in the configurations only: {len(configured - told)}"
    )
    return [warning("join_differs", only)]


def _tests(statuses: list[MonitorStatus], configs: list[MonitorConfig], now: float) -> list[Finding]:
    timers = {config.id: config.timer for config in configs}
    counts = Counter(ODD.get(staleness(status.tested, timers.get(status.id), now) or "", "") for status in statuses)
    counts["tests_contradict"] = sum(_contradicts(status.fields.get("last_test")) for status in statuses)
    words = {
        "tests_absent": "have no newest test with a time",
        "tests_ahead": "have a newest test in the future",
        "tests_old": "have a newest test that is older than the gate accepts",
        "tests_contradict": f"have a newest test whose two times are more than {APART:.0f} s apart",
    }
    return [
        warning(code, f"{counts[code]:,} of {quantity(len(statuses), 'monitor')} {told}")
        for code, told in words.items()
        if counts[code]
    ]


def _contradicts(test: Mapping[str, Any] | None) -> bool:
    """Whether the two UTC times of a test cannot be the same moment. Both were read before."""
    text, seconds = (test or {}).get("utc_time_init"), (test or {}).get("utc_mktime")
    return text is not None and seconds is not None and abs(epoch(text) - seconds) > APART
