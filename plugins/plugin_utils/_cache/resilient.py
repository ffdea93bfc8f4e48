# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens the cache that the options describe, and prevents its failures from failing a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ...module_utils._api.cache import Cache, Lease, NullCache
from ...module_utils._api.errors import ConfigurationError, raise_interruption
from ...module_utils._api.settings import Settings
from ...module_utils._domain.text import sanitize
from .directory import SecureDirectory
from .signed_files import InsecureDirectoryError
from .store import OnRead, Store, ignore_read

if TYPE_CHECKING:
    from ...module_utils._api.timeouts import Deadline

R = TypeVar("R")

TOKENS_ONLY = 0
"""The ``max_age`` of a plugin that needs current responses."""


def open_cache(
    settings: Settings,
    options: Mapping[str, Any],
    warn: Callable[[str], None],
    max_age: int | None = None,
    on_read: OnRead = ignore_read,
) -> Cache:
    """Return the cache for a connection; if it cannot be used, ``warn`` gets a sentence and nothing is cached.

    ``options`` are ``token_cache``, ``max_age`` and ``cache_dir``; the argument ``max_age`` overrides that option.
    ``on_read`` is called for each response that is looked up, see Store. Raises ConfigurationError for a negative age.
    """
    age = options["max_age"] if max_age is None else max_age
    if age < 0:
        raise ConfigurationError(f"max_age must be 0 or more seconds, not {sanitize(age, 40)}")
    has_tokens = options["token_cache"] == "file"
    if not has_tokens and age == 0:
        return NullCache()

    def open_store() -> Cache:
        return Store(SecureDirectory(_folder(options)), settings, has_tokens, age, warn=warn, on_read=on_read)

    return ResilientCache(open_store, warn, has_responses=age > 0)


def _folder(options: Mapping[str, Any]) -> str:
    """Return the folder of the cache. Only its default needs ansible-core, which the event source can do without."""
    if options["cache_dir"]:
        return str(options["cache_dir"])
    from .._connection import cache_directory

    return cache_directory(options)


class ResilientCache:
    """Delegates to the cache that ``open_store`` returns. On its first failure it warns, and then caches nothing.

    So a broken library, clock, lock or disk never fails a task, which can do without a cache.
    """

    def __init__(
        self, open_store: Callable[[], Cache], warn: Callable[[str], None], has_responses: bool = True
    ) -> None:
        self._warn = warn
        self._has_responses = has_responses
        self._failed = False
        self._store = self._attempt(open_store)

    def acquire_token(
        self, is_acceptable: Callable[[bytes], bool], deadline: Deadline
    ) -> AbstractContextManager[Lease]:
        return self._acquire(lambda cache: cache.acquire_token(is_acceptable, deadline))

    def acquire_response(self, request: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        return self._acquire(lambda cache: cache.acquire_response(request, deadline))

    def close(self) -> None:
        if self._store is not None:
            self._attempt(self._store.close)

    @contextmanager
    def _acquire(self, acquire: Callable[[Cache], AbstractContextManager[Lease]]) -> Iterator[Lease]:
        cache, stack = self._store, ExitStack()
        lease = None
        if cache is not None and not self._failed:
            lease = self._attempt(lambda: stack.enter_context(acquire(cache)))
        if lease is None:
            yield Lease()
            return
        acquired = lease

        def store(serialize: Callable[[], bytes], lifetime: float) -> None:
            self._attempt(lambda: acquired.store(serialize, lifetime))

        try:
            yield Lease(acquired.entry, store)
        finally:
            self._attempt(stack.close)

    def _attempt(self, work: Callable[[], R]) -> R | None:
        try:
            return work()
        except BaseException as error:  # noqa: BLE001 - the task can do without a cache, however it fails
            raise_interruption(error)
            if not self._failed:
                self._failed = True
                what = "tokens and responses" if self._has_responses else "tokens"
                self._warn(f"{what} are not shared between tasks: {_describe(error, self._has_responses)}")
            return None


def _describe(error: BaseException, has_responses: bool) -> str:
    if isinstance(error, InsecureDirectoryError):
        return str(error)
    if isinstance(error, ImportError) and error.name:
        why = f"{sanitize(error.name, 80)} cannot be imported"
    elif isinstance(error, OSError) and error.strerror:
        why = sanitize(error.strerror, 100)
    else:
        why = type(error).__name__
    options = "token_cache to none and max_age to 0" if has_responses else "token_cache to none"
    return f"the cache failed ({why}): run the doctor, or set {options} to use no cache"
