# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events between two polls, as pure functions of the previous state and the poll result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from ...module_utils._domain.changes import FieldChange, compare_configs
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import utc
from ...module_utils._domain.timing import STALE_FACTOR, STALE_GRACE
from .alerts import AlertTransition, PollWindow, find_alert_transitions
from .event import (
    ALERT_CLEARED,
    ALERT_RAISED,
    API_BACK,
    API_LOST,
    MONITOR_ADDED,
    MONITOR_CHANGED,
    MONITOR_REMOVED,
    Event,
    PendingEvent,
    api_event,
    change_fields,
    hash_fields,
    monitor_event,
)
from .silence import detect_silence
from .state import (
    Alert,
    MonitorState,
    Outage,
    PollResult,
    SourceState,
    StatusReading,
    StatusSnapshot,
    StoredConfig,
    merge_snapshots,
)

MAX_RESPONSE_AGE = 60.0
"""Seconds. The client refuses older responses; a test time that goes back further is a correction by the service."""

MAX_LISTED_CHANGES = 5
"""Changed fields that a message lists."""


class Rules(NamedTuple):
    """The options: whether alerts at the first start are events, and when a monitor counts as silent."""

    initial: bool = True
    factor: float = STALE_FACTOR
    grace: float = STALE_GRACE


def detect_outage(state: SourceState, code: str, message: str, now: float) -> tuple[list[Event], SourceState]:
    """Return the event for the start of an outage, unless one is in progress, and the new state."""
    if state.outage is not None:
        return [], state
    outage = Outage(now, code, message)
    before = None if state.polled_at is None else {"reachable": True, "error": None}
    return [api_event(API_LOST, outage, now, before)], replace(state, outage=outage)


def detect_events(
    state: SourceState, poll: PollResult, rules: Rules, selection_changed: bool = False
) -> tuple[list[Event], SourceState]:
    """Return the events between ``state`` and ``poll`` in chronological order, and the new state.

    With ``selection_changed``, monitors without a state are treated as at a first start.
    """
    is_start = state.polled_at is None or selection_changed
    monitors, pending = update_configs(state.monitors, poll, publish=not is_start)
    for identity, reading in poll.statuses.items():
        before = monitors.get(identity) or MonitorState(identity, reading.label)
        is_first = is_start and identity not in state.monitors
        after, transitions = update_monitor(before, reading, poll, None if is_first else state.polled_at)
        monitors[identity] = after
        if transitions and after.status is not None and (not is_first or rules.initial):
            events = _alert_events(before, after, after.status, transitions, poll.latest)
            pending.setdefault(identity, []).extend(_without_steps_back(events))
    for identity, monitor in monitors.items():
        monitors[identity], events = detect_silence(
            state.monitors.get(identity), monitor, poll, rules.factor, rules.grace
        )
        if events and not (is_start and identity not in state.monitors):
            pending.setdefault(identity, []).extend(events)
    ordered = _sort_events(pending)
    if state.outage is not None:
        ordered.insert(0, api_event(API_BACK, state.outage, poll.latest, None))
    return ordered, SourceState(monitors, poll.earliest)


def _sort_events(pending: Mapping[str, list[PendingEvent]]) -> list[Event]:
    """Return all events by time; a new monitor is reported before the other events of that monitor."""
    entries: list[PendingEvent] = []
    for events in pending.values():
        is_new = events[0].event["kind"] == MONITOR_ADDED
        entries += _without_steps_back(events if is_new else sorted(events, key=_time_of))
    return [entry.event for entry in sorted(entries, key=_time_of)]


def _time_of(event: PendingEvent) -> float:
    return event.at


def _without_steps_back(events: Sequence[PendingEvent]) -> list[PendingEvent]:
    """Return ``events`` with times that never decrease, so that sorting by them preserves the order."""
    times = accumulate((event.at for event in events), max)
    return [event._replace(at=at) for event, at in zip(events, times, strict=True)]


def update_monitor(
    monitor: MonitorState, reading: StatusReading, poll: PollResult, previous_poll: float | None
) -> tuple[MonitorState, list[AlertTransition]]:
    """Return the state of a monitor after ``reading``, and its alert transitions. Stale readings change nothing."""
    if _is_stale(reading.snapshot, monitor):
        return monitor, []
    status = merge_snapshots(reading.snapshot, monitor.status)
    window = PollWindow(previous_poll, poll.latest, poll.window)
    transitions = find_alert_transitions(monitor.status, status, monitor.alert, window)
    raised = (transition.alert for transition in reversed(transitions) if transition.raised)
    newest: Alert | None = next(raised, monitor.alert)
    label = monitor.label if monitor.document is not None else reading.label
    if status is monitor.status and newest is monitor.alert and label == monitor.label:
        return monitor, transitions
    return monitor._replace(label=label, status=status, alert=newest), transitions


