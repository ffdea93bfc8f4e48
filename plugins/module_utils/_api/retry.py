# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to ask again, and after how long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping

from .._domain.timestamps import http_date

RETRIED = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that say nothing about the question itself. Any other 4xx or 5xx is final."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 15.0


def pause(attempt: int, retry_after: float | None, draw: Callable[[], float] = random.random) -> float:
    """Return the seconds to wait after failed attempt number ``attempt``, counted from 0.

    The service's own wish wins. Without one, any length up to a limit that doubles (full jitter), so that many
    clients that failed together do not come back together.
    """
    if retry_after:
        return retry_after
    return draw() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt, 16))


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, in seconds or as a date; None without a usable one.

    A date in the past is 0.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    moment = http_date(value)
    return None if moment is None else max(0.0, moment - now())
