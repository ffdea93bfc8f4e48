# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens and answers that the processes of one user share, on this controller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from ...module_utils._api.cache import CacheEntry, Lease
from ...module_utils._api.deadline import Deadline
from ...module_utils._api.settings import Settings
from ...module_utils._domain.text import sanitize
from .directory import SecureDirectory
from .records import Keys
from .signed_files import Timestamp

LARGEST = 512 * 2**20
"""Bytes of a record that are read at most."""

FORGOTTEN_AFTER = 86400.0
"""Seconds after which a file that nobody wrote anew is removed."""

TOKEN = "token"

OnRead = Callable[[str, tuple[int, int] | None, float | None], None]
"""Gets the name of the file of a response, its version, and the remaining seconds; None when it is not there."""


def ignore_read(name: str, version: tuple[int, int] | None, left: float | None) -> None:
    """Nobody wants to know."""


class Store:
    """Keeps tokens while they are good, if ``tokens`` is set, and lets answers be used again for ``max_age`` seconds.

    A file that cannot be read counts as absent, and where none can be locked ``warn`` gets a sentence once and nobody
    waits. Any other failure is raised as it is: whoever opened the store has to go on without it.
    """

    def __init__(
        self,
        folder: SecureDirectory,
        settings: Settings,
        tokens: bool,
        max_age: float,
        now: Callable[[], Timestamp] = Timestamp.now,
        warn: Callable[[str], None] = lambda sentence: None,
        on_read: OnRead = ignore_read,
    ) -> None:
        self._folder = folder
        self._keys = Keys(settings)
        self._tokens = tokens
        self._max_age = max_age
        self._now = now
        self._warn = warn
        self._on_read = on_read
        self._warned_of_locks = False

    def token(self, acceptable: Callable[[bytes], bool], deadline: Deadline) -> AbstractContextManager[Lease]:
        def read() -> CacheEntry | None:
            kept = self._read(TOKEN, FORGOTTEN_AFTER)
            text = self._keys.decrypt(kept.content) if kept else None
            return CacheEntry(text, kept.left) if kept and text is not None and acceptable(text) else None

        return self._turn(TOKEN, read, self._keys.encrypt, deadline) if self._tokens else nullcontext(Lease())

    def answer(self, question: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        def read() -> CacheEntry | None:
            name = self._keys.name(question)
            self._on_read(name, None, None)
            version = self._folder.changed(name)
            kept = self._read(question, self._max_age)
            self._on_read(name, version, kept.left if kept else None)
            return kept

        return self._turn(question, read, bytes, deadline) if self._max_age > 0 else nullcontext(Lease())

    def close(self) -> None:
        self._folder.close()

    @contextmanager
    def _turn(
        self, what: str, read: Callable[[], CacheEntry | None], form: Callable[[bytes], bytes], deadline: Deadline
    ) -> Iterator[Lease]:
        kept = read()
        if kept is not None:
            yield Lease(kept)
            return
        from .single_flight import acquire

        name = self._keys.name(what)
        before = self._folder.changed(name)
        lock_timeout = deadline.left() / 2

        def is_answered() -> bool:
            return self._folder.changed(name) != before

        with acquire(self._folder, name, lock_timeout, is_answered, on_unlocked=self._warn_of_locks) as ours:

            def keep(make: Callable[[], bytes], lifetime: float) -> None:
                if ours:
                    self._write(what, form(make()), lifetime)

            yield Lease(read(), keep)

    def _read(self, what: str, oldest: float) -> CacheEntry | None:
        record = self._folder.read(self._keys.name(what), LARGEST)
        return None if record is None else self._keys.verify(what, record, self._now(), oldest)

    def _write(self, what: str, content: bytes, lifetime: float) -> None:
        now = self._now()
        self._folder.write(self._keys.name(what), self._keys.sign(what, content, now, lifetime))
        self._folder.remove_old(now.wall - FORGOTTEN_AFTER)

    def _warn_of_locks(self, why: str) -> None:
        if self._warned_of_locks:
            return
        self._warned_of_locks = True
        self._warn(
            f"files in the cache folder {sanitize(self._folder.path, 1000)} cannot be locked ({why}): tasks that run "
            "at the same time may send the same request; set cache_dir to a folder on a local file system"
        )
