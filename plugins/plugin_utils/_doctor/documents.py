# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers that came, held against the documented ones."""

from __future__ import annotations

from .bodies import document_of
from .contract import differences
from .documented import ANSWERS, SOURCE
from .finding import Finding, fine, skipped
from .patient import Patient


def examine(patient: Patient) -> list[Finding]:
    """Look at each answer that is one: neither an error nor something that is no document."""
    found: list[Finding] = []
    looked_at = []
    for check in ANSWERS:
        response = patient.answers.get(check)
        document = document_of(response) if response is not None else None
        if document is not None and document.get("error") is None:
            looked_at.append(check)
            found += differences(check, document)
    if not looked_at:
        return [skipped("there is no answer to look at")]
    return found or [fine(f"{', '.join(looked_at)}: as on {SOURCE}")]
