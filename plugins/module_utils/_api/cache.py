# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of a cache that clients of the same API client share, so that only one of them sends a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from .timeouts import Deadline


class CacheEntry:
    """Cached content, and the seconds for which it may still be used."""

    def __init__(self, content: bytes, ttl: float) -> None:
        self.content = content
        self.ttl = ttl


def discard(serialize: Callable[[], bytes], lifetime: float) -> None:
    """Store nothing."""


class Lease:
    """Either a cached ``entry``, or the task to obtain the content and to ``store`` it.

    ``store`` takes a function that serializes the content, and its lifetime in seconds. It does not call that function
    where nothing is cached, and its failures are not raised.
    """

    def __init__(
        self, entry: CacheEntry | None = None, store: Callable[[Callable[[], bytes], float], None] = discard
    ) -> None:
        self.entry = entry
        self.store = store


class Cache(Protocol):
    """While one process holds a lease, others that want the same wait for it, for at most half of their own time."""

    def acquire_token(
        self, is_acceptable: Callable[[bytes], bool], deadline: Deadline
    ) -> AbstractContextManager[Lease]:
        """Return the lease for a token. A cached one that is not acceptable is to be replaced."""

    def acquire_response(self, request: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        """Return the lease for the response to ``request``, which names all that the response depends on."""

    def close(self) -> None:
        """Release the resources of the cache."""


class NullCache:
    """Caches nothing."""

    def acquire_token(
        self, is_acceptable: Callable[[bytes], bool], deadline: Deadline
    ) -> AbstractContextManager[Lease]:
        return nullcontext(Lease())

    def acquire_response(self, request: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        return nullcontext(Lease())

    def close(self) -> None:
        """Do nothing."""
