# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError, convert_unexpected
from ..plugin_utils._options import copy_plain
from ..plugin_utils._rehearse.journal_account import ACCOUNT, resolve_account
from ..plugin_utils._rehearse.result import GATE_RC_INVALID
from ..plugin_utils._rehearse.task import REHEARSE, run, validate
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.processes import exit_with_controller
from ..plugin_utils._variable_names import find_playbook_variables, name_variables


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        expected = (AnsibleError, KnowledgeFrontError)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._rehearse(task_vars or {}), expected, "kf_rehearse")
        except KnowledgeFrontError as error:
            return self._failure(error, task_vars or {})
        except AnsibleError as error:
            return self._failure(ConfigurationError(str(error)), task_vars or {})

    def _rehearse(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        options = validate(resolve_account(copy_plain(self._task.args), task_vars, self._templar))
        console = Console(self._display, silent=bool(self._task.no_log))
        # Replays make millions of objects and no garbage that refers to itself.
        collects = gc.isenabled()
        gc.disable()
        try:
            with ProgressLine(console, "kf_rehearse") as progress:
                return run(options, progress, writes=not self._task.check_mode)
        finally:
            if collects:
                gc.enable()

    def _failure(self, error: KnowledgeFrontError, task_vars: dict[str, Any]) -> dict[str, Any]:
        variables = find_playbook_variables(task_vars, "rehearse_", set(REHEARSE) - set(ACCOUNT))
        message = f"{name_variables(str(error), variables)} (gate_rc {GATE_RC_INVALID})"
        return {
            "changed": False,
            "failed": True,
            "msg": message,
            "error_code": error.code,
            "gate_rc": GATE_RC_INVALID,
        }


def main() -> None:
    """Validate the options of a task. ansible-lint calls this function of the first plugin that it finds."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(REHEARSE)
