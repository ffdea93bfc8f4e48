# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How reports reach the disk: whole or not at all, and one of them in spite of another."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import partial

from ..module_utils._domain.legible import legible
from ._gate.reports.by_ending import RENDERERS, render
from ._gate.reports.document import Document
from ._whole_files import LONGEST, why_not, write_whole


def check_paths(paths: Sequence[str]) -> None:
    """Raise ValueError, with a sentence, for a path whose ending says no report."""
    for path in paths:
        if _ending(path) not in RENDERERS:
            known = ", ".join(RENDERERS)
            raise ValueError(f"reports: {legible(path, LONGEST)} has none of the endings of a report: {known}")


def write_reports(paths: Sequence[str], document: Document) -> list[str]:
    """Write a report to each of ``paths`` and return a sentence for each one that could not be written.

    Folders are not created. A link is replaced by the report and never followed.
    """
    problems = (write_report(path, partial(render, _ending(path), document)) for path in paths)
    return [problem for problem in problems if problem is not None]


def write_report(path: str, text: Callable[[], str]) -> str | None:
    """Write what ``text`` returns as write_reports does; return a sentence when that cannot be, else None."""
    try:
        write_whole(path, text().encode())
    except (OSError, ValueError) as error:
        return f"the report {legible(path, LONGEST)} could not be written: {why_not(error, path)}"
    return None


def _ending(path: str) -> str:
    return os.path.splitext(path)[1].lower()
