# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events of monitors that are no longer tested, and are tested again."""

from __future__ import annotations

from ...module_utils._domain.timestamps import duration, utc
from ...module_utils._domain.timing import OLD, staleness
from .event import MONITOR_BACK, MONITOR_SILENT, PendingEvent, monitor_event
from .state import MonitorState, PollResult


def detect_silence(
    before: MonitorState | None, monitor: MonitorState, poll: PollResult, factor: float, grace: float
) -> tuple[MonitorState, list[PendingEvent]]:
    """Return the new state of a monitor, and an event if it became silent or is tested again.

    A monitor without a timer or a test is never silent. One that statuses omit may still be tested, so it is silent
    only after it has been missing for as long.
    """
    is_reported = monitor.id in poll.statuses
    since = poll.earliest if monitor.missing_since is None else monitor.missing_since
    missing_since = None if is_reported else since
    if missing_since != monitor.missing_since:
        monitor = monitor._replace(missing_since=missing_since)
    status, now = monitor.status, poll.latest
    if status is None or status.tested is None:
        return monitor, []
    last_sign = status.tested if is_reported else max(status.tested, since)
    reason = staleness(last_sign, monitor.timer, poll.earliest, factor, grace)
    if reason == OLD and monitor.silent_since is None:
        sentence = (
            f"is no longer tested: its last test began {duration(poll.earliest - status.tested)} ago, at "
            f"{utc(status.tested)}, and its timer is {duration(monitor.timer or 0)}"
            + ("" if is_reported else f"; statuses omit it since {utc(since)}")
        )
        silent = monitor._replace(silent_since=status.tested)
        # The service may report an older test than before, and thus the same silence twice.
        known = before.status.tested if before is not None and before.status is not None else None
        unique: tuple[float, ...] = (
            (status.tested,) if known is None or known <= status.tested else (status.tested, known)
        )
        return silent, [silence_event(MONITOR_SILENT, before, monitor, unique, now, now, sentence)]
    silent_since = monitor.silent_since
    if reason is None and is_reported and silent_since is not None and status.tested > silent_since:
        sentence = f"is tested again after silence since {utc(silent_since)}"
        back, at = monitor._replace(silent_since=None), min(status.tested, now)
        unique = (silent_since, status.tested)
        return back, [silence_event(MONITOR_BACK, before, monitor, unique, at, now, sentence)]
    return monitor, []


def silence_event(
    kind: str,
    before: MonitorState | None,
    monitor: MonitorState,
    unique: tuple[float, ...],
    at: float,
    now: float,
    sentence: str,
) -> PendingEvent:
    """Return the event for the start or the end of a silence, which the times ``unique`` identify; in epoch seconds."""
    fields_before, fields_after = (
        None if side is None or side.status is None else side.status.to_event_fields() for side in (before, monitor)
    )
    times = tuple(f"{time:.3f}" for time in unique)
    return monitor_event(kind, monitor, at, now, times, sentence, fields_before, fields_after)
