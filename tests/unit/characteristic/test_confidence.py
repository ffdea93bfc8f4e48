# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds of a share are those that tables of the exact method have."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.tests.characteristic.confidence import clopper_pearson
from ansible_collections.knowledgefront.monitoring.tests.characteristic.count_errors import Tally

TABLE = [
    (0, 10, 0.0, 0.3085),
    (1, 10, 0.0025, 0.4450),
    (5, 10, 0.1871, 0.8129),
    (10, 10, 0.6915, 1.0),
    (0, 1000, 0.0, 0.00368),
    (10, 1000, 0.00481, 0.01831),
]


@pytest.mark.parametrize(("errors", "runs", "lower", "upper"), TABLE)
def test_bounds_are_exact(errors, runs, lower, upper):
    assert clopper_pearson(errors, runs) == (pytest.approx(lower, abs=1e-4), pytest.approx(upper, abs=1e-4))


@pytest.mark.parametrize(
    ("errors", "runs", "goal", "verdict"),
    [
        (0, 5, 0.0, "met"),
        (1, 1000, 0.0, "MISSED"),
        (10, 1000, 0.01, "met"),
        (12, 1000, 0.01, "undecided"),
        (30, 1000, 0.01, "MISSED"),
        (600, 1000, None, "measured"),
    ],
)
def test_a_goal_is_missed_when_chance_does_not_explain_it(errors, runs, goal, verdict):
    assert Tally("row", runs, list(range(errors))).verdict(goal) == verdict
