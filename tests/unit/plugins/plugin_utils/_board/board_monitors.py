# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors of boards, as the gate evaluates them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    Monitor,
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.history import History
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._board.monitors import (
    BoardMonitor,
    read_monitors,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate.sample import Sample
from ansible_collections.knowledgefront.monitoring.tests.unit.plugins.plugin_utils._gate.monitors_at_hand import (
    NOW,
    config,
    failing,
    monitor,
    policy,
    status,
)


def one(name: str, label: str, kind: str = "clean", *, type: str | None = "http", timer: float = 60.0) -> Monitor:
    """Return a monitor of a ``kind``."""
    own: dict[str, Any] = {"id": name, "label": label}
    statuses: dict[str, MonitorStatus | None] = {
        "clean": status(**own),
        "alert": failing(alert_active=True, alerted=NOW - 720, alert_count=1, **own),
        "silent": failing(fail_count=6, test_count=6, **own),
        "failing": failing(**own),
        "stale": status(last_test=MonitorTest(NOW - 7200, None), **own),
        "never_tested": status(last_test=None, **own),
        "inactive": None,
        "absent": None,
        "rare": status(last_test=None, **own),
    }
    of_config: MonitorConfig = config(
        type=type, timer=86400.0 if kind == "rare" else timer, active=kind != "inactive", **own
    )
    return monitor(statuses[kind], of_config)


def read(*monitors: Monitor, history: History | None = None) -> list[BoardMonitor]:
    return read_monitors(Sample(list(monitors), NOW), policy(), history)


def read_kinds(*kinds: str, **given: Any) -> list[BoardMonitor]:
    return read(*(one(f"id{number}", f"Web {number}", kind, **given) for number, kind in enumerate(kinds)))


def labels(monitors: Sequence[BoardMonitor]) -> list[str]:
    return [monitor.label for monitor in monitors]
