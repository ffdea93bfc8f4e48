# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look at the service brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .memory import StatusReading, StoredConfig


@dataclass(frozen=True)
class Sample:
    """The statuses of the selected monitors and, when they were asked for, their configurations, by id.

    It is between ``earliest`` and ``latest`` for the service. ``gone`` are monitors that the service has no more, and
    ``unselected`` those that it has and the selection does not choose any more.
    """

    statuses: Mapping[str, StatusReading]
    configs: Mapping[str, StoredConfig] | None
    earliest: float
    latest: float
    window: int
    gone: frozenset[str] = field(default_factory=frozenset)
    unselected: Mapping[str, StoredConfig] = field(default_factory=dict)
