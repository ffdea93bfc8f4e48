# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of a rehearsal, each selected by the extension of the file name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from .document import Document
from .reports.markdown_report import render_markdown


def render_json(document: Document) -> str:
    """Return the report for programs in ASCII: docs/schema/rehearsal-1.json describes it."""
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def render_html(document: Document) -> str:
    """Return the page for people. Only this report imports Jinja2."""
    from .reports import html_report

    return html_report.render_html(document)


RENDERERS: Mapping[str, Callable[[Document], str]] = {
    ".json": render_json,
    ".md": render_markdown,
    ".html": render_html,
}
"""By the file name extension, in lower case and with its dot."""


def render(extension: str, document: Document) -> str:
    """Return the content of the report with this file name extension. Raises KeyError for any other."""
    return RENDERERS[extension](document)
