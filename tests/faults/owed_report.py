# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an earlier gate that owes the proof of a monitor, for kf_collect."""

from __future__ import annotations

import time
from pathlib import Path

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import Monitor, MonitorTest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import build_debt
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Gate
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.document import build_document
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import render_json
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import NO_OFFSET, Sample
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    SELECTION,
    config,
    monitor,
    policy,
    status,
)

from .worlds import MAIL, RARE, WORLDS

AGE = 3 * 86400.0
"""Seconds since the deployment."""

SLOW = 21600.0
"""The timer of the monitor at that time."""


def owed_monitor(world: str) -> str:
    """Return the id of the monitor in ``world`` whose proof is owed. It is clean."""
    return str((MAIL if MAIL in WORLDS[world] else RARE)["id"])


def write_owed_report(path: Path, world: str, account: str) -> None:
    """Write the report of a gate that ``account`` ran after a deployment some days ago."""
    now, name = time.time() - AGE, owed_monitor(world)
    after = policy("after", since=now, deploy_started=now - 600)
    waited = [100.0]

    def sample() -> Sample:
        at = now + waited[0]
        return Sample([_monitor("fast", at - 1, 60.0), _monitor(name, now - 3600, SLOW)], at, SELECTION, NO_OFFSET)

    def sleep(seconds: float) -> None:
        waited[0] += seconds

    outcome = Gate(after, None, sample, lambda: waited[0], sleep, lambda _wait: None).decide()
    decision = decide(outcome.evaluation, after, now)
    result = gate_result(outcome, decision, after, None, False, account)
    debt = build_debt(outcome, after, None, account, "run1", now)
    document = build_document(result, outcome, after, now, decision.notes, None, "run1", debt)
    path.write_text(render_json(document), encoding="utf-8")


def _monitor(name: str, tested: float, timer: float) -> Monitor:
    found = status(id=name, label=name, last_test=MonitorTest(tested, None), test_count=None)
    return monitor(found, config(id=name, label=name, timer=timer))
