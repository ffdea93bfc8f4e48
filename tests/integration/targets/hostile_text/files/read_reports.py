# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``read_reports.py FOLDER``: find every text of texts.yml in each of a gate's reports, as text and as nothing else."""

from __future__ import annotations

import html
import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import yaml

TEXTS = yaml.safe_load(Path(__file__).with_name("texts.yml").read_text(encoding="utf-8"))["texts"]
NEVER = {"script", "a"}
"""Tags that a text has and no report."""


class Page(HTMLParser):
    """The texts of a page, and the tags in it."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def in_json(source: str) -> Iterator[str]:
    monitors = json.loads(source)["monitors"]
    for name in ("id", "label", "type", "error"):
        if sorted(monitor[name] for monitor in monitors) != sorted(TEXTS):
            yield f"{name} is not what the service said"
    yield from (f"a message is without {one['error']}" for one in monitors if f": {one['error']}" not in one["message"])


def in_xml(source: str) -> Iterator[str]:
    cases = {case.get("name"): case for case in ElementTree.fromstring(source).iter("testcase")}
    for text in TEXTS:
        if text not in cases:
            yield f"there is no case {text}"
        elif f": {text}" not in (cases[text][0].text or ""):
            yield f"the case {text} does not say so"


def in_html(source: str) -> Iterator[str]:
    page = Page(source)
    shown = "".join(page.texts)
    yield from (f"{text} is not shown" for text in TEXTS if shown.count(text) < 2)
    yield from (f"a text became the tag {tag}" for tag in sorted(NEVER & set(page.tags)))
    if page.tags.count("tr") != len(TEXTS) + 1:
        yield f"there are {page.tags.count('tr')} rows"


def in_md(source: str) -> Iterator[str]:
    rows = [re.split(r"(?<!\\)\|", line.replace("\\\\", "")) for line in source.splitlines() if line.startswith("| **")]
    if len(rows) != len(TEXTS) or any(len(row) != 7 for row in rows):
        yield f"there are {len(rows)} rows of {sorted({len(row) for row in rows})} cells"
    cells = [[_unescaped(cell) for cell in row] for row in rows]
    for text in TEXTS:
        if not any(row[1].startswith(f" **{text}**") and f": {text}" in row[4] for row in cells):
            yield f"there is no row for {text}"


def _unescaped(cell: str) -> str:
    return html.unescape(re.sub(r"\\(.)", r"\1", cell.replace("\N{ZERO WIDTH SPACE}", "")))


if __name__ == "__main__":
    readers = {"json": in_json, "xml": in_xml, "html": in_html, "md": in_md}
    problems = [
        f"report.{ending}: {problem}"
        for ending, read in readers.items()
        for problem in read(Path(sys.argv[1], f"report.{ending}").read_text(encoding="utf-8"))
    ]
    sys.exit("\n".join(problems) or 0)
