# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people see: a table of all rows, and below it what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from .advice import advice_for
from .examination import Row, counted
from .finding import FAILED, OUTCOMES, WARNING

WIDTH = 120
TITLES = ("check", "outcome", "what was found")


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table. A check and an outcome are told in the first of their lines."""
    wide = max(len(row.check) for row in rows), max(map(len, OUTCOMES))
    lines = [_line(wide, *TITLES), _line(wide, "-" * wide[0], "-" * wide[1], "-" * (WIDTH - sum(wide) - 4))]
    before = ""
    for row in rows:
        parts = textwrap.wrap(_told(row), WIDTH - sum(wide) - 4) or [""]
        lines.append(_line(wide, "" if row.check == before else row.check, row.finding.outcome, parts[0]))
        lines += [_line(wide, "", "", part) for part in parts[1:]]
        before = row.check
    return lines


def advices(rows: Sequence[Row]) -> list[str]:
    """Return a sentence for each failure, and then for each warning, once for all rows with the same code."""
    told = []
    for outcome in (FAILED, WARNING):
        codes = dict.fromkeys(row.finding.code for row in rows if row.finding.outcome == outcome)
        told += [f"{code}: {advice_for(code)}" for code in codes]
    return list(dict.fromkeys(told))


def summary(rows: Sequence[Row]) -> str:
    """Return all of it in a line."""
    counts = counted(rows)
    bad = dict.fromkeys(f"{row.check} ({row.finding.code})" for row in rows if row.finding.outcome == FAILED)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    return f"{told}: {', '.join(bad)}" if bad else told


def _told(row: Row) -> str:
    return f"{row.finding.code}: {row.finding.found}" if row.finding.outcome in (FAILED, WARNING) else row.finding.found


def _line(wide: tuple[int, int], *cells: str) -> str:
    return f"{cells[0]:{wide[0]}}  {cells[1]:{wide[1]}}  {cells[2]}".rstrip()
