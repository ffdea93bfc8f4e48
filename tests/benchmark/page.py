# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of results in the documentation, with its picture."""

from __future__ import annotations

import base64
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
    """Everything that a run told. ``picture`` is empty when there was too little for one."""

    date: str
    machine: str
    versions: str
    load: float
    quick: bool
    costs: Sequence[Row]
    growth: Sequence[Row]
    judging: Sequence[Row]
    waiting: str
    picture: str


READING = """
Every figure is a ratio of two processes that ran in turn in this one run, so that it means the same on a slow machine:
the median, with the smallest and the largest in brackets. Both are whole ``ansible-playbook`` processes against a
simulator of the service on loopback, in a process of its own. Wall is wall-clock time; CPU is user and system time of
the process and all it started; memory compares the peaks of the largest single process, which MiB tells. Requests are
tokens + questions of one run of ours, and kB is what the service answered, compressed if asked for. Asked is how many
questions each host asked in a task of its own; stored means that another process had asked shortly before. Latency is
added to each answer.
"""

GROWING = """
Growth is that of CPU for one host that asks once, beyond that of the smallest size. A power of 1 is linear: twice the
monitors cost twice as much.
"""


def paragraph(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), 118)


def page(results: Results) -> str:
    """Return the page as reStructuredText."""
    licence = "..\n" + textwrap.indent(LICENCE.strip(), "  ")
    parts = [licence, f".. _{LABEL}:", "What it costs\n============="]
    parts.append(paragraph(f"Measured on {results.date} with {results.versions}, on {results.machine}."))
    parts += [
        _caution(results),
        paragraph(READING),
        _image(results.picture),
        "Costs\n-----",
        table.restructured(results.costs),
    ]
    if len(results.growth) > 1:
        parts += ["Growth\n------", paragraph(GROWING), table.restructured(results.growth)]
    parts += ["Judgement alone\n---------------", table.restructured(results.judging), paragraph(results.waiting)]
    parts.append("``./run bench --write`` in a checkout measures anew and writes this page.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _caution(results: Results) -> str:
    said = []
    if results.quick:
        said.append("This was a quick run: few pairs, and few sizes.")
    if results.load > 1:
        said.append(f"The machine was busy with other work ({results.load:.1f} processes for each core).")
    return paragraph(" ".join(said))


def _image(picture: str) -> str:
    """Return the picture within the page: what builds the documentation copies pages only."""
    if not picture:
        return ""
    coded = base64.b64encode(picture.encode()).decode()
    alternative = "Wall-clock time in empty plays against the number of monitors, both axes logarithmic"
    return f".. image:: data:image/svg+xml;base64,{coded}\n   :alt: {alternative}"


def write(results: Results, docsite: Path = DOCSITE) -> list[Path]:
    """Write the page and its picture, and return what is written."""
    texts = {
        docsite / "rst" / "benchmark.rst": page(results),
        docsite / "rst" / "benchmark.svg": results.picture,
    }
    for path, text in texts.items():
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    return [path for path, text in texts.items() if text]
