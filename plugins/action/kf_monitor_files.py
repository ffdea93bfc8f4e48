# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.answers import failure
from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ..module_utils._api.unexpected import convert_unexpected
from ..plugin_utils._options import validate_options
from ..plugin_utils._snapshot.arguments import MONITOR_FILES, mode_of
from ..plugin_utils._snapshot.configurations import asked, require_deleted
from ..plugin_utils._snapshot.folder import Folder, FolderError
from ..plugin_utils._snapshot.policy import PolicyResult, evaluate_rules
from ..plugin_utils._snapshot.policy_reports import check_report_paths, write_policy_reports
from ..plugin_utils._snapshot.task import Plan, applied, planned, result, shown, to_do
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.controller import exit_with_controller


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        expected = (AnsibleError, KnowledgeFrontError, ValueError)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._compare(task_vars or {}), expected, self._task.action)
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **failure(error)}
        except (AnsibleOptionsError, ValueError) as error:
            return {"changed": False, "failed": True, **failure(ConfigurationError(str(error)))}

    @property
    def console(self) -> Console:
        return Console(self._display, silent=bool(self._task.no_log))

    def _compare(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        options = validate_options(self._task.args, task_vars, self._templar, MONITOR_FILES)
        check_report_paths(options["policy_reports"])
        with ProgressLine(self.console, "kf_monitor_files") as progress:
            mode = mode_of(options["mode"])
            folder = Folder(options["path"], options["layout"], options["formats"], mode, progress.track)
            progress.enter("fetching the configurations")
            fetched = asked(options, self.console.warning)
            progress.enter("checking the policy")
            policy = evaluate_rules(options["policy"], fetched.chosen, options["on_unmatched"])
            plan = planned(folder, fetched.configs, fetched.chosen, fetched.selection)
            if plan.found.gone:
                gone = progress.track(plan.found.gone, "checking that monitors are gone")
                require_deleted(gone, options, self.console.warning)
            return self._synchronize(folder, plan, policy, fetched.warnings, options)

    def _synchronize(
        self, folder: Folder, plan: Plan, policy: PolicyResult, warnings: list[str], options: dict[str, Any]
    ) -> dict[str, Any]:
        """Write what differs unless the options or check mode say otherwise, and return the task's result."""
        values = {**result(plan, policy, options["prune"]), "warnings": [*warnings, *policy.warnings]}
        values["diff"] = self._show_diff(shown(plan, options["prune"]))
        problems = write_policy_reports(options["policy_reports"], policy)
        if options["fail_on_drift"] and plan.differs:
            problems.insert(0, "the files say otherwise, and with fail_on_drift they were left as they are")
        elif not options["fail_on_drift"]:
            values["changed"] = to_do(plan, options["prune"])
            try:
                if not self._task.check_mode:
                    applied(plan, folder, options["prune"])
            except FolderError as error:
                values["changed"] = error.changed > 0
                problems.insert(0, str(error))
        violated = f"the policy is violated: {policy.violations[0].in_words()}" if policy.violations else ""
        if violated and options["policy_enforce"]:
            problems.append(violated)
        elif violated:
            values["warnings"].append(violated)
        failed = {"failed": True, "msg": f"{values['summary']}: {'; '.join(problems)}"} if problems else {}
        return {"changed": False, "msg": values["summary"], **values, **failed}

    def _show_diff(self, lines: list[str]) -> list[dict[str, str]]:
        """Return what --diff shows. Without that option, show it here."""
        if self._task.diff:
            return [{"prepared": "".join(f"{line}\n" for line in lines)}] if lines else []
        for line in lines:
            self.console.display(line)
        return []


def main() -> None:
    """Check the options of a task. ansible-lint calls this function of whatever plugin it finds first."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(MONITOR_FILES)
