# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests are repeated, and after how long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping

from .._domain.timestamps import parse_http_date

RETRYABLE_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that do not depend on the request itself. Any other 4xx or 5xx is final."""

INITIAL_DELAY = 0.5
MAX_DELAY = 15.0


def retry_delay(attempt: int, requested: float | None, draw: Callable[[], float] = random.random) -> float:
    """Return the seconds to wait after failed attempt number ``attempt``, counted from 0.

    The delay that the service ``requested`` has precedence. Without one, the delay is random up to a limit that doubles
    (full jitter), so that clients that failed together do not retry together.
    """
    if requested:
        return requested
    return draw() * min(MAX_DELAY, INITIAL_DELAY * 2.0 ** min(attempt, 16))


def parse_retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds of a ``Retry-After`` header, which holds seconds or a date; None without a valid one.

    A date in the past is 0.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    date = parse_http_date(value)
    return None if date is None else max(0.0, date - now())
