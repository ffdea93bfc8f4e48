# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the costs of two ways compare, run by run."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from .cost import Cost


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Return the median and the limits. Raises ValueError when there are no values, or one that is no number."""
    if not values:
        raise ValueError("nothing was measured")
    if not all(math.isfinite(value) for value in values):
        raise ValueError("what was measured is no number")
    return Spread(statistics.median(values), min(values), max(values))


def ratios(ours: Sequence[Cost], theirs: Sequence[Cost], measure: str) -> list[float]:
    """Return ours as a multiple of theirs for each pair of runs. Raises ValueError where there is no such pair."""
    if len(ours) != len(theirs):
        raise ValueError(f"runs were not made in turn: {len(ours)} against {len(theirs)}")
    pairs = [(getattr(mine, measure), getattr(other, measure)) for mine, other in zip(ours, theirs, strict=True)]
    if any(other <= 0 for _mine, other in pairs):
        raise ValueError(f"a {measure} of nothing cannot be compared with")
    return [mine / other for mine, other in pairs]
