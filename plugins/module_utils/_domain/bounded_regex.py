# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions of users against texts of strangers, in a number of steps that is known beforehand.

Python tries every way in which an expression can match, and ``(a+)+$`` has more ways than a lifetime has seconds;
nothing can interrupt it in a thread. Whether a text matches at all takes no more steps than the expression has parts
times the text has characters, because no part has to be tried twice at the same place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Part = tuple[int, Any, Any]
    Leaf = Callable[..., Any]

PARSER: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
COMPILER: Any = import_module("re._compiler" if sys.version_info >= (3, 11) else "sre_compile")

MOST_PARTS = 2000
MOST_STEPS = 200_000
"""Steps for one text, about a fifth of a second."""

MOST_STEPS_IN_ALL, MOST_TEXTS = 20_000_000, 200_000
"""Steps for all different texts that one expression has met, and how many of these are remembered."""

FEW = 20_000
"""Ways to match up to which Python's own machine is faster."""

CONSUMING = frozenset(("LITERAL", "NOT_LITERAL", "ANY", "IN", "CATEGORY"))
REPEATING = frozenset(("MAX_REPEAT", "MIN_REPEAT"))
WITHOUT_BOUND = float("inf")

CONSUME, TEST, SPLIT, JUMP, LOOK, FAIL, END = range(7)


class TooComplexError(ValueError):
    """An expression that cannot be matched in a bounded number of steps; its text says why, as a part of a sentence."""


class BoundedRegex:
    """Matches like ``re.match``, or ``re.fullmatch`` if it is ``whole``, with true or false as its only result.

    Raises re.error for what is no regular expression, and TooComplexError for one that Python alone can match.
    """

    def __init__(self, expression: str, whole: bool = False) -> None:
        compiled = re.compile(expression)
        self._match: Leaf = compiled.fullmatch if whole else compiled.match
        tree = PARSER.parse(expression)
        self._choices, self._ways = _choices(tree)
        self._program: list[Part] | None = None
        if self._ways > FEW or self._choices > 1:
            self._program = _program(tree, whole)
        self._known: dict[str, bool] = {}
        self._left = MOST_STEPS_IN_ALL

    def __call__(self, text: str) -> bool:
        """Whether ``text`` matches. Raises TooComplexError when that takes too long."""
        if self._program is None or self._ways * max(len(text), 2) ** self._choices <= FEW:
            return self._match(text) is not None
        if text not in self._known:
            if len(self._known) >= MOST_TEXTS:
                self._known.clear()
                self._left = MOST_STEPS_IN_ALL
            self._known[text] = self._runs(text)
        return self._known[text]

    def _runs(self, text: str) -> bool:
        run = _Run(text, min(MOST_STEPS, self._left))
        try:
            return run.ends(self._program or [], 0)
        finally:
            self._left -= run.steps


class _Run:
    def __init__(self, text: str, most: int) -> None:
        self._text, self._most, self.steps = text, most, 0
        self._looked: dict[tuple[int, int], bool] = {}

    def ends(self, program: list[Part], start: int) -> bool:
        """Whether ``program`` comes to its end from ``start`` on."""
        text, size = self._text, len(self._text)
        pending, seen = [(0, start)], set()
        while pending:
            state = pending.pop()
            if state in seen:
                continue
            seen.add(state)
            self.steps += 1
            if self.steps > self._most:
                raise TooComplexError("it takes too long to match")
            place, at = state
            kind, what, other = program[place]
            if kind == CONSUME:
                if at < size and what(text[at]):
                    pending.append((place + 1, at + 1))
            elif kind == SPLIT:
                pending += [(place + other, at), (place + what, at)]
            elif kind == JUMP:
                pending.append((place + what, at))
            elif kind == TEST:
                if what.match(text, at):
                    pending.append((place + 1, at))
            elif kind == LOOK:
                if self._sees(what, at - other[1]) == other[0]:
                    pending.append((place + 1, at))
            elif kind == END and (not what or at == size):
                return True
        return False

    def _sees(self, program: list[Part], start: int) -> bool:
        asked = (id(program), start)
        if asked not in self._looked:
            self._looked[asked] = start >= 0 and self.ends(program, start)
        return self._looked[asked]


