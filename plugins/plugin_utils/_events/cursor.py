# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cursor file, which preserves the state of the source and the pending events over a restart."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._system.files import MAX_PATH_LENGTH, atomic_write, describe_write_error
from .cursor_format import CorruptCursorError, CursorState, decode_cursor, encode_acknowledgement, encode_cursor
from .cursor_journal import CursorJournal
from .event import Event
from .state import SourceState

LOGGER = logging.getLogger(__name__)

APPEND = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

PRIVATE, OTHERS = 0o600, 0o077

MAX_SIZE = 256 * 2**20
"""Bytes that are read at most. A file for 100,000 monitors has a fifteenth of that."""

MAX_WRITE_INTERVAL = 300.0
"""Seconds after which the state is written even if nothing happened, which shortens the window after a restart."""

MIN_JOURNAL_SIZE = 65536
"""Bytes that the journal may have, or half of the base if that is more, before the whole file is rewritten."""


class Cursor:
    """The cursor file, locked by one source at a time. Without a path, nothing is read or written.

    ``state`` is the content at the start, ``is_unsynced`` whether a power failure would lose acknowledgements.
    Raises ConfigurationError if the file or its folder cannot be used.
    ``acknowledge`` may be called while ``persist`` runs in another thread, and does not wait for it.
    """

    def __init__(self, path: str | None, service: str, selection: str, clock: Callable[[], float] = time.monotonic):
        self._path = path
        self._clock = clock
        self._written_at: float | None = None
        self._file: int | None = None
        self._journal: CursorJournal | None = None
        self._base_size = self._size = 0
        self._mutex = threading.RLock()
        self._is_persisting = False
        self._acknowledged: set[str] = set()
        self._deferred: list[str] = []
        self._lock: int | None = None
        self._has_failed = False
        self.is_unsynced = False
        self._service, self._selection = service, selection
        self.state = CursorState(service, selection)
        self.selection_changed = False
        if path is None:
            return
        self._lock = lock_cursor(path)
        try:
            self._read(path)
        except BaseException:
            self.close()
            raise

    def take_state(self) -> CursorState:
        """Return ``state`` and release it, so that the state at the start does not stay in memory."""
        state, self.state = self.state, CursorState(self._service, self._selection)
        return state

    def close(self) -> None:
        self.sync()
        self._close_file()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def persist(self, state: SourceState, outbox: Sequence[Event], urgent: bool) -> None:
        """Write the state and the pending events: now if ``urgent``, otherwise in intervals.

        Call it before publishing the events. A write error is logged once, and each later call retries.
        """
        if self._path is None:
            return
        if self._journal is not None:
            self._journal.observe(state.monitors)
        if not (urgent or self._is_due()):
            return
        with self._mutex:
            self._is_persisting = True
            acknowledged, self._acknowledged = self._acknowledged, set()
        events = {event["id"]: event for event in outbox if event["id"] not in acknowledged}
        try:
            if not self._append_transaction(state, events):
                self._rewrite(self._path, state, events)
        except (OSError, ValueError) as error:
            self._record_failure(error)
        else:
            self._record_success()
        finally:
            self._acknowledge_deferred()

    def acknowledge(self, event_id: str) -> None:
        """Record that the rules received an event. The record survives the end of this process."""
        if self._path is None:
            return
        with self._mutex:
            if self._is_persisting:
                self._deferred.append(event_id)
                return
            self._acknowledged.add(event_id)
            if self._file is None:
                return
            try:
                self._append(self._file, encode_acknowledgement(event_id))
                self.is_unsynced = True
            except OSError as error:
                self._record_failure(error)

    def sync(self) -> None:
        """Flush the acknowledgements to the disk."""
        with self._mutex:
            if self._file is None or not self.is_unsynced:
                return
            try:
                os.fsync(self._file)
                self.is_unsynced = False
            except OSError as error:
                self._record_failure(error)

    def _is_due(self) -> bool:
        return self._written_at is None or self._clock() - self._written_at >= MAX_WRITE_INTERVAL

    def _append_transaction(self, state: SourceState, events: Mapping[str, Event]) -> bool:
        """Append the changes, or return False if the whole file must be rewritten."""
        if self._journal is None or self._file is None or not self._is_unchanged(self._file):
            return False
        transaction = self._journal.transaction(state, events)
        content = transaction.encode()
        if self._size - self._base_size + len(content) > max(MIN_JOURNAL_SIZE, self._base_size // 2):
            return False
        self._append(self._file, content)
        os.fsync(self._file)
        self._journal.commit(transaction)
        return True

    def _rewrite(self, path: str, state: SourceState, events: Mapping[str, Event]) -> None:
        pending = list(events.values())
        content = encode_cursor(CursorState(self._service, self._selection, state, pending))
        atomic_write(path, content, PRIVATE)
        _sync_folder(path)
        self._close_file()
        self._file = os.open(path, APPEND)
        self._base_size = self._size = len(content)
        self._journal = CursorJournal(state, pending)

    def _append(self, file: int, content: bytes) -> None:
        if os.write(file, content) != len(content):
            raise OSError("the write was incomplete")
        self._size += len(content)

    def _is_unchanged(self, file: int) -> bool:
        """Return whether the path still names the open file with the size that was written."""
        try:
            opened, named = os.fstat(file), os.lstat(self._path or "")
        except OSError:
            return False
        return (opened.st_dev, opened.st_ino, opened.st_size) == (named.st_dev, named.st_ino, self._size)

    def _acknowledge_deferred(self) -> None:
        with self._mutex:
            self._is_persisting = False
            deferred, self._deferred = self._deferred, []
            for event_id in deferred:
                self.acknowledge(event_id)

    def _record_success(self) -> None:
        self._written_at = self._clock()
        if self._has_failed:
            LOGGER.warning("the cursor %s can be written again", sanitize(self._path, MAX_PATH_LENGTH))
            self._has_failed = False

    def _record_failure(self, error: OSError | ValueError) -> None:
        self._close_file()
        self._written_at = None
        if not self._has_failed:
            self._has_failed = True
            LOGGER.error(
                "cannot write the cursor %s: %s; retrying in every poll. Until then, a restart publishes events again",
                sanitize(self._path, MAX_PATH_LENGTH),
                describe_write_error(error, self._path or ""),
            )

    def _close_file(self) -> None:
        self._journal = None
        self.is_unsynced = False
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
                f"the cursor {sanitize(path, MAX_PATH_LENGTH)} {why}; set cursor to another file, or move this one "
                "away for a first start, which publishes active alerts but no earlier events",
                code="cursor_spoilt",
            ) from None
        if found.service != self._service:
            raise ConfigurationError(
                f"the cursor {sanitize(path, MAX_PATH_LENGTH)} belongs to {sanitize(found.service)}, not to "
                f"{sanitize(self._service)}; set cursor to a separate file for each service",
                code="cursor_foreign",
            )
        self.selection_changed = found.selection != self._selection
        self.state = CursorState(self._service, self._selection, found.state, found.outbox)
        if found.outbox:
            self.persist(found.state, found.outbox, urgent=True)


