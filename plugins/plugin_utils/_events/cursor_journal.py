# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes since a cursor file was last written, which are appended to it as a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .cursor_format import COMMIT, encode_events, encode_frame, encode_monitors, encode_statuses, outage_row
from .event import Event
from .state import MonitorState, SourceState, StatusSnapshot


@dataclass(frozen=True)
class Transaction:
    """The changes between two writes.

    ``removed`` and ``statuses`` identify monitors by their positions in the order in which the file introduces them.
    ``events`` are those that the file lacks, ``pending`` the ids of all pending events.
    """

    state: SourceState
    removed: Sequence[int]
    changed: Sequence[MonitorState]
    statuses: Sequence[tuple[int, StatusSnapshot]]
    events: Sequence[Event]
    pending: Sequence[str]

    def encode(self) -> bytes:
        commit = {
            "sampled": self.state.polled_at,
            "outage": outage_row(self.state.outage),
            "removed": list(self.removed),
            "pending": list(self.pending),
        }
        frames = [*encode_monitors(self.changed), *encode_statuses(self.statuses), *encode_events(self.events)]
        return b"".join([*frames, encode_frame([COMMIT, commit])])


class CursorJournal:
    """Tracks the content of the file: the positions of the monitors, and the ids of the pending events."""

    def __init__(self, state: SourceState, events: Iterable[Event]) -> None:
        self._order: list[str | None] = list(state.monitors)
        self._last = state.monitors
        self._changed: set[str] = set()
        self._statuses: set[str] = set()
        self._events = {event["id"] for event in events}

    def observe(self, monitors: Mapping[str, MonitorState]) -> None:
        """Record which monitors differ from those of the previous call. Unchanged monitors are the same objects."""
        last = self._last
        for identity, monitor in monitors.items():
            before = last.get(identity)
            if before is monitor:
                continue
            if before is not None and monitor.status is not None and before._replace(status=monitor.status) == monitor:
                self._statuses.add(identity)
            else:
                self._changed.add(identity)
        self._last = monitors

    def transaction(self, state: SourceState, events: Mapping[str, Event]) -> Transaction:
        """Return the changes that lead to ``state`` and to the pending ``events``, given by id."""
        monitors = state.monitors
        positions = list(enumerate(self._order))
        statuses = self._statuses - self._changed
        return Transaction(
            state,
            [position for position, identity in positions if identity is not None and identity not in monitors],
            [monitor for identity, monitor in monitors.items() if identity in self._changed],
            [
                (position, status)
                for position, identity in positions
                if identity in statuses and (status := monitors[identity].status if identity in monitors else None)
            ],
            [event for identity, event in events.items() if identity not in self._events],
            list(events),
        )

    def commit(self, transaction: Transaction) -> None:
        """Record that the file holds ``transaction``."""
        for position in transaction.removed:
            self._order[position] = None
        present = {identity for identity in self._order if identity in self._changed}
        self._order += [monitor.id for monitor in transaction.changed if monitor.id not in present]
        self._changed.clear()
        self._statuses.clear()
        self._events = set(transaction.pending)
