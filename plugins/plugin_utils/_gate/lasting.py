# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reuses the assessment of a monitor for later samples with the same status object, as those of a replay."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor, MonitorConfig
from .states import CLEAN, PENDING, Assessment, View, assess


class LastingAssessment(NamedTuple):
    """An assessment that is the same for every later sample with the same status, until the newest test is stale.

    ``found`` is the assessment for a monitor with ``config``, and ``unprovable`` that of the view. It lasts from
    ``since`` to ``until``, in epoch seconds by the service's clock.
    """

    found: Assessment
    config: MonitorConfig | None
    unprovable: Mapping[str, float]
    since: float
    until: float


def assess_sample(monitors: Iterable[Monitor], view: View) -> list[Assessment]:
    """Return the assessment of each monitor, reused from an earlier sample while its status is the same object."""
    now, unprovable, find = view.service_time, view.unprovable, view.evidence.find
    assessments = []
    for monitor in monitors:
        history = find(monitor.id)
        lasting = None if history is None else history.lasting
        if (
            lasting is not None
            and monitor.config is lasting.config
            and unprovable is lasting.unprovable
            and lasting.since <= now <= lasting.until
        ):
            assessments.append(lasting.found)
        else:
            assessments.append(assess_newest(monitor, view, now))
    return assessments


def assess_newest(monitor: Monitor, view: View, now: float) -> Assessment:
    """Return ``assess(monitor, view)``, and keep it for later samples if it lasts."""
    found, status = assess(monitor, view), monitor.status
    if status is None or not (found.state == CLEAN or (found.state == PENDING and not view.policy.known)):
        return found
    until = math.inf
    started = None if status.last_test is None else status.last_test.started_by(now)
    if started is not None:
        until = started + view.policy.stale_factor * (monitor.timer or 0.0) + view.policy.stale_grace
    history = view.evidence.history(monitor.id)
    history.lasting = LastingAssessment(found, monitor.config, view.unprovable, now, until)
    return found
