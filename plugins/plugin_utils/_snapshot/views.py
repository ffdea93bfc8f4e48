# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that people read: a table for spreadsheets and a page with a table for each type."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from typing import Any

from ...module_utils._domain.text import sanitize
from .._gate.reports.markdown_text import markdown_text
from .formats import Monitors

COLUMNS = ("id", "label", "type", "active", "timer", "time_zone", "description", "config")
LONGEST = 10_000
FORMULA_SIGN = "[=+@\\-\uff1d\uff0b\uff20\uff0d]"
"""What a spreadsheet takes a cell for a formula by, also in the width of East Asian letters."""

CELL_BEGIN = re.compile(rf"""(?:^|(?<=[,;]))(?=[\s'"]*{FORMULA_SIGN})""")
"""Where a formula could begin: where a spreadsheet that separates cells by commas or by semicolons begins one."""

CSV_BEGINS = ",".join(COLUMNS) + "\n"
PAGE_BEGINS = "<!-- Written by knowledgefront.monitoring.kf_monitor_files. -->\n"

CELLS = ("label", "id", "active", "timer", "description")


def as_csv(monitors: Monitors) -> str:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    for name in sorted(monitors):
        table.writerow([_cell(monitors[name].get(column)) for column in COLUMNS])
    return written.getvalue()


def as_markdown(monitors: Monitors) -> str:
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for name in sorted(monitors):
        kinds.setdefault(_kind(monitors[name]), []).append(monitors[name])
    lines = [PAGE_BEGINS, "# Monitors", ""]
    for kind in sorted(kinds):
        lines += [f"## {markdown_text(kind, 80)} ({len(kinds[kind])})", ""]
        lines += ["| Label | Id | Active | Timer | Description |", "|---|---|---|---|---|"]
        lines += [_row(fields) for fields in kinds[kind]]
        lines.append("")
    return "\n".join(lines)


def _kind(fields: Mapping[str, Any]) -> str:
    kind = fields.get("type")
    return kind if isinstance(kind, str) and kind else "unknown"


def _row(fields: Mapping[str, Any]) -> str:
    return f"| {' | '.join(markdown_text(_plain(fields.get(name)), 300) for name in CELLS)} |"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _cell(value: Any) -> str:
    """Return the text of a cell, with an apostrophe before whatever could be a formula."""
    text = _plain(value)
    told = sanitize(text, LONGEST)
    if isinstance(value, (int, float)):
        return told
    guarded = CELL_BEGIN.sub("'", told)
    return f"'{guarded}" if text.startswith(("\t", "\r", "\n")) else guarded
