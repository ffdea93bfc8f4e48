# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of a rehearsal: their paths are checked before the replay, and they are written after it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ...module_utils._api.errors import ConfigurationError, describe_crash
from ...module_utils._domain.text import sanitize
from .._system.files import MAX_PATH_LENGTH, check_writable, describe_write_error, file_extension, write_report
from .document import Document
from .formats import render

REPORT_FILE = "report_file"
"""The error code of a report that cannot be written."""

INPUTS = ("history", "journal", "deployments_file", "expect")
"""Options with the path of a file that is read, besides the policies."""


def check_reports(options: Mapping[str, Any], writes: bool) -> None:
    """Raise ConfigurationError if a report would replace an input or another report, or cannot be written.

    Without ``writes``, it need not be possible to write them.
    """
    inputs = [(name, options[name]) for name in INPUTS if options[name] is not None]
    inputs += [("policies", path) for path in options["policies"]]
    for place, report in enumerate(options["reports"]):
        name = sanitize(report, MAX_PATH_LENGTH)
        if any(_is_same_file(report, earlier) for earlier in options["reports"][:place]):
            raise ConfigurationError(f"reports: {name} names a file twice; name each file once", code=REPORT_FILE)
        for option, path in inputs:
            if _is_same_file(report, path):
                raise ConfigurationError(
                    f"reports: {name} is also the file of {option}, which the report would replace; name another file",
                    code=REPORT_FILE,
                )
        if writes:
            _check_writable(report, name)


def _is_same_file(one: str, other: str) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _check_writable(path: str, name: str) -> None:
    try:
        check_writable(path)
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"the report {name} cannot be written: {describe_write_error(error, path)}", code=REPORT_FILE
        ) from None


def write_reports(paths: Sequence[str], document: Document) -> list[str]:
    """Write the reports, and return a sentence for each that could not be written."""
    problems = [write_report(path, partial(_render, file_extension(path), document)) for path in paths]
    return [problem for problem in problems if problem is not None]


def _render(extension: str, document: Document) -> str:
    """Return the content of a report. Raises ValueError, whose text is a sentence, if that fails for any reason."""
    try:
        return render(extension, document)
    except Exception as error:  # noqa: BLE001 - a defect of one format must not cost the others
        raise ValueError(describe_crash("its renderer", error)) from None
