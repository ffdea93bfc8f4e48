# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase

from ..plugin_utils._deploy_gate.run_state import RunState, verdict_key

NO_VERDICT = {"failed": True, "gate_rc": 12, "msg": "the gate gave no verdict (gate_rc 12)"}


class ActionModule(ActionBase):
    # Runs once and fails all hosts of the play, including those that do not have this task.
    BYPASS_HOST_LOOP = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        verdict = RunState(C.DEFAULT_LOCAL_TMP).take_verdict(verdict_key(self._task)) or {}
        is_of_phase = verdict.get("phase") == self._task.args.get("phase")
        view = verdict["view"] if is_of_phase else NO_VERDICT
        return {"changed": False, **view, "_ansible_verbose_always": True}
