# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError, AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.queries import error_result
from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError, convert_unexpected
from ..plugin_utils._adopt.task import ADOPT, adopt, check_options
from ..plugin_utils._deploy_gate.variables import refuse_unknown_names
from ..plugin_utils._gate.sample import Unavailable
from ..plugin_utils._options import validate_options
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.processes import exit_with_controller


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        warnings: list[str] = []
        expected = (AnsibleError, KnowledgeFrontError, Unavailable, ValueError)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._adopt(task_vars or {}, warnings), expected, "kf_adopt")
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **error_result(error), "warnings": warnings}
        except Unavailable as error:
            message = f"{error}: nothing was written"
            return {"changed": False, "failed": True, "msg": message, "error_code": error.code, "warnings": warnings}
        except (AnsibleOptionsError, ValueError) as error:
            return {
                "changed": False,
                "failed": True,
                **error_result(ConfigurationError(str(error))),
                "warnings": warnings,
            }

    def _adopt(self, task_vars: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
        refuse_unknown_names({"": task_vars})
        options = validate_options(self._task.args, task_vars, self._templar, ADOPT)
        check_options(options)
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, "kf_adopt") as progress:
            progress.enter("reading the account")
            result = adopt(options, warnings.append, bool(self._task.check_mode))
        before, after = result.pop("before"), result.pop("after")
        if self._task.diff:
            header = result["path"]
            result["diff"] = {"before": before, "after": after, "before_header": header, "after_header": header}
        return {**result, "warnings": list(dict.fromkeys(warnings))}
