# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gates that record into a journal which fails: no result changes, and a replay of the record gives it again."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import partial
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest import mock

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action import recording as gate_recording
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import read_policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.evaluation import (
    Clock,
    evaluate_gate,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.reader import JournalReader
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.recorder import Recorder
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.recorded_runs import replay_runs
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import complete_options

from ..choices import Choices
from ..exploration import Violation, Watch, temporary_folder
from ..gate.answers import CLEAN, TIMER
from ..gate.clocks import START, Clocks
from ..gate.layers import BEFORE, COMMON, OPTIONS, PLAIN
from ..gate.runs import ACCOUNT, DEPLOYMENT, SETTINGS, gate_result_of
from ..gate.service import COMPLETE, WHOLE, Answer, Service
from ..processes import Scheduler
from .database_model import DatabaseModel, replaced

PHASES = ("before", "during", "after")
CLASSES = (CLEAN, *COMMON, "stale", "untested", "two readings", "renamed")


class RecordedGatePart:
    """The phases of one deployment with one or two monitors."""

    name = "journal-gate"
    summary = "gates that record into a journal which fails: the same results, and a replay gives them again"
    exhaustive = False

    def run(self, choices: Choices, watch: Watch) -> None:
        with temporary_folder() as folder:
            _Run(os.path.join(folder, "journal.db"), choices, watch).play()


class _Run:
    def __init__(self, path: str, choices: Choices, watch: Watch) -> None:
        self.path, self.choices, self.watch = path, choices, watch
        self.scheduler = Scheduler(choices, START)
        self.model = DatabaseModel(self.scheduler, choices, choices.pick((0, 0, 60, 25)))
        self.timers = {f"m{number}": float(TIMER) for number in range(1 + choices.below(2))}
        self.has_date = choices.chance(2)
        given = {name: choices.pick(values[1:]) for name, values in OPTIONS.items() if choices.chance(6)}
        self.options: dict[str, Any] = {**PLAIN, **given}
        self.answers: list[Answer] = []
        self.live: dict[str, Mapping[str, Any]] = {}
        self.results: list[Mapping[str, Any]] = []
        self._numbers = count(1)

    def play(self) -> None:
        with replaced(self.model):
            self.scheduler.start("gate", self._deploy)
            self.scheduler.run()
        self._check_results()
        self._check_replay()

    def _answer(self) -> Answer:
        whole = self.choices.pick((COMPLETE,) * 20 + tuple(WHOLE))
        answer = Answer(whole, [self.choices.pick(CLASSES) for _name in self.timers])
        self.answers.append(answer)
        self.watch.log(f"  {answer}")
        return answer

    def _options(self, phase: str) -> dict[str, Any]:
        return {**self.options, **(BEFORE if phase == "before" else {})}

    def _deploy(self) -> None:
        clocks, baseline = Clocks(), None
        service = Service(clocks, self.timers, self._answer, self.has_date)
        recorder = partial(Recorder, now=clocks.now, clock=clocks.elapsed)
        numbers = SimpleNamespace(urandom=lambda size: next(self._numbers).to_bytes(size, "big"), path=os.path)
        with (
            mock.patch.object(gate_recording, "Recorder", recorder),
            mock.patch.object(gate_recording, "os", numbers),
        ):
            for phase in PHASES:
                result = self._record(phase, clocks, service, baseline)
                baseline = result["baseline"] if phase == "before" else baseline
                clocks.sleep(DEPLOYMENT)

    def _record(
        self, phase: str, clocks: Clocks, service: Service, baseline: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        given = complete_options({**self._options(phase), "phase": phase, "baseline": baseline, "journal": self.path})
        began, faults, warnings = clocks.now(), self.model.faults, list[str]()
        policy, before = read_policy(given, began)
        service.anchor = policy.anchor
        record = gate_recording.GateRecording(given, ACCOUNT, warnings.append, began, False)
        client = Client(SETTINGS, service, clocks.elapsed, clocks.sleep, lambda: 0.5, None, clocks.now)
        clock = Clock(clocks.now, clocks.elapsed, clocks.sleep)
        make_sampler = partial(record.sampler, once=False)
        outcome = evaluate_gate(given, policy, before, client, clock, warnings.append, make_sampler=make_sampler)
        client.close()
        decision = decide(outcome.evaluation, policy, clocks.now())
        result = record.mark_baseline(gate_result(outcome, decision, policy, before, False, ACCOUNT))
        self.live[record.run] = json.loads(json.dumps(result))
        self.results.append(result)
        record.finish(result, clocks.now())
        self.watch.log(f"{phase} {record.run}: {result['summary']}, {self.model.faults - faults} faults")
        self.watch.state(phase, result["verdict"], result["gate_rc"], self.model.faults - faults)
        return result

    def _check_results(self) -> None:
        """Raise Violation if a gate without a journal has another result."""
        clocks, baseline = Clocks(), None
        answers = iter(self.answers)
        service = Service(clocks, self.timers, lambda: next(answers), self.has_date)
        for phase, live in zip(PHASES, self.results, strict=False):
            result = gate_result_of(clocks, service, phase, self._options(phase), baseline)[0]
            baseline = result["baseline"] if phase == "before" else baseline
            if _decided(result) != _decided(json.loads(json.dumps(live))):
                raise Violation(f"{phase}: with a journal the result is {live['summary']}, without {result['summary']}")
            clocks.sleep(DEPLOYMENT)

    def _check_replay(self) -> None:
        if not os.path.exists(self.path) or not os.path.getsize(self.path):
            return
        with JournalReader.open(self.path) as reader:
            runs = reader.runs()
            found = {entry["run"]: entry for entry in replay_runs(reader, runs, runs)}
        is_clear = self.model.faults == 0
        is_started = False
        missing = []
        for run in self.live:
            is_started = is_started or run in found
            missing += [run] if is_clear and is_started and run not in found else []
        if missing:
            raise Violation(f"the journal has no run {missing}")
        for run, entry in found.items():
            is_other = entry["replayed_verdict"] not in (None, self.live[run]["verdict"])
            if (entry["differences"] and is_clear) or (is_other and not entry["differences"]):
                raise Violation(f"{run}: the replay differs in {entry['differences']}: {entry}")


def _decided(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a result decided, without what names the run."""
    return {name: value for name, value in result.items() if name != "baseline"}
