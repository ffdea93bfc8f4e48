# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the memory and the events that are still to be told outlast a restart."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import time
from collections.abc import Callable, Sequence

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from .._system.files import LONGEST, atomic_write, why_not
from .cursor_file import Kept, Spoilt, decoded, encoded, mark
from .event import Event
from .memory import Memory

LOGGER = logging.getLogger(__name__)

PRIVATE, OF_OTHERS = 0o600, 0o077
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
APPEND = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
LOCK = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

LARGEST = 256 * 2**20
"""Bytes that are read at most; 100,000 monitors take a fifth of it."""

LONGEST_UNWRITTEN = 300.0
"""Seconds after which a memory is written although nothing happened, so that a restart has less to look back at."""


class Cursor:
    """The file, held by one source at a time. Without a path nothing is read or written.

    ``kept`` is what it held at the start. Raises ConfigurationError for a file or folder that must not be used.
    """

    def __init__(self, path: str | None, service: str, selection: str, clock: Callable[[], float] = time.monotonic):
        self._path = path
        self._clock = clock
        self._written: float | None = None
        self._marks: int | None = None
        self._lock: int | None = None
        self._complained = False
        self.kept = Kept(service, selection)
        self.reselected = False
        if path is None:
            return
        self._lock = _locked(path)
        try:
            self._read(path)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._forget_marks()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def keep(self, memory: Memory, outbox: Sequence[Event], news: bool) -> None:
        """Write what has to outlast a restart, before any event of it is told; ``news`` says that there is something.

        A disk that does not let us is told once and tried again; meanwhile all is only in the memory of this process.
        """
        if self._path is None or not (news or self._due()):
            return
        try:
            atomic_write(self._path, encoded(Kept(self.kept.service, self.kept.selection, memory, outbox)), PRIVATE)
            self._forget_marks()
            self._marks = os.open(self._path, APPEND)
        except (OSError, ValueError) as error:
            self._failed(error)
            return
        self._written = self._clock()
        if self._complained:
            LOGGER.warning("the cursor %s is written again", sanitize(self._path, LONGEST))
            self._complained = False

    def told(self, event_id: str) -> None:
        """Write down that an event was told. What is written of it survives this process at once."""
        if self._marks is None:
            return
        try:
            line = mark(event_id)
            if os.write(self._marks, line) != len(line):
                raise OSError("it was cut short")
        except OSError as error:
            self._failed(error)

    def settled(self) -> None:
        """Bring the marks to the disk."""
        if self._marks is not None:
            try:
                os.fsync(self._marks)
            except OSError as error:
                self._failed(error)

    def _due(self) -> bool:
        return self._written is None or self._clock() - self._written >= LONGEST_UNWRITTEN

    def _failed(self, error: OSError | ValueError) -> None:
        self._forget_marks()
        self._written = None
        if not self._complained:
            self._complained = True
            LOGGER.error(
                "the cursor %s could not be written: %s; it goes on and tries again, and a restart meanwhile would "
                "tell again what has been told since",
                sanitize(self._path, LONGEST),
                why_not(error, self._path or ""),
            )

    def _forget_marks(self) -> None:
        if self._marks is not None:
            os.close(self._marks)
            self._marks = None

    def _read(self, path: str) -> None:
        content = _content(path)
        if content is None:
            return
        try:
            found = decoded(content)
        except Spoilt as why:
            raise ConfigurationError(
                f"the cursor {sanitize(path, LONGEST)} {why}: name another file, or move it away to begin anew, which "
                "tells the alerts that are active then and nothing of the time before",
                code="cursor_spoilt",
            ) from None
        if found.service != self.kept.service:
            raise ConfigurationError(
                f"the cursor {sanitize(path, LONGEST)} is of {sanitize(found.service)} and not of "
                f"{sanitize(self.kept.service)}: name another file for each service",
                code="cursor_foreign",
            )
        self.reselected = found.selection != self.kept.selection
        self.kept = Kept(self.kept.service, self.kept.selection, found.memory, found.outbox)
        if found.outbox:
            self.keep(found.memory, found.outbox, news=True)


def _content(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, f"cannot be read ({sanitize(error.strerror)})") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _unusable(path, "is no ordinary file")
        if found.st_uid != os.geteuid() or found.st_mode & OF_OTHERS:
            raise _unusable(path, "is open to others: chmod 600 and own it")
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _unusable(path, f"is larger than {LARGEST // 2**20} MiB: name another file")
        return content
    finally:
        os.close(descriptor)


def _locked(path: str) -> int:
    folder = os.path.dirname(path) or os.curdir
    try:
        found = os.stat(folder)
        if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
            raise _unusable(path, "is in a folder in which everybody can write: choose another folder")
        descriptor = os.open(f"{path}.lock", LOCK, PRIVATE)
    except (OSError, ValueError) as error:
        raise _unusable(path, f"cannot be used: {why_not(error, path)}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, InterruptedError):
        os.close(descriptor)
        raise _unusable(path, "is in use by another source: give each its own file") from None
    except OSError as error:
        LOGGER.warning(
            "the cursor %s cannot be locked (%s), so that another source could use it unnoticed: make sure that none "
            "does, or move it to a local file system",
            sanitize(path, LONGEST),
            sanitize(error.strerror or type(error).__name__, 100),
        )
    return descriptor


def _unusable(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(f"the cursor {sanitize(path, LONGEST)} {why}", code="cursor")
