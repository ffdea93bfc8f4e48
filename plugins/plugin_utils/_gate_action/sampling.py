# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the gate looks at the service."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from ...module_utils._api.client import Client
from ...module_utils._api.errors import ConfigurationError, CredentialsError, KnowledgeFrontError
from ...module_utils._domain.monitor import Monitor, MonitorConfig, MonitorStatus
from ...module_utils._domain.selection import Selection
from ...module_utils._domain.service_defaults import LONGEST_WINDOW, WINDOW
from ...module_utils._domain.timestamps import duration
from .._gate.policy import Policy
from .._gate.sample import NO_OFFSET, ClockOffset, Sample, Unavailable
from .._gate.scope import in_scope

CONFIG_SETTLES = 60.0
"""Seconds before configurations are asked for again because they and the status tell of different monitors."""

CLOCKS_AGREE = 30.0
"""Seconds by which our clock and the service's may differ without a word."""

FOR_A_PERSON = frozenset({"certificate", "tls"})
"""Codes of network errors that are mended in an option rather than waited out."""


class Sampler:
    """Each call asks for the status of every monitor. Configurations are asked for once, and again when outdated.

    Raises Unavailable for anything but whole and valid answers.
    """

    def __init__(
        self,
        client: Client,
        selection: Selection,
        policy: Policy,
        on_unmatched: str,
        fingerprint: str,
        warn: Callable[[str], None],
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._selection = selection
        self._policy = policy
        self._on_unmatched = on_unmatched
        self._fingerprint = fingerprint
        self._warn = warn
        self._now = now
        self._clock = clock
        self._configs: list[MonitorConfig] = []
        self._read_at: float | None = None
        self._warned_of_clock = False
        self._is_first = True

    def __call__(self) -> Sample:
        try:
            configs, statuses = self._answers()
            monitors, warnings = in_scope(
                configs, statuses, self._selection, self._policy.min_monitors, self._on_unmatched
            )
            monitors = self._widen(monitors)
        except KnowledgeFrontError as error:
            final = isinstance(error, (ConfigurationError, CredentialsError)) or error.code in FOR_A_PERSON
            raise Unavailable(str(error), error.code, final=final, retry_after=error.retry_after) from None
        taken_at = self._now()
        for warning in warnings:
            self._warn(warning)
        return Sample(monitors, taken_at, self._fingerprint, self._clock_offset(taken_at))

    def _clock_offset(self, taken_at: float) -> ClockOffset:
        told = self._client.service_time()
        clock_offset = NO_OFFSET if told is None else ClockOffset(told[0] - taken_at, told[1] - taken_at)
        apart = max(clock_offset.least, -clock_offset.most)
        if apart > CLOCKS_AGREE and not self._warned_of_clock:
            self._warned_of_clock = True
            which = "behind" if clock_offset.least > 0 else "ahead of"
            self._warn(
                f"this machine's clock is {duration(apart)} {which} the service's, by which tests are counted: "
                "compare it with a time server"
            )
        return clock_offset

    def _answers(self) -> tuple[Sequence[MonitorConfig], Sequence[MonitorStatus]]:
        statuses = self._client.statuses(everything=True)
        if self._outdated(statuses):
            self._configs, self._read_at = self._client.configs(), self._clock()
        return self._configs, statuses

    def _widen(self, monitors: list[Monitor]) -> list[Monitor]:
        """Return ``monitors`` with the tests of those that test too rarely for the default window.

        Whether the service reports a test outside the window is not documented. Counts of another window cannot be
        compared with those of the default one; they are only used to see how long a monitor has been failing.
        """
        needed = {monitor.id: self._needed_window(monitor) for monitor in monitors}
        self._is_first = False
        window = min(LONGEST_WINDOW, math.ceil(max(needed.values(), default=0.0)))
        if window <= WINDOW:
            return monitors
        found = {status.id: status for status in self._client.statuses(everything=True, window=window)}
        return [
            monitor._replace(status=_without_counts(found[monitor.id]))
            if needed[monitor.id] > WINDOW and monitor.id in found
            else monitor
            for monitor in monitors
        ]

    def _needed_window(self, monitor: Monitor) -> float:
        """Return the seconds in which its newest test, or at first its run of failed tests, has to be."""
        status, timer, policy = monitor.status, monitor.timer, self._policy
        if status is None or timer is None or status.alert_active:
            return 0.0
        if status.tested is None:
            return policy.stale_factor * timer + policy.stale_grace
        if self._is_first and status.failing and (status.test_count or 0) < policy.alert_after:
            return policy.alert_after * timer + policy.stale_grace
        return 0.0

    def _outdated(self, statuses: Sequence[MonitorStatus]) -> bool:
        if self._read_at is None:
            return True
        differ = {config.id for config in self._configs} != {status.id for status in statuses}
        return differ and self._clock() - self._read_at >= CONFIG_SETTLES


def _without_counts(status: MonitorStatus) -> MonitorStatus:
    """Return ``status`` without counts, except those of a monitor of which every test failed."""
    if status.failing and status.fail_count == status.test_count:
        return status._replace(alert_count=None)
    return status._replace(alert_count=None, fail_count=None, test_count=None)
