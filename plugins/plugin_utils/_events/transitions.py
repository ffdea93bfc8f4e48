# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened since the last look: pure, so that the same two looks always tell the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration, utc
from ...module_utils._domain.timing import FACTOR, GRACE, OLD, staleness
from .alerts import Span, Step, steps
from .configurations import configured
from .event import BACK, CLEARED, FOUND, LOST, RAISED, SILENT, Event, Happening, of_api, of_monitor
from .memory import Alert, MonitorState, Outage, SourceState, StatusReading, StatusSnapshot, merge_snapshots
from .sample import Sample


class Rules(NamedTuple):
    """What is told at the beginning, and when a monitor is silent, as the options say."""

    initial: bool = True
    factor: float = FACTOR
    grace: float = GRACE


def lost(memory: SourceState, code: str, message: str, now: float) -> tuple[list[Event], SourceState]:
    """Return the begin of an outage, unless it was told before."""
    if memory.outage is not None:
        return [], memory
    outage = Outage(now, code, message)
    before = None if memory.sampled is None else {"reachable": True, "error": None}
    return [of_api(LOST, outage, now, before)], replace(memory, outage=outage)


def compared(
    memory: SourceState, sample: Sample, rules: Rules, reselected: bool = False
) -> tuple[list[Event], SourceState]:
    """Return the events between ``memory`` and ``sample`` in the order of their times, and what to remember now.

    ``reselected`` says that other monitors are selected than before, so that those are as new as at a first start.
    """
    begins = memory.sampled is None
    monitors, found = configured(memory.monitors, sample, told=not begins and not reselected)
    for identity, status in sample.statuses.items():
        known = monitors.get(identity) or MonitorState(identity, status.label)
        quiet = identity not in memory.monitors and (begins or reselected)
        after, steps_taken = _watched(known, status, sample, None if quiet else memory.sampled)
        monitors[identity] = after
        if steps_taken and after.seen is not None and (not quiet or rules.initial):
            found.setdefault(identity, []).extend(_alert(known, after, after.seen, steps_taken, sample.latest))
    for identity, known in monitors.items():
        quiet = identity not in memory.monitors and (begins or reselected)
        monitors[identity], happenings = _heard(memory.monitors.get(identity), known, sample, rules)
        if happenings and not quiet:
            found.setdefault(identity, []).extend(happenings)
    events = _ordered(found)
    if memory.outage is not None:
        events.insert(0, of_api(FOUND, memory.outage, sample.latest, None))
    return events, SourceState(monitors, sample.earliest)


def _ordered(found: Mapping[str, list[Happening]]) -> list[Event]:
    """Return all events by their times; those of one monitor stay in the order in which they happened to it."""
    entries: list[Happening] = []
    for happenings in found.values():
        latest = float("-inf")
        for happening in happenings:
            latest = max(latest, happening.at)
            entries.append(Happening(latest, happening.event))
    return [entry.event for entry in sorted(entries, key=lambda entry: entry.at)]


def _watched(
    known: MonitorState, status: StatusReading, sample: Sample, before: float | None
) -> tuple[MonitorState, list[Step]]:
    if _older(status.snapshot, known):
        return known, []
    now = merge_snapshots(status.snapshot, known.seen)
    taken = steps(known.seen, now, known.alert, Span(before, sample.latest, sample.window))
    newest: Alert | None = next((step.alert for step in reversed(taken) if step.raised), known.alert)
    label = known.label if known.document is not None else status.label
    if now is known.seen and newest is known.alert and label == known.label:
        return known, taken
    return known._replace(label=label, seen=now, alert=newest), taken


def _older(status: StatusSnapshot, known: MonitorState) -> bool:
    """Whether a status is from before the one that is known, as a cache may give it: it tells the past, not news."""
    if status.tested is None or known.seen is None or known.seen.tested is None:
        return False
    return 0 < known.seen.tested - status.tested <= OLDEST_ANSWER + (known.timer or 0.0)


OLDEST_ANSWER = 60.0
"""Seconds. A client refuses what is older; a test that is said to be much earlier than before is a correction."""


def _alert(
    before: MonitorState, after: MonitorState, status: StatusSnapshot, taken: list[Step], now: float
) -> list[Happening]:
    told_before = None if before.seen is None else before.seen.told()
    told = status.told()
    return [
        of_monitor(
            RAISED if step.raised else CLEARED,
            after,
            step.at,
            now,
            (step.alert.key(),),
            _alert_said(step, status),
            told_before,
            told,
            step.between_polls,
        )
        for step in taken
    ]


def _alert_said(step: Step, status: StatusSnapshot) -> str:
    since = utc(step.alert.at)
    if not step.raised:
        return f"has cleared its alert of {since}"
    if step.between_polls:
        return f"had an alert at {since}, which cleared before it was seen"
    return f"has an active alert since {since}" + (f": {sanitize(status.error)}" if status.error else "")


def _heard(
    before: MonitorState | None, known: MonitorState, sample: Sample, rules: Rules
) -> tuple[MonitorState, list[Happening]]:
    """Return whether a monitor fell silent or is back. What cannot be judged, such as without a timer, is no news.

    One that a status lacks may be tested all the same, so that it must have been missing for as long.
    """
    told = known.id in sample.statuses
    since = sample.earliest if known.missing is None else known.missing
    missing = None if told else since
    if missing != known.missing:
        known = known._replace(missing=missing)
    status, now = known.seen, sample.latest
    if status is None or status.tested is None:
        return known, []
    heard = status.tested if told else max(status.tested, since)
    why = staleness(heard, known.timer, sample.earliest, rules.factor, rules.grace)
    if why == OLD and known.silent is None:
        sentence = (
            f"is not tested any more: its last test began {duration(sample.earliest - status.tested)} ago, at "
            f"{utc(status.tested)}, and its timer is {duration(known.timer or 0)}"
            + ("" if told else f"; no status tells of it since {utc(since)}")
        )
        silent = known._replace(silent=status.tested)
        return silent, [_hearing(SILENT, before, known, status.tested, now, now, sentence)]
    if why is None and told and known.silent is not None and status.tested > known.silent:
        sentence = f"is tested again, after silence since {utc(known.silent)}"
        back = known._replace(silent=None)
        return back, [_hearing(BACK, before, known, known.silent, min(status.tested, now), now, sentence)]
    return known, []


def _hearing(
    kind: str, before: MonitorState | None, known: MonitorState, since: float, at: float, now: float, sentence: str
) -> Happening:
    told, now_told = (None if side is None or side.seen is None else side.seen.told() for side in (before, known))
    return of_monitor(kind, known, at, now, (f"{since:.3f}",), sentence, told, now_told)