def _sync_folder(path: str) -> None:
    """Flush the directory entry of a new file, where the file system supports that."""
    with contextlib.suppress(OSError):
        folder = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read_private_file(path: str) -> bytes | None:
    """Return the content of a file that only its user can read, None if there is none. Raises ConfigurationError."""
    try:
        descriptor = os.open(path, READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, f"cannot be read ({sanitize(error.strerror)})") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _unusable(path, "is not a regular file; set cursor to another path")
        if found.st_uid != os.geteuid() or found.st_mode & OTHERS:
            raise _unusable(path, "is accessible to other users; own it and run chmod 600 on it")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(MAX_SIZE + 1)
        if len(content) > MAX_SIZE:
            raise _unusable(path, f"is larger than {MAX_SIZE // 2**20} MiB; set cursor to another file")
        return content
    finally:
        os.close(descriptor)


def lock_cursor(path: str) -> int:
    """Return the descriptor of a lock file beside the cursor. Raises ConfigurationError if another source holds it."""
    folder = os.path.dirname(path) or os.curdir
    try:
        found = os.stat(folder)
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise _unusable(path, "is in a world-writable folder; choose another folder")
        descriptor = os.open(f"{path}.lock", LOCK, PRIVATE)
    except (OSError, ValueError) as error:
        raise _unusable(path, f"cannot be used: {describe_write_error(error, path)}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, InterruptedError):
        os.close(descriptor)
        raise _unusable(path, "is in use by another source; set cursor to a separate file for each source") from None
    except OSError as error:
        LOGGER.warning(
            "the cursor %s cannot be locked (%s), so two sources could use it at once; use it in one source only, or "
            "move it to a local file system",
            sanitize(path, MAX_PATH_LENGTH),
            sanitize(error.strerror or type(error).__name__, 100),
        )
    return descriptor


def _unusable(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"the cursor {sanitize(path, MAX_PATH_LENGTH)} {why}", code="cursor")
