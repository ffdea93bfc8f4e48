# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a run, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

NOT_HERE = "not here"


@dataclass(frozen=True)
class Cell:
    """What came of one check."""

    passed: bool
    seconds: float

    def __str__(self) -> str:
        return f"{'ok' if self.passed else 'FAILED'} {self.seconds:.0f} s"


@dataclass(frozen=True)
class Row:
    """One ansible-core on one Python, which may not be on this machine, with what came of each check there."""

    core: str
    python: str
    here: bool = True
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def passed(self, checks: Iterable[str]) -> bool:
        """Whether every check was made and passed. A check that was not made has not passed."""
        return all(name in self.cells and self.cells[name].passed for name in checks)

    def found(self, check: str) -> str:
        if not self.here:
            return NOT_HERE
        return str(self.cells[check]) if check in self.cells else "FAILED to run"


def markdown(rows: Sequence[Row], checks: Sequence[str]) -> str:
    """Return a Markdown table with a line for each of ``rows`` and a column for each of ``checks``."""
    cells = [["ansible-core", "Python", *checks]]
    cells += [[row.core, row.python, *(row.found(check) for check in checks)] for row in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    lines = [f"| {' | '.join(text.ljust(width) for text, width in zip(line, widths, strict=True))} |" for line in cells]
    lines.insert(1, f"|{'|'.join('-' * (width + 2) for width in widths)}|")
    return "\n".join(lines)


def verdict(rows: Sequence[Row], checks: Sequence[str]) -> int:
    """Return what the run exits with: 1 if a check failed, 2 if nothing at all could be tried."""
    tried = [row for row in rows if row.here]
    if not tried or not checks:
        return 2
    return 0 if all(row.passed(checks) for row in tried) else 1
