# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._api.errors import KnowledgeFrontError, convert_unexpected
from ..plugin_utils._options import validate_options
from ..plugin_utils._recording.failure import describe_failure
from ..plugin_utils._recording.task import RECORD, RecordTask, check_options
from ..plugin_utils._system.console import Console, ProgressLine


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        warnings: list[str] = []
        expected = (AnsibleError, KnowledgeFrontError, ValueError)
        try:
            result = convert_unexpected(lambda: self._record(task_vars or {}, warnings), expected, "kf_record")
        except (AnsibleOptionsError, KnowledgeFrontError, ValueError) as error:
            result = {"changed": False, **describe_failure(error)}
        return {**result, "warnings": list(dict.fromkeys(warnings))}

    def _record(self, task_vars: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        options = validate_options(self._task.args, task_vars, self._templar, RECORD)
        check_options(options)
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, "kf_record") as progress:
            progress.enter("reading the account")
            run = RecordTask(options, warnings.append, bool(self._task.check_mode))
            return run.result(lambda line: console.display(f"kf_record: {line}"), progress.enter)


def main() -> None:
    """Validate the options of a task. ansible-lint calls this function of the first plugin that it finds."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(RECORD)
