# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report files with owed proofs, and a collector that reads a world of slow monitors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.collector import (
    Collection,
    Collector,
    TakeSample,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.result import summarize_report
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.store import ReportStore
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import Debt, build_debt
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.document import build_document
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.formats import render_json
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample, Unavailable
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result

from .._gate.debts.slow_monitors import ACCOUNT, FIRST, NOW, SLOW, SlowWorld, end_after

TESTS = [FIRST + number * SLOW + 60 for number in range(30)]
"""Times shortly after each test of a slow monitor."""


def make_document(
    world: SlowWorld, run: str = "run1", account: str = ACCOUNT, with_debt: bool = True, **given: Any
) -> dict[str, Any]:
    """Return the JSON report of phase ``after`` in ``world``."""
    outcome, after = end_after(world, **given)
    decision = decide(outcome.evaluation, after, NOW)
    result = gate_result(outcome, decision, after, None, False, account)
    debt = build_debt(outcome, after, None, account, run, NOW) if with_debt else None
    document = build_document(result, outcome, after, NOW, decision.notes, None, run, debt)
    return dict(json.loads(render_json(document)))


def write(path: Path, document: Mapping[str, Any]) -> Path:
    path.write_text(json.dumps(document, indent=2), encoding="utf-8")
    return path


class Service:
    """Returns samples of ``world`` at the time of ``clock``, or raises ``failure``. ``polls`` counts them."""

    def __init__(self, world: SlowWorld, at: float = NOW + 200) -> None:
        self.world = world
        self.time = at
        self.polls = 0
        self.failure: Unavailable | None = None
        self.on_poll: Callable[[], object] = lambda: None

    def begin_poll(self) -> TakeSample:
        self.polls += 1
        self.on_poll()

        def take(debt: Debt) -> Sample:
            if self.failure is not None:
                raise self.failure
            return self.world.sample(self.time, {str(entry["monitor"]) for entry in debt.owed})

        return take

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def collect(
    path: Path, service: Service, wait: float = 0.0, account: str = ACCOUNT, dry_run: bool = False
) -> Collection:
    """Run a collector on the report at ``path``, as another process would."""
    return Collector(
        ReportStore(str(path), summarize_report),
        account,
        service.begin_poll,
        lambda: service.time,
        service.sleep,
        lambda _stored: None,
        summarize_report,
        dry_run,
    ).collect(wait)
