# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has been promised of a cost, and whether it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .cost import Cost
from .ratios import ratios, spread

FEWEST = 3
"""Pairs without which a median of ratios says nothing."""


class Goal(Protocol):
    @property
    def fewest(self) -> int:
        """Return how many pairs of runs are needed."""

    @property
    def label(self) -> str:
        """Return how a table tells it."""

    def met(self, ours: Sequence[Cost], theirs: Sequence[Cost]) -> bool:
        """Say whether runs that were made in turn keep it. Raises ValueError for no runs at all."""


@dataclass(frozen=True)
class AtMost:
    """So many times the wall-clock time, in the median."""

    times: float
    fewest: int = FEWEST

    @property
    def label(self) -> str:
        return f"wall <= {self.times:.2f}"

    def met(self, ours: Sequence[Cost], theirs: Sequence[Cost]) -> bool:
        return spread(ratios(ours, theirs, "wall")).median <= self.times


@dataclass(frozen=True)
class NoMoreThan:
    """Neither more wall-clock time nor more CPU time, in the median."""

    fewest: int = 1

    @property
    def label(self) -> str:
        return "wall and CPU <= 1"

    def met(self, ours: Sequence[Cost], theirs: Sequence[Cost]) -> bool:
        return all(spread(ratios(ours, theirs, figure)).median <= 1 for figure in ("wall", "cpu"))


@dataclass(frozen=True)
class TimesFaster:
    """So many times faster, in the median."""

    times: float
    fewest: int = FEWEST

    @property
    def label(self) -> str:
        return f"{self.times:g} times faster"

    def met(self, ours: Sequence[Cost], theirs: Sequence[Cost]) -> bool:
        return spread(ratios(theirs, ours, "wall")).median >= self.times


@dataclass(frozen=True)
class Requests:
    """So many of each, in every run."""

    tokens: int
    questions: int
    fewest: int = 1

    @property
    def label(self) -> str:
        return f"requests {self.tokens} + {self.questions}"

    def met(self, ours: Sequence[Cost], theirs: Sequence[Cost]) -> bool:
        if not ours:
            raise ValueError("nothing was measured")
        return all((cost.tokens, cost.questions) == (self.tokens, self.questions) for cost in ours)


@dataclass(frozen=True)
class Within:
    """So many MiB in the largest process, in every run."""

    mebibytes: float
    fewest: int = 1

    @property
    def label(self) -> str:
        return f"memory <= {self.mebibytes:,.0f} MiB"

    def met(self, ours: Sequence[Cost], theirs: Sequence[Cost]) -> bool:
        return spread([cost.memory for cost in ours]).high <= self.mebibytes
