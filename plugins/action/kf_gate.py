# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase

from ..plugin_utils._bytecode import load

STOP = {
    "changed": False,
    "failed": True,
    "verdict": "error",
    "decision": "stop",
    "gate_rc": 12,
    "reasons": [],
    "monitors": [],
    "counts": {},
    "lines": [],
    "unblock": [],
    "masked": 0,
    "owed": [],
    "proof": None,
    "verified": False,
    "bypassed": False,
    "waited": 0.0,
    "samples": 0,
    "predicted": None,
    "baseline": None,
    "changes": [],
}
"""The result if even the report of a crash fails."""


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        began = time.time()
        try:
            load("plugin_utils._gate_action.task")
            from ..plugin_utils._gate_action.task import GateTask

            return GateTask(self._task, self._templar, self._display).result(task_vars or {})
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - any crash must stop the deployment
            return self._stop(error, began)

    def _stop(self, error: BaseException, began: float) -> dict[str, Any]:
        """Return the result of a gate that crashed with ``error``, and write its reports if possible."""
        try:
            from ..module_utils._api.errors import is_interruption
            from ..plugin_utils._gate_action.result import crash_result

            if not is_interruption(error):
                return crash_result(error, self._task.args, began)
        except BaseException as another:  # noqa: BLE001 - the result must be returned in any case
            line = f"the gate crashed ({type(error).__name__}), and so did its report ({type(another).__name__})"
            return {
                **STOP,
                "phase": self._task.args.get("phase"),
                "msg": line,
                "summary": line,
                "report_errors": [line],
            }
        raise error


def main() -> None:
    """Validate the options of a task. ansible-lint calls this function of the first plugin that it finds."""
    from ..module_utils._ansible.modules import check_arguments
    from ..plugin_utils._gate_action.arguments import GATE as SPEC

    check_arguments(SPEC)
