# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.queries import error_result
from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError, convert_unexpected
from ..plugin_utils._options import validate_options
from ..plugin_utils._snapshot.arguments import MONITOR_FILES, parse_mode
from ..plugin_utils._snapshot.fetch import fetch_configurations, require_deleted
from ..plugin_utils._snapshot.folder import Folder, FolderError
from ..plugin_utils._snapshot.plan import Plan, apply_plan, build_result, format_diff, has_work, make_plan
from ..plugin_utils._snapshot.policy import PolicyResult, check_policy, check_report_paths, write_policy_reports
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.processes import exit_with_controller


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        expected = (AnsibleError, KnowledgeFrontError, ValueError)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._compare(task_vars or {}), expected, self._task.action)
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **error_result(error)}
        except (AnsibleOptionsError, ValueError) as error:
            return {"changed": False, "failed": True, **error_result(ConfigurationError(str(error)))}

    @property
    def console(self) -> Console:
        return Console(self._display, silent=bool(self._task.no_log))

    def _compare(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        options = validate_options(self._task.args, task_vars, self._templar, MONITOR_FILES)
        check_report_paths(options["policy_reports"])
        with ProgressLine(self.console, "kf_monitor_files") as progress:
            mode = parse_mode(options["mode"])
            folder = Folder(options["path"], options["layout"], options["formats"], mode, progress.track)
            progress.enter("fetching the configurations")
            fetched = fetch_configurations(options, self.console.warning)
            progress.enter("checking the policy")
            policy = check_policy(options["policy"], fetched.selected, options["on_unmatched"])
            plan = make_plan(folder, fetched.configs, fetched.selected, fetched.selection)
            if plan.drift.deleted:
                deleted = progress.track(plan.drift.deleted, "confirming that monitors were deleted")
                require_deleted(deleted, options, self.console.warning)
            return self._synchronize(folder, plan, policy, fetched.warnings, options)

    def _synchronize(
        self, folder: Folder, plan: Plan, policy: PolicyResult, warnings: list[str], options: dict[str, Any]
    ) -> dict[str, Any]:
        """Write the files unless ``fail_on_drift`` or check mode forbids it, and return the result of the task."""
        values = {**build_result(plan, policy, options["prune"]), "warnings": [*warnings, *policy.warnings]}
        values["diff"] = self._show_diff(format_diff(plan, options["prune"]))
        problems = write_policy_reports(options["policy_reports"], policy)
        if options["fail_on_drift"] and plan.differs:
            problems.insert(0, "the files differ, and were not written because fail_on_drift is set")
        elif not options["fail_on_drift"]:
            values["changed"] = has_work(plan, options["prune"])
            try:
                if not self._task.check_mode:
                    apply_plan(plan, folder, options["prune"])
            except FolderError as error:
                values["changed"] = error.changed > 0
                problems.insert(0, str(error))
        violation = f"the policy is violated: {policy.violations[0].describe()}" if policy.violations else ""
        if violation and options["policy_enforce"]:
            problems.append(violation)
        elif violation:
            values["warnings"].append(violation)
        failed = {"failed": True, "msg": f"{values['summary']}: {'; '.join(problems)}"} if problems else {}
        return {"changed": False, "msg": values["summary"], **values, **failed}

    def _show_diff(self, lines: list[str]) -> list[dict[str, str]]:
        """Return the diff for --diff. Without that option, display the lines."""
        if self._task.diff:
            return [{"prepared": "".join(f"{line}\n" for line in lines)}] if lines else []
        for line in lines:
            self.console.display(line)
        return []


def main() -> None:
    """Validate the options of a task. ansible-lint calls this function of the first plugin that it finds."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(MONITOR_FILES)
