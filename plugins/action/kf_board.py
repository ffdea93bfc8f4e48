# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.arguments import CONNECTION, SELECTION
from ..module_utils._ansible.queries import error_result
from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError, convert_unexpected
from ..plugin_utils._board.task import BOARD, write_board
from ..plugin_utils._deploy_gate.variables import OPTIONS, PREFIX, refuse_unknown_names
from ..plugin_utils._gate.sample import Unavailable
from ..plugin_utils._gate.verdict import RC_CONFIGURATION
from ..plugin_utils._journal.observation import JournalError
from ..plugin_utils._options import validate_options
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.processes import exit_with_controller
from ..plugin_utils._variable_names import find_playbook_variables, name_variables

OF_ROLE = {
    option: PREFIX + option
    for option in (*SELECTION, "min_monitors", "alert_after", "stale_factor", "stale_grace")
    if PREFIX + option in OPTIONS
}


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        warnings: list[str] = []
        expected = (AnsibleError, KnowledgeFrontError, Unavailable, ValueError)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._write(task_vars, warnings), expected, "kf_board")
        except KnowledgeFrontError as error:
            return self._fail(error_result(error), warnings, task_vars)
        except (JournalError, Unavailable) as error:
            described = {"msg": f"{error}: nothing was written", "error_code": error.code}
            return self._fail(described, warnings, task_vars)
        except (AnsibleOptionsError, ValueError) as error:
            return self._fail(error_result(ConfigurationError(str(error))), warnings, task_vars)

    def _fail(self, described: dict[str, Any], warnings: list[str], task_vars: dict[str, Any]) -> dict[str, Any]:
        described["msg"] = name_variables(described["msg"], self._find_variables(task_vars))
        return {"changed": False, "failed": True, "gate_rc": RC_CONFIGURATION, **described, "warnings": warnings}

    def _find_variables(self, task_vars: dict[str, Any]) -> dict[str, str]:
        """Return the variable of the playbook for each option. Some of them are those of the role."""
        variables = find_playbook_variables(task_vars, "board_", set(BOARD) - set(CONNECTION))
        return {option: OF_ROLE.get(option, name) for option, name in variables.items()}

    def _write(self, task_vars: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        refuse_unknown_names({"": task_vars})
        options = validate_options(self._task.args, task_vars, self._templar, BOARD)
        console = Console(self._display, silent=bool(self._task.no_log))
        if options["refresh"]:
            return self._add_warnings(
                write_board(options, console, warnings.append, bool(self._task.check_mode)), warnings
            )
        with ProgressLine(console, "kf_board") as progress:
            progress.enter("reading the account")
            result = write_board(options, console, warnings.append, bool(self._task.check_mode))
        return self._add_warnings(result, warnings)

    def _add_warnings(self, result: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        return {**result, "warnings": list(dict.fromkeys(warnings))}
