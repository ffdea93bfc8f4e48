# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the evidence will be there, told from the monitors' own timers and newest tests."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor
from .evidence import Evidence
from .policy import Policy
from .states import detected_from


class Forecast(NamedTuple):
    """Seconds from now until each monitor has had the tests that are asked for, and the monitor that takes longest.

    ``detection`` is the number of seconds until an alert that needs ``alert_after`` violations could have been raised
    for every monitor; None when no monitor's timer is known.
    """

    seconds: float
    monitor: Monitor | None
    detection: float | None

    @property
    def alert_possible(self) -> bool:
        """Whether an alert could have been raised by then: without it, no alert proves little."""
        return self.detection is not None and self.detection <= self.seconds


def forecast(monitors: Iterable[Monitor], policy: Policy, evidence: Evidence, now: float) -> Forecast:
    """Return the forecast at ``now``, in epoch seconds by the service's clock, for monitors that test on time."""
    longest, decides, detection = 0.0, None, None
    tests_are_asked_for = policy.clean_tests > 0 or policy.full_detection
    for monitor in monitors:
        if monitor.config is None or monitor.config.timer is None or policy.advisory.selecting(monitor):
            continue
        timer = monitor.config.timer
        left = max(0.0, evidence.anchor + policy.alert_after * timer - now)
        detection = left if detection is None else max(detection, left)
        if tests_are_asked_for:
            seconds = _complete_at(monitor, timer, policy, evidence, now) - now
            if seconds > longest:
                longest, decides = seconds, monitor
    return Forecast(longest, decides, detection)


def _complete_at(monitor: Monitor, timer: float, policy: Policy, evidence: Evidence, now: float) -> float:
    starts = evidence.clean_run(monitor.id)
    missing = policy.clean_tests - len(starts)
    newest = monitor.status.tested if monitor.status else None
    at = now
    if missing > 0:
        at = max(now, _first_from(evidence.anchor, newest, timer, now) + (missing - 1) * timer)
    needed = detected_from(monitor, policy, evidence.anchor)
    if needed is not None and (not starts or starts[-1] < needed):
        at = max(at, _first_from(needed, newest, timer, now))
    return at


def _first_from(moment: float, newest: float | None, timer: float, now: float) -> float:
    """Return when the first test starts that is not over yet and starts at ``moment`` or later.

    A newest test that is still to come tells nothing but that some clock is wrong.
    """
    if newest is None or newest > now:
        return max(moment, now) + timer
    return newest + timer * max(1, math.ceil((moment - newest) / timer))
