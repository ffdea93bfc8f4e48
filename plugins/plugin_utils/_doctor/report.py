# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Present the rows: a table and advice for people, entries and a JSON report for programs.

docs/schema/doctor-report-1.json describes the report.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._domain.timestamps import utc
from .results import FAILED, OUTCOMES, WARNING, advice_for
from .runner import Row, count_outcomes, worst_outcome

WIDTH = 120
TITLES = ("check", "outcome", "result")


def format_table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of the table. The name of a check and an outcome appear in their first line only."""
    widths = max(len(row.check) for row in rows), max(map(len, OUTCOMES))
    left = WIDTH - sum(widths) - 4
    lines = [_format_line(widths, *TITLES), _format_line(widths, "-" * widths[0], "-" * widths[1], "-" * left)]
    previous = ""
    for row in rows:
        parts = textwrap.wrap(_message(row), left) or [""]
        lines.append(_format_line(widths, "" if row.check == previous else row.check, row.result.outcome, parts[0]))
        lines += [_format_line(widths, "", "", part) for part in parts[1:]]
        previous = row.check
    return lines


def list_advice(rows: Sequence[Row]) -> list[str]:
    """Return ``code: advice`` for each failure, and then for each warning; each code once."""
    lines = []
    for outcome in (FAILED, WARNING):
        codes = dict.fromkeys(row.result.code for row in rows if row.result.outcome == outcome)
        lines += [f"{code}: {advice_for(code)}" for code in codes]
    return list(dict.fromkeys(lines))


def summarize(rows: Sequence[Row]) -> str:
    """Return the counts and the failed checks in one line."""
    counts = count_outcomes(rows)
    failures = dict.fromkeys(f"{row.check} ({row.result.code})" for row in rows if row.result.outcome == FAILED)
    totals = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    return f"{totals}: {', '.join(failures)}" if failures else totals


def list_entries(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a mapping for each row."""
    return [
        {
            "check": row.check,
            "outcome": row.result.outcome,
            "code": row.result.code,
            "found": row.result.message,
            "advice": advice_for(row.result.code) if row.result.outcome in (FAILED, WARNING) else None,
            "seconds": round(row.seconds, 3),
        }
        for row in rows
    ]


def format_report(rows: Sequence[Row], made: float, versions: Mapping[str, str | None]) -> str:
    """Return the report as JSON in ASCII; ``made`` is in epoch seconds."""
    document = {
        "schema": "knowledgefront.monitoring/doctor-report",
        "version": 1,
        "made": utc(made),
        "outcome": worst_outcome(rows),
        "counts": count_outcomes(rows),
        "versions": dict(versions),
        "rows": list_entries(rows),
    }
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _message(row: Row) -> str:
    """Return the message of a row, after its code if there is advice for it."""
    has_advice = row.result.outcome in (FAILED, WARNING)
    return f"{row.result.code}: {row.result.message}" if has_advice else row.result.message


def _format_line(widths: tuple[int, int], *cells: str) -> str:
    return f"{cells[0]:{widths[0]}}  {cells[1]:{widths[1]}}  {cells[2]}".rstrip()
