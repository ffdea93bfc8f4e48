# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Render a report in the format that its file name extension selects."""

from __future__ import annotations

import json
from collections.abc import Callable

from .document import Document
from .junit_report import render_junit
from .markdown_report import render_markdown
from .wording import not_clean

MAX_MONITORS = 1000
"""Monitors in a JSON report, unless more than that are not clean. ``monitors_total`` is the number of all."""


def render_json(document: Document) -> str:
    """Return the report for programs in ASCII: docs/schema/gate-report-1.json describes it."""
    data = {"looks" if name == "polls" else name: value for name, value in document.items() if name != "scope"}
    data["monitors"] = document["monitors"][: max(MAX_MONITORS, len(not_clean(document)))]
    return json.dumps(data, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def render_html(document: Document) -> str:
    """Return the page for people. Only this report imports Jinja2."""
    from . import html_report

    return html_report.render_html(document)


RENDERERS: dict[str, Callable[[Document], str]] = {
    ".json": render_json,
    ".md": render_markdown,
    ".xml": render_junit,
    ".html": render_html,
}


def render(extension: str, document: Document) -> str:
    """Return the content of a report with this file name extension. Raises ValueError for an unknown one."""
    renderer = RENDERERS.get(extension.lower())
    if renderer is None:
        raise ValueError(f"a report ends in {', '.join(list(RENDERERS)[:-1])} or {list(RENDERERS)[-1]}")
    return renderer(document)
