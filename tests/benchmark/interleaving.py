# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In what order ways are run: in turn, so that whatever else the machine does meanwhile happens to all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .comparisons import Circumstances, Comparison
from .cost import Cost

Samples = Mapping[tuple[str, Circumstances], Sequence[Cost]]


@dataclass
class Heat:
    """The ways that are run in the same circumstances, each with its number of rounds."""

    where: Circumstances
    rounds: dict[str, int] = field(default_factory=dict)
    longest: float = 0.0

    def turn(self, number: int) -> list[str]:
        """Return who runs in that round; every other round is run backwards, so that nobody is always first."""
        ways = [way for way, rounds in self.rounds.items() if number < rounds]
        return ways[::-1] if number % 2 else ways


def heats(comparisons: Iterable[Comparison]) -> list[Heat]:
    """Return the heats in the order of the comparisons; who is compared twice runs once."""
    found: dict[Circumstances, Heat] = {}
    for one in comparisons:
        heat = found.setdefault(one.where, Heat(one.where))
        for way in (one.against, one.way):
            heat.rounds[way] = max(one.rounds, heat.rounds.get(way, 0))
    return list(found.values())


def run(
    comparisons: Sequence[Comparison],
    cost: Callable[[str, Circumstances], Cost],
    clock: Callable[[], float],
    deadline: float,
    tell: Callable[[str], None],
) -> Samples:
    """Return what each way cost, round by round.

    A round is not begun when it would last beyond ``deadline``, and broken off when it does in spite of that.
    """
    samples: dict[tuple[str, Circumstances], list[Cost]] = {}
    running = heats(comparisons)
    for number in range(max((one.rounds for one in comparisons), default=0)):
        for heat in running:
            began = clock()
            turn = heat.turn(number)
            if not turn or began + heat.longest > deadline:
                continue
            for way in turn:
                # Nothing runs after this, so what a broken-off round leaves behind is still in step.
                if clock() > deadline:
                    return samples
                samples.setdefault((way, heat.where), []).append(cost(way, heat.where))
            heat.longest = max(heat.longest, clock() - began)
            tell(f"round {number + 1}: {', '.join(turn)}; {heat.where.monitors:,} monitors, {heat.where.hosts} hosts")
    return samples


def pairs(samples: Samples, one: Comparison) -> tuple[list[Cost], list[Cost]]:
    """Return the costs of both sides in the rounds that both took part in."""
    ours, theirs = samples.get((one.way, one.where), ()), samples.get((one.against, one.where), ())
    both = min(len(ours), len(theirs))
    return list(ours[:both]), list(theirs[:both])
