# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate says about owed proofs: its own, and those of earlier deployments that nobody has collected."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._domain.text import agree, join_names, quantity, sanitize
from .._gate.debts.debt import Debt, read_debt
from .._gate.debts.fields import DebtError
from .._gate.policy import IGNORE, Policy
from .._system.files import MAX_PATH_LENGTH, file_extension
from .._system.json_report import MAX_DEBTS, read_unpaid
from .._system.report_files import JSON

PLAIN_PATH = re.compile(r"[\w@%+:,./-]+", re.ASCII)


def find_command(path: str, journal: str | None = None) -> str:
    """Return the command that delivers the proofs of the report at ``path``, and closes them in ``journal``."""
    variables = {"report": path, **({"collect_journal": journal} if journal else {})}
    command = "ansible-playbook knowledgefront.monitoring.collect"
    if all(map(PLAIN_PATH.fullmatch, variables.values())):
        extra = [f"{name}={value}" for name, value in variables.items()]
    else:
        extra = [shlex.quote(json.dumps(variables))]
    return " ".join([command, *(f"-e {sanitize(one, MAX_PATH_LENGTH)}" for one in extra)])


def explain_own_debt(
    debt: Mapping[str, Any] | None, policy: Policy, paths: Sequence[str], journal: str | None = None
) -> list[str]:
    """Return the note about the proofs that a gate owes, and how to deliver them; empty without any."""
    if debt is None or policy.on_unprovable == IGNORE:
        return []
    owed, reports = debt["owed"], _list_json(paths)
    names = join_names([str(entry["label"]) for entry in owed])
    text = f"{quantity(len(owed), 'proof')} owed{_describe_due(owed)} ({names})"
    if not reports:
        return [f"{text}: to deliver {agree(len(owed), 'it', 'them')} later, add a JSON file to reports"]
    return [f"{text}: to deliver {agree(len(owed), 'it', 'them')} later, run {find_command(reports[0], journal)}"]


def explain_debts(paths: Sequence[str], journal: str | None, account: str, selection: str) -> list[str]:
    """Return notes about the undelivered proofs of earlier deployments in the same scope."""
    notes = explain_unpaid(paths, account, selection, journal)
    return notes + explain_recorded(journal, account, selection, paths) if journal else notes


def explain_unpaid(paths: Sequence[str], account: str, selection: str, journal: str | None = None) -> list[str]:
    """Return a note for each report in ``paths`` with undelivered proofs of earlier deployments in the same scope."""
    notes = []
    for path in _list_json(paths):
        unpaid = read_unpaid(path)
        same = [debt for debt in unpaid if debt.account == account and debt.selection == selection]
        if same:
            notes.append(f"{_describe_unpaid(same)}: run {find_command(path, journal)}; a new report there keeps them")
        if len(unpaid) >= MAX_DEBTS:
            notes.append(
                f"{sanitize(path, MAX_PATH_LENGTH)} has the owed proofs of {len(unpaid):,} deployments: a new report "
                "there drops the oldest"
            )
    return notes


def explain_recorded(journal: str, account: str, selection: str, paths: Sequence[str]) -> list[str]:
    """Return a note about the undelivered proofs in a journal that no report in ``paths`` has; empty if it has none.

    A journal that cannot be read is none: recording the gate warns of it.
    """
    if not os.path.lexists(journal):
        return []
    from .._journal.observation import OWED, JournalError
    from .._journal.reader import JournalReader

    reported = {debt.run for path in _list_json(paths) for debt in read_unpaid(path)}
    found: list[Debt] = []
    try:
        reader = JournalReader.open(journal, account)
        try:
            recorded = [debt for debt in reader.debts(selection) if debt.state == OWED and debt.run not in reported]
        finally:
            reader.close()
    except JournalError:
        return []
    for debt in recorded:
        with contextlib.suppress(DebtError):
            found.append(read_debt(debt.document))
    if not found:
        return []
    return [
        f"{_describe_unpaid(found)}, by the journal: run the playbook collect with the JSON "
        f"{agree(len(found), 'report', 'reports')} of {agree(len(found), 'that gate', 'those gates')} as report and "
        "the journal as collect_journal"
    ]


def _describe_unpaid(debts: Sequence[Debt]) -> str:
    owed = [entry for debt in debts for entry in debt.owed]
    labels = list(dict.fromkeys(str(entry["label"]) for entry in owed))
    deployments = f"{quantity(len(debts), 'earlier deployment')} ({sanitize(min(debt.created for debt in debts), 40)})"
    return f"{quantity(len(owed), 'proof')} of {deployments} still owed{_describe_due(owed)} ({join_names(labels)})"


def _describe_due(owed: Sequence[Mapping[str, Any]]) -> str:
    due = max((str(entry["due"]) for entry in owed if entry["due"]), default=None)
    return "" if due is None else f", the last one is due at {sanitize(due, 40)}"


def _list_json(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if file_extension(path) == JSON]
