# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may share with others that ask on behalf of the same API client, so that many ask as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from .deadline import Deadline


class CacheEntry:
    """What somebody kept, and for how many seconds it may still be used."""

    def __init__(self, content: bytes, left: float) -> None:
        self.content = content
        self.left = left


def discard(make: Callable[[], bytes], lifetime: float) -> None:
    """Nobody would find it."""


class Lease:
    """Either what was kept or the task to find it out.

    Then ``keep`` is told how to make what to keep, and for how many seconds. It makes nothing where nobody
    shares, and a failure of it is nobody's loss.
    """

    def __init__(
        self, kept: CacheEntry | None = None, keep: Callable[[Callable[[], bytes], float], None] = discard
    ) -> None:
        self.kept = kept
        self.keep = keep


class Cache(Protocol):
    """While one is at a turn, others that want the same wait for it, but no longer than half of their own time."""

    def token(self, acceptable: Callable[[bytes], bool], deadline: Deadline) -> AbstractContextManager[Lease]:
        """Return the turn for a token. One that is kept and not ``acceptable`` is to be replaced."""

    def answer(self, question: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        """Return the turn for the answer to ``question``, which says all that the answer depends on."""

    def close(self) -> None:
        """Give up whatever is shared through."""


class NullCache:
    """Shares nothing."""

    def token(self, acceptable: Callable[[bytes], bool], deadline: Deadline) -> AbstractContextManager[Lease]:
        return nullcontext(Lease())

    def answer(self, question: str, deadline: Deadline) -> AbstractContextManager[Lease]:
        return nullcontext(Lease())

    def close(self) -> None:
        """There is nothing to give up."""
