# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operating characteristic as a table, as text and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from .count_errors import Tally
from .rows import Row

HEADINGS = ("world", "errors", "runs", "counted", "share", "95 % bounds", "goal", "result")


def cells(row: Row, tally: Tally) -> list[str]:
    """Return the row of the table."""
    lower, upper = tally.bounds
    goal = "-" if row.goal is None else "0" if row.goal == 0 else f"<= {percent(row.goal)}"
    return [
        row.title,
        row.counts,
        f"{tally.runs:,}",
        str(len(tally.failed)),
        percent(tally.share),
        f"{percent(lower)} to {percent(upper)}",
        goal,
        tally.verdict(row.goal),
    ]


def text_table(results: Sequence[tuple[Row, Tally]]) -> str:
    """Return the table for a terminal, followed by the reasons for stops."""
    lines = [list(HEADINGS), *(cells(row, tally) for row, tally in results)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADINGS))]
    table = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    table.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*table, "", *(line for row, tally in results for line in details(row, tally))])


def details(row: Row, tally: Tally) -> list[str]:
    """Return the errors, the states that stopped each phase, and the first runs to trace."""
    lines = [f"{row.name}: {_counted(tally.errors) or 'no errors'}"]
    if tally.stops:
        lines.append(f"    runs stopped by: {_counted(tally.stops)}")
    if tally.failed:
        lines.append(f"    runs: {' '.join(map(str, tally.failed[:12]))}{' ...' if len(tally.failed) > 12 else ''}")
    return [*lines, *(f"    {note}" for note in tally.notes)]


def data(results: Sequence[tuple[Row, Tally]], seed: int) -> dict[str, Any]:
    """Return the table as plain data."""
    return {
        "seed": seed,
        "rows": [
            {
                "name": row.name,
                "title": row.title,
                "errors": row.counts,
                "goal": row.goal,
                "runs": tally.runs,
                "counted": len(tally.failed),
                "bounds": list(tally.bounds),
                "verdict": tally.verdict(row.goal),
                "by_error": dict(tally.errors),
                "stops": dict(tally.stops),
                "failed": tally.failed,
                "notes": tally.notes,
            }
            for row, tally in results
        ],
    }


def percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + " %"


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counter.items()))
