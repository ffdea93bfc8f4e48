# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of polls by several writers, and the times that no poll covers."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

from .observation import Gap

T = TypeVar("T")

DISORDER = 60.0
"""Seconds by which a poll may be older than one that was recorded before it: writers wait for each other."""

MAX_WAITING = 256
"""Polls that are held back until their order is known."""

NOT_POLLED, FAILED, CLOCK = "no poll", "the polls failed", "the clock was set back"
"""Reasons of gaps."""


class Poll(NamedTuple):
    """What a gap depends on: ``error`` is the code of a failed poll."""

    covers: float
    error: str | None


def in_order(items: Iterable[tuple[float, T]]) -> Iterator[tuple[float, T, bool]]:
    """Yield the items by their times, each one newer than the one before.

    An item that is more than ``DISORDER`` older than one before it is left out: either its clock was set back, or that
    of the other one was ahead. The third value is True for the first item after that.
    """
    waiting: list[tuple[float, int, int, T]] = []
    newest = emitted = -math.inf
    breaks = emitted_breaks = 0
    for number, (at, item) in enumerate(items):
        if at < newest - DISORDER:
            breaks += 1
            continue
        newest = max(newest, at)
        heapq.heappush(waiting, (at, number, breaks, item))
        while waiting[0][0] <= newest - DISORDER or len(waiting) > MAX_WAITING:
            at, _number, count, item = heapq.heappop(waiting)
            if at > emitted:
                yield at, item, count > emitted_breaks
                emitted, emitted_breaks = at, count
    for at, _number, count, item in sorted(waiting, key=lambda entry: entry[:2]):
        if at > emitted:
            yield at, item, count > emitted_breaks
            emitted, emitted_breaks = at, count


def find_gaps(polls: Iterable[tuple[float, Poll]], since: float | None, until: float | None) -> list[Gap]:
    """Return the gaps between ``since`` and ``until``, or between the first and the last complete poll.

    A gap begins with the last complete poll, because it shows nothing later, and ends with the next one.
    """
    gaps: list[Gap] = []
    last = limit = since
    error: str | None = None
    for at, poll, is_break in in_order(polls):
        if until is not None and at > until:
            break
        if poll.error is not None:
            error = poll.error
            continue
        if last is not None and limit is not None and at > last and (at > limit or is_break):
            gaps.append(Gap(last, at, CLOCK if at <= limit else _reason(error)))
            limit = at
        last = at if since is None else max(since, at)
        limit = max(at + poll.covers, at if limit is None else limit)
        error = None
    if until is not None and last is not None and limit is not None and until > limit:
        gaps.append(Gap(last, until, _reason(error)))
    return gaps


def _reason(error: str | None) -> str:
    return NOT_POLLED if error is None else f"{FAILED}: {error}"
