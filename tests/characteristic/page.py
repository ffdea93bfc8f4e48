# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the operating characteristic in the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .count_errors import Tally
from .rows import Row
from .table import HEADINGS, cells

PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "characteristic.rst"
BEGIN = ".. The table is written by ./run characteristic --write.\n"
END = ".. The table ends here.\n"


def list_table(results: Sequence[tuple[Row, Tally]]) -> str:
    """Return the table as reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for line in [list(HEADINGS), *(cells(row, tally) for row, tally in results)]:
        first, *others = line
        lines += [f"   * - {first}", *(f"     - {cell}" for cell in others)]
    return "\n".join(lines) + "\n"


def with_table(page: str, table: str, seed: int) -> str:
    """Return the text of the page with its table replaced by ``table``."""
    before, _begin, rest = page.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page has lost the line {END.strip()!r}")
    return f"{before}{BEGIN}\n{table}\nMeasured with the seed {seed}.\n\n{end}{after}"


def write_page(results: Sequence[tuple[Row, Tally]], seed: int) -> None:
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), list_table(results), seed), encoding="utf-8")
