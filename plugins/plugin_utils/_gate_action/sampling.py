# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take samples of the service for the gate."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from ...module_utils._api.errors import KnowledgeFrontError, needs_correction
from ...module_utils._domain.monitor import Monitor, MonitorConfig, MonitorStatus
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.service_defaults import WINDOW
from ...module_utils._domain.timestamps import duration
from .._gate.policy import Policy
from .._gate.sample import NO_OFFSET, ClockOffset, Sample, Unavailable, find_wide_window, select_scope

CONFIG_SETTLES = 60.0
"""Seconds after which configurations are fetched again if they and the status contain different monitors."""

CLOCKS_AGREE = 30.0
"""Seconds by which our clock and that of the service may differ without a warning."""


class StatusClient(Protocol):
    """The part of the API client that the gate uses. Its methods raise KnowledgeFrontError."""

    def statuses(self, everything: bool = False, window: int = WINDOW) -> Sequence[MonitorStatus]:
        """Return the status of all monitors, whose counts are for the last ``window`` seconds."""

    def configs(self) -> Sequence[MonitorConfig]:
        """Return the configurations of all monitors."""

    def service_time(self) -> tuple[float, float] | None:
        """Return bounds of the service's time now in epoch seconds, None if it reports no time."""


class Sampler:
    """Takes a sample per call: fetches the status of every monitor, and configurations once and when outdated.

    A call raises Unavailable unless all responses are complete and valid.
    """

    def __init__(
        self,
        client: StatusClient,
        selection: Selection,
        policy: Policy,
        on_unmatched: str,
        fingerprint: str,
        warn: Callable[[str], None],
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client = client
        self._selection = selection
        self.policy = policy
        self.on_unmatched = on_unmatched
        self.fingerprint = fingerprint
        self._warn = warn
        self.now = now
        self._clock = clock
        self._configs: Sequence[MonitorConfig] = []
        self._read_at: float | None = None
        self._has_warned_of_clock = False
        self._is_first = True

    def __call__(self) -> Sample:
        try:
            configs, statuses = self._fetch()
            monitors, warnings = self._select(configs, statuses)
            monitors = self._widen(monitors)
        except KnowledgeFrontError as error:
            final = needs_correction(error)
            raise Unavailable(str(error), error.code, final=final, retry_after=error.retry_after) from None
        taken_at = self.now()
        for warning in warnings:
            self._warn(warning)
        return Sample(monitors, taken_at, self.fingerprint, self._clock_offset(taken_at))

    def _clock_offset(self, taken_at: float) -> ClockOffset:
        bounds = self.client.service_time()
        clock_offset = NO_OFFSET if bounds is None else ClockOffset(bounds[0] - taken_at, bounds[1] - taken_at)
        difference = max(clock_offset.least, -clock_offset.most)
        if difference > CLOCKS_AGREE and not self._has_warned_of_clock:
            self._has_warned_of_clock = True
            direction = "behind" if clock_offset.least > 0 else "ahead of"
            self._warn(
                f"the controller's clock is {duration(difference)} {direction} the service's, which dates the tests: "
                "synchronize it with a time server"
            )
        return clock_offset

    def _fetch(self) -> tuple[Sequence[MonitorConfig], Sequence[MonitorStatus]]:
        statuses = self.client.statuses(everything=True)
        if self._is_outdated(statuses):
            self._configs, self._read_at = self.client.configs(), self._clock()
        return self._configs, statuses

    def _select(
        self, configs: Sequence[MonitorConfig], statuses: Sequence[MonitorStatus]
    ) -> tuple[list[Monitor], list[str]]:
        """Return the monitors in scope, and warnings. Raises Unavailable for an invalid scope."""
        return select_scope(configs, statuses, self._selection, self.policy.min_monitors, self.on_unmatched)

    def _widen(self, monitors: list[Monitor]) -> list[Monitor]:
        """Return ``monitors``, with the status of a wider window for those that test too rarely for the default one.

        The service does not document whether it reports tests outside the window. Counts of another window are not
        comparable with those of the default one; they only show how long a monitor has been failing.
        """
        needed, window = find_wide_window(monitors, self.policy, self._is_first)
        self._is_first = False
        if not needed:
            return monitors
        found = self._fetch_wide(window, needed)
        return [
            monitor._replace(status=_without_counts(found[monitor.id])) if monitor.id in found else monitor
            for monitor in monitors
        ]

    def _fetch_wide(self, window: int, needed: frozenset[str]) -> dict[str, MonitorStatus]:
        """Return the statuses of the ``needed`` monitors in a window of ``window`` seconds, by id."""
        statuses = self.client.statuses(everything=True, window=window)
        return {status.id: status for status in statuses if status.id in needed}

    def _is_outdated(self, statuses: Sequence[MonitorStatus]) -> bool:
        if self._read_at is None:
            return True
        differ = {config.id for config in self._configs} != {status.id for status in statuses}
        return differ and self._clock() - self._read_at >= CONFIG_SETTLES


def _without_counts(status: MonitorStatus) -> MonitorStatus:
    """Return ``status`` without counts, except the test counts of a monitor whose tests all failed."""
    if status.failing and status.fail_count == status.test_count:
        return status._replace(alert_count=None)
    return status._replace(alert_count=None, fail_count=None, test_count=None)
