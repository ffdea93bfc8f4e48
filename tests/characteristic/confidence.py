# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exact confidence bounds of a measured share."""

from __future__ import annotations

import math
from collections.abc import Callable


def clopper_pearson(errors: int, runs: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided bounds of the share whose sample is ``errors`` of ``runs``."""
    tail = (1 - confidence) / 2
    lower = 0.0 if errors == 0 else _solve(lambda share: 1 - _at_most(errors - 1, runs, share), tail)
    upper = 1.0 if errors == runs else _solve(lambda share: 1 - _at_most(errors, runs, share), 1 - tail)
    return lower, upper


def _at_most(errors: int, runs: int, share: float) -> float:
    """Return the probability of ``errors`` or fewer in ``runs`` when each has the probability ``share``."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if errors >= runs else 0.0
    constant = math.lgamma(runs + 1)
    return math.fsum(
        math.exp(
            constant
            - math.lgamma(count + 1)
            - math.lgamma(runs - count + 1)
            + count * math.log(share)
            + (runs - count) * math.log1p(-share)
        )
        for count in range(errors + 1)
    )


def _solve(rising: Callable[[float], float], target: float) -> float:
    low, high = 0.0, 1.0
    for _step in range(60):
        middle = (low + high) / 2
        if rising(middle) < target:
            low = middle
        else:
            high = middle
    return (low + high) / 2
