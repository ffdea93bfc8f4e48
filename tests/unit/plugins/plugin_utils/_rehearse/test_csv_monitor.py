# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a monitor between failures is found faster, and is the same."""

from __future__ import annotations

from array import array
from random import Random
from unittest.mock import patch

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import Site
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_monitor import CsvMonitor

BEGIN = 1_770_000_000.0


def random_monitor(random: Random) -> CsvMonitor:
    timer = random.choice([0.7, 7.0, 60.0, 300.0, 1000.3])
    times, down = [BEGIN], [random.random() < 0.5]
    for _change in range(random.randrange(12)):
        times.append(times[-1] + random.choice([1, timer, 3 * timer, 20 * timer * random.random(), 50 * timer]))
        down.append(not down[-1])
    monitor = CsvMonitor(Site("web", "Web", None, timer, array("d", times), down), random.randrange(3), 3, timer)
    if random.random() < 0.3:
        return monitor.plant(BEGIN + 5 * timer, BEGIN + 60 * timer, lambda _monitor, number: number % 3 == 0)
    return monitor


@pytest.mark.parametrize("seed", range(40))
def test_a_status_does_not_depend_on_how_it_is_found(seed: int) -> None:
    random = Random(seed)
    monitor = random_monitor(random)
    found = 0
    for _poll in range(60):
        at = monitor.start(monitor.number_from(BEGIN) + random.randrange(250))
        instant = at + random.choice([0.0, 1.0, 0.999999, 1.0000001, monitor.timer * random.random()])
        window = random.choice([30.0, 1800.0, 6 * monitor.timer, 50_000.0])
        fast = monitor.status_at(instant, window)
        found += monitor._quiet is not None
        with patch.object(monitor, "_quiet", None), patch.object(monitor, "_find_quiet", return_value=None):
            assert monitor.status_at(instant, window) == fast
    if monitor.timer == 300.0:
        assert found
