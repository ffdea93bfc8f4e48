# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debts in a journal. The report is written first, and every later run brings the journal up to date with it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence

from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import parse_zoned_time
from .._gate.debts.debt import OWED, Debt
from .._journal.database import LOCKED, REPLACED, UNWRITABLE
from .._journal.observation import Debt as JournalDebt
from .._journal.observation import JournalError
from .._journal.private_file import sanitize_path
from .._journal.writer import Journal

TEMPORARY = frozenset({LOCKED, REPLACED, UNWRITABLE})
"""Codes of errors for which another run of the task can help."""


def to_journal_debt(debt: Debt) -> JournalDebt:
    """Return the row of a journal for ``debt`` when its gate ended."""
    return JournalDebt(debt.run, debt.selection, parse_zoned_time(debt.created), debt.data)


def update_journal(path: str, account: str, debts: Sequence[Debt], warn: Callable[[str], None]) -> JournalError | None:
    """Add what the journal at ``path`` lacks of ``debts``, and close those that are delivered or have failed.

    Returns the error of a path that does not name a journal of this account. A journal that cannot be written now only
    calls ``warn``. Debts of another account are left out: a journal belongs to one.
    """
    own = [debt for debt in debts if debt.account == account]
    if not own:
        return None
    try:
        _check_presence(path)
        with Journal.open(path, account, now=time.time()) as journal:
            for debt in own:
                journal.add_debt(to_journal_debt(debt))
                if debt.state != OWED:
                    journal.close_debt(debt.run, debt.state)
    except ValueError as error:
        if isinstance(error, JournalError) and error.code not in TEMPORARY:
            return error
        warn(f"the journal was not updated, run kf_collect again: {sanitize(error, 400)}")
    return None


def _check_presence(path: str) -> None:
    """Raise JournalError without a file at ``path``: a new journal would not be the one of the gate."""
    if not os.path.lexists(path):
        raise JournalError(
            f"there is no journal {sanitize_path(path)}: name the file that the option journal of the gate names",
            "journal_unreadable",
        )
