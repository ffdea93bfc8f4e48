# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report for programs; docs/schema/gate-report-1.json describes it."""

from __future__ import annotations

import json

from .document import Document
from .facts import not_clean

MOST_LISTED = 1000
"""Monitors, unless more than that are not clean. ``monitors_total`` says how many there are."""


def as_json(document: Document) -> str:
    """Return ``document`` in ASCII, so that no character of the service's texts can hide or do harm in it."""
    most = max(MOST_LISTED, len(not_clean(document)))
    told = {**document, "monitors": document["monitors"][:most]}
    return json.dumps(told, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
