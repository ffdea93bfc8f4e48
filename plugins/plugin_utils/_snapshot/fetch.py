# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fetches the configurations of all monitors, so that a deleted monitor differs from one that is not selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...module_utils._ansible.selection import make_selector, parse_selection
from ...module_utils._api.client import Client, confirm_deleted
from ...module_utils._api.errors import ConfigurationError, ServiceError
from ...module_utils._api.settings import Settings
from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.text import agree, quantity, sanitize
from .._cache.resilient import TOKENS_ONLY, open_cache


@dataclass(frozen=True)
class FetchResult:
    """The configurations of all monitors, and the ``selected`` ones among them."""

    configs: Sequence[MonitorConfig]
    selected: Sequence[MonitorConfig]
    selection: Selection
    warnings: list[str]


def fetch_configurations(options: Mapping[str, Any], warn: Callable[[str], None]) -> FetchResult:
    """Fetch and select configurations. Raises KnowledgeFrontError, also for fewer monitors than ``min_monitors``."""
    selection = parse_selection(options)
    select = make_selector(selection, options["on_unmatched"])
    with _client(options, warn) as client:
        configs = client.configs()
    selected, warnings = select(configs, lambda config: config.type)
    if len(selected) < options["min_monitors"]:
        raise ConfigurationError(
            f"{len(selected):,} of {quantity(len(configs), 'monitor')} {agree(len(selected), 'is', 'are')} selected, "
            f"but min_monitors requires {options['min_monitors']}: no file was changed; check include, exclude and "
            "types",
            code="empty_scope",
        )
    return FetchResult(configs, selected, selection, warnings)


def require_deleted(monitor_ids: Iterable[str], options: Mapping[str, Any], warn: Callable[[str], None]) -> None:
    """Request each monitor that the list lacks. Raises KnowledgeFrontError, also if one of them still exists."""
    with _client(options, warn) as client:
        monitor_id = confirm_deleted(client, monitor_ids)
    if monitor_id is not None:
        raise ServiceError(
            f"the list of configurations is incomplete: it lacks the monitor {sanitize(monitor_id, 80)}, which still "
            "exists; no file was changed; try again",
            code="cut_short",
        )


@contextmanager
def _client(options: Mapping[str, Any], warn: Callable[[str], None]) -> Iterator[Client]:
    settings = Settings.from_options(options)
    cache = open_cache(settings, options, warn, TOKENS_ONLY)
    client = Client(settings, cache=cache)
    try:
        yield client
    finally:
        client.close()
        cache.close()
