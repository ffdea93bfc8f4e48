# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a cost grows with the number of monitors: so much for each thousand, and as which power of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LINEAR = 1.15
"""The largest power that is still called linear: noise has to go somewhere."""

NOISE = 0.02
"""What is less than this part of the floor cannot be told from noise."""

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True)
class Growth:
    """``slope`` is the cost of another thousand monitors; ``power`` is None when the growth is too small to tell."""

    slope: float
    power: float | None

    @property
    def linear(self) -> bool | None:
        return None if self.power is None else self.power <= LINEAR

    @property
    def label(self) -> str:
        if self.linear is None:
            return "too small to tell"
        return "yes" if self.linear else "no"


def growth(points: Points, floor: float) -> Growth:
    """Return how costs by size grow beyond that of the smallest size; ``floor`` is the cost of doing nothing.

    Raises ValueError for fewer than two sizes, or a size twice.
    """
    sizes = [size for size, _cost in points]
    if len(set(sizes)) != len(sizes) or len(sizes) < 2:
        raise ValueError("growth needs two different sizes at least")
    (least, base), *others = sorted(points)
    most, highest = others[-1]
    beyond = [(size - least, cost - base) for size, cost in others if cost - base > NOISE * floor]
    return Growth((highest - base) / (most - least) * 1000, power(beyond) if len(beyond) > 1 else None)


def power(points: Sequence[tuple[float, float]]) -> float:
    """Return the p of the curve ``cost = c * size ** p`` that fits best. Raises ValueError without one."""
    if any(value <= 0 for point in points for value in point):
        raise ValueError("only what is above zero grows as a power")
    logs = [(math.log(size), math.log(cost)) for size, cost in points]
    middle = [sum(values) / len(logs) for values in zip(*logs, strict=True)]
    width = sum((x - middle[0]) ** 2 for x, _y in logs)
    if not width:
        raise ValueError("a power needs two different sizes at least")
    return float(sum((x - middle[0]) * (y - middle[1]) for x, y in logs) / width)
