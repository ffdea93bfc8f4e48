# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client may share with others that ask on behalf of the same API client, so that many ask as one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from .deadline import Deadline


class Kept:
    """What somebody kept, and for how many seconds it may still be used."""

    def __init__(self, content: bytes, left: float) -> None:
        self.content = content
        self.left = left


def keep_nothing(make: Callable[[], bytes], lifetime: float) -> None:
    """Nobody would find it."""


class Turn:
    """Either what was kept or the task to find it out.

    Then ``keep`` is told how to make what to keep, and for how many seconds. It makes nothing where nobody
    shares, and a failure of it is nobody's loss.
    """

    def __init__(
        self, kept: Kept | None = None, keep: Callable[[Callable[[], bytes], float], None] = keep_nothing
    ) -> None:
        self.kept = kept
        self.keep = keep


class Sharing(Protocol):
    """While one is at a turn, others that want the same wait for it, but no longer than half of their own time."""

    def token(self, acceptable: Callable[[bytes], bool], deadline: Deadline) -> AbstractContextManager[Turn]:
        """Return the turn for a token. One that is kept and not ``acceptable`` is to be replaced."""

    def answer(self, question: str, deadline: Deadline) -> AbstractContextManager[Turn]:
        """Return the turn for the answer to ``question``, which says all that the answer depends on."""

    def close(self) -> None:
        """Give up whatever is shared through."""


class Alone:
    """Shares nothing."""

    def token(self, acceptable: Callable[[bytes], bool], deadline: Deadline) -> AbstractContextManager[Turn]:
        return nullcontext(Turn())

    def answer(self, question: str, deadline: Deadline) -> AbstractContextManager[Turn]:
        return nullcontext(Turn())

    def close(self) -> None:
        """There is nothing to give up."""
