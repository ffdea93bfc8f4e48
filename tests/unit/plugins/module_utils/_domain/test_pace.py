# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often one asks, by the timers of the monitors."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.timing import poll_interval


@pytest.mark.parametrize(
    ("timers", "seconds"),
    [([], 60.0), ([300.0], 60.0), ([300.0, 30.0], 30.0), ([1.0], 15.0), ([15.0, 60.0], 15.0), ([60.0], 60.0)],
)
def test_it_follows_the_shortest_timer_within_bounds(timers: list[float], seconds: float) -> None:
    assert poll_interval(timers) == seconds
