# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of files: YAML and JSON, which can be read again, and CSV and Markdown, which are for people.

All of them have one order, so that equal configurations result in equal files. YAML and JSON are ASCII only.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from ...module_utils._domain.json_memory import fits
from ...module_utils._domain.text import sanitize
from .._gate.reports.markdown_text import markdown_text
from .yaml_format import MAX_DEPTH, MAX_MEMORY, MAX_PLAIN_LENGTH, read_yaml, write_yaml

Monitors = Mapping[str, Mapping[str, Any]]

FORMAT = "knowledgefront.monitoring/monitors/1"
"""Identifies files of this collection. The number changes with the format."""

YAML_HEADER = (
    "# Written by knowledgefront.monitoring.kf_monitor_files. Texts are data: do not load them as variables.\n"
)

COLUMNS = ("id", "label", "type", "active", "timer", "time_zone", "description", "config")
MAX_CELL_LENGTH = 10_000
FORMULA_SIGN = "[=+@\\-\uff1d\uff0b\uff20\uff0d]"
"""Characters that start a formula in a spreadsheet, and their full-width forms."""

CELL_START = re.compile(rf"""(?:^|(?<=[,;]))(?=[\s'"]*{FORMULA_SIGN})""")
"""Positions where a formula can start: the start of a cell, if a spreadsheet splits at commas or at semicolons."""

CSV_HEADER = ",".join(COLUMNS) + "\n"
MARKDOWN_HEADER = "<!-- Written by knowledgefront.monitoring.kf_monitor_files. -->\n"

TABLE_COLUMNS = ("label", "id", "active", "timer", "description")

JSON_TYPES = (str, bool, int, float, dict, list)


class UnreadableError(ValueError):
    """A file that is damaged or that this collection did not write. The message continues "the file <name> "."""


def _make_document(monitors: Monitors) -> dict[str, Any]:
    return {"format": FORMAT, "monitors": [dict(monitors[name]) for name in sorted(monitors)]}


def render_yaml(monitors: Monitors) -> str:
    return YAML_HEADER + write_yaml(_make_document(monitors))


def render_json(monitors: Monitors) -> str:
    return json.dumps(_make_document(monitors), indent=2, sort_keys=True, allow_nan=False) + "\n"


def _parse_json(text: str) -> Any:
    if not fits(text.encode("utf-8", "surrogatepass"), MAX_MEMORY):
        raise ValueError("too large")
    return json.loads(text, parse_int=_parse_int)


def _parse_int(digits: str) -> int:
    """Raises ValueError for a long number, because the time to parse one grows with the square of its length."""
    if len(digits) > MAX_PLAIN_LENGTH:
        raise ValueError("too long")
    return int(digits)


PARSERS: dict[str, Callable[[str], Any]] = {"yaml": read_yaml, "json": _parse_json}


def parse_monitors(text: str, file_format: str) -> dict[str, dict[str, Any]]:
    """Return the configurations in a file by id. Raises UnreadableError."""
    try:
        document = PARSERS[file_format](text)
        _check_values(document)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableError(f"is not valid YAML in line {line}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError):
        raise UnreadableError(f"is not valid {file_format.upper()}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise UnreadableError(f"was not written by this collection (it has no format {FORMAT})")
    return _index_by_id(document.get("monitors"))


def _check_values(document: Any) -> None:
    """Raise ValueError for values that JSON does not have, and for deeper nesting than responses can have."""
    level = [document]
    for _depth in range(MAX_DEPTH + 1):
        if not all(value is None or isinstance(value, JSON_TYPES) for value in level):
            raise ValueError("not a JSON type")
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            raise ValueError("not a number")
        containers = (
            value.values() if isinstance(value, dict) else value for value in level if value.__class__ in (dict, list)
        )
        level = [child for children in containers for child in children]
        if not level:
            return
    raise ValueError("nested too deeply")


def _index_by_id(listed: Any) -> dict[str, dict[str, Any]]:
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        raise UnreadableError("has no list of monitors")
    ids = [entry.get("id") for entry in listed]
    if not all(isinstance(name, str) for name in ids):
        raise UnreadableError("has a monitor without an id")
    if len(set(ids)) < len(ids):
        raise UnreadableError("has a duplicate id")
    return dict(zip(ids, listed, strict=True))


def render_csv(monitors: Monitors) -> str:
    buffer = io.StringIO()
    table = csv.writer(buffer, lineterminator="\n")
    table.writerow(COLUMNS)
    for name in sorted(monitors):
        table.writerow([_format_cell(monitors[name].get(column)) for column in COLUMNS])
    return buffer.getvalue()


def render_markdown(monitors: Monitors) -> str:
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for name in sorted(monitors):
        by_type.setdefault(_read_type(monitors[name]), []).append(monitors[name])
    lines = [MARKDOWN_HEADER, "# Monitors", ""]
    for monitor_type in sorted(by_type):
        lines += [f"## {markdown_text(monitor_type, 80)} ({len(by_type[monitor_type])})", ""]
        lines += ["| Label | Id | Active | Timer | Description |", "|---|---|---|---|---|"]
        lines += [_format_row(fields) for fields in by_type[monitor_type]]
        lines.append("")
    return "\n".join(lines)


def _read_type(fields: Mapping[str, Any]) -> str:
    value = fields.get("type")
    return value if isinstance(value, str) and value else "unknown"


def _format_row(fields: Mapping[str, Any]) -> str:
    return f"| {' | '.join(markdown_text(_to_text(fields.get(name)), 300) for name in TABLE_COLUMNS)} |"


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _format_cell(value: Any) -> str:
    """Return the text of a cell, with an apostrophe before anything that a spreadsheet could run as a formula."""
    text = _to_text(value)
    cell = sanitize(text, MAX_CELL_LENGTH)
    if isinstance(value, (int, float)):
        return cell
    guarded = CELL_START.sub("'", cell)
    return f"'{guarded}" if text.startswith(("\t", "\r", "\n")) else guarded


ENDINGS = {"yaml": ".yml", "json": ".json", "csv": ".csv", "markdown": ".md"}
RENDERERS = {"yaml": render_yaml, "json": render_json, "csv": render_csv, "markdown": render_markdown}
HEADERS = {"csv": CSV_HEADER, "markdown": MARKDOWN_HEADER}
"""The beginning of files that are for people only."""
