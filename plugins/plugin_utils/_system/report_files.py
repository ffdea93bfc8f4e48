# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the reports of a gate to files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ...module_utils._api.errors import describe_crash
from ...module_utils._domain.text import sanitize
from .._gate.reports.document import Document
from .._gate.reports.formats import RENDERERS, render
from .files import MAX_PATH_LENGTH, file_extension, write_report

JSON = ".json"


def check_paths(paths: Sequence[str]) -> None:
    """Raise ValueError, with a sentence, for a path whose file name extension selects no report."""
    for path in paths:
        if file_extension(path) not in RENDERERS:
            extensions = ", ".join(RENDERERS)
            raise ValueError(
                f"reports: {sanitize(path, MAX_PATH_LENGTH)} must have one of the file name extensions {extensions}"
            )


def write_reports(paths: Sequence[str], document: Document) -> list[str]:
    """Write a report to each of ``paths`` and return a sentence for each report that could not be written.

    A report is written completely or not at all, and the failure of one does not affect the others. Folders are not
    created. A symbolic link is neither followed nor replaced. A JSON report takes over the owed proofs of the one
    that it replaces.
    """
    problems = (_write(path, document) for path in paths)
    return [problem for problem in problems if problem is not None]


def _write(path: str, document: Document) -> str | None:
    extension = file_extension(path)
    if extension != JSON:
        return write_report(path, partial(_render, extension, document))
    from .folder_lock import lock_folder
    from .json_report import UnreadableReportError, merge_debts, read_replaced

    with lock_folder(path):
        try:
            earlier = read_replaced(path)
        except UnreadableReportError as error:
            name = sanitize(path, MAX_PATH_LENGTH)
            return (
                f"the report {name} could not be written: the owed proofs of the report there cannot be read: {error}"
            )
        merged: Document = {**document, "debts": merge_debts(document["debts"], earlier)}
        return write_report(path, partial(_render, extension, merged))


def _render(extension: str, document: Document) -> str:
    """Return the content of a report. Raises ValueError, whose text is a sentence, if that fails for any reason."""
    try:
        return render(extension, document)
    except (OSError, ValueError):
        raise
    except Exception as error:  # noqa: BLE001 - a defect of one format must not cost the others
        raise ValueError(describe_crash("its renderer", error)) from None
