# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report file as the store of owed proofs: every change replaces it as a whole, or nothing changes.

Processes that change the same report lock its folder. Each change also compares the record with the one that it
started from, so that nothing is lost on file systems without locks either.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...module_utils._domain.text import sanitize
from .._gate.debts.debt import OWED, Debt
from .._gate.debts.fields import DebtError, read_count, read_flag, read_object, read_objects, read_text
from .._gate.policy import AFTER, PHASES
from .._gate.states import UNPROVED
from .._gate.verdict import PASS, PROCEED, STOP, VERDICTS
from .._system.files import PRESERVED_MODE, atomic_write, describe_write_error
from .._system.folder_lock import lock_folder, sync_folder
from .._system.json_report import JsonReport, ReportError, identify, read_debts, read_report, render_data

COLLECTED = "collected"


class ConflictError(Exception):
    """Another process has changed the owed proofs meanwhile; evaluate them again."""


class StoredReport(NamedTuple):
    """A report and the records of owed proofs in it. ``is_verified`` tells whether its gate was verified."""

    report: JsonReport
    debts: list[Debt]
    is_verified: bool

    @property
    def unpaid(self) -> list[Debt]:
        return [debt for debt in self.debts if debt.state == OWED]


Summarize = Callable[[StoredReport], Mapping[str, Any]]
"""Returns the section ``collected`` of a report."""


class ReportStore:
    """The report at ``path``. ``summarize`` returns the summary of all its debts that a changed report gets."""

    def __init__(self, path: str, summarize: Summarize) -> None:
        self._path = path
        self._summarize = summarize

    def load(self) -> StoredReport:
        """Return the report. Raises ReportError if it cannot be used."""
        return parse_stored(read_report(self._path))

    def update(self, before: Mapping[str, Debt], records: Mapping[str, Mapping[str, Any]]) -> StoredReport:
        """Replace the records of the runs in ``records``, and return the new report.

        Raises ConflictError if they are not those in ``before`` any more, and ReportError if the report cannot be read
        or written. Nothing has changed then.
        """
        with lock_folder(self._path):
            stored = self.load()
            found = {debt.run: debt.data["digest"] for debt in stored.debts}
            if any(found.get(run) != before[run].data["digest"] for run in records):
                raise ConflictError
            changed = apply_records(stored, records, self._summarize)
            if identify(os.lstat(self._path)) != stored.report.identity:
                raise ConflictError
            self._write(changed.report)
        return self.load()

    def _write(self, report: JsonReport) -> None:
        try:
            atomic_write(self._path, render_data(report.data), report.mode & PRESERVED_MODE)
        except (OSError, ValueError) as error:
            raise ReportError(f"it cannot be replaced: {describe_write_error(error, self._path)}") from None
        sync_folder(self._path)


def apply_records(stored: StoredReport, records: Mapping[str, Mapping[str, Any]], summarize: Summarize) -> StoredReport:
    """Return the report with the records of the runs in ``records`` replaced."""
    debts = [records.get(debt.run, debt.data) for debt in stored.debts]
    changed = parse_stored(stored.report._replace(data={**stored.report.data, "debts": debts}))
    data = {**changed.report.data, COLLECTED: summarize(changed)}
    return changed._replace(report=changed.report._replace(data=data))


def parse_stored(report: JsonReport) -> StoredReport:
    """Return the report with its debts. Raises ReportError if they do not fit the rest of the report."""
    debts = read_debts(report.data)
    try:
        return StoredReport(report, debts, _check_gate(report.data, debts))
    except DebtError as error:
        raise ReportError(f"{sanitize(error)}; use the file as the gate wrote it") from None


def _check_gate(data: Mapping[str, Any], debts: list[Debt]) -> bool:
    """Return whether the gate of a report was verified. Raises ReportError or DebtError if its parts contradict."""
    phase, decision = read_text(data, "phase", PHASES), read_text(data, "decision", (PROCEED, STOP))
    verdict, is_verified = read_text(data, "verdict", VERDICTS), read_flag(data, "verified")
    counts = read_object(data, "counts")
    owed = [read_text(entry, "monitor") for entry in read_objects(data, "owed")]
    if read_count({UNPROVED: 0, **counts}, UNPROVED) != len(owed):
        raise ReportError("it lists other owed proofs than its gate counted; use the file as the gate wrote it")
    if is_verified and (verdict != PASS or read_count(counts, "clean") != read_count(counts, "monitors")):
        raise ReportError("it says verified, but its gate did not pass; use the file as the gate wrote it")
    _check_own_debt(data, [debt for debt in debts if debt.run == data.get("run")], owed)
    if debts:
        return is_verified
    if phase != AFTER:
        raise ReportError(f"it is the report of phase {phase}, which owes no proof; name the report of phase after")
    if decision != PROCEED:
        raise ReportError("its gate stopped the deployment, so no proof of it is owed; name the report of a later gate")
    if owed:
        raise ReportError(
            "it lacks what delivering its owed proofs needs: an older release wrote it, or its gate required no tests; "
            "run phase after again"
        )
    return is_verified


def _check_own_debt(data: Mapping[str, Any], own: list[Debt], owed: list[str]) -> None:
    """Raise ReportError if the record of the report's own gate is not about the monitors that it lists as owed."""
    if not own:
        return
    recorded = [str(entry["monitor"]) for entry in (*own[0].owed, *own[0].proofs)]
    if data["phase"] != AFTER or sorted(recorded) != sorted(owed):
        raise ReportError("it lists other owed proofs than it records; use the file as the gate wrote it")
