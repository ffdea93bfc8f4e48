# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task that runs the gate: its options, the loop, its result and its reports."""

from __future__ import annotations

import gc
import secrets
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.plugins.loader import strategy_loader

from ...module_utils._api.client import Client
from ...module_utils._api.errors import ConfigurationError, raise_interruption
from ...module_utils._api.settings import Settings
from .._bytecode import load
from .._cache.resilient import TOKENS_ONLY, open_cache
from .._gate.baseline import Baseline, account_fingerprint, fingerprint
from .._gate.loop import Outcome
from .._gate.policy import AFTER, BEFORE, DURING, PHASES, Policy
from .._gate.proof import explain_circumstances
from .._gate.sample import Unavailable
from .._gate.verdict import Decision, decide, evaluate_unavailable
from .._options import validate_options
from .._system.console import Console
from .._system.processes import deferred_signals, exit_with_controller, sleep_with_controller
from .arguments import GATE, REQUEST_TIMEOUT, check_journal_days, read_policy
from .evaluation import evaluate_gate, system_clock
from .output import Progress, diff_baseline
from .result import abridge_failure, evaluate_crash, gate_result, list_report_paths
from .sampling import Sampler

if TYPE_CHECKING:
    from ansible.playbook.task import Task
    from ansible.template import Templar
    from ansible.utils.display import Display

    from .._gate.reports.document import Scope
    from .recording import GateRecording

FALLBACK = {"verbose_result": False}
"""The options that a result and its report need, for options that could not be read."""

FREE_STRATEGIES = ("free", "host_pinned")
"""The free strategies of Ansible. Strategies of others end with these names, such as ``mitogen_free``."""

AD_HOC = "Ansible Ad-Hoc"
"""Ansible's name for the play of the command ``ansible``, which prints any result as JSON."""


