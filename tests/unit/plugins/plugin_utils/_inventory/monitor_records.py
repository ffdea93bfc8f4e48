# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monitor records and snapshots for the tests of the inventory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._api.payloads import read_configs, read_statuses
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._inventory.snapshot import (
    MonitorRecord,
    Snapshot,
)

NOW = 1780000000.0


def make_record(config: Mapping[str, Any] | None = None, status: Mapping[str, Any] | None = None) -> MonitorRecord:
    """Return the record of the monitor ``m``, which needs a configuration or a status."""
    [monitor] = make_snapshot([config] if config is not None else [], [status] if status is not None else []).monitors
    return monitor


def make_snapshot(configs: list[Mapping[str, Any]], statuses: list[Mapping[str, Any]] | None) -> Snapshot:
    return Snapshot(
        NOW,
        read_configs({"monitor_list": [{"id": "m", **config} for config in configs]}),
        None
        if statuses is None
        else read_statuses(
            {"monitor_list": [{"monitor": "m", "alert_active": False, **status} for status in statuses]}
        ),
    )
