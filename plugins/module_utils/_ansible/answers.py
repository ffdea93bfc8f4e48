# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question's answer looks like in a result, alike on the controller and on a target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._api.cache import Cache, NullCache
from .._api.cached_client import CachedClient
from .._api.errors import KnowledgeFrontError
from .._api.settings import Settings
from .._domain.text import agree, join_names, quantity

if TYPE_CHECKING:
    from .._api.cached_client import AnyStatus
    from .selection import Selector

    Question = Callable[[CachedClient, Mapping[str, Any]], "Answer"]


class Answer:
    """A result as Ansible returns it, what the user should be warned of, and all of it in a sentence."""

    def __init__(self, result: dict[str, Any], warnings: Sequence[str] = (), summary: str = "") -> None:
        self.result = result
        self.warnings = list(warnings)
        self.summary = summary


def answer(
    question: Question, options: Mapping[str, Any], share: Callable[[Settings], Cache] = lambda settings: NullCache()
) -> Answer:
    """Return the answer to ``question``, asked with the connection that ``options`` describe.

    ``share`` returns what tokens and answers are shared through. Raises KnowledgeFrontError.
    """
    settings = Settings.from_options(options)
    cache = share(settings)
    service = CachedClient(settings, cache)
    try:
        return question(service, options)
    finally:
        service.close()
        cache.close()


def failure(error: KnowledgeFrontError) -> dict[str, Any]:
    """Return what a failed result says of ``error``."""
    return {"msg": str(error), "error_code": error.code, "http_status": error.status}


def statuses(service: CachedClient, options: Mapping[str, Any]) -> Answer:
    """Return ``monitors``, ``alert_active``, ``counts`` and ``window``.

    A pattern can only be called unmatched among all monitors, so patterns and types ask for everything.
    """
    choose = selector_from(options)
    narrowed = bool(options["include"] or options["exclude"] or options["types"])
    found = service.statuses(options["all"] or narrowed, options["window"])
    kinds = {config.id: config.type for config in service.configs()} if options["types"] else {}
    chosen, warnings = choose(found, lambda status: kinds.get(status.id))
    kept = [status for status in chosen if options["all"] or status.alert_active]
    monitors = [_status_entry(status) for status in kept]
    counts = {
        "monitors": len(kept),
        "alerting": sum(status.alert_active for status in kept),
        "failing": sum(status.failing for status in kept),
    }
    told = quantity(counts["monitors"], "monitor")
    summary = f"{told}, {counts['alerting']} with an active alert, {counts['failing']} failing"
    result = {"alert_active": counts["alerting"] > 0, "counts": counts, "window": options["window"]}
    return _with_monitors(result, monitors, options["fields"], warnings, summary)


def monitors(service: CachedClient, options: Mapping[str, Any]) -> Answer:
    """Return ``monitors`` and ``counts`` of configurations, of one monitor or of those selected."""
    if options.get("monitor_id") is not None:
        chosen = [service.config(options["monitor_id"])]
        warnings: list[str] = []
    else:
        choose = selector_from(options)
        chosen, warnings = choose(service.configs(), lambda config: config.type)
    entries: list[dict[str, Any]] = [dict(config.fields) for config in chosen]
    if options["with_status"]:
        known = {status.id: _status_entry(status) for status in service.statuses(everything=True)}
        entries = [{**entry, "status": known.get(entry["id"])} for entry in entries]
    counts: dict[str, Any] = {
        "monitors": len(chosen),
        "active": sum(config.active for config in chosen),
        "types": dict(Counter(config.type or "unknown" for config in chosen)),
    }
    configured = f"{quantity(len(chosen), 'monitor')} {agree(len(chosen), 'is', 'are')} configured"
    summary = f"{configured}, {counts['active']} of them active"
    return _with_monitors({"counts": counts}, entries, options["fields"], warnings, summary)


def version(service: CachedClient, options: Mapping[str, Any]) -> Answer:
    """Return ``version``: the service's answer as it is."""
    return Answer({"version": service.version()}, summary="the service told its version")


def _status_entry(status: AnyStatus) -> dict[str, Any]:
    return {**status.fields, "id": status.id}


def selector_from(options: Mapping[str, Any]) -> Selector:
    """Return what selects as ``options`` say. Raises ConfigurationError for a pattern that cannot be used."""
    if not (options["include"] or options["exclude"] or options["types"]):
        return lambda candidates, kind_of: (list(candidates), [])
    from .selection import make_selector, parse_selection

    return make_selector(parse_selection(options), options["on_unmatched"])


def _with_monitors(
    result: dict[str, Any], entries: list[dict[str, Any]], fields: Sequence[str], warnings: list[str], summary: str
) -> Answer:
    if fields and entries:
        absent = [name for name in fields if not any(name in entry for entry in entries)]
        if absent:
            warnings = [*warnings, f"fields: no monitor has a field {join_names(absent)}"]
        entries = [{name: entry[name] for name in fields if name in entry} for entry in entries]
    return Answer({"monitors": entries, **result}, warnings, summary)
