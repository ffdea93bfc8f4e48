# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which monitors need no proof because ``known`` accepts them, so that no wait is planned for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ...module_utils._domain.monitor import Monitor
from .evidence import Evidence
from .forecast import Forecast, forecast
from .policy import Policy
from .sample import Sample
from .states import KNOWN, PENDING, UNPROVED, Assessment, View, assess


def forecast_unaccepted(sample: Sample, policy: Policy, evidence: Evidence, view: View) -> Forecast:
    """Return the forecast for ``policy`` and ``evidence`` without the monitors that are accepted in ``view``."""
    found = forecast(sample.monitors, policy, evidence, sample.service_time)
    accepted = find_accepted(sample.monitors, view, found.due)
    return forecast(sample.monitors, policy, evidence, sample.service_time, accepted) if accepted else found


def find_accepted(monitors: Sequence[Monitor], view: View, due: Mapping[str, float]) -> frozenset[str]:
    """Return the ids of the monitors that ``known`` accepts in their state, or without a proof.

    ``due`` holds the ids of monitors that cannot be proved in time.
    """
    entries = [entry for entry in view.policy.known if entry.valid(view.now)]
    if not entries:
        return frozenset()
    accepted = {monitor.id for monitor in monitors if assess(monitor, view).state == KNOWN}
    for entry in entries:
        if entry.states & {PENDING, UNPROVED}:
            unproved = [monitor for monitor in monitors if PENDING in entry.states or monitor.id in due]
            accepted |= {monitor.id for monitor in unproved if entry.selects.selecting(monitor)}
    return frozenset(accepted)


def select_known(assessments: Iterable[Assessment]) -> frozenset[str]:
    """Return the ids of the monitors that an evaluation found to be accepted."""
    return frozenset(found.monitor.id for found in assessments if found.state == KNOWN)


def select_returned(assessments: Iterable[Assessment], planned: Forecast) -> list[Monitor]:
    """Return the monitors that were accepted when the wait was planned, and now have to prove themselves."""
    return [found.monitor for found in assessments if found.state == PENDING and found.monitor.id in planned.accepted]
