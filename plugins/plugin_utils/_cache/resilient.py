# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Through what the plugins of a controller share tokens and answers, as the options say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ...module_utils._api.cache import Cache, Lease, NullCache
from ...module_utils._api.errors import ConfigurationError
from ...module_utils._api.settings import Settings
from ...module_utils._api.unexpected import raise_interruption
from ...module_utils._domain.text import sanitize
from .._connection import folder_of
from .directory import SecureDirectory
from .signed_files import InsecureDirectoryError
from .store import OnRead, Store, ignore_read

if TYPE_CHECKING:
    from ...module_utils._api.deadline import Deadline

R = TypeVar("R")

NO_ANSWERS = 0


def shared(
    options: Mapping[str, Any],
    warn: Callable[[str], None],
    max_age: int | None = None,
    on_read: OnRead = ignore_read,
) -> Callable[[Settings], Cache]:
    """Return what opens the store for a connection; where it cannot be used, the user is warned and nothing is shared.

    ``max_age`` stands for the option when a plugin must not take that from the user. Raises ConfigurationError then.
    ``on_read`` is called for each response that is looked for in the store, see Store.
    """

    def share(settings: Settings) -> Cache:
        oldest = options["max_age"] if max_age is None else max_age
        if oldest < 0:
            raise ConfigurationError(f"max_age must be 0 or more seconds, not {sanitize(oldest, 40)}")
        tokens = options["token_cache"] == "file"
        if not tokens and oldest == 0:
            return NullCache()

        def open_store() -> Cache:
            return Store(SecureDirectory(folder_of(options)), settings, tokens, oldest, warn=warn, on_read=on_read)

        return ResilientCache(open_store, warn)

    return share


class ResilientCache:
    """Shares through what ``open_cache`` returns. The first failure of it, whatever it is, is a warning, and from then
    on nothing is shared: a broken library, clock, lock or disk never fails a task that can do without a cache.
    """

    def __init__(self, open_cache: Callable[[], Cache], warn: Callable[[str], None]) -> None:
        self._warn = warn
        self._failed = False
        self._opened = self._attempt(open_cache)

    def token(self, acceptable: Callable[[bytes], bool], deadline: Deadline) -> AbstractContextManager[Lease]:
        return self._turn(lambda cache: cache.token(acceptable, deadline))

    def answer(self, question: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        return self._turn(lambda cache: cache.answer(question, deadline))

    def close(self) -> None:
        if self._opened is not None:
            self._attempt(self._opened.close)

    @contextmanager
    def _turn(self, acquire: Callable[[Cache], AbstractContextManager[Lease]]) -> Iterator[Lease]:
        cache, lease = self._opened, ExitStack()
        turn = None
        if cache is not None and not self._failed:
            turn = self._attempt(lambda: lease.enter_context(acquire(cache)))
        if turn is None:
            yield Lease()
            return
        acquired = turn

        def keep(make: Callable[[], bytes], lifetime: float) -> None:
            self._attempt(lambda: acquired.keep(make, lifetime))

        try:
            yield Lease(acquired.kept, keep)
        finally:
            self._attempt(lease.close)

    def _attempt(self, work: Callable[[], R]) -> R | None:
        try:
            return work()
        except BaseException as error:  # noqa: BLE001 - whatever breaks in a cache, the task can do without it
            raise_interruption(error)
            if not self._failed:
                self._failed = True
                self._warn(f"tokens and answers are not shared between tasks: {_cause(error)}")
            return None


def _cause(error: BaseException) -> str:
    if isinstance(error, InsecureDirectoryError):
        return str(error)
    if isinstance(error, ImportError) and error.name:
        why = f"{sanitize(error.name, 80)} cannot be imported"
    elif isinstance(error, OSError) and error.strerror:
        why = sanitize(error.strerror, 100)
    else:
        why = type(error).__name__
    return f"the cache failed ({why}): run the doctor, or set token_cache to none and max_age to 0 to use no cache"
