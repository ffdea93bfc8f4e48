# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the state of the source and the events that are still pending outlast a restart."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._system.files import LONGEST, atomic_write, why_not
from .cursor_access import PRIVATE, lock_cursor, read_private_file
from .cursor_changes import CursorChanges
from .cursor_file import CursorState, decode_cursor, encode_acknowledgement, encode_cursor
from .cursor_frames import CorruptCursorError
from .event import Event
from .memory import SourceState

LOGGER = logging.getLogger(__name__)

APPEND = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC

LONGEST_UNWRITTEN = 300.0
"""Seconds after which the state is written although nothing happened, so that a restart has less to look back at."""

SMALLEST_JOURNAL = 65536
"""Bytes that may follow the base of a file, and half of the base if that is more, before all is written anew."""


class Cursor:
    """The file, held by one source at a time. Without a path nothing is read or written.

    ``state`` is what it held at the start. Raises ConfigurationError for a file or folder that must not be used.
    ``acknowledge`` may be called while ``persist`` is at work in another thread, and does not wait for it.
    """

    def __init__(self, path: str | None, service: str, selection: str, clock: Callable[[], float] = time.monotonic):
        self._path = path
        self._clock = clock
        self._written: float | None = None
        self._file: int | None = None
        self._changes: CursorChanges | None = None
        self._base = self._size = 0
        self._mutex = threading.RLock()
        self._is_persisting = False
        self._acknowledged: set[str] = set()
        self._deferred: list[str] = []
        self._lock: int | None = None
        self._complained = False
        self._service, self._selection = service, selection
        self.state = CursorState(service, selection)
        self.reselected = False
        if path is None:
            return
        self._lock = lock_cursor(path)
        try:
            self._read(path)
        except BaseException:
            self.close()
            raise

    def take_state(self) -> CursorState:
        """Return ``state`` and forget it, since it would stay in memory as it was at the start."""
        state, self.state = self.state, CursorState(self._service, self._selection)
        return state

    def close(self) -> None:
        self._forget_file()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def persist(self, memory: SourceState, outbox: Sequence[Event], news: bool) -> None:
        """Write what has to outlast a restart, before any event of it is published; ``news`` says that there is any.

        A disk that refuses is logged once and tried again; meanwhile all is only in the memory of this process.
        """
        if self._path is None:
            return
        if self._changes is not None:
            self._changes.observe(memory.monitors)
        if not (news or self._due()):
            return
        with self._mutex:
            self._is_persisting = True
            acknowledged, self._acknowledged = self._acknowledged, set()
        events = {event["id"]: event for event in outbox if event["id"] not in acknowledged}
        try:
            if not self._append_changes(memory, events):
                self._write_all(self._path, memory, events)
        except (OSError, ValueError) as error:
            self._failed(error)
        else:
            self._succeeded()
        finally:
            self._acknowledge_deferred()

    def acknowledge(self, event_id: str) -> None:
        """Write down that an event reached the rules. What is written of it survives this process at once."""
        with self._mutex:
            if self._is_persisting:
                self._deferred.append(event_id)
                return
            self._acknowledged.add(event_id)
            if self._file is None:
                return
            try:
                self._append(self._file, encode_acknowledgement(event_id))
            except OSError as error:
                self._failed(error)

    def sync(self) -> None:
        """Bring the acknowledgements to the disk."""
        with self._mutex:
            if self._file is not None:
                try:
                    os.fsync(self._file)
                except OSError as error:
                    self._failed(error)

    def _due(self) -> bool:
        return self._written is None or self._clock() - self._written >= LONGEST_UNWRITTEN

    def _append_changes(self, memory: SourceState, events: Mapping[str, Event]) -> bool:
        """Append what changed; return False when everything has to be written anew instead."""
        if self._changes is None or self._file is None or not self._is_as_written(self._file):
            return False
        transaction = self._changes.transaction(memory, events)
        content = transaction.encode()
        if self._size - self._base + len(content) > max(SMALLEST_JOURNAL, self._base // 2):
            return False
        self._append(self._file, content)
        os.fsync(self._file)
        self._changes.written(transaction)
        return True

    def _write_all(self, path: str, memory: SourceState, events: Mapping[str, Event]) -> None:
        pending = list(events.values())
        content = encode_cursor(CursorState(self._service, self._selection, memory, pending))
        atomic_write(path, content, PRIVATE)
        _sync_folder(path)
        self._forget_file()
        self._file = os.open(path, APPEND)
        self._base = self._size = len(content)
        self._changes = CursorChanges(memory, pending)

    def _append(self, file: int, content: bytes) -> None:
        if os.write(file, content) != len(content):
            raise OSError("it was cut short")
        self._size += len(content)

    def _is_as_written(self, file: int) -> bool:
        """Whether the file is still the one that we wrote. Somebody may have moved it away or cut it."""
        try:
            ours, found = os.fstat(file), os.lstat(self._path or "")
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino, ours.st_size) == (found.st_dev, found.st_ino, self._size)

    def _acknowledge_deferred(self) -> None:
        with self._mutex:
            self._is_persisting = False
            deferred, self._deferred = self._deferred, []
            for event_id in deferred:
                self.acknowledge(event_id)

    def _succeeded(self) -> None:
        self._written = self._clock()
        if self._complained:
            LOGGER.warning("the cursor %s is written again", sanitize(self._path, LONGEST))
            self._complained = False

    def _failed(self, error: OSError | ValueError) -> None:
        self._forget_file()
        self._written = None
        if not self._complained:
            self._complained = True
            LOGGER.error(
                "the cursor %s could not be written: %s; it goes on and tries again, and a restart meanwhile would "
                "tell again what has been told since",
                sanitize(self._path, LONGEST),
                why_not(error, self._path or ""),
            )

    def _forget_file(self) -> None:
        self._changes = None
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self, path: str) -> None:
        content = read_private_file(path)
        if content is None:
            return
        try:
            found = decode_cursor(content)
        except CorruptCursorError as why:
            raise ConfigurationError(
                f"the cursor {sanitize(path, LONGEST)} {why}: name another file, or move it away to begin anew, which "
                "tells the alerts that are active then and nothing of the time before",
                code="cursor_spoilt",
            ) from None
        if found.service != self._service:
            raise ConfigurationError(
                f"the cursor {sanitize(path, LONGEST)} is of {sanitize(found.service)} and not of "
                f"{sanitize(self._service)}: name another file for each service",
                code="cursor_foreign",
            )
        self.reselected = found.selection != self._selection
        self.state = CursorState(self._service, self._selection, found.memory, found.outbox)
        if found.outbox:
            self.persist(found.memory, found.outbox, news=True)


def _sync_folder(path: str) -> None:
    """Bring the name of a new file to the disk, where the file system can do that."""
    with contextlib.suppress(OSError):
        folder = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
