# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import time
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils._ansible.queries import error_result
from ..module_utils._api.errors import UnexpectedError, convert_unexpected
from ..module_utils._api.timeouts import Deadline
from ..plugin_utils._connection import resolve_options
from ..plugin_utils._doctor.context import CheckContext
from ..plugin_utils._doctor.options import DOCTOR
from ..plugin_utils._doctor.report import format_report, format_table, list_advice, list_entries, summarize
from ..plugin_utils._doctor.results import FAILED, failed
from ..plugin_utils._doctor.runner import Row, count_outcomes, run_checks, worst_outcome
from ..plugin_utils._environment import read_environment
from ..plugin_utils._options import validate_options
from ..plugin_utils._system.console import Console, ProgressLine
from ..plugin_utils._system.files import write_report
from ..plugin_utils._system.processes import exit_with_controller

TOTAL_TIMEOUT = 300.0
"""Seconds for all checks. A request takes at most the option ``timeout`` of them."""


class ActionModule(ActionBase):
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        try:
            with exit_with_controller():
                return convert_unexpected(lambda: self._run_checks(task_vars or {}), (AnsibleError,), "the doctor")
        except UnexpectedError as error:
            return {"changed": False, "failed": True, "outcome": FAILED, **error_result(error)}

    def _run_checks(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        context = self._create_context(task_vars)
        console = Console(self._display, silent=bool(self._task.no_log))
        with ProgressLine(console, "kf_doctor") as progress:
            rows = run_checks(context, on_start=lambda check: progress.enter(f"check {check}"))
        rows += self._write_report(context, rows)
        console.display("\n".join(["", *format_table(rows), "", *list_advice(rows)]))
        return {
            "changed": False,
            "failed": worst_outcome(rows) == FAILED,
            "msg": summarize(rows),
            "outcome": worst_outcome(rows),
            "counts": count_outcomes(rows),
            "rows": list_entries(rows),
            "advice": list_advice(rows),
        }

    def _create_context(self, task_vars: dict[str, Any]) -> CheckContext:
        given = self._task.args
        # A variable that cannot be templated is a mistake to report; the other sources still apply.
        sources = resolve_options(given, {}, self._templar)
        options, mistake = None, ""
        try:
            sources = resolve_options(given, task_vars, self._templar)
            options = validate_options(given, task_vars, self._templar, DOCTOR)
        except AnsibleError as error:
            mistake = str(error)
        return CheckContext(sources, options, mistake, read_environment(options), Deadline(TOTAL_TIMEOUT))

    def _write_report(self, context: CheckContext, rows: list[Row]) -> list[Row]:
        """Write the report if ``report`` is set, also with invalid options; return a row if that fails."""
        path = (context.options or self._task.args).get("report")
        if not path:
            return []
        problem = write_report(str(path), lambda: format_report(rows, time.time(), context.environment.versions))
        return [Row("report", failed("report_unwritten", problem), 0.0)] if problem else []


def main() -> None:
    """Validate the options of a task. ansible-lint calls this function of the first plugin that it finds."""
    from ..module_utils._ansible.modules import check_arguments

    check_arguments(DOCTOR)
