# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The queries of modules and lookups, and their results, which are alike on the controller and on a target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._api.cache import Cache
from .._api.cached_client import CachedClient
from .._api.errors import KnowledgeFrontError
from .._api.settings import Settings
from .._domain.text import agree, join_names, quantity

if TYPE_CHECKING:
    from .._api.cached_client import AnyStatus
    from .selection import Selector

    Query = Callable[[CachedClient, Mapping[str, Any]], "QueryResult"]


class QueryResult:
    """A result as Ansible returns it, warnings for the user, and a summary in one sentence."""

    def __init__(self, result: dict[str, Any], warnings: Sequence[str] = (), summary: str = "") -> None:
        self.result = result
        self.warnings = list(warnings)
        self.summary = summary


def run_query(query: Query, settings: Settings, options: Mapping[str, Any], cache: Cache) -> QueryResult:
    """Return the result of ``query`` with its own ``options``, and close ``cache``. Raises KnowledgeFrontError."""
    client = CachedClient(settings, cache)
    try:
        return query(client, options)
    finally:
        client.close()
        cache.close()


def error_result(error: KnowledgeFrontError) -> dict[str, Any]:
    """Return the part of a failed result that describes ``error``."""
    return {"msg": str(error), "error_code": error.code, "http_status": error.status}


def query_statuses(client: CachedClient, options: Mapping[str, Any]) -> QueryResult:
    """Return ``monitors``, ``alert_active``, ``counts`` and ``window``.

    Patterns and types request all monitors: only among all of them can a pattern be reported as unmatched.
    """
    select = build_selector(options)
    is_narrowed = bool(options["include"] or options["exclude"] or options["types"])
    statuses = client.statuses(options["all"] or is_narrowed, options["window"])
    types = {config.id: config.type for config in client.configs()} if options["types"] else {}
    selected, warnings = select(statuses, lambda status: types.get(status.id))
    returned = [status for status in selected if options["all"] or status.alert_active]
    counts = {
        "monitors": len(returned),
        "alerting": sum(status.alert_active for status in returned),
        "failing": sum(status.failing for status in returned),
    }
    total = quantity(counts["monitors"], "monitor")
    summary = f"{total}, {counts['alerting']} with an active alert, {counts['failing']} failing"
    result = {"alert_active": counts["alerting"] > 0, "counts": counts, "window": options["window"]}
    entries = [_status_entry(status) for status in returned]
    return _add_monitors(result, entries, options["fields"], warnings, summary)


def query_monitors(client: CachedClient, options: Mapping[str, Any]) -> QueryResult:
    """Return ``monitors`` and ``counts`` of configurations, of one monitor or of those selected."""
    if options.get("monitor_id") is not None:
        selected = [client.config(options["monitor_id"])]
        warnings: list[str] = []
    else:
        select = build_selector(options)
        selected, warnings = select(client.configs(), lambda config: config.type)
    entries: list[dict[str, Any]] = [dict(config.fields) for config in selected]
    if options["with_status"]:
        statuses = {status.id: _status_entry(status) for status in client.statuses(everything=True)}
        entries = [{**entry, "status": statuses.get(entry["id"])} for entry in entries]
    counts: dict[str, Any] = {
        "monitors": len(selected),
        "active": sum(config.active for config in selected),
        "types": dict(Counter(config.type or "unknown" for config in selected)),
    }
    configured = f"{quantity(len(selected), 'monitor')} {agree(len(selected), 'is', 'are')} configured"
    summary = f"{configured}, {counts['active']} of them active"
    return _add_monitors({"counts": counts}, entries, options["fields"], warnings, summary)


def query_version(client: CachedClient, options: Mapping[str, Any]) -> QueryResult:
    """Return ``version``: the service's response as it is."""
    return QueryResult({"version": client.version()}, summary="the service returned its version")


def build_selector(options: Mapping[str, Any]) -> Selector:
    """Return the selector for ``options``. Raises ConfigurationError for an invalid pattern."""
    if not (options["include"] or options["exclude"] or options["types"]):
        return lambda candidates, kind_of: (list(candidates), [])
    from .selection import make_selector, parse_selection

    return make_selector(parse_selection(options), options["on_unmatched"])


def _status_entry(status: AnyStatus) -> dict[str, Any]:
    return {**status.fields, "id": status.id}


def _add_monitors(
    result: dict[str, Any], entries: list[dict[str, Any]], fields: Sequence[str], warnings: list[str], summary: str
) -> QueryResult:
    """Add ``entries`` to ``result``, reduced to ``fields`` if there are any."""
    if fields and entries:
        absent = [name for name in fields if not any(name in entry for entry in entries)]
        if absent:
            warnings = [*warnings, f"fields: no monitor has a field {join_names(absent)}"]
        entries = [{name: entry[name] for name in fields if name in entry} for entry in entries]
    return QueryResult({"monitors": entries, **result}, warnings, summary)
