# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One deployment in the model: the gates of its phases with the real client and the real evaluation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.client import Client
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.settings import Settings
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.loop import Poll
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.verdict import decide
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import read_policy
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.evaluation import (
    Clock,
    evaluate_gate,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.result import gate_result
from ansible_collections.knowledgefront.monitoring.tests.characteristic.gate_adapter import complete_options

from ..exploration import Violation, Watch
from .clocks import Clocks
from .design import Wait
from .expected_verdict import Played, check
from .history import read_events, weigh
from .service import Answer, Service

ACCOUNT = "0123456789abcdef"
SETTINGS = Settings.from_options({"client_id": "a-client", "client_secret": "the-secret-of-a-client", "retries": 0})
DEPLOYMENT = 100.0
"""Seconds between two phases."""


class Deployment:
    """The gates of one deployment, in which ``next_answer`` decides what each poll receives."""

    def __init__(
        self,
        timers: Mapping[str, float | None],
        next_answer: Callable[[], Answer],
        watch: Watch,
        has_date: bool = False,
    ) -> None:
        self.clocks = Clocks()
        self.service = Service(self.clocks, timers, next_answer, has_date)
        self.baseline: Mapping[str, Any] | None = None
        self._before: Wait | None = None
        self._watch = watch

    def run(self, phase: str, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """Run the gate of ``phase`` with ``options``, check it, and return its result."""
        began, position = self.clocks.now(), len(self.service.polls)
        given = {**options, "verbose_result": True}
        if self._is_baseline_early(options):
            self._check_refused(phase, given)
            return {}
        result, polls = gate_result_of(self.clocks, self.service, phase, given, self.baseline)
        wait = self._wait(phase, options, began, position)
        self._log(wait, result)
        check(
            wait,
            Played(
                result, [one.verdict for one in polls], [one.counts for one in polls], [one.seconds for one in polls]
            ),
        )
        if phase == "before":
            self.baseline = result["baseline"]
            self._before = None if self.baseline is None else wait
        return dict(result)

    def _is_baseline_early(self, options: Mapping[str, Any]) -> bool:
        """Whether the baseline is later than now, because our clock was set back."""
        if self._before is None:
            return False
        taken_at = self._wait("after", options, 0.0, 0).deploy_started or 0.0
        return taken_at > self.clocks.now() + options.get("stale_grace", 60.0)

    def _check_refused(self, phase: str, options: Mapping[str, Any]) -> None:
        try:
            gate_result_of(self.clocks, self.service, phase, options, self.baseline)
        except ValueError:
            return
        raise Violation(f"{phase}: the baseline is from the future, and the gate accepts it")

    def _wait(self, phase: str, options: Mapping[str, Any], began: float, position: int) -> Wait:
        polls = self.service.polls[position:]
        before = self._before
        valid = [poll for poll in before.polls if poll.statuses is not None] if before is not None else []
        if before is None or not valid or phase == "before":
            return Wait(phase, options, began, polls)
        rows = {name: _row_of(name, before) for name in before.names}
        taken_at = float(int(valid[-1].taken_at))
        return Wait(phase, options, began, polls, valid[-1]._replace(), rows, taken_at)

    def _log(self, wait: Wait, result: Mapping[str, Any]) -> None:
        states = {one["id"]: one["state"] for one in result["monitors"]}
        line = f"{wait.phase}: {result['verdict']} {result['gate_rc']} after {len(wait.polls)} polls: {states}"
        self._watch.log(line)
        self._watch.state(
            wait.phase, result["verdict"], result["gate_rc"], tuple(sorted(states.items())), result["lines"]
        )


def gate_result_of(
    clocks: Clocks, service: Service, phase: str, options: Mapping[str, Any], baseline: Mapping[str, Any] | None
) -> tuple[dict[str, Any], Sequence[Poll]]:
    """Run a gate with the real client, and return its result and its polls."""
    given = complete_options({**options, "phase": phase, "baseline": baseline})
    policy, before = read_policy(given, clocks.now())
    service.anchor = policy.anchor
    client = Client(SETTINGS, service, clocks.elapsed, clocks.sleep, _half, None, clocks.now)
    clock = Clock(clocks.now, clocks.elapsed, clocks.sleep)
    outcome = evaluate_gate(given, policy, before, client, clock, _ignore)
    client.close()
    decision = decide(outcome.evaluation, policy, clocks.now())
    result = gate_result(outcome, decision, policy, before, bool(given["verbose_result"]), ACCOUNT)
    return dict(json.loads(json.dumps(result))), outcome.polls


def _row_of(name: str, wait: Wait) -> int:
    reader = read_events(name, wait.past(name), wait.first_anchor, wait.polls)
    return weigh(reader.events, wait.anchor, wait.proof_of(None)).row


def _half() -> float:
    return 0.5


def _ignore(_text: object) -> None:
    """Take a warning, which no checker reads."""
