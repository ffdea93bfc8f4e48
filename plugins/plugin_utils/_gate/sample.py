# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sample of the service: every monitor in scope, or the reason why there is no complete and valid response."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor, MonitorConfig, MonitorStatus, join_monitors
from ...module_utils._domain.selection import Selection, UnmatchedError, describe_unmatched
from ...module_utils._domain.service_defaults import MAX_WINDOW, WINDOW
from ...module_utils._domain.text import agree, quantity
from .policy import Policy


class ClockOffset(NamedTuple):
    """Bounds of the seconds by which the service's clock is ahead of ours; negative values mean that it is behind."""

    least: float = 0.0
    most: float = 0.0

    @property
    def behind(self) -> float:
        """The least number of seconds by which the service's clock is behind ours. Tests count later by as much."""
        return max(0.0, -self.most)


NO_OFFSET = ClockOffset()
"""Assumed for a service that reports no time."""


class Sample(NamedTuple):
    """The monitors in scope according to one complete and valid response, received at ``taken_at`` in epoch seconds.

    ``selection`` is the fingerprint of the selection. The times of monitors are by the service's clock.
    """

    monitors: list[Monitor]
    taken_at: float
    selection: str = ""
    clock_offset: ClockOffset = NO_OFFSET

    @property
    def service_time(self) -> float:
        """The upper bound of the time by the service's clock, in epoch seconds."""
        return self.taken_at + self.clock_offset.most


class Unavailable(Exception):
    """There is no complete and valid response. ``code`` is the machine-readable cause.

    ``final`` means that waiting does not help: a person has to correct credentials, permissions or configuration.
    ``retry_after`` is the delay in seconds that the service requested.
    """

    def __init__(self, message: str, code: str, *, final: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.final = final
        self.retry_after = retry_after


def find_wide_window(monitors: Iterable[Monitor], policy: Policy, is_first: bool) -> tuple[frozenset[str], int]:
    """Return the ids of the monitors that test too rarely for the default window, and a window that suits them all.

    It has to contain the newest test or, in the ``is_first`` sample, the run of failed tests.
    """
    needed = {
        monitor.id: _needed_window(monitor, policy, is_first)
        for monitor in monitors
        if is_first
        or (status := monitor.status) is None
        or status.last_test is None
        or status.last_test.started is None
    }
    longest = min(MAX_WINDOW, math.ceil(max(needed.values(), default=0.0)))
    return frozenset(identity for identity, seconds in needed.items() if seconds > WINDOW), longest


def _needed_window(monitor: Monitor, policy: Policy, is_first: bool) -> float:
    status, timer = monitor.status, monitor.timer
    if status is None or timer is None or status.alert_active:
        return 0.0
    if status.tested is None:
        return policy.stale_factor * timer + policy.stale_grace
    if is_first and status.failing and (status.test_count or 0) < policy.alert_after:
        return policy.alert_after * timer + policy.stale_grace
    return 0.0


def select_scope(
    configs: Sequence[MonitorConfig],
    statuses: Sequence[MonitorStatus],
    selection: Selection,
    min_monitors: int,
    on_unmatched: str,
) -> tuple[list[Monitor], list[str]]:
    """Return the monitors that ``selection`` selects, and warnings.

    A monitor that only one of the two responses contains is in scope too: its absence from the other proves nothing.
    Raises Unavailable when a pattern matches nothing or fewer than ``min_monitors`` remain: a gate without monitors
    proves nothing.
    """
    monitors = join_monitors(configs, statuses)
    selected = selection.select(monitors, lambda monitor: monitor.type)
    try:
        warnings = describe_unmatched(selected, monitors, on_unmatched)
    except UnmatchedError as error:
        raise Unavailable(str(error), "unmatched", final=True) from None
    if len(selected.monitors) < min_monitors:
        number = len(selected.monitors)
        raise Unavailable(
            f"{number:,} of {quantity(len(monitors), 'monitor')} {agree(number, 'is', 'are')} in scope, but "
            f"min_monitors is {min_monitors}: correct include, exclude or types",
            "empty_scope" if not selected.monitors else "small_scope",
            final=True,
        )
    return selected.monitors, warnings
