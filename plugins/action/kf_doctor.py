# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.answers import failure
from ..module_utils._api.deadline import Deadline
from ..module_utils._api.unexpected import UnexpectedError, convert_unexpected
from ..plugin_utils._connection import resolve_options
from ..plugin_utils._doctor.arguments import DOCTOR
from ..plugin_utils._doctor.examination import Row, counted, examined, overall
from ..plugin_utils._doctor.finding import FAILED, failed
from ..plugin_utils._doctor.patient import Patient
from ..plugin_utils._doctor.report import entries, report
from ..plugin_utils._doctor.table import advices, summary, table
from ..plugin_utils._environment import read_environment
from ..plugin_utils._options import validate_options
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.controller import exit_with_controller
from ..plugin_utils._system.files import write_report

LONGEST = 300.0
"""Seconds for all checks. A question that waits for a service takes at most the option ``timeout`` of them."""


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._examine(task_vars or {}), (AnsibleError,), "the doctor")
        except UnexpectedError as error:
            return {"changed": False, "failed": True, "outcome": FAILED, **failure(error)}

    def _examine(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        patient = self._patient(task_vars)
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, "kf_doctor") as progress:
            rows = examined(patient, begin=lambda check: progress.enter(f"check {check}"))
        rows += self._reported(patient, rows)
        console.display("\n".join(["", *table(rows), "", *advices(rows)]))
        return {
            "changed": False,
            "failed": overall(rows) == FAILED,
            "msg": summary(rows),
            "outcome": overall(rows),
            "counts": counted(rows),
            "rows": entries(rows),
            "advice": advices(rows),
        }

    def _patient(self, task_vars: dict[str, Any]) -> Patient:
        given = self._task.args
        # A variable that cannot be made out is told as a mistake; the other sources still count.
        sources = resolve_options(given, {}, self._templar)
        options, mistake = None, ""
        try:
            sources = resolve_options(given, task_vars, self._templar)
            options = validate_options(given, task_vars, self._templar, DOCTOR)
        except AnsibleError as error:
            mistake = str(error)
        return Patient(sources, options, mistake, read_environment(options), Deadline(LONGEST))

    def _reported(self, patient: Patient, rows: list[Row]) -> list[Row]:
        """Write the report if one is wanted, even when the options are wrong; return a row if that cannot be."""
        path = (patient.options or self._task.args).get("report")
        if not path:
            return []
        problem = write_report(str(path), lambda: report(rows, time.time(), patient.around.versions))
        return [Row("report", failed("report_unwritten", problem), 0.0)] if problem else []


def main() -> None:
    """Check the options of a task. ansible-lint calls this function of whatever plugin it finds first."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(DOCTOR)
