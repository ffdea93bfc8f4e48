# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleOptionsError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.answers import failure
from ..module_utils._api.errors import ConfigurationError, KnowledgeFrontError
from ..plugin_utils._adopt.arguments import ADOPT, check_options
from ..plugin_utils._adopt.task import adopt
from ..plugin_utils._gate.sample import Unavailable
from ..plugin_utils._options import validate_options
from ..plugin_utils._system.console import Console, ProgressLine


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        warnings: list[str] = []
        try:
            options = validate_options(self._task.args, task_vars or {}, self._templar, ADOPT)
            check_options(options)
            console = Console(self._display, silent=bool(self._task.no_log))
            with ProgressLine(console, "kf_adopt") as progress:
                progress.enter("reading the account")
                result = adopt(options, warnings.append, bool(self._task.check_mode))
        except KnowledgeFrontError as error:
            return {"changed": False, "failed": True, **failure(error), "warnings": warnings}
        except Unavailable as error:
            message = f"{error}: nothing was written"
            return {"changed": False, "failed": True, "msg": message, "error_code": error.code, "warnings": warnings}
        except (AnsibleOptionsError, ValueError) as error:
            return {"changed": False, "failed": True, **failure(ConfigurationError(str(error))), "warnings": warnings}
        before, after = result.pop("before"), result.pop("after")
        if self._task.diff:
            header = result["path"]
            result["diff"] = {"before": before, "after": after, "before_header": header, "after_header": header}
        return {**result, "warnings": list(dict.fromkeys(warnings))}
