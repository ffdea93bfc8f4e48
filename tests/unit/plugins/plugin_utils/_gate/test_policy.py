# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.policy import Policy


@pytest.mark.parametrize(
    "wrong",
    [
        {"alert_after": 0},
        {"stale_factor": 0.5},
        {"stale_grace": -1.0},
        {"min_monitors": 0},
        {"timeout": -1.0},
        {"timeout": float("inf")},
        {"timeout": float("nan")},
        {"poll": 0.5},
        {"poll": float("nan")},
        {"stale_factor": float("inf")},
    ],
)
def test_a_number_that_would_make_the_gate_meaningless_is_refused_by_name(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must be"):
        Policy(**wrong)


def test_the_least_numbers_are_accepted():
    assert Policy(alert_after=1, stale_factor=1.0, stale_grace=0.0, min_monitors=1, timeout=0.0, poll=1.0)
