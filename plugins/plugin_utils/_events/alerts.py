# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The alerts that were raised and cleared between two polls of a monitor, as far as its status proves them."""

from __future__ import annotations

from typing import NamedTuple

from .state import Alert, StatusSnapshot


class PollWindow(NamedTuple):
    """The times of two polls in epoch seconds, None without a previous poll, and the seconds that counts cover."""

    previous: float | None
    now: float
    seconds: int


class AlertTransition(NamedTuple):
    """An alert that was raised or cleared, and the time of the event in epoch seconds."""

    raised: bool
    alert: Alert
    at: float
    between_polls: bool


TIME_RESOLUTION = 2.0
"""Seconds by which the reported time of an event can precede the poll before it, since times are whole seconds."""

CLOCK_TOLERANCE = 5.0
"""Seconds by which the estimate of the service's clock may be wrong."""


def count_raised(before: StatusSnapshot | None, after: StatusSnapshot, window: PollWindow) -> int:
    """Return the least number of alerts that were raised, from the time of the newest alert and the alert count."""
    counted = _count_increase(before, after, window)
    if after.alerted is None:
        return counted
    if _is_newer(before, after.alerted, window):
        return max(1, counted)
    return counted if _may_share_second(before, after.alerted, window) else 0


def _is_newer(before: StatusSnapshot | None, alerted: float, window: PollWindow) -> bool:
    """Return whether the newest alert was raised since ``before``, which may lack the time of the alert before."""
    if before is not None and before.alerted is not None:
        return alerted > before.alerted
    if window.previous is None:
        return False
    if before is not None and before.alert_count == 0:
        return alerted > window.now - window.seconds
    return alerted > window.previous - TIME_RESOLUTION


def _may_share_second(before: StatusSnapshot | None, alerted: float, window: PollWindow) -> bool:
    """Return whether a new alert may have the same time as the one that the previous poll counted."""
    if before is None or not before.alert_count or window.previous is None:
        return False
    return alerted == before.alerted and alerted > window.previous - TIME_RESOLUTION


def _count_increase(before: StatusSnapshot | None, after: StatusSnapshot, window: PollWindow) -> int:
    """Return how far the alert count exceeds what the count before can explain.

    The newer window begins no earlier than the older one, so that no older alert can enter it.
    """
    if before is None or before.alert_count is None or after.alert_count is None or window.previous is None:
        return 0
    is_outside = before.alerted is not None and before.alerted < window.now - window.seconds - CLOCK_TOLERANCE
    return max(0, after.alert_count - (0 if is_outside else before.alert_count))


def find_alert_transitions(
    before: StatusSnapshot | None, after: StatusSnapshot, alert: Alert | None, window: PollWindow
) -> list[AlertTransition]:
    """Return the transitions between two snapshots in chronological order. ``alert`` is the newest one before."""
    active = before is not None and before.alert_active
    raises = count_raised(before, after, window)
    is_resumed = raises == 0 and before is not None and before.alerted is not None
    if after.alert_active and not active:
        raises = max(1, raises)
    at = window.now if after.alerted is None or is_resumed else after.alerted
    alerted = window.now if after.alerted is None else after.alerted
    number = alert.number + 1 if alert is not None and alert.at == alerted else 0
    transitions: list[AlertTransition] = []
    for index in range(raises):
        if active and alert is not None:
            transitions.append(AlertTransition(False, alert, at, index > 0))
        alert = Alert(alerted, number + index)
        is_last = index == raises - 1
        transitions.append(AlertTransition(True, alert, at, not is_last or not after.alert_active))
        active = True
    if active and not after.alert_active:
        transitions.append(AlertTransition(False, alert or Alert(window.now), window.now, raises > 0))
    return transitions
