# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of results in the documentation, with its picture and a file of all figures."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import table
from .picture import LICENCE
from .table import Row

ROOT = Path(__file__).resolve().parents[2]
DOCSITE = ROOT / "docs" / "docsite"

LABEL = "ansible_collections.knowledgefront.monitoring.docsite.benchmark"


@dataclass(frozen=True)
class Results:
    """The results of a run. ``picture`` is empty if there are too few sizes."""

    date: str
    machine: str
    versions: str
    load: float
    quick: bool
    costs: Sequence[Row]
    growth: Sequence[Row]
    evaluation_cost: Sequence[Row]
    waiting: str
    events: Sequence[Row]
    picture: str


ABOUT = "The cost of the plugins in time and memory, compared with an empty play and with ``uri`` tasks."

READING = """
Every figure is a ratio of two ``ansible-playbook`` processes that ran in turn in this run, so that it means the same on
a slow machine: the median, with the smallest and the largest in brackets. Wall is wall-clock time. Both processes ran
against a simulator of the service on loopback. Stored means that another process had fetched the response shortly
before.
"""

ALL_FIGURES = """
`benchmark.csv <benchmark.csv>`_ has all figures: also CPU (user and system time of the process and its children), the
peak memory of the largest process, requests (for tokens + for data), and kB received.
"""

GROWING = """
The growth of CPU time with the number of monitors, for one host that asks once. A power of 1 is linear: twice the
monitors cost twice as much.
"""

EVENT_SOURCE = """
Memory of the process of ``kf_alerts`` while alerts are raised and cleared before every poll. Idle is its memory before
the first poll. Growth compares the last quarter of the polls with the second quarter.
"""

ON_THE_PAGE = ("what", "against", "monitors", "wall", "goal", "met", "hosts", "requested")


def with_a_goal(costs: Sequence[Row]) -> list[Row]:
    """Return the rows that have a goal, with the columns that the page shows, under their heading."""
    heading, *rows = costs
    columns = [heading.index(name) for name in ON_THE_PAGE]
    goal = heading.index("goal")
    return [[row[column] for column in columns] for row in (heading, *(row for row in rows if row[goal]))]


def paragraph(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 118)


def page(results: Results) -> str:
    """Return the page as reStructuredText."""
    licence = "..\n" + textwrap.indent(LICENCE.strip(), "  ")
    parts = [licence, f".. _{LABEL}:", "What it costs\n============="]
    parts.append(paragraph(ABOUT))
    parts.append(paragraph(f"Measured on {results.date} with {results.versions}, on {results.machine}."))
    parts += [
        _caution(results),
        paragraph(READING),
        _image(results.picture),
        "Goals\n-----",
        table.restructured(with_a_goal(results.costs)),
        paragraph(ALL_FIGURES),
    ]
    if len(results.growth) > 1:
        parts += ["Growth\n------", paragraph(GROWING), table.restructured(results.growth)]
    parts += [
        "Evaluation alone\n----------------",
        table.restructured(results.evaluation_cost),
        paragraph(results.waiting),
    ]
    if len(results.events) > 1:
        parts += ["Event source\n------------", paragraph(EVENT_SOURCE), table.restructured(results.events)]
    parts.append(
        "For contributors: ``./run bench --write`` in a checkout repeats the measurement and writes this page."
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _caution(results: Results) -> str:
    said = []
    if results.quick:
        said.append("This was a quick run with few pairs and sizes.")
    if results.load > 1:
        said.append(f"The machine was busy with other work ({results.load:.1f} processes for each core).")
    return paragraph(" ".join(said))


def _image(picture: str) -> str:
    if not picture:
        return ""
    alternative = "Wall-clock time in empty plays against the number of monitors, both axes logarithmic"
    return f".. image:: benchmark.svg\n   :alt: {alternative}"


def write(results: Results, docsite: Path = DOCSITE) -> list[Path]:
    """Write the page, its picture and the file of all figures, and return their paths."""
    texts = {
        docsite / "rst" / "benchmark.rst": page(results),
        docsite / "rst" / "benchmark.svg": results.picture,
        docsite / "rst" / "benchmark.csv": table.comma_separated(results.costs),
    }
    for path, text in texts.items():
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    return [path for path, text in texts.items() if text]
