# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible import constants as C
from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils._bytecode import load


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        load("plugin_utils._deploy_gate.evaluation")
        from ..plugin_utils._deploy_gate.evaluation import RoleEvaluation
        from ..plugin_utils._deploy_gate.run_state import RunState
        from ..plugin_utils._gate.policy import PHASES

        if self._task.args.get("phase") not in PHASES:
            raise AnsibleActionFail(f"phase must be one of {', '.join(PHASES)}")
        state = RunState(C.DEFAULT_LOCAL_TMP)
        evaluation = RoleEvaluation(self._task, self._templar, self._display, self._loader, state)
        return evaluation.result(task_vars or {})
