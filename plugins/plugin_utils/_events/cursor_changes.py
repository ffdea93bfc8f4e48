# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since a cursor file was last written, so that only this is appended to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .cursor_file import Transaction
from .event import Event
from .memory import MonitorState, SourceState


class CursorChanges:
    """Knows what the file holds: the monitors by their positions in it, and the ids of the pending events."""

    def __init__(self, memory: SourceState, events: Iterable[Event]) -> None:
        self._order: list[str | None] = list(memory.monitors)
        self._last = memory.monitors
        self._changed: set[str] = set()
        self._statuses: set[str] = set()
        self._events = {event["id"] for event in events}

    def observe(self, monitors: Mapping[str, MonitorState]) -> None:
        """Note which monitors differ from those of the call before. What did not change is the same object."""
        last = self._last
        for identity, known in monitors.items():
            before = last.get(identity)
            if before is known:
                continue
            if before is not None and known.seen is not None and before._replace(seen=known.seen) == known:
                self._statuses.add(identity)
            else:
                self._changed.add(identity)
        self._last = monitors

    def transaction(self, memory: SourceState, events: Mapping[str, Event]) -> Transaction:
        """Return what brings the file to ``memory`` and to ``events``, which are those pending by their ids."""
        monitors = memory.monitors
        places = list(enumerate(self._order))
        statuses = self._statuses - self._changed
        return Transaction(
            memory,
            [place for place, identity in places if identity is not None and identity not in monitors],
            [known for identity, known in monitors.items() if identity in self._changed],
            [
                (place, status)
                for place, identity in places
                if identity in statuses and (status := monitors[identity].seen if identity in monitors else None)
            ],
            [event for identity, event in events.items() if identity not in self._events],
            list(events),
        )

    def written(self, transaction: Transaction) -> None:
        """Note that the file holds ``transaction`` now."""
        for place in transaction.removed:
            self._order[place] = None
        there = {identity for identity in self._order if identity in self._changed}
        self._order += [known.id for known in transaction.changed if known.id not in there]
        self._changed.clear()
        self._statuses.clear()
        self._events = set(transaction.pending)
