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
COMMANDS = re.compile(r"(::)(?=[a-z])|(##)|(section_)(?=start:)")
NEVER = {"script", "a"}
"""Tags that a text has and no report."""


def sanitized(text: str) -> str:
    """Return a text as people see it: no pipeline takes it for a command."""

    def escaped(found: re.Match[str]) -> str:
        begin, last = found.group()[:-1], found.group()[-1]
        return f"{begin}\\x{ord(last):02x}"

    return COMMANDS.sub(escaped, text)


SANITIZED = [sanitized(text) for text in TEXTS]


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
    yield from (
        f"a message is without {one['error']}"
        for one in monitors
        if f": {sanitized(one['error'])}" not in one["message"]
    )


def in_xml(source: str) -> Iterator[str]:
    cases = {case.get("name"): case for case in ElementTree.fromstring(source).iter("testcase")}
    for text in SANITIZED:
        if text not in cases:
            yield f"there is no case {text}"
        elif f": {text}" not in (cases[text][0].text or ""):
            yield f"the case {text} does not say so"


def in_html(source: str) -> Iterator[str]:
    page = Page(source)
    visible = "".join(page.texts)
    yield from (f"{text} is not shown" for text in SANITIZED if visible.count(text) < 2)
    yield from (f"a text became the tag {tag}" for tag in sorted(NEVER & set(page.tags)))
    if page.tags.count("tr") != len(TEXTS) + 1:
        yield f"there are {page.tags.count('tr')} rows"


def in_md(source: str) -> Iterator[str]:
    rows = [_cells(line) for line in source.splitlines() if line.startswith("| ")][1:]
    if len(rows) != len(TEXTS) or any(len(row) != 4 for row in rows):
        yield f"there are {len(rows)} rows of {sorted({len(row) for row in rows})} cells"
    for text in SANITIZED:
        if not any(row[0].startswith(text) and f": {text}" in row[3] for row in rows):
            yield f"there is no row for {text}"


def _cells(line: str) -> list[str]:
    """Return the cells of a table's row as people read them. A border in a text is escaped or stands as an entity."""
    return [_read(cell) for cell in re.split(r"(?<!\\)\|", line.replace(r"\\", "\0"))[1:-1]]


def _read(cell: str) -> str:
    code = re.match(r" (`+)( ?)(.*?)\2\1(?!`)| <code>(.*?)</code>", cell)
    if code is None:
        return html.unescape(re.sub(r"\\(.)", r"\1", cell.strip())).replace("\0", "\\")
    text = code[3].replace("\0", r"\\") if code[1] else html.unescape(code[4])
    return text + cell[code.end() :]


if __name__ == "__main__":
    readers = {"json": in_json, "xml": in_xml, "html": in_html, "md": in_md}
    problems = [
        f"report.{ending}: {problem}"
        for ending, read in readers.items()
        for problem in read(Path(sys.argv[1], f"report.{ending}").read_text(encoding="utf-8"))
    ]
    sys.exit("\n".join(problems) or 0)
