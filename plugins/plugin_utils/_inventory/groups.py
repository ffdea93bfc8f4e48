# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups every inventory of monitors has, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ansible.plugins.inventory import to_safe_group_name

from .snapshot import Told

ALL = "kf_monitors"
ALERTING, FAILING, STALE = BY_STATUS = ("kf_alerting", "kf_failing", "kf_stale")

LONGEST_TYPE = 100


@lru_cache(maxsize=1024)
def type_group(kind: str) -> str:
    return str(to_safe_group_name(f"kf_type_{kind[:LONGEST_TYPE]}"))


def fixed_groups(monitors: Iterable[Told], with_status: bool) -> list[str]:
    """Return the groups below ``kf_monitors``. Without a status nobody can say that none alerts: no group does."""
    kinds = sorted({type_group(monitor.type) for monitor in monitors if monitor.type})
    return [*kinds, *(BY_STATUS if with_status else ())]


def groups_of(monitor: Told, with_status: bool) -> list[str]:
    """Return which of these ``monitor`` is in, and ``kf_monitors`` itself when there is no group of its type."""
    status = monitor.status
    found = [type_group(monitor.type) if monitor.type else ALL]
    if not with_status:
        return found
    if status is not None and status.alert_active:
        found.append(ALERTING)
    if status is not None and status.failing:
        found.append(FAILING)
    if monitor.stale:
        found.append(STALE)
    return found
