# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluates a lookup whose result is not cached, from cached or new responses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.module_utils.common.validation import check_type_list
from ansible.utils.display import Display

from ..module_utils._ansible.arguments import MONITOR_LOOKUP, STATUS_LOOKUP
from ..module_utils._ansible.queries import query_monitors, query_statuses, run_query
from ..module_utils._api.errors import KnowledgeFrontError
from ..module_utils._api.settings import split_options
from ._cache.resilient import open_cache
from ._cache.results import ResponseReads
from ._options import validate_options
from ._system.console import Console

if TYPE_CHECKING:
    from ansible.template import Templar

    from ..module_utils._ansible.arguments import Spec
    from ..module_utils._ansible.queries import Query
    from ._cache.results import ResultCache

QUERIES: dict[str, tuple[Query, Spec]] = {
    "statuses": (query_statuses, STATUS_LOOKUP),
    "monitors": (query_monitors, MONITOR_LOOKUP),
}


def request_monitors(
    query: str,
    terms: Sequence[Any],
    given: Mapping[str, Any],
    variables: Mapping[str, Any],
    templar: Templar,
    cache: ResultCache | None,
) -> tuple[list[Any], list[str]]:
    """Return monitors and warnings, and store them in ``cache`` if all responses were cached.

    Raises AnsibleOptionsError or AnsibleLookupError.
    """
    function, spec = QUERIES[query]
    options = validate_options({**given, "include": _merge_patterns(terms, given)}, variables, templar, spec)
    reads = ResponseReads()
    try:
        settings, others = split_options(options)
        responses = open_cache(settings, others, Console(Display()).warning, on_read=reads.record)
        queried = run_query(function, settings, others, responses)
    except KnowledgeFrontError as error:
        raise AnsibleLookupError(str(error)) from None
    monitors: list[Any] = queried.result["monitors"]
    if cache is not None:
        with suppress(Exception):  # A result that cannot be cached is evaluated again.
            cache.write(reads, monitors, queried.warnings)
    return monitors, queried.warnings


def _merge_patterns(terms: Sequence[Any], given: Mapping[str, Any]) -> list[Any]:
    """Return all patterns to include. Raises AnsibleOptionsError."""
    try:
        return [*terms, *check_type_list(given.get("include") or [])]
    except TypeError:
        raise AnsibleOptionsError("include is not a list of patterns") from None
