# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measurement of the journal on a short history."""

from __future__ import annotations

import pytest
from ansible_collections.knowledgefront.monitoring.tests.benchmark import journal_cost
from ansible_collections.knowledgefront.monitoring.tests.benchmark.journal_cost import HARD, MIXED, Cost, World


@pytest.mark.parametrize("world", [HARD, MIXED], ids=lambda world: world.name)
def test_a_small_world_is_measured(world: World) -> None:
    cost = journal_cost.measure(world, 90, monitors=30)
    assert cost.polls == 90
    assert cost.size > 50_000
    assert cost.append > 0 < cost.read


@pytest.mark.parametrize(
    ("cost", "is_met"),
    [
        (Cost(43_200, 200_000_000, 0.05, 1.0), True),
        (Cost(4_320, 20_000_001, 0.05, 0.0), False),
        (Cost(43_200, 1, 0.051, 0.0), False),
    ],
)
def test_goals(cost: Cost, is_met: bool) -> None:
    assert cost.is_met is is_met


def test_a_journal_that_is_not_read_as_written_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_cost.JournalReader, "observations", lambda _reader: iter(()))
    with pytest.raises(SystemExit):
        journal_cost.measure(HARD, 2, monitors=2)
