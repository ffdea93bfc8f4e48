# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures of the page about rehearsals: parts of the report of the rehearsal that the page runs.

The program ``pictures`` writes them as SVG files beside the pages.
"""

from __future__ import annotations

import json
import re
import tempfile
import textwrap
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.document import Document
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.heat_map import (
    SHAPES,
    build_calendar,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.reports.strips import (
    build_strip,
    describe_strip,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.task import run, validate
from ansible_collections.knowledgefront.monitoring.tests.characteristic.generate_shop_history import PATH as HISTORY
from ansible_collections.knowledgefront.monitoring.tests.docsite.pictures import PAGES, WIDTH, drawing, text

PAGE = PAGES / "rehearse.rst"
BLOCK = re.compile(r"^\.\. code-block:: (\w+)\n {3}:name: (\S+)\n\n((?: {3}.*\n|\n)+)", re.MULTILINE)

DRAWN = ("everything", "shop")
"""The policies whose calendars are drawn."""

STRIPS = 5

T = TypeVar("T")


class _NoProgress:
    def enter(self, _stage: str) -> None:
        """Report nothing."""

    def track(self, items: Collection[T], _stage: str) -> Iterator[T]:
        return iter(items)


def blocks() -> dict[str, str]:
    """Return the content of each named block of the page."""
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    return {name: textwrap.dedent(content).strip("\n") + "\n" for _language, name, content in found}


def rehearse(**changes: Any) -> tuple[Document, dict[str, Any]]:
    """Return the document and the result of the rehearsal on the page, without trying changes of options."""
    example_blocks = blocks()
    with tempfile.TemporaryDirectory(prefix="kf-docs-") as folder:
        paths = []
        for name in ("everything", "tolerant", "shop"):
            paths.append(Path(folder) / f"{name}.yml")
            paths[-1].write_text(example_blocks[f"{name}.yml"], encoding="utf-8")
        report = Path(folder) / "rehearsal.json"
        given = {
            "history": str(HISTORY),
            "policies": [str(path) for path in paths],
            "every": "4h",
            "since": "2026-05-01T02:00:00Z",
            "changes": False,
            "reports": [str(report)],
        }
        result = run(validate({**given, **changes}), _NoProgress(), writes=True)
        return json.loads(report.read_text(encoding="utf-8")), result


def calendar(document: Document) -> str:
    """Return the picture of the calendars of two policies, one below the other, with a legend."""
    (group,) = build_calendar(document)
    figures = [figure for figure in group["figures"] if figure["policy"] in DRAWN]
    parts, top = [], 12
    for figure in figures:
        parts += [text(20, top + 14, figure["policy"], "b"), text(20, top + 31, figure["text"].partition(": ")[2], "s")]
        parts.append(f'<g transform="translate(20 {top + 40}) scale(1.15)">{_month(figure)}</g>')
        top += 40 + round(figure["height"] * 1.15) + 16
    for place, verdict in enumerate(("block", "pass")):
        x = 20 + 90 * place
        parts.append(f'<path class="c {verdict}" transform="translate({x} {top})" d="M0 0{SHAPES[verdict]}"/>')
        parts.append(text(x + 16, top + 9, verdict, "s"))
    return drawing(top + 22, f"The verdict of each deployment in {figures[0]['month']}", parts)


def _month(figure: dict[str, Any]) -> str:
    shapes = figure["shapes"] + [(stop["css"], stop["path"]) for stop in figure["stops"]]
    merged: dict[str, str] = {}
    for css, path in shapes:
        merged[css.removeprefix("v-")] = merged.get(css.removeprefix("v-"), "") + path
    return "\n".join(
        [
            f'<path class="c soft" d="{figure["ground"]}"/>',
            '<g style="font-size:8.5px">',
            *(text(hour["x"], 9, hour["text"]) for hour in figure["hours"]),
            *(text(0, day["y"], day["text"]) for day in figure["days"]),
            "</g>",
            *(f'<path class="c {verdict}" d="{path}"/>' for verdict, path in merged.items()),
        ]
    )


def strips(document: Document) -> str:
    """Return the picture of the strips of the worst monitors."""
    parts, row, left = [], 74, 20
    for place, strip in enumerate(document["strips"][:STRIPS]):
        top = 12 + place * row
        drawn = build_strip(strip, "")
        scale = (WIDTH - 2 * left) / drawn["width"]
        parts.append(text(left, top + 12, strip["label"], "b"))
        parts.append(f'<rect class="c soft" x="{left}" y="{top + 20}" width="{WIDTH - 2 * left}" height="24"/>')
        for css, path in drawn["shapes"]:
            kind = {"failed": "block", "ok": "pass", "gap": "line"}[css]
            parts.append(
                f'<path class="c {kind}" transform="translate({left} {top + 20}) scale({scale:.4f} 1)" d="{path}"/>'
            )
        parts.append(text(left, top + 58, describe_strip(strip), "s"))
    return drawing(12 + row * min(STRIPS, len(document["strips"])), "The history of the worst monitors", parts)


PICTURES = {"rehearsal_calendar": calendar, "rehearsal_strips": strips}
"""The function that draws each picture, by the name of its file."""


def write(document: Document, folder: Path = PAGES) -> list[Path]:
    """Write every picture into ``folder`` and return the paths."""
    paths = []
    for name, draw in PICTURES.items():
        paths.append(folder / f"{name}.svg")
        paths[-1].write_text(draw(document), encoding="utf-8")
    return paths
