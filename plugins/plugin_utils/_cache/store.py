# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of tokens and responses that the processes of one user share on this controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from ...module_utils._api.cache import CacheEntry, Lease
from ...module_utils._api.settings import Settings
from ...module_utils._api.timeouts import Deadline
from ...module_utils._domain.text import sanitize
from .directory import SecureDirectory
from .records import Keys
from .signed_files import Timestamp

MAX_RECORD_SIZE = 512 * 2**20
"""Bytes of a record that are read at most."""

MAX_FILE_AGE = 86400.0
"""Seconds since the last write after which a file is removed."""

TOKEN = "token"

OnRead = Callable[[str, tuple[int, int] | None, float | None], None]
"""Gets the name of a response's file, its version, and its remaining seconds; None when it is absent."""


def ignore_read(name: str, version: tuple[int, int] | None, ttl: float | None) -> None:
    """Do nothing."""


class Store:
    """Caches tokens while they are valid, if ``has_tokens`` is set, and responses for ``max_age`` seconds.

    A file that cannot be read counts as absent. Where files cannot be locked, ``warn`` gets a sentence once and no
    process waits. Any other failure is raised unchanged: the caller continues without the store.
    """

    def __init__(
        self,
        directory: SecureDirectory,
        settings: Settings,
        has_tokens: bool,
        max_age: float,
        now: Callable[[], Timestamp] = Timestamp.now,
        warn: Callable[[str], None] = lambda sentence: None,
        on_read: OnRead = ignore_read,
    ) -> None:
        self._directory = directory
        self._keys = Keys(settings)
        self._has_tokens = has_tokens
        self._max_age = max_age
        self._now = now
        self._warn = warn
        self._on_read = on_read
        self._has_warned_of_locks = False

    def acquire_token(
        self, is_acceptable: Callable[[bytes], bool], deadline: Deadline
    ) -> AbstractContextManager[Lease]:
        def read() -> CacheEntry | None:
            entry = self._read(TOKEN, MAX_FILE_AGE)
            text = self._keys.decrypt(entry.content) if entry else None
            return CacheEntry(text, entry.ttl) if entry and text is not None and is_acceptable(text) else None

        return self._acquire(TOKEN, read, self._keys.encrypt, deadline) if self._has_tokens else nullcontext(Lease())

    def acquire_response(self, request: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        def read() -> CacheEntry | None:
            name = self._keys.name(request)
            self._on_read(name, None, None)
            version = self._directory.version(name)
            entry = self._read(request, self._max_age)
            self._on_read(name, version, entry.ttl if entry else None)
            return entry

        return self._acquire(request, read, bytes, deadline) if self._max_age > 0 else nullcontext(Lease())

    def close(self) -> None:
        self._directory.close()

    @contextmanager
    def _acquire(
        self, what: str, read: Callable[[], CacheEntry | None], encode: Callable[[bytes], bytes], deadline: Deadline
    ) -> Iterator[Lease]:
        entry = read()
        if entry is not None:
            yield Lease(entry)
            return
        from .single_flight import acquire

        name = self._keys.name(what)
        before = self._directory.version(name)
        lock_timeout = deadline.left() / 2

        def is_written() -> bool:
            return self._directory.version(name) not in (None, before)

        with acquire(self._directory, name, lock_timeout, is_written, on_unlocked=self._warn_of_locks) as is_holder:

            def store(serialize: Callable[[], bytes], lifetime: float) -> None:
                if is_holder:
                    self._write(what, encode(serialize()), lifetime)

            yield Lease(read(), store)

    def _read(self, what: str, max_age: float) -> CacheEntry | None:
        record = self._directory.read(self._keys.name(what), MAX_RECORD_SIZE)
        return None if record is None else self._keys.verify(what, record, self._now(), max_age)

    def _write(self, what: str, content: bytes, lifetime: float) -> None:
        now = self._now()
        self._directory.write(self._keys.name(what), self._keys.sign(what, content, now, lifetime))
        self._directory.remove_old(now.wall - MAX_FILE_AGE)

    def _warn_of_locks(self, why: str) -> None:
        if self._has_warned_of_locks:
            return
        self._has_warned_of_locks = True
        self._warn(
            f"files in the cache folder {sanitize(self._directory.path, 1000)} cannot be locked ({why}): tasks that "
            "run at the same time may send the same request; set cache_dir to a folder on a local file system"
        )
