# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages in one file, without scripts and without anything that a browser has to load, from Jinja2 templates.

The values of a page are data, and the templates escape all of them. ``page.html.j2`` is the layout of every page,
``page.css.j2`` its style and ``parts.html.j2`` has macros.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ....module_utils._domain.text import quantity, sanitize
from ..states import ALL
from ..verdict import VERDICTS
from .wording import FORECAST, MAX_LABEL

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER = os.path.dirname(__file__)
"""The folder of the templates that pages share."""

MAX_ITEMS = 50
MAX_NAMES = 300


def render_page(name: str, values: Mapping[str, Any], folder: str | None = None) -> str:
    """Return the page of the template ``name`` in ``folder``, or else in the folder of the shared templates.

    Raises ValueError, with a sentence, if Jinja2 or a template is not usable.
    """
    return _load_template(name, [FOLDER] if folder is None else [folder, FOLDER]).render(values)


def _load_template(name: str, folders: Sequence[str]) -> Template:
    """Return a template after loading all templates of ``folders``. Writes no bytecode cache."""
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
    except Exception as error:
        raise ValueError(
            f"it needs Jinja2, which cannot be imported ({type(error).__name__}): repair the installation of "
            "ansible-core, or write a report in another format"
        ) from error
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(quantity=quantity, thousands="{:,}".format)
    environment.globals.update(states=ALL, tones=(*VERDICTS, FORECAST))
    try:
        for part in environment.list_templates(extensions=("j2",)):
            environment.get_template(part)
        return environment.get_template(name)
    except (TemplateError, OSError, ValueError) as error:
        kind = type(error).__name__
        raise ValueError(f"its template cannot be loaded ({kind}): reinstall the collection") from error


def shorten_list(items: Sequence[str]) -> list[str]:
    """Return at most MAX_ITEMS items and the number of the others."""
    more = [f"and {len(items) - MAX_ITEMS:,} more"] if len(items) > MAX_ITEMS else []
    return [*items[:MAX_ITEMS], *more]


def shorten_names(labels: Sequence[str], limit: int = MAX_NAMES) -> dict[str, Any]:
    """Return the number of ``labels``, at most ``limit`` of them and the number of the others."""
    shortened = [sanitize(label, MAX_LABEL) for label in labels[:limit]]
    return {"number": len(labels), "labels": shortened, "more": max(0, len(labels) - limit)}
