# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of runs: interleaved, so that other load on the machine affects all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .comparisons import Comparison, Conditions
from .cost import Cost

Samples = Mapping[tuple[str, Conditions], Sequence[Cost]]


@dataclass
class Group:
    """Ways that run in the same conditions, each with its number of rounds."""

    where: Conditions
    rounds: dict[str, int] = field(default_factory=dict)
    longest: float = 0.0

    def order(self, number: int) -> list[str]:
        """Return the ways of a round; every other round is reversed."""
        ways = [way for way, rounds in self.rounds.items() if number < rounds]
        return ways[::-1] if number % 2 else ways


def groups(comparisons: Iterable[Comparison]) -> list[Group]:
    """Return the heats in the order of the comparisons; who is compared twice runs once."""
    found: dict[Conditions, Group] = {}
    for one in comparisons:
        group = found.setdefault(one.where, Group(one.where))
        for way in (one.against, one.way):
            group.rounds[way] = max(one.rounds, group.rounds.get(way, 0))
    return list(found.values())


def run(
    comparisons: Sequence[Comparison],
    cost: Callable[[str, Conditions], Cost],
    clock: Callable[[], float],
    deadline: float,
    tell: Callable[[str], None],
) -> Samples:
    """Return the costs of each way by round.

    A round that would exceed ``deadline`` is not started, and one that does exceed it is cut off.
    """
    samples: dict[tuple[str, Conditions], list[Cost]] = {}
    running = groups(comparisons)
    for number in range(max((one.rounds for one in comparisons), default=0)):
        for group in running:
            began = clock()
            order = group.order(number)
            if not order or began + group.longest > deadline:
                continue
            for way in order:
                # Nothing runs after this, so the pairs stay complete.
                if clock() > deadline:
                    return samples
                samples.setdefault((way, group.where), []).append(cost(way, group.where))
            group.longest = max(group.longest, clock() - began)
            tell(
                f"round {number + 1}: {', '.join(order)}; {group.where.monitors:,} monitors, {group.where.hosts} hosts"
            )
    return samples


def pairs(samples: Samples, one: Comparison) -> tuple[list[Cost], list[Cost]]:
    """Return the costs of both sides in their common rounds."""
    ours, theirs = samples.get((one.way, one.where), ()), samples.get((one.against, one.where), ())
    both = min(len(ours), len(theirs))
    return list(ours[:both]), list(theirs[:both])
