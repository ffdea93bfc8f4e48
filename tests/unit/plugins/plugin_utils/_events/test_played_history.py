# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source reports the alerts of a recorded history that the simulator plays faster than real time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._events import arguments
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._events.running_source import (
    RunningSource,
)

from simulator.history import read_history
from simulator.playback import history_world
from simulator.server import Simulator
from simulator.world import default_client

BEGIN = 1_700_000_040
CSV = f"""monitor,time,down
web,{BEGIN},0
mail,{BEGIN},1
new,{BEGIN + 20 * 60},0
web,{BEGIN + 20 * 60},1
web,{BEGIN + 40 * 60},0
mail,{BEGIN + 60 * 60},1
"""


def test_alerts_of_a_history_are_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(arguments.BOUNDS, "interval", (0.01, 86400))
    (tmp_path / "h.csv").write_text(CSV, encoding="utf-8")
    world = history_world(read_history(str(tmp_path / "h.csv"), 60), BEGIN + 600, 1200, default_client())

    async def run() -> list[tuple[str, str]]:
        with Simulator(world) as simulator:
            async with RunningSource(simulator) as source:
                await source.wait_until(lambda: ("alert_cleared", "web") in source.kinds())
                return source.kinds()

    kinds = asyncio.run(run())
    alerts = [kind for kind in kinds if kind[0].startswith("alert")]
    assert alerts == [("alert_raised", "mail"), ("alert_raised", "web"), ("alert_cleared", "web")]
