# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which groups every inventory of monitors has, and who is in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ansible.plugins.inventory import to_safe_group_name

from .snapshot import Told

ALL = "kf_monitors"
PREFIX = "kf_"
ALERTING, FAILING, STALE = BY_STATUS = ("kf_alerting", "kf_failing", "kf_stale")

LONGEST_TYPE = 100


@lru_cache(maxsize=1024)
def type_group(kind: str) -> str:
    return str(to_safe_group_name(f"kf_type_{kind[:LONGEST_TYPE]}"))


def status_groups(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which groups by status exist: only complete ones, as an empty group reads as "none of the monitors".

    Without the status there is none of them; with a filter by status there are those of the filter.
    """
    if not options["with_status"]:
        return ()
    return tuple(PREFIX + name for name in options["statuses"]) or BY_STATUS


def fixed_groups(monitors: Iterable[Told], by_status: Sequence[str]) -> list[str]:
    """Return the groups below ``kf_monitors``, with those ``by_status`` that exist."""
    kinds = sorted({type_group(monitor.type) for monitor in monitors if monitor.type})
    return [*kinds, *by_status]


def groups_of(monitor: Told, by_status: Iterable[str]) -> list[str]:
    """Return which of these ``monitor`` is in, and ``kf_monitors`` itself when there is no group of its type."""
    return [type_group(monitor.type) if monitor.type else ALL, *(name for name in by_status if is_in(monitor, name))]


def filter_by_status(monitors: Sequence[Told], options: Mapping[str, Any]) -> Sequence[Told]:
    """Return the monitors with at least one of the ``statuses`` in ``options``, or all when there are none."""
    if not options["statuses"]:
        return monitors
    wanted = status_groups(options)
    return [monitor for monitor in monitors if any(is_in(monitor, group) for group in wanted)]


def is_in(monitor: Told, group: str) -> bool:
    """Whether ``monitor`` is in a group by status."""
    if group == STALE:
        return monitor.stale
    status = monitor.status
    if status is None:
        return False
    return bool(status.alert_active if group == ALERTING else status.failing)
