# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is configured, asked anew: all of it, since only that tells a monitor that is gone from one not selected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..module_utils._api.client import Client
from ..module_utils._api.errors import ConfigurationError
from ..module_utils._api.settings import Settings
from ..module_utils._domain.monitor import MonitorConfig
from ..module_utils._domain.selection import PatternError, Selection, UnmatchedError, warned_of_unmatched
from ._sharing import NO_ANSWERS, shared


@dataclass(frozen=True)
class Asked:
    """Every monitor that the service told of, and those that the selection chose."""

    configs: Sequence[MonitorConfig]
    chosen: Sequence[MonitorConfig]
    selection: Selection
    warnings: list[str]


def asked(options: Mapping[str, Any], warn: Callable[[str], None]) -> Asked:
    """Ask the service. Raises KnowledgeFrontError, also for fewer monitors than ``min_monitors``."""
    try:
        selection = Selection(options["include"], options["exclude"], options["types"])
    except PatternError as error:
        raise ConfigurationError(f"a pattern in include or exclude cannot be used: {error}", code="pattern") from None
    configs = _configs(options, warn)
    chosen = selection.choose(configs, lambda config: config.type)
    try:
        warnings = warned_of_unmatched(chosen, configs, options["on_unmatched"])
    except UnmatchedError as error:
        raise ConfigurationError(str(error), code="unmatched") from None
    if chosen.unmatched_types:
        warnings.append(f"types: no monitor has the type {', '.join(chosen.unmatched_types)}")
    if len(chosen.monitors) < options["min_monitors"]:
        raise ConfigurationError(
            f"{len(chosen.monitors)} of {len(configs)} monitors are selected, and min_monitors asks for "
            f"{options['min_monitors']}: no file was touched",
            code="empty_scope",
        )
    return Asked(configs, chosen.monitors, selection, warnings)


def _configs(options: Mapping[str, Any], warn: Callable[[str], None]) -> Sequence[MonitorConfig]:
    settings = Settings.from_options(options)
    sharing = shared(options, warn, NO_ANSWERS)(settings)
    client = Client(settings, sharing=sharing)
    try:
        return client.configs()
    finally:
        client.close()
        sharing.close()