def _choices(tree: Iterable[Any]) -> tuple[int, float]:
    """Return how many parts may match different lengths, and how many ways to match there are beside (or infinity)."""
    lengths, ways = 0, 1.0
    for operator, argument in tree:
        name = str(operator)
        if name in REPEATING:
            least, most, inner = argument
            single = len(inner) == 1 and str(inner[0][0]) in CONSUMING
            if not single and most > 1:
                return lengths, WITHOUT_BOUND
            found = (0, 1.0) if single else _choices(inner)
            lengths, ways = lengths + found[0] + (least != most and single), ways * found[1] * (1 if single else 2)
        elif name == "BRANCH":
            branches = [_choices(branch) for branch in argument[1]]
            lengths += max(branch[0] for branch in branches)
            ways *= sum(branch[1] for branch in branches)
        elif name == "SUBPATTERN":
            found = _choices(argument[3])
            lengths, ways = lengths + found[0], ways * found[1]
        elif name in ("ASSERT", "ASSERT_NOT"):
            found = _choices(argument[1])
            lengths, ways = lengths + found[0], ways * found[1]
        elif name in ("GROUPREF", "GROUPREF_EXISTS", "ATOMIC_GROUP", "POSSESSIVE_REPEAT"):
            lengths += 1
    return lengths, ways


def _program(tree: Any, whole: bool) -> list[Part]:
    program: list[Part] = []
    _emit(program, tree, tree.state.flags)
    return [*program, (END, whole, None)]


def _emit(program: list[Part], tree: Iterable[Any], flags: int) -> None:
    for operator, argument in tree:
        name = str(operator)
        if name in CONSUMING:
            program.append((CONSUME, _one_character(operator, argument, flags), None))
        elif name == "AT":
            program.append((TEST, _leaf(operator, argument, flags), None))
        elif name == "SUBPATTERN":
            _group, added, removed, inner = argument
            _emit(program, inner, (flags | added) & ~removed)
        elif name in REPEATING:
            least, most, inner = argument
            _repeat(program, least, most, inner, flags)
        elif name == "BRANCH":
            _branch(program, argument[1], flags)
        elif name in ("ASSERT", "ASSERT_NOT"):
            direction, inner = argument
            inside: list[Part] = []
            _emit(inside, inner, flags)
            width = inner.getwidth()[0] if direction < 0 else 0
            program.append((LOOK, [*inside, (END, False, None)], (name == "ASSERT", width)))
        elif name == "FAILURE":
            program.append((FAIL, None, None))
        else:
            raise TooComplexError("it combines repetitions with a part that only backtracking can match")
        if len(program) > MOST_PARTS:
            raise TooComplexError(f"it has more than {MOST_PARTS} parts")


def _repeat(program: list[Part], least: int, most: Any, inner: Any, flags: int) -> None:
    for _count in range(least):
        _emit(program, inner, flags)
    body: list[Part] = []
    _emit(body, inner, flags)
    if most is PARSER.MAXREPEAT:
        program += [(SPLIT, 1, len(body) + 2), *body, (JUMP, -len(body) - 1, None)]
        return
    for _count in range(least, most):
        program += [(SPLIT, 1, len(body) + 1), *body]
        if len(program) > MOST_PARTS:
            raise TooComplexError(f"it has more than {MOST_PARTS} parts")


def _branch(program: list[Part], branches: list[Any], flags: int) -> None:
    bodies: list[list[Part]] = []
    for branch in branches:
        bodies.append([])
        _emit(bodies[-1], branch, flags)
    rest = sum(len(body) + 2 for body in bodies)
    for body in bodies:
        rest -= len(body) + 2
        program += [(SPLIT, 1, len(body) + 2), *body, (JUMP, rest + 2, None)]
    program += [(FAIL, None, None)]


def _leaf(operator: Any, argument: Any, flags: int) -> Any:
    state = PARSER.State()
    state.flags = flags
    return COMPILER.compile(PARSER.SubPattern(state, [(operator, argument)]), flags)


def _one_character(operator: Any, argument: Any, flags: int) -> Leaf:
    """Return whether a character is one that this part matches, which is looked up once for each."""
    match = _leaf(operator, argument, flags).match
    known: dict[str, bool] = {}

    def matches(character: str) -> bool:
        found = known.get(character)
        if found is None:
            found = known[character] = match(character) is not None
        return found

    return matches
