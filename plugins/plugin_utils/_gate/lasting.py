# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reuses the assessment of a monitor for later samples with the same status object, as those of a replay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor
from .states import CLEAN, PENDING, Assessment, View, assess


class LastingAssessment(NamedTuple):
    """An assessment that is the same for every later sample with the same status, until the newest test is stale.

    ``found`` is the assessment for ``monitor`` at ``now``, by the service's clock, with ``unprovable`` of the view.
    The newest test started at ``started``, None without one, and is stale ``limit`` seconds later.
    """

    found: Assessment
    monitor: Monitor
    unprovable: Mapping[str, float]
    now: float
    started: float | None
    limit: float

    def applies(self, monitor: Monitor, view: View) -> bool:
        """Whether the assessment of ``monitor`` in a newer sample is the same."""
        if monitor.config is not self.monitor.config or view.unprovable is not self.unprovable:
            return False
        now = view.service_time
        return now >= self.now and (self.started is None or now - self.started <= self.limit)


def assess_newest(monitor: Monitor, view: View) -> Assessment:
    """Return ``assess(monitor, view)``, reusing the assessment of an earlier sample if the status has not changed."""
    history = view.evidence.find(monitor.id)
    if history is None or monitor.status is None:
        return assess(monitor, view)
    lasting = history.lasting
    if isinstance(lasting, LastingAssessment) and lasting.applies(monitor, view):
        return lasting.found
    found = assess(monitor, view)
    if found.state == CLEAN or (found.state == PENDING and not view.policy.known):
        now, test = view.service_time, monitor.status.last_test
        limit = view.policy.stale_factor * (monitor.timer or 0.0) + view.policy.stale_grace
        started = test.started_by(now) if test is not None else None
        history.lasting = LastingAssessment(found, monitor, view.unprovable, now, started, limit)
    return found
