# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the product that are simulated."""

from __future__ import annotations

from .cache.all_orders import CacheOrders
from .cache.random_tasks import CacheTasks
from .collect.part import CollectPart
from .events.part import EventsPart
from .exploration import Part
from .gate.healthy import HealthyGate
from .gate.layers import GateLayers
from .gate.whole_space import GateSpace
from .journal.part import JournalPart
from .journal.recorded_gate import RecordedGatePart

PARTS: list[Part] = [
    CacheTasks(),
    CacheOrders(),
    EventsPart(),
    GateLayers(),
    GateSpace(),
    HealthyGate(),
    JournalPart(),
    RecordedGatePart(),
    CollectPart(),
]
