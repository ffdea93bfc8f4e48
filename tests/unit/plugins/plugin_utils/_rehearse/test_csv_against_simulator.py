# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal and the simulator read the same file, and were written independently: they see the same service."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_statuses
from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import MonitorStatus
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_history import read_csv
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.csv_service import CsvHistory
from ansible_collections.knowledgefront.monitoring.tests.unit.architecture.source_tree import ROOT

from simulator.documents import Documents
from simulator.history import read_history
from simulator.playback import HistoryFleet

SHOP = ROOT / "demo" / "histories" / "shop.csv"
WINDOWS = (600, 1800, 10800)


def described(status: MonitorStatus) -> dict[str, Any]:
    """Return what both sides know. The simulator dates an alert by the start of a test, a rehearsal by its end."""
    test, failed = status.last_test, status.last_failed
    return {
        "id": status.id,
        "label": status.label,
        "alert_active": status.alert_active,
        "counts": (status.fail_count, status.test_count),
        "tested": test and (test.started, test.error is not None),
        "failed": failed and failed.started,
        "alerted": status.alerted is not None,
    }


def write_history(path: Path, rng: random.Random) -> None:
    """Write a history in which monitors appear late, flap, share times and repeat their states."""
    instant, lines = 1_700_000_000.0, ["site,time,down,timer"]
    states: dict[tuple[int, str], int] = {}
    for _record in range(rng.randint(40, 120)):
        name, text = rng.randint(0, 6), f"{instant:.2f}"
        down = states.setdefault((name, text), rng.randint(0, 1))
        lines.append(f"site {name},{text},{down},{(name % 3) * 120 or ''}")
        instant += rng.choice((0, 0.5, 1, 30, 300, 1000, 5000)) * rng.random()
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("is_shop", [True, False])
def test_both_have_the_same_statuses_and_configurations(seed: int, is_shop: bool, tmp_path: Path) -> None:
    rng = random.Random(seed)
    path = SHOP if is_shop else tmp_path / "history.csv"
    if not is_shop:
        write_history(path, rng)
    timer = rng.choice((60, 300, 3600))
    replayed = CsvHistory(read_csv(str(path)), timer)
    played = read_history(str(path), timer)
    now = [float(int(played.first) + 1)]
    service = Documents(HistoryFleet(played, lambda: now[0]))
    while now[0] < played.last - 1:
        window = rng.choice(WINDOWS)
        statuses = read_statuses(json.loads(service.status(True, window)))
        expected = replayed.statuses_at(now[0], window)
        assert [described(status) for status in statuses] == [described(status) for status in expected]
        configs = [(one.id, one.label, one.timer) for one in read_configs(json.loads(service.configurations()))]
        assert configs == [(one.id, one.label, one.timer) for one in replayed.list_monitors(now[0])[1]]
        now[0] += 1 + int(rng.random() * (played.last - played.first) / 60)
