# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is configured, asked anew: all of it, since only that tells a monitor that is gone from one not selected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...module_utils._ansible.selection import make_selector, parse_selection
from ...module_utils._api.client import Client
from ...module_utils._api.deletion import confirm_deleted
from ...module_utils._api.errors import ConfigurationError, ServiceError
from ...module_utils._api.settings import Settings
from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.text import agree, quantity, sanitize
from .._cache.resilient import NO_ANSWERS, shared


@dataclass(frozen=True)
class Asked:
    """Every monitor that the service told of, and those that the selection chose."""

    configs: Sequence[MonitorConfig]
    chosen: Sequence[MonitorConfig]
    selection: Selection
    warnings: list[str]


def asked(options: Mapping[str, Any], warn: Callable[[str], None]) -> Asked:
    """Ask the service. Raises KnowledgeFrontError, also for fewer monitors than ``min_monitors``."""
    selection = parse_selection(options)
    choose = make_selector(selection, options["on_unmatched"])
    with _client(options, warn) as client:
        configs = client.configs()
    chosen, warnings = choose(configs, lambda config: config.type)
    if len(chosen) < options["min_monitors"]:
        raise ConfigurationError(
            f"{len(chosen):,} of {quantity(len(configs), 'monitor')} {agree(len(chosen), 'is', 'are')} selected, and "
            "min_monitors asks for "
            f"{options['min_monitors']}: no file was touched",
            code="empty_scope",
        )
    return Asked(configs, chosen, selection, warnings)


def require_deleted(monitor_ids: Iterable[str], options: Mapping[str, Any], warn: Callable[[str], None]) -> None:
    """Ask for each monitor that the list lacks. Raises KnowledgeFrontError, also when there is one after all."""
    with _client(options, warn) as client:
        monitor_id = confirm_deleted(client, monitor_ids)
    if monitor_id is not None:
        raise ServiceError(
            f"the list of configurations lacks the monitor {sanitize(monitor_id, 80)}, which the service still has, "
            "so that it was cut short: no file was touched; try again",
            code="cut_short",
        )


@contextmanager
def _client(options: Mapping[str, Any], warn: Callable[[str], None]) -> Iterator[Client]:
    settings = Settings.from_options(options)
    cache = shared(options, warn, NO_ANSWERS)(settings)
    client = Client(settings, cache=cache)
    try:
        yield client
    finally:
        client.close()
        cache.close()
