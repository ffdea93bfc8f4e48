# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.arguments import CONNECTION
from ..module_utils._api.errors import KnowledgeFrontError, UnexpectedError, convert_unexpected
from ..plugin_utils._collect.task import COLLECT, check_options, collect, describe_refusal, refusal_result
from ..plugin_utils._gate.verdict import ERROR, RC
from ..plugin_utils._options import validate_options
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.json_report import ReportError
from ..plugin_utils._system.processes import exit_with_controller
from ..plugin_utils._variable_names import find_playbook_variables, name_variables


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        warnings: list[str] = []
        expected = (AnsibleError, KnowledgeFrontError, ValueError)
        try:
            with exit_with_controller():
                result = convert_unexpected(lambda: self._collect(task_vars or {}, warnings), expected, "kf_collect")
        except ReportError as error:
            result = refusal_result(describe_refusal(self._task.args.get("report"), error), "collect_report")
        except UnexpectedError as error:
            result = refusal_result(str(error), error.code, RC[ERROR])
        except KnowledgeFrontError as error:
            result = refusal_result(str(error), error.code)
        except (AnsibleError, ValueError) as error:
            variables = find_playbook_variables(task_vars or {}, "collect_", set(COLLECT) - {*CONNECTION, "report"})
            message = name_variables(str(error), variables)
            result = refusal_result(f"invalid options of kf_collect: {message}", "configuration")
        return {**result, "warnings": list(dict.fromkeys(warnings))}

    def _collect(self, task_vars: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        options = validate_options(self._task.args, task_vars, self._templar, COLLECT)
        check_options(options)
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, "kf_collect") as progress:
            progress.enter("reading the report")
            return collect(options, warnings.append, progress, bool(self._task.check_mode))
