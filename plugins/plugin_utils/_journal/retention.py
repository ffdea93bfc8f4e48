# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes what is older than the days that a journal covers."""

from __future__ import annotations

from collections.abc import Sequence

from .database import Database
from .encoding import INVALID, decode, to_finite
from .observation import OWED, JournalError, Receipt
from .references import CONFIGS, LAYOUTS, decode_places

DAY = 86400.0

RECEIPTS = "SELECT id, at FROM observations"

MAX_DELETED_GROUPS = 4
"""Groups of observations that are deleted with each new one, so that a first limit does not delay a poll for long."""

MAX_LAYOUTS = 1000
"""Layouts up to which unused monitors are searched. More of them show a service that changes its order all the time."""


def delete_older(database: Database, cutoff: float) -> None:
    """Delete observations, runs and closed debts before ``cutoff``, oldest first. Call it within a transaction.

    Observations are deleted in groups, of which the first one is complete, so that those after it can be read. A debt
    that is owed stays.
    """
    groups = "SELECT DISTINCT complete FROM observations WHERE complete IS NOT NULL ORDER BY complete LIMIT 2"
    end = None
    for _number in range(MAX_DELETED_GROUPS):
        rows = database.fetch_all(groups)
        if len(rows) < 2 or not _is_before(database, rows[1][0], cutoff):
            break
        end = rows[1][0]
        database.execute("DELETE FROM observations WHERE id < ?", (end,))
    if end is not None:
        _delete_unused(database, end)
    database.execute("DELETE FROM runs WHERE ended < ?", (cutoff,))
    database.execute("DELETE FROM debts WHERE created < ? AND state <> ?", (cutoff, OWED))


def count_present(path: str, database: Database, receipts: Sequence[Receipt]) -> int:
    """Return how many of ``receipts`` are those of polls in the file, or of polls deleted because of their age."""
    if not receipts:
        return 0
    numbers = [receipt.number for receipt in receipts]
    missing = set(receipts)
    rows = database.iterate(f"{RECEIPTS} WHERE id BETWEEN ? AND ?", (min(numbers), max(numbers)))
    missing.difference_update(Receipt(*row) for row in rows)
    first = database.fetch_all(f"{RECEIPTS} ORDER BY id LIMIT 1")
    deleted = decode(path, lambda: [one for one in missing for row in first if _is_after(Receipt(*row), one)])
    return len(receipts) - len(missing) + len(deleted)


def _is_after(first: Receipt, other: Receipt) -> bool:
    return first.number > other.number and to_finite(first.at) >= other.at


def _is_before(database: Database, row: object, cutoff: float) -> bool:
    at = database.fetch_value("SELECT at FROM observations WHERE id = ?", (row,))
    return isinstance(at, float) and at <= cutoff


def _delete_unused(database: Database, group: int) -> None:
    """Delete the layouts and configurations that only groups before ``group`` refer to, and their monitors."""
    database.execute(f"DELETE FROM {CONFIGS} WHERE newest < ?", (group,))
    if database.execute(f"DELETE FROM {LAYOUTS} WHERE newest < ?", (group,)).rowcount == 0:
        return
    layouts = database.fetch_all(f"SELECT places FROM {LAYOUTS} LIMIT {MAX_LAYOUTS + 1}")
    if len(layouts) > MAX_LAYOUTS:
        return
    try:
        used = {place for (places,) in layouts for place in decode_places(places)}
    except JournalError:
        raise
    except INVALID:
        return
    unused = [row for row in database.fetch_all("SELECT place FROM monitors") if row[0] not in used]
    for row in unused:
        database.execute("DELETE FROM monitors WHERE place = ?", row)
