# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluate a gate once for all hosts of a play."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.template import Templar

from ...module_utils._domain.text import join_names, sanitize
from .._gate.policy import AFTER, BEFORE, DURING
from .._gate_action.result import list_report_paths
from .._gate_action.task import GateTask, is_free_strategy
from .handlers import find_pending_handlers
from .run_state import RunState, preserve_reports, verdict_key
from .variables import (
    CONNECT,
    OPTIONS,
    PREFIX,
    RESULT,
    WORKFLOW_BASELINE,
    read_options,
    refuse_replaced_result,
    refuse_unknown_names,
)
from .verdict_view import build_verdict_view

if TYPE_CHECKING:
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.task import Task
    from ansible.utils.display import Display

KF_GATE = "knowledgefront.monitoring.kf_gate"


class RoleEvaluation:
    """A task of the role that evaluates the gate, with the objects that Ansible passes to an action."""

    def __init__(self, task: Task, templar: Templar, display: Display, loader: DataLoader, state: RunState) -> None:
        self._task = task
        self._templar = templar
        self._display = display
        self._loader = loader
        self._state = state
        self._phase = str(task.args["phase"])
        self._selection = ""
        self._warnings: list[str] = []

    def result(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Return the complete result of the gate, and store the verdict for the second task of the role, which fails.

        The result itself fails only if the second task would not run or could not stop all hosts.
        """
        fallback = {"phase": self._phase, "reports": self._reports(task_vars)}
        preserve_reports(list_report_paths(fallback["reports"]), self._phase, self._state)
        gate = GateTask(self._task, self._templar, self._display, lambda: self._arguments(task_vars), fallback)
        result = gate.result(dict(task_vars))
        stored = False
        if self._phase == BEFORE and not result["failed"] and result["baseline"] is not None:
            batch = list(map(str, task_vars["ansible_play_batch"]))
            stored = self._state.write_baseline(result["baseline"], self._selection, self._task.get_play()._uuid, batch)
        view = build_verdict_view(result, gate.labels)
        self._state.write_verdict(verdict_key(self._task), {"phase": self._phase, "view": view})
        warnings = [*result["warnings"], *self._warnings]
        stops = result["failed"] and not self._reaches_verdict({**task_vars, RESULT: result})
        fails = stops or is_free_strategy(self._task.get_play().strategy)
        if fails:
            result["msg"] = view["msg"]
        return {**result, "failed": fails, "baseline_stored": stored, "warnings": warnings}

    def _reaches_verdict(self, task_vars: Mapping[str, Any]) -> bool:
        """Whether the second task will run: its conditions may depend on this result."""
        templar = Templar(loader=self._loader, variables=dict(task_vars))
        try:
            if hasattr(templar, "evaluate_conditional"):  # since ansible-core 2.19
                return all(templar.evaluate_conditional(condition) for condition in self._task.when)
            return bool(self._task.evaluate_conditional(templar, dict(task_vars)))
        except AnsibleError:
            return False

    def _reports(self, task_vars: Mapping[str, Any]) -> Any:
        """Return the value of ``reports``, for the case that other options cannot be read."""
        try:
            return self._render(task_vars.get(f"{PREFIX}reports"), task_vars)
        except ValueError:
            return None

    def _arguments(self, task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of the gate. Raises ValueError for invalid options and for pending handlers."""
        arguments = {name: value for name, value in self._task.args.items() if name in CONNECT}
        for defaults in self._task.module_defaults or []:
            arguments.update(self._templar.template(defaults.get(KF_GATE)) or {})
        arguments["phase"] = self._phase
        hosts = list(map(str, task_vars["ansible_play_batch"]))
        options = self._options(task_vars, hosts)
        workflow_baseline = options.pop(WORKFLOW_BASELINE, None)
        problems = ArgumentSpecValidator(OPTIONS).validate(options).error_messages
        if problems:
            raise ValueError(sanitize(problems[0], 400))
        baseline = options.pop(f"{PREFIX}baseline", None)
        arguments.update({name.removeprefix(PREFIX): value for name, value in options.items()})
        self._selection = json.dumps([arguments.get(name) for name in ("include", "exclude", "types")], default=str)
        if self._phase in (DURING, AFTER):
            every = list(map(str, task_vars.get("ansible_play_hosts_all", hosts)))
            self._refuse_pending_handlers(every if self._task.get_play().force_handlers else hosts)
            if not baseline:
                baseline = self._state.read_baseline(self._selection) or workflow_baseline
            if baseline:
                arguments["baseline"] = baseline
        return arguments

    def _options(self, task_vars: Mapping[str, Any], hosts: list[str]) -> dict[str, Any]:
        manager, play = self._task.get_variable_manager(), self._task.get_play()
        own = str(task_vars["inventory_hostname"])
        refuse_replaced_result(self._outranking_names(manager.extra_vars))
        variables = {
            host: manager.get_vars(play=play, host=manager._inventory.get_host(host), task=self._task)
            for host in hosts
            if host != own
        }
        variables = {own: task_vars, **variables}
        refuse_unknown_names(variables)
        return read_options(variables, own, lambda host, value: self._render(value, variables[host]))

    def _outranking_names(self, extra_vars: Mapping[str, Any]) -> set[str]:
        """Return the names of the variables that outrank registered variables."""
        role = self._task._role
        parameters = role.get_role_params(self._task.get_dep_chain()) if role else {}
        return {*extra_vars, *parameters, *self._task.get_include_params()}

    def _render(self, value: Any, variables: Mapping[str, Any]) -> Any:
        omit = variables.get("omit")
        try:
            return _plain(Templar(loader=self._loader, variables=variables).template(value), omit)
        except AnsibleError as error:
            if type(error).__name__ == "AnsibleValueOmittedError":
                return None
            raise ValueError(str(error)) from None

    def _refuse_pending_handlers(self, hosts: list[str]) -> None:
        pending = find_pending_handlers(hosts)
        if pending is None:
            self._warnings.append(
                "this ansible-core does not expose pending handlers; handlers may still run after this proof"
            )
        elif pending:
            names = join_names(list(dict.fromkeys(name for found in pending.values() for name in found)))
            raise ValueError(
                f"handlers ({names}) are pending on {join_names(list(pending))} and would run after this proof: "
                "include the role for these hosts too (without run_once and when), or add the task "
                "'ansible.builtin.meta: flush_handlers' before it"
            )


def _plain(value: Any, omit: Any) -> Any:
    """Return ``value`` as plain lists and dictionaries, without omitted values, which resolves lazy templates."""
    if isinstance(value, Mapping):
        return {name: _plain(part, omit) for name, part in value.items() if not _is_omitted(part, omit)}
    if isinstance(value, (list, tuple)):
        return [_plain(part, omit) for part in value if not _is_omitted(part, omit)]
    return None if _is_omitted(value, omit) else value


def _is_omitted(value: Any, omit: Any) -> bool:
    return omit is not None and (value is omit or (isinstance(value, str) and value == omit))
