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
from ..plugin_utils._snapshot.configurations import Asked, asked, require_deleted
from ..plugin_utils._snapshot.folder import Folder, FolderError
from ..plugin_utils._snapshot.policy import judged
from ..plugin_utils._snapshot.policy_reports import check_report_paths, write_policy_reports
from ..plugin_utils._snapshot.task import applied, planned, result, shown, to_do
from ..plugin_utils._system.console import Console
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
        folder = Folder(options["path"], options["layout"], options["formats"], mode_of(options["mode"]))
        answer = asked(options, self.console.warning)
        return self._compared(folder, answer, options)

    def _compared(self, folder: Folder, answer: Asked, options: dict[str, Any]) -> dict[str, Any]:
        found = judged(options["policy"], answer.chosen, options["on_unmatched"])
        plan = planned(folder, answer.configs, answer.chosen, answer.selection)
        if plan.found.gone:
            require_deleted(plan.found.gone, options, self.console.warning)
        told = {**result(plan, found, options["prune"]), "warnings": [*answer.warnings, *found.warnings]}
        told["diff"] = self._told_as(shown(plan, options["prune"]))
        problems = write_policy_reports(options["policy_reports"], found)
        if options["fail_on_drift"] and plan.differs:
            problems.insert(0, "the files say otherwise, and with fail_on_drift they were left as they are")
        elif not options["fail_on_drift"]:
            told["changed"] = to_do(plan, options["prune"])
            try:
                if not self._task.check_mode:
                    applied(plan, folder, options["prune"])
            except FolderError as error:
                told["changed"] = error.changed > 0
                problems.insert(0, str(error))
        violated = f"the policy is violated: {found.violations[0].in_words()}" if found.violations else ""
        if violated and options["policy_enforce"]:
            problems.append(violated)
        elif violated:
            told["warnings"].append(violated)
        failed = {"failed": True, "msg": f"{told['summary']}: {'; '.join(problems)}"} if problems else {}
        return {"changed": False, "msg": told["summary"], **told, **failed}

    def _told_as(self, said: list[str]) -> list[dict[str, str]]:
        """Return what --diff shows, and show it here where nobody asked for that."""
        if self._task.diff:
            return [{"prepared": "".join(f"{line}\n" for line in said)}] if said else []
        for line in said:
            self.console.display(line)
        return []


def main() -> None:
    """Check the options of a task. ansible-lint calls this function of whatever plugin it finds first."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(MONITOR_FILES)
