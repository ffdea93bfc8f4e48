# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format the results of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .entry_points import ENTRY_POINTS
from .evaluation import Cell
from .outcomes import ERROR, FAILURES, RIGHT, STOP

COLUMNS = (RIGHT, ERROR, STOP, *FAILURES)


def table(cells: Sequence[Cell]) -> str:
    """Return a Markdown table with a row per entry point and a total."""
    rows = [("entry point", *COLUMNS), ("---", *["---:"] * len(COLUMNS))]
    for name in (*(entry.name for entry in ENTRY_POINTS), "all"):
        counts = Counter(cell.outcome for cell in cells if cell.entry == name or name == "all")
        rows.append((f"**{name}**" if name == "all" else name, *(str(counts[column]) for column in COLUMNS)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def complaints(cells: Sequence[Cell]) -> list[str]:
    """Return one paragraph per wrong cell."""
    return [f"{cell.outcome.upper()}: {cell.fault}: {cell.entry}: {cell.complaint}" for cell in cells if cell.complaint]
