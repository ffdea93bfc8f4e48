# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors for gate tests: clean at NOW unless a test changes them."""

from __future__ import annotations

from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    Monitor,
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.baseline import Baseline, BaselineMonitor
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.evidence import Evidence
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.states import View

NOW = 1_800_000_000.0
TIMER = 60.0
SELECTION = "selection"

LONGEST = "x" * 80
"""A name that a message contains completely; a longer one is cut to CUT."""
CUT = "x" * 77 + "..."
NAMES = [("Web", "Web"), (LONGEST, LONGEST), (LONGEST + "x", CUT), ("a\x1b\nb", "a\\x1b\\nb")]
"""Names, and the short and printable form in which messages contain them."""


def status(**changes: Any) -> MonitorStatus:
    fields: dict[str, Any] = {
        "id": "m1",
        "label": "Web",
        "alert_active": False,
        "alert_count": 0,
        "fail_count": 0,
        "test_count": 30,
        "alerted": None,
        "last_test": MonitorTest(NOW - 10, None),
        "last_failed": None,
        "fields": {},
    }
    return MonitorStatus(**{**fields, **changes})


def failing(at: float = NOW - 10, **changes: Any) -> MonitorStatus:
    check = MonitorTest(at, "no answer")
    return status(**{"last_test": check, "last_failed": check, "fail_count": 1, **changes})


def config(**changes: Any) -> MonitorConfig:
    fields: dict[str, Any] = {"id": "m1", "label": "Web", "type": "http", "timer": TIMER, "active": True, "fields": {}}
    return MonitorConfig(**{**fields, **changes})


def monitor(of_status: MonitorStatus | None = None, of_config: MonitorConfig | None = None) -> Monitor:
    known = of_config or of_status
    assert known is not None
    return Monitor(known.id, known.label, of_config.type if of_config else None, of_config, of_status)


def sample(*statuses: MonitorStatus, at: float = NOW, timer: float = TIMER) -> Sample:
    return Sample([monitor(one, config(id=one.id, label=one.label, timer=timer)) for one in statuses], at, SELECTION)


def policy(phase: str = "before", since: float = NOW, **given: Any) -> Policy:
    return Policy.of(phase, since, **given)


def view(of_policy: Policy, *samples: Sample, baseline: Baseline | None = None) -> View:
    """The view for an evaluation of the last of ``samples``."""
    evidence = Evidence(of_policy, baseline)
    for one in samples:
        evidence.observe(one)
    return View(of_policy, evidence, baseline, samples[-1].taken_at, samples[-1].clock_offset)


def baseline(*monitors: BaselineMonitor, at: float = NOW - 600) -> Baseline:
    return Baseline(at, SELECTION, "account", {one.id: one for one in monitors})


def then(**changes: Any) -> BaselineMonitor:
    fields: dict[str, Any] = {"id": "m1", "label": "Web", "timer": TIMER, "active": True}
    return BaselineMonitor(**{**fields, **changes})
