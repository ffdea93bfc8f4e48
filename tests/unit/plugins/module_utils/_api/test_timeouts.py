# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.timeouts import Deadline
from ansible_collections.knowledgefront.monitoring.tests.unit.scripted_transport import Time


def test_a_deadline_counts_down_and_never_below_zero() -> None:
    time = Time(now=50.0)
    deadline = Deadline(10, time.clock)
    assert deadline.left() == 10
    time.now = 59.0
    assert deadline.left() == 1
    time.now = 1e9
    assert deadline.left() == 0
