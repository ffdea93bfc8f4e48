# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the evidence will be complete, derived from the timers and the newest tests of the monitors."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor
from .evidence import Evidence, detected_from
from .policy import Policy
from .sample import Sample
from .states import KNOWN, PENDING, UNPROVED, Assessment, View, assess


class Forecast(NamedTuple):
    """Seconds until every monitor that can be proved in time is proved, and the monitor that takes longest.

    ``detection`` is the number of seconds until an alert that needs ``alert_after`` violations could have been raised
    for every monitor; None when no monitor has a known timer. ``provable`` is the number of monitors that can be proved
    in time; ``unprovable`` maps the ids of the others to the epoch seconds at which their proof is due. ``slow`` maps
    the ids of monitors that may not be provable, depending on when the wait starts, to the most seconds they take.
    These do not count monitors that ``known`` accepts (``accepted``); ``due`` is ``unprovable`` including them.
    """

    seconds: float
    monitor: Monitor | None
    detection: float | None
    provable: int = 0
    unprovable: Mapping[str, float] = {}
    slow: Mapping[str, float] = {}
    accepted: Collection[str] = ()
    due: Mapping[str, float] = {}

    @property
    def alert_possible(self) -> bool:
        """Whether an alert could have been raised by then. If not, "no alert" proves little."""
        return self.detection is not None and self.detection <= self.seconds

    @property
    def is_hopeless(self) -> bool:
        """Whether there are monitors to prove and none can be proved in time."""
        return bool(self.unprovable) and not self.provable


def forecast(
    monitors: Iterable[Monitor], policy: Policy, evidence: Evidence, now: float, accepted: Collection[str] = ()
) -> Forecast:
    """Return the forecast at ``now``, in epoch seconds by the service's clock, assuming that monitors test on time.

    ``accepted`` has the ids of the monitors that need no proof.
    """
    longest, decides, detection, provable, limit = 0.0, None, None, 0, policy.proof_limit
    unprovable, slow, due = {}, {}, {}
    demands_tests, has_advisory = policy.demands_tests, bool(policy.advisory.texts)
    for monitor in monitors:
        timer = monitor.timer
        if timer is None or (has_advisory and policy.advisory.find_matches(monitor)):
            continue
        is_accepted = monitor.id in accepted
        left = max(0.0, evidence.anchor + policy.alert_after * timer - now)
        if not is_accepted:
            detection = left if detection is None else max(detection, left)
        if not demands_tests:
            continue
        at = complete_at(monitor, timer, policy, evidence, now)
        seconds = at - now
        if seconds > limit:
            due[monitor.id] = at
        if is_accepted:
            continue
        slowest = policy.settle + policy.most_tests * timer + _reading_gap(monitor)
        if slowest > limit:
            slow[monitor.id] = slowest
        if seconds > limit:
            unprovable[monitor.id] = at
            continue
        provable += 1
        if seconds > longest:
            longest, decides = seconds, monitor
    return Forecast(longest, decides, detection, provable, unprovable, slow, accepted, due)


def complete_at(monitor: Monitor, timer: float, policy: Policy, evidence: Evidence, now: float) -> float:
    """Return when a monitor that tests on time will have its required clean tests, in epoch seconds.

    Evidence uses the earlier of the two readings of a test's start, so a test counts later by their difference.
    """
    history = evidence.find(monitor.id)
    if history is not None and evidence.is_proved(monitor.id):
        return now
    newest, gap = monitor.status.tested if monitor.status is not None else None, _reading_gap(monitor)
    starts = history.clean_starts if history is not None else []
    missing = (evidence.owed_tests(monitor.id) if history is not None else policy.clean_tests) - len(starts)
    at = now
    if missing > 0:
        at = _first_test_from(evidence.anchor, newest, timer, now - gap) + (missing - 1) * timer + gap
    needed = detected_from(monitor, policy, evidence.anchor)
    if needed is not None and (not starts or starts[-1] < needed):
        at = max(at, _first_test_from(needed, newest, timer, now - gap) + gap)
    return max(at, now)


def _reading_gap(monitor: Monitor) -> float:
    test = monitor.status.last_test if monitor.status is not None else None
    return 0.0 if test is None else test.reading_gap


def _first_test_from(earliest: float, newest: float | None, timer: float, now: float) -> float:
    """Return when the first test starts that is not over yet and starts at ``earliest`` or later.

    A newest test in the future only shows that a clock is wrong.
    """
    if newest is None or newest > now:
        return max(earliest, now) + timer
    return newest + timer * max(1, math.ceil((earliest - newest) / timer))


def forecast_unaccepted(sample: Sample, policy: Policy, evidence: Evidence, view: View) -> Forecast:
    """Return the forecast for ``policy`` and ``evidence`` without the monitors that ``known`` accepts in ``view``."""
    found = forecast(sample.monitors, policy, evidence, sample.service_time)
    accepted = find_accepted(sample.monitors, view, found.due)
    return forecast(sample.monitors, policy, evidence, sample.service_time, accepted) if accepted else found


def find_accepted(monitors: Sequence[Monitor], view: View, due: Mapping[str, float]) -> frozenset[str]:
    """Return the ids of the monitors that ``known`` accepts in their current state or without a proof.

    ``due`` has the ids of the monitors that cannot be proved in time.
    """
    entries = [entry for entry in view.policy.known if entry.is_valid(view.now)]
    if not entries:
        return frozenset()
    accepted = {monitor.id for monitor in monitors if assess(monitor, view).state == KNOWN}
    for entry in entries:
        if entry.states & {PENDING, UNPROVED}:
            unproved = [monitor for monitor in monitors if PENDING in entry.states or monitor.id in due]
            accepted |= {monitor.id for monitor in unproved if entry.selects.find_matches(monitor)}
    return frozenset(accepted)


def select_known(assessments: Iterable[Assessment]) -> frozenset[str]:
    """Return the ids of the monitors in state ``known``."""
    return frozenset(found.monitor.id for found in assessments if found.state == KNOWN)


def select_returned(assessments: Iterable[Assessment], planned: Forecast) -> list[Monitor]:
    """Return the monitors that ``planned`` did not count because they were accepted, and that now need a proof."""
    return [found.monitor for found in assessments if found.state == PENDING and found.monitor.id in planned.accepted]
