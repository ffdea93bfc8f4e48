# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for programs and tickets; docs/schema/doctor-report-1.json describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils._domain.timestamps import utc
from .advice import advice_for
from .examination import Row, counted, overall
from .finding import FAILED, WARNING


def entries(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return a mapping for each row."""
    return [
        {
            "check": row.check,
            "outcome": row.finding.outcome,
            "code": row.finding.code,
            "found": row.finding.found,
            "advice": advice_for(row.finding.code) if row.finding.outcome in (FAILED, WARNING) else None,
            "seconds": round(row.seconds, 3),
        }
        for row in rows
    ]


def report(rows: Sequence[Row], made: float, versions: Mapping[str, str | None]) -> str:
    """Return the report as JSON in ASCII; ``made`` is in epoch seconds."""
    document = {
        "schema": "knowledgefront.monitoring/doctor-report",
        "version": 1,
        "made": utc(made),
        "outcome": overall(rows),
        "counts": counted(rows),
        "versions": dict(versions),
        "rows": entries(rows),
    }
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
