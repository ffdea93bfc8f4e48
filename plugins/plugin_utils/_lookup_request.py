# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lookup does when its result is not kept: it selects from responses, stored or requested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.module_utils.common.validation import check_type_list
from ansible.utils.display import Display

from ..module_utils._ansible.answers import answer, monitors, statuses
from ..module_utils._ansible.arguments import MONITOR_LOOKUP, STATUS_LOOKUP
from ..module_utils._api.errors import KnowledgeFrontError
from ._cache.resilient import shared
from ._cache.results import Reads
from ._options import validate_options
from ._system.console import Console

if TYPE_CHECKING:
    from ansible.template import Templar

    from ..module_utils._ansible.answers import Question
    from ..module_utils._ansible.arguments import Spec
    from ._cache.results import ResultCache

QUESTIONS: dict[str, tuple[Question, Spec]] = {
    "statuses": (statuses, STATUS_LOOKUP),
    "monitors": (monitors, MONITOR_LOOKUP),
}


def request_monitors(
    question: str,
    terms: Sequence[Any],
    given: Mapping[str, Any],
    variables: Mapping[str, Any],
    templar: Templar,
    cache: ResultCache | None,
) -> tuple[list[Any], list[str]]:
    """Return monitors and warnings, and keep them in ``cache`` if all responses were stored.

    Raises AnsibleOptionsError or AnsibleLookupError.
    """
    function, spec = QUESTIONS[question]
    options = validate_options({**given, "include": _included(terms, given)}, variables, templar, spec)
    reads = Reads()
    try:
        answered = answer(function, options, shared(options, Console(Display()).warning, on_read=reads.record))
    except KnowledgeFrontError as error:
        raise AnsibleLookupError(str(error)) from None
    found: list[Any] = answered.result["monitors"]
    if cache is not None:
        with suppress(Exception):  # What cannot be kept is made anew.
            cache.write(reads, found, answered.warnings)
    return found, answered.warnings


def _included(terms: Sequence[Any], given: Mapping[str, Any]) -> list[Any]:
    """Return all patterns to include. Raises AnsibleOptionsError."""
    try:
        return [*terms, *check_type_list(given.get("include") or [])]
    except TypeError:
        raise AnsibleOptionsError("include is no list of patterns") from None