class GateTask:
    """A task that runs the gate, with the objects that Ansible passes to an action.

    ``read_arguments`` returns the arguments of the gate instead of those of the task, and may raise ValueError.
    ``fallback`` has the phase and the reports to use if it does.
    """

    def __init__(
        self,
        task: Task,
        templar: Templar,
        display: Display,
        read_arguments: Callable[[], Mapping[str, Any]] | None = None,
        fallback: Mapping[str, Any] | None = None,
    ) -> None:
        self._task = task
        self._templar = templar
        self.console = Console(display, silent=bool(task.no_log))
        self._is_abridged = read_arguments is None and not getattr(task, "register", None)
        self._read_arguments = read_arguments or (lambda: task.args)
        self._fallback = task.args if fallback is None else fallback
        self._scope: Scope | None = None
        self._recording: GateRecording | None = None
        self._run = secrets.token_hex(16)
        self._notes: list[str] = []
        self.labels: list[str] = []
        """The labels of the monitors in scope; set by ``result``."""

    def result(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Return the result of the task. Reports errors and crashes in the result instead of raising them."""
        # Responses become hundreds of thousands of objects and hardly any garbage, so collect during waits only.
        # Objects that the controller loaded before the fork are frozen, so that no collection scans them.
        collects = gc.isenabled()
        gc.freeze()
        gc.disable()
        try:
            return self._result_or_error(task_vars)
        finally:
            gc.unfreeze()
            if collects:
                gc.enable()

    def _result_or_error(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        began = time.time()
        warnings: list[str] = []
        baseline, options = None, {**FALLBACK, "reports": self._fallback.get("reports")}
        phase = self._fallback.get("phase")
        policy = Policy.of(phase if phase in PHASES else PHASES[0], began)
        with deferred_signals(), exit_with_controller(signal.SIGTERM):
            try:
                options = self._options(task_vars)
                policy, baseline = read_policy(options, began)
                outcome = self._outcome(policy, baseline, options, warnings, began)
                # Inside the block: matching a pattern of known against a label raises an error if it is too complex.
                decision = decide(outcome.evaluation, policy, time.time())
            except (AnsibleError, ConfigurationError, ValueError) as error:
                mistake = Unavailable(f"invalid gate configuration: {error}", "configuration", final=True)
                outcome = Outcome(evaluate_unavailable(mistake, policy))
                decision = decide(outcome.evaluation, policy, time.time())
            except BaseException as error:  # noqa: BLE001 - a crash stops with a verdict, a code and a report
                raise_interruption(error)
                outcome = Outcome(evaluate_crash(error))
                decision = decide(outcome.evaluation, policy, time.time())
            return self._result(outcome, decision, policy, baseline, options, warnings, began)

    def _options(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        self._refuse_free_strategies()
        renamed = {"timeout": REQUEST_TIMEOUT}
        options = validate_options(self._read_arguments(), task_vars, self._templar, GATE, renamed=renamed)
        if options["reports"]:
            from .._system.report_files import check_paths

            check_paths(options["reports"])
        check_journal_days(options["journal_days"])
        return options

    def _refuse_free_strategies(self) -> None:
        strategy = self._task.get_play().strategy
        if is_free_strategy(strategy):
            raise ValueError(
                f"the play uses the strategy {strategy}, in which hosts do not wait for one another, so a gate cannot "
                "hold them: use the strategy linear, or run the gate in a separate play"
            )

    def _outcome(
        self,
        policy: Policy,
        baseline: Baseline | None,
        options: dict[str, Any],
        warnings: list[str],
        began: float,
    ) -> Outcome:
        selected = [options[name] for name in ("include", "exclude", "types")]
        if baseline is not None and policy.phase in (DURING, AFTER):
            baseline.check_scope(fingerprint(*selected), _account(options))
        settings = Settings.from_options({**options, "timeout": options[REQUEST_TIMEOUT]})
        include, exclude, types = selected
        self._scope = {"api_url": settings.api_url, "include": include, "exclude": exclude, "types": types}
        if policy.phase == BEFORE and (options["reports"] or options["journal"]):
            from .debts import explain_debts

            self._notes = explain_debts(
                options["reports"], options["journal"], _account(options), fingerprint(*selected)
            )
        cache = open_cache(settings, options, warnings.append, TOKENS_ONLY)
        client = Client(settings, cache=cache)
        is_overridden = policy.override is not None and policy.override.is_valid(time.time())
        once = bool(self._task.check_mode) or is_overridden
        recording = self._recording = self._open_recording(options, began, warnings)
        make_sampler = Sampler if recording is None else partial(recording.sampler, once=once)
        progress = Progress(self.console.display)
        try:
            clock = system_clock(_wait)
            warn = warnings.append
            return evaluate_gate(options, policy, baseline, client, clock, warn, progress, once, make_sampler)
        finally:
            client.close()
            cache.close()

    def _open_recording(self, options: Mapping[str, Any], began: float, warnings: list[str]) -> GateRecording | None:
        """Return the record of this run, None without a journal."""
        if not options["journal"]:
            return None
        load("plugin_utils._gate_action.recording")
        from .recording import GateRecording

        recording = GateRecording(options, _account(options), warnings.append, began, bool(self._task.check_mode))
        self._run = recording.run
        return recording

    def _result(
        self,
        outcome: Outcome,
        decision: Decision,
        policy: Policy,
        baseline: Baseline | None,
        options: dict[str, Any],
        warnings: list[str],
        began: float,
    ) -> dict[str, Any]:
        ended = time.time()
        result = gate_result(outcome, decision, policy, baseline, options["verbose_result"], _account(options))
        if self._recording is not None:
            result = self._recording.mark_baseline(result)
        decided = result
        paths = list_report_paths(options["reports"])
        notes = [*decision.notes, *explain_circumstances(outcome, policy), *self._notes]
        debt: dict[str, Any] | None = None
        if decision.proceeds and result["owed"]:
            from .._gate.debts.debt import build_debt
            from .debts import explain_own_debt

            debt = build_debt(outcome, policy, baseline, _account(options), self._run, began)
            notes += explain_own_debt(debt, policy, paths, options.get("journal"))
        if decision.bypassed:
            self.console.banner(decision.notes[0])
        self.labels = [monitor.label for monitor in outcome.sample.monitors] if outcome.sample else []
        unwritten: list[str] = []
        if paths:
            from .._gate.reports.document import build_document
            from .._system.report_files import write_reports

            document = build_document(result, outcome, policy, began, notes, self._scope, self._run, debt)
            unwritten = write_reports(paths, document)
        if unwritten:
            result = {**result, "failed": True, "msg": f"{result['msg']} {'; '.join(unwritten)}."}
        self._display_details(result, diff_baseline(outcome.sample, baseline) if self._task.diff else [])
        if self._recording is not None:
            self._recording.finish(decided, ended, debt)
        result = {**result, "report_errors": unwritten, "warnings": list(dict.fromkeys([*warnings, *notes]))}
        return abridge_failure(result) if self._is_abridged else result

    def _display_details(self, result: Mapping[str, Any], difference: Sequence[str]) -> None:
        """Display the difference to the baseline, and what Ansible does not print of an ad hoc command."""
        lines = [result["summary"], *result["lines"]] if self._task.get_play().name == AD_HOC else []
        for line in (*difference, *lines):
            self.console.display(line)


def _account(options: Mapping[str, Any]) -> str:
    """Return the fingerprint of the API client, empty if the options could not be read."""
    if "api_url" not in options:
        return ""
    return account_fingerprint(str(options["api_url"]), str(options["client_id"]))


def _wait(seconds: float) -> None:
    gc.collect()
    sleep_with_controller(seconds)


def is_free_strategy(strategy: str) -> bool:
    """Whether hosts do not wait for one another in ``strategy``, by its name or the names of its base classes."""
    name = strategy.rpartition(".")[2]
    if name in FREE_STRATEGIES or name.endswith(tuple(f"_{free}" for free in FREE_STRATEGIES)):
        return True
    found = strategy_loader.get(strategy, class_only=True)
    parents = found.__mro__ if isinstance(found, type) else ()
    return any(parent.__module__.rpartition(".")[2] in FREE_STRATEGIES for parent in parents)
