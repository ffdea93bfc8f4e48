# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which alerts were raised and cleared between two looks at a monitor: what is proved, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

from .memory import Alert, StatusSnapshot


class Span(NamedTuple):
    """The time between two looks: the moments of both, None for no look before, and over how long the newer counts."""

    before: float | None
    now: float
    window: int


class Step(NamedTuple):
    """An alert that was raised or cleared, and when, as far as the service tells."""

    raised: bool
    alert: Alert
    at: float
    between_polls: bool


def proved(before: StatusSnapshot | None, after: StatusSnapshot, span: Span) -> int:
    """Return how many alerts were raised at least, by the time of the newest and by their count."""
    counted = _counted(before, after, span)
    if after.alerted is None:
        return counted
    if _newer(before, after.alerted, span):
        return max(1, counted)
    return counted if _within_the_same_second(before, after.alerted, span) else 0


def _newer(before: StatusSnapshot | None, alerted: float, span: Span) -> bool:
    """Whether the newest alert was raised since ``before``, which may not have told of any."""
    if before is not None and before.alerted is not None:
        return alerted > before.alerted
    if span.before is None:
        return False
    if before is not None and before.alert_count == 0:
        return alerted > span.now - span.window
    return alerted > span.before - SECONDS_ARE_WHOLE


def _within_the_same_second(before: StatusSnapshot | None, alerted: float, span: Span) -> bool:
    """Whether another alert may have the time of the one before, which that look had counted: times are in seconds."""
    if before is None or not before.alert_count or span.before is None:
        return False
    return alerted == before.alerted and alerted > span.before - SECONDS_ARE_WHOLE


SECONDS_ARE_WHOLE = 2.0
"""Seconds before a look in which something after it may seem to have been."""


def _counted(before: StatusSnapshot | None, after: StatusSnapshot, span: Span) -> int:
    """Return how many alerts the count tells beyond those that it may have told before.

    Its window begins no earlier than that of the count before, so that no older alert can have come into it.
    """
    if before is None or before.alert_count is None or after.alert_count is None or span.before is None:
        return 0
    outside = before.alerted is not None and before.alerted < span.now - span.window - CLOCKS_DIFFER
    return max(0, after.alert_count - (0 if outside else before.alert_count))


CLOCKS_DIFFER = 5.0
"""Seconds by which our reading of the service's clock may be wrong."""


def steps(before: StatusSnapshot | None, after: StatusSnapshot, alert: Alert | None, span: Span) -> list[Step]:
    """Return what happened, in its order. ``alert`` is the newest that was known before."""
    active = before is not None and before.alert_active
    raises = proved(before, after, span)
    resumed = raises == 0 and before is not None and before.alerted is not None
    if after.alert_active and not active:
        raises = max(1, raises)
    at = span.now if after.alerted is None or resumed else after.alerted
    moment = span.now if after.alerted is None else after.alerted
    number = alert.number + 1 if alert is not None and alert.at == moment else 0
    found: list[Step] = []
    for index in range(raises):
        if active and alert is not None:
            found.append(Step(False, alert, at, index > 0))
        alert = Alert(moment, number + index)
        last = index == raises - 1
        found.append(Step(True, alert, at, not last or not after.alert_active))
        active = True
    if active and not after.alert_active:
        found.append(Step(False, alert or Alert(span.now), span.now, raises > 0))
    return found
