# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which report a file is, told by the ending of its name."""

from __future__ import annotations

from collections.abc import Callable

from .as_html import as_html
from .as_json import as_json
from .as_junit import as_junit
from .as_markdown import as_markdown
from .document import Document

RENDERERS: dict[str, Callable[[Document], str]] = {
    ".json": as_json,
    ".md": as_markdown,
    ".xml": as_junit,
    ".html": as_html,
}


def render(ending: str, document: Document) -> str:
    """Return the report that files with this ending hold. Raises ValueError for an ending that no report has."""
    renderer = RENDERERS.get(ending.lower())
    if renderer is None:
        raise ValueError(f"a report ends in {', '.join(list(RENDERERS)[:-1])} or {list(RENDERERS)[-1]}")
    return renderer(document)
