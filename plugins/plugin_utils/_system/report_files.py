# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How reports reach the disk: whole or not at all, and one of them in spite of another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...module_utils._domain.text import sanitize
from .._gate.reports.by_ending import RENDERERS, render
from .._gate.reports.document import Document
from .files import LONGEST, ending_of, write_report


def check_paths(paths: Sequence[str]) -> None:
    """Raise ValueError, with a sentence, for a path whose ending says no report."""
    for path in paths:
        if ending_of(path) not in RENDERERS:
            known = ", ".join(RENDERERS)
            raise ValueError(f"reports: {sanitize(path, LONGEST)} has none of the endings of a report: {known}")


def write_reports(paths: Sequence[str], document: Document) -> list[str]:
    """Write a report to each of ``paths`` and return a sentence for each one that could not be written.

    Folders are not created. A link is replaced by the report and never followed.
    """
    problems = (write_report(path, partial(render, ending_of(path), document)) for path in paths)
    return [problem for problem in problems if problem is not None]
