# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choices of a simulated run: made from a seed, replayed, enumerated, or shrunk.

A run is a function of its choices and of nothing else. 0 is the plain choice everywhere (no fault, no delay, the first
process), so that a shorter or smaller series of choices is a simpler run.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


class TooManyChoices(Exception):
    """A run makes more choices than a run may make."""


class Choices:
    """Makes the choices of one run and records them in ``made``, with the bound of each in ``bounds``."""

    LIMIT = 100_000

    def __init__(
        self,
        given: Iterable[int] = (),
        generator: random.Random | None = None,
        reached: dict[bytes, bytes] | None = None,
    ) -> None:
        self.made: list[int] = []
        self._reached = reached
        self.bounds: list[int] = []
        self._given = iter(given)
        self._generator = generator

    @classmethod
    def seeded(cls, seed: int) -> Choices:
        return cls(generator=random.Random(seed))

    @classmethod
    def replay(cls, made: Iterable[int]) -> Choices:
        """Return choices that repeat ``made``, and that are plain after its end."""
        return cls(given=made)

    def below(self, bound: int) -> int:
        """Return a number of at least 0 and less than ``bound``."""
        if bound < 1:
            raise ValueError("a choice requires an option")
        if len(self.made) >= self.LIMIT:
            raise TooManyChoices(f"a run makes more than {self.LIMIT} choices")
        given = next(self._given, None)
        if given is not None:
            selected = min(given, bound - 1)
        elif self._generator is not None:
            selected = self._generator.randrange(bound)
        else:
            selected = 0
        self.made.append(selected)
        self.bounds.append(bound)
        return selected

    def is_first_way_to(self, state: object) -> bool:
        """Return whether no other choices of an enumeration led to ``state``, whose ``repr`` has all that it is.

        Where it returns False, a run may end: every run from that state on is made after the other choices. It is True
        in any run that is not part of an enumeration.
        """
        if self._reached is None:
            return True
        way = _digest(self.made)
        return self._reached.setdefault(_digest(state), way) == way

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def chance(self, one_in: int) -> bool:
        """Return True once in ``one_in`` choices."""
        return self.below(one_in) == one_in - 1


def _digest(value: object) -> bytes:
    return hashlib.blake2b(repr(value).encode(), digest_size=12).digest()


def enumerate_choices(run: Callable[[Choices], None]) -> Iterator[Choices]:
    """Call ``run`` with every series of choices, depth first, and yield those of each call."""
    prefix: list[int] = []
    reached: dict[bytes, bytes] = {}
    while True:
        choices = Choices(given=prefix, reached=reached)
        run(choices)
        yield choices
        prefix = _successor(choices)
        if not prefix:
            return


def _successor(choices: Choices) -> list[int]:
    for place in reversed(range(len(choices.made))):
        if choices.made[place] + 1 < choices.bounds[place]:
            return [*choices.made[:place], choices.made[place] + 1]
    return []


def shrink(
    made: Sequence[int], fails: Callable[[list[int]], bool], is_over: Callable[[], bool] = lambda: False
) -> list[int]:
    """Return a simpler series of choices than ``made`` for which ``fails`` still returns True.

    Every series that is tried is shorter than the best one so far or smaller in one place; none is when ``is_over()``.
    """
    best, improved = list(made), True
    while improved:
        improved = False
        for candidate in _simpler(best):
            if is_over():
                return best
            if fails(candidate):
                best, improved = _without_plain_end(candidate), True
                break
    return best


def _simpler(made: list[int]) -> Iterator[list[int]]:
    size = len(made)
    while size:
        for start in range(0, len(made), size):
            yield made[:start] + made[start + size :]
        size //= 2
    for place, value in enumerate(made):
        for smaller in sorted({0, value // 2, value - 1} & set(range(value))):
            yield [*made[:place], smaller, *made[place + 1 :]]


def _without_plain_end(made: list[int]) -> list[int]:
    while made and made[-1] == 0:
        made = made[:-1]
    return made
