# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates that owe proofs, and collectors that deliver them, two at a time and killed at any system call."""

from __future__ import annotations

import os
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.collector import Collector
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.result import (
    build_result,
    summarize_report,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.sampling import begin_poll
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._collect.store import ReportStore
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.debts.debt import build_debt
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.reports.document import build_document
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import read_policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.evaluation import (
    Clock,
    evaluate_gate,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.json_report import ReportError
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._system.report_files import write_reports
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import complete_options

from ..choices import Choices
from ..exploration import Watch, temporary_folder
from ..gate.clocks import START, Clocks
from ..gate.runs import ACCOUNT, SETTINGS
from ..gate.service import COMPLETE, Answer, Service
from ..processes import Scheduler
from .debts_in_file import DebtsInFile
from .files_model import FilesModel, replaced
from .slow_service import SLOW, SlowWorld

PAUSES = (SLOW, 0.5 * SLOW, 60.0, 2.5 * SLOW)
OFFSETS = (0.0, 0.0, 300.0, -300.0)


class ProcessClocks(Clocks):
    """The clocks of one process: its own may be ahead of that of another one."""

    def __init__(self, scheduler: Scheduler, ours: float) -> None:
        super().__init__()
        self._scheduler = scheduler
        self.ours = ours

    def now(self) -> float:
        return self._scheduler.now + self.ours

    def elapsed(self) -> float:
        return self._scheduler.now

    def service(self) -> float:
        return self._scheduler.now + self.theirs

    def sleep(self, seconds: float) -> None:
        self._scheduler.sleep(max(seconds, 1e-3))


class CollectPart:
    """A report with debts under gates and collectors."""

    name = "collect"
    summary = "gates and collectors of one report that are killed: no debt is lost, repeated or delivered falsely"
    exhaustive = False

    def run(self, choices: Choices, watch: Watch) -> None:
        with temporary_folder() as folder:
            World(os.path.join(folder, "gate.json"), choices, watch).play()


class World:
    """The processes of one run, and the checker of their file."""

    def __init__(self, path: str, choices: Choices, watch: Watch) -> None:
        self.path = path
        self.choices = choices
        self.watch = watch
        self.scheduler = Scheduler(choices, START)
        self.model = FilesModel(self.scheduler, choices, choices.pick((0, 40, 15)), watch.log)
        self.options: dict[str, Any] = {
            "clean_tests": choices.pick((1, 2)),
            "recovery_tests": choices.pick((2, 3)),
            "settle": 0.0,
            "poll": 60.0,
        }
        self.monitors = SlowWorld(choices, START)
        self.debts = DebtsInFile(path, self.monitors, self.options, watch)

    def play(self) -> None:
        self.model.on_replace = lambda: self.debts.check(self.scheduler.now)
        with replaced(self.model, self.scheduler):
            self.scheduler.start("gate 1", lambda: self._deploy("run1", 0.0))
            self.scheduler.run()
            self.scheduler.start("collector 1", lambda: self._collect(1))
            self.scheduler.start("collector 2", lambda: self._collect(2))
            if self.choices.chance(2):
                self.scheduler.start("gate 2", lambda: self._deploy("run2", self.choices.pick(PAUSES)))
            self.scheduler.run()
            self.debts.check(self.scheduler.now)
            if self.choices.chance(2):
                self.model.cut_power(self.path)
            self.debts.check(self.scheduler.now)
            self._end_well()

    def _end_well(self) -> None:
        """Collect without a fault when all tests pass: then nothing is owed any more."""
        self.model = FilesModel(self.scheduler, self.choices, 0, self.watch.log)
        self.scheduler.now += 12 * SLOW
        with replaced(self.model, self.scheduler):
            for _number in range(8 if self.monitors.is_healthy else 1):
                if not self.debts.waiting:
                    break
                self.scheduler.start("last collector", lambda: self._collect_once(3, 0.0))
                self.scheduler.run()
                self.scheduler.now += SLOW
        self.debts.check(self.scheduler.now)
        self.debts.check_paid()

    def _client(self, ours: float) -> tuple[Client, ProcessClocks]:
        clocks = ProcessClocks(self.scheduler, ours)
        names = tuple(self.monitors.timers)
        service = Service(clocks, self.monitors.timers, lambda: Answer(COMPLETE, names), has_date=True)
        service.update = lambda name, _kind: self.monitors.entry(name, clocks.service())
        return Client(SETTINGS, service, clocks.elapsed, clocks.sleep, lambda: 0.5, None, clocks.now), clocks

    def _deploy(self, run: str, delay: float) -> None:
        """Run phase ``after`` and write its report, as the action does."""
        if delay:
            self.scheduler.sleep(delay)
        client, clocks = self._client(0.0)
        began = clocks.now()
        given = complete_options({**self.options, "phase": "after"})
        policy, baseline = read_policy(given, began)
        clock = Clock(clocks.now, clocks.elapsed, clocks.sleep)
        outcome = evaluate_gate(given, policy, baseline, client, clock, self.watch.log)
        decision = decide(outcome.evaluation, policy, clocks.now())
        result = gate_result(outcome, decision, policy, baseline, False, ACCOUNT)
        debt = None
        if decision.proceeds and result["owed"]:
            debt = build_debt(outcome, policy, baseline, ACCOUNT, run, began)
        document = build_document(result, outcome, policy, began, (), None, run, debt)
        self.watch.log(f"{run} at {began - START:.0f}: {result['verdict']}, owes {len(result['owed'])}")
        if write_reports([self.path], document):
            return
        self.debts.add(run, began, debt)
        self.debts.check(self.scheduler.now)

    def _collect(self, number: int) -> None:
        for _number in range(1 + self.choices.below(3)):
            self.scheduler.sleep(self.choices.pick(PAUSES))
            self._collect_once(number, self.choices.pick((0.0, 0.0, 600.0)))

    def _collect_once(self, number: int, wait: float) -> None:
        client, clocks = self._client(self.choices.pick(OFFSETS))
        collector = Collector(
            ReportStore(self.path, summarize_report),
            ACCOUNT,
            lambda: begin_poll(client, self.watch.log, clocks.now),
            clocks.now,
            clocks.sleep,
            lambda _stored: None,
            summarize_report,
        )
        try:
            collection = collector.collect(wait)
        except ReportError as error:
            self.watch.log(f"collector {number}: {error}".replace(os.path.dirname(self.path), "folder"))
            return
        result = build_result(collection, "warn")
        self.watch.log(f"collector {number} at {self.scheduler.now - START:.0f}: {result['state']}")
        self.watch.state(result["state"], result["gate_rc"], len(result["owed"]), len(result["proofs"]))
        self.debts.check_result(result, self.scheduler.now)
        self.debts.check(self.scheduler.now)
