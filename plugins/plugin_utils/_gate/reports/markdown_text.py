# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How text of unknown origin becomes a part of a Markdown page."""

from __future__ import annotations

import re

from ....module_utils._domain.legible import legible

UNSEEN = "\N{ZERO WIDTH SPACE}"

MARKUP = re.compile(r"[\\`*_\[\]~|$#]")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
REFERENCE = re.compile(r"@(?=\S)|[#!%&~](?=\w)|:(?=//|[a-z])|\b(?:www|GH|mailto)(?=[.:-])", re.IGNORECASE)
"""What code hosts make links of, wherever it stands in a text, after all escapes are undone."""


def markdown_text(value: object, limit: int) -> str:
    """Return ``value`` so that it stays text: no markup, no HTML, no table border, and nothing that becomes a link."""
    told = REFERENCE.sub(lambda found: found.group() + UNSEEN, legible(value, limit))
    told = re.sub("[&<>]", lambda found: ENTITIES[found.group()], told)
    return MARKUP.sub(lambda found: "\\" + found.group(), told)