def _is_stale(status: StatusSnapshot, monitor: MonitorState) -> bool:
    """Return whether a status is older than the one in the state, for example because a proxy cached it."""
    if status.tested is None or monitor.status is None or monitor.status.tested is None:
        return False
    return 0 < monitor.status.tested - status.tested <= MAX_RESPONSE_AGE + (monitor.timer or 0.0)


def _alert_events(
    before: MonitorState, after: MonitorState, status: StatusSnapshot, transitions: list[AlertTransition], now: float
) -> list[PendingEvent]:
    fields_before = None if before.status is None else before.status.to_event_fields()
    fields_after = status.to_event_fields()
    return [
        monitor_event(
            ALERT_RAISED if transition.raised else ALERT_CLEARED,
            after,
            transition.at,
            now,
            (transition.alert.key(),),
            _alert_message(transition, status),
            fields_before,
            fields_after,
            transition.between_polls,
        )
        for transition in transitions
    ]


def _alert_message(transition: AlertTransition, status: StatusSnapshot) -> str:
    since = utc(transition.alert.at)
    if not transition.raised:
        return f"has cleared its alert of {since}"
    if transition.between_polls:
        return f"had an alert at {since}, which cleared before the next poll"
    return f"has an active alert since {since}" + (f": {sanitize(status.error)}" if status.error else "")


def update_configs(
    monitors: Mapping[str, MonitorState], poll: PollResult, publish: bool
) -> tuple[dict[str, MonitorState], dict[str, list[PendingEvent]]]:
    """Return the monitors with their current configurations, and the events by monitor id if ``publish`` is true."""
    after = dict(monitors)
    pending: dict[str, list[PendingEvent]] = {}
    for identity, config in (poll.configs or {}).items():
        before = monitors.get(identity)
        if before is not None and before.document == config.document:
            continue
        after[identity], events = _apply_config(before, config, poll.latest)
        if publish and events:
            pending[identity] = events
    for identity in (*sorted(poll.deleted), *poll.unselected):
        removed = after.pop(identity, None)
        if removed is not None and publish:
            pending[identity] = [_removal_event(removed, poll.unselected.get(identity), poll.latest)]
    return after, pending


def _apply_config(
    before: MonitorState | None, config: StoredConfig, now: float
) -> tuple[MonitorState, list[PendingEvent]]:
    monitor = (before or MonitorState(config.id, config.label)).with_config(config)
    fields = config.fields
    fields_before = None if before is None else before.fields
    if fields_before is None:
        unique = (f"{now:.3f}", hash_fields(fields))
        sentence = f"is a new monitor ({config.type or 'of unknown type'})"
        return monitor, [monitor_event(MONITOR_ADDED, monitor, now, now, unique, sentence, None, fields)]
    difference = next(iter(compare_configs({config.id: fields_before}, {config.id: fields})), None)
    if difference is None:
        return monitor, []
    monitor = monitor._replace(change_count=monitor.change_count + 1)
    unique = (str(monitor.change_count), hash_fields(fields))
    sentence = f"has a new configuration: {_list_changes(difference.changes)}"
    pending = monitor_event(MONITOR_CHANGED, monitor, now, now, unique, sentence, fields_before, fields)
    pending.event["changes"] = [change_fields(change) for change in difference.changes]
    return monitor, [pending]


def _list_changes(field_changes: tuple[FieldChange, ...]) -> str:
    listed = ", ".join(change.describe() for change in field_changes[:MAX_LISTED_CHANGES])
    rest = len(field_changes) - MAX_LISTED_CHANGES
    return listed + (f" and {rest} more" if rest > 0 else "")


def _removal_event(monitor: MonitorState, config: StoredConfig | None, now: float) -> PendingEvent:
    sentence = "no longer exists" if config is None else "is no longer selected"
    after = None if config is None else config.fields
    return monitor_event(MONITOR_REMOVED, monitor, now, now, (f"{now:.3f}",), sentence, monitor.fields, after)
