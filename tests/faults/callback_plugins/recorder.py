# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record the result, start and end of each entry point, and set the fault before each of them."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase
from ansible_collections.knowledgefront.monitoring.simulator.control import Control

DOCUMENTATION = """
name: recorder
type: aggregate
short_description: Record the result of each entry point
description:
  - A task named C(Begin X) starts the entry point X; a task named C(End X) ends it.
"""

BEGIN, END = "Begin ", "End "
BLOCKS = (f"{BEGIN}role_", f"{BEGIN}deploy_gate_")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._record = Path(os.environ["KF_FAULTS_RECORD"])
        self._began_file = Path(os.environ["KF_FAULTS_BEGAN"])
        self._orders = json.loads(Path(os.environ["KF_FAULTS_ORDERS"]).read_text(encoding="ascii"))
        url = os.environ["KF_FAULTS_CONTROL"]
        self._control = Control(url) if url else None
        self._started_at = 0.0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:
        if task.get_name().startswith(BEGIN):
            self._arm()
            self._started_at = time.monotonic()
            self._began_file.write_text(str(self._started_at), encoding="ascii")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._tell(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._tell(result, failed=True)

    def _arm(self) -> None:
        if self._control is not None:
            self._control.clear_faults()
            for order in self._orders:
                self._control.fault(**order)

    def _tell(self, result: Any, failed: bool) -> None:
        name = str(result._task.get_name())
        if not name.startswith((BEGIN, END)) or name.startswith(BLOCKS):
            return
        line = {
            "entry": name.partition(" ")[2],
            "began": self._started_at,
            "ended": time.monotonic(),
            "failed": failed,
            "result": json.loads(json.dumps(result._result, default=str)),
        }
        with self._record.open("a", encoding="utf-8") as record:
            record.write(json.dumps(line) + "\n")
