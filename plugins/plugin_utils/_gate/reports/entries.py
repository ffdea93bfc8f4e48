# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate tells of one monitor, as plain data."""

from __future__ import annotations

from typing import TypedDict

from ....module_utils._domain.timestamps import utc
from ..states import Assessment


class MonitorEntry(TypedDict):
    """``timer`` is in seconds, times are UTC text; ``error`` is what the newest test said, if it failed."""

    id: str
    label: str
    type: str | None
    timer: float | None
    state: str
    message: str
    alert_since: str | None
    last_test: str | None
    error: str | None


def monitor_entry(found: Assessment) -> MonitorEntry:
    """Return how a monitor stands. Texts of the service are told as they are."""
    monitor, status = found.monitor, found.monitor.status
    last_test = status.tested if status else None
    alerted = status.alerted if status and status.alert_active else None
    return {
        "id": monitor.id,
        "label": monitor.label,
        "type": monitor.type,
        "timer": monitor.config.timer if monitor.config else None,
        "state": found.state,
        "message": found.message,
        "alert_since": utc(alerted) if alerted is not None else None,
        "last_test": utc(last_test) if last_test is not None else None,
        "error": status.error if status and status.failing else None,
    }
