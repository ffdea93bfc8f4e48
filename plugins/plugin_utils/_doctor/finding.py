# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a check comes to."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, FAILED, SKIPPED = OUTCOMES = ("ok", "warning", "failed", "skipped")


@dataclass(frozen=True)
class Finding:
    """One row of the table. ``code`` is stable and has an advice of its own; ``found`` is one line for people."""

    outcome: str
    code: str
    found: str


def fine(found: str) -> Finding:
    return Finding(OK, OK, found)


def warning(code: str, found: str) -> Finding:
    return Finding(WARNING, code, found)


def failed(code: str, found: str) -> Finding:
    return Finding(FAILED, code, found)


def skipped(found: str) -> Finding:
    return Finding(SKIPPED, SKIPPED, found)
