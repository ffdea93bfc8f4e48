# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Matches regular expressions in a limited number of steps, without catastrophic backtracking.

Python's own engine backtracks: ``(a+)+$`` takes exponential time, and nothing can interrupt it in a thread. This engine
simulates an automaton and visits each state once per position, so its steps are at most the number of instructions
times the number of characters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Instruction = tuple[int, Any, Any]
    Matcher = Callable[..., Any]

PARSER: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
COMPILER: Any = import_module("re._compiler" if sys.version_info >= (3, 11) else "sre_compile")

MAX_INSTRUCTIONS = 2000
MAX_STEPS = 200_000
"""Steps for one text, about 0.2 s."""

MAX_TOTAL_STEPS, MAX_CACHED_TEXTS = 20_000_000, 200_000
"""Steps of one expression for all texts, and the number of texts whose results are cached."""

MAX_BACKTRACKING = 20_000
"""Alternative matches up to which Python's own engine is used, which is faster."""

CONSUMING = frozenset(("LITERAL", "NOT_LITERAL", "ANY", "IN", "CATEGORY"))
REPEATING = frozenset(("MAX_REPEAT", "MIN_REPEAT"))
UNBOUNDED = float("inf")

CONSUME, ASSERT, SPLIT, JUMP, LOOKAROUND, FAIL, END = range(7)


class TooComplexError(ValueError):
    """An expression cannot be matched in a limited number of steps; the text is the reason, as part of a message."""


class BoundedRegex:
    """Matches like ``re.match``, or ``re.fullmatch`` if ``whole``, and returns only whether it does.

    Raises re.error for an invalid expression, and TooComplexError for one that only backtracking can match.
    """

    def __init__(self, expression: str, whole: bool = False) -> None:
        compiled = re.compile(expression)
        self._match: Matcher = compiled.fullmatch if whole else compiled.match
        tree = PARSER.parse(expression)
        self._repetitions, self._alternatives = _estimate(tree)
        self._program: list[Instruction] | None = None
        if self._alternatives > MAX_BACKTRACKING or self._repetitions > 1:
            self._program = _compile(tree, whole)
        self._results: dict[str, bool] = {}
        self._steps_left = MAX_TOTAL_STEPS

    def __call__(self, text: str) -> bool:
        """Return whether ``text`` matches. Raises TooComplexError if that takes too many steps."""
        if self._program is None or self._alternatives * max(len(text), 2) ** self._repetitions <= MAX_BACKTRACKING:
            return self._match(text) is not None
        if text not in self._results:
            if len(self._results) >= MAX_CACHED_TEXTS:
                self._results.clear()
                self._steps_left = MAX_TOTAL_STEPS
            self._results[text] = self._simulate(text)
        return self._results[text]

    def _simulate(self, text: str) -> bool:
        run = _Run(text, min(MAX_STEPS, self._steps_left))
        try:
            return run.matches(self._program or [], 0)
        finally:
            self._steps_left -= run.steps


class _Run:
    """One simulation of a program on a text. Raises TooComplexError after ``max_steps``."""

    def __init__(self, text: str, max_steps: int) -> None:
        self._text, self._max_steps, self.steps = text, max_steps, 0
        self._lookarounds: dict[tuple[int, int], bool] = {}

    def matches(self, program: list[Instruction], start: int) -> bool:
        """Return whether ``program`` reaches its end from ``start``."""
        text, size = self._text, len(self._text)
        pending, seen = [(0, start)], set()
        while pending:
            state = pending.pop()
            if state in seen:
                continue
            seen.add(state)
            self.steps += 1
            if self.steps > self._max_steps:
                raise TooComplexError("matching takes too long")
            index, at = state
            kind, operand, other = program[index]
            if kind == CONSUME:
                if at < size and operand(text[at]):
                    pending.append((index + 1, at + 1))
            elif kind == SPLIT:
                pending += [(index + other, at), (index + operand, at)]
            elif kind == JUMP:
                pending.append((index + operand, at))
            elif kind == ASSERT:
                if operand.match(text, at):
                    pending.append((index + 1, at))
            elif kind == LOOKAROUND:
                if self._match_lookaround(operand, at - other[1]) == other[0]:
                    pending.append((index + 1, at))
            elif kind == END and (not operand or at == size):
                return True
        return False

    def _match_lookaround(self, program: list[Instruction], start: int) -> bool:
        key = (id(program), start)
        if key not in self._lookarounds:
            self._lookarounds[key] = start >= 0 and self.matches(program, start)
        return self._lookarounds[key]


def _estimate(tree: Iterable[Any]) -> tuple[int, float]:
    """Return the number of parts of variable length, and that of other alternatives, which may be infinite."""
    repetitions, alternatives = 0, 1.0
    for operator, argument in tree:
        name = str(operator)
        if name in REPEATING:
            least, most, inner = argument
            single = len(inner) == 1 and str(inner[0][0]) in CONSUMING
            if not single and most > 1:
                return repetitions, UNBOUNDED
            inner_estimate = (0, 1.0) if single else _estimate(inner)
            repetitions += inner_estimate[0] + (least != most and single)
            alternatives *= inner_estimate[1] * (1 if single else 2)
        elif name == "BRANCH":
            branches = [_estimate(branch) for branch in argument[1]]
            repetitions += max(branch[0] for branch in branches)
            alternatives *= sum(branch[1] for branch in branches)
        elif name == "SUBPATTERN":
            group = _estimate(argument[3])
            repetitions, alternatives = repetitions + group[0], alternatives * group[1]
        elif name in ("ASSERT", "ASSERT_NOT"):
            group = _estimate(argument[1])
            repetitions, alternatives = repetitions + group[0], alternatives * group[1]
        elif name in ("GROUPREF", "GROUPREF_EXISTS", "ATOMIC_GROUP", "POSSESSIVE_REPEAT"):
            repetitions += 1
    return repetitions, alternatives


def _compile(tree: Any, whole: bool) -> list[Instruction]:
    program: list[Instruction] = []
    _emit(program, tree, tree.state.flags)
    return [*program, (END, whole, None)]


def _emit(program: list[Instruction], tree: Iterable[Any], flags: int) -> None:
    for operator, argument in tree:
        name = str(operator)
        if name in CONSUMING:
            program.append((CONSUME, _match_character(operator, argument, flags), None))
        elif name == "AT":
            program.append((ASSERT, _compile_leaf(operator, argument, flags), None))
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
            inside: list[Instruction] = []
            _emit(inside, inner, flags)
            width = inner.getwidth()[0] if direction < 0 else 0
            program.append((LOOKAROUND, [*inside, (END, False, None)], (name == "ASSERT", width)))
        elif name == "FAILURE":
            program.append((FAIL, None, None))
        else:
            raise TooComplexError("it combines repetitions with a part that requires backtracking")
        if len(program) > MAX_INSTRUCTIONS:
            raise TooComplexError(f"it has more than {MAX_INSTRUCTIONS} instructions")


def _repeat(program: list[Instruction], least: int, most: Any, inner: Any, flags: int) -> None:
    for _count in range(least):
        _emit(program, inner, flags)
    body: list[Instruction] = []
    _emit(body, inner, flags)
    if most is PARSER.MAXREPEAT:
        program += [(SPLIT, 1, len(body) + 2), *body, (JUMP, -len(body) - 1, None)]
        return
    for _count in range(least, most):
        program += [(SPLIT, 1, len(body) + 1), *body]
        if len(program) > MAX_INSTRUCTIONS:
            raise TooComplexError(f"it has more than {MAX_INSTRUCTIONS} instructions")


def _branch(program: list[Instruction], branches: list[Any], flags: int) -> None:
    bodies: list[list[Instruction]] = []
    for branch in branches:
        bodies.append([])
        _emit(bodies[-1], branch, flags)
    rest = sum(len(body) + 2 for body in bodies)
    for body in bodies:
        rest -= len(body) + 2
        program += [(SPLIT, 1, len(body) + 2), *body, (JUMP, rest + 2, None)]
    program += [(FAIL, None, None)]


def _compile_leaf(operator: Any, argument: Any, flags: int) -> Any:
    state = PARSER.State()
    state.flags = flags
    return COMPILER.compile(PARSER.SubPattern(state, [(operator, argument)]), flags)


def _match_character(operator: Any, argument: Any, flags: int) -> Matcher:
    """Return a function that tests one character and caches the result."""
    match = _compile_leaf(operator, argument, flags).match
    results: dict[str, bool] = {}

    def matches(character: str) -> bool:
        result = results.get(character)
        if result is None:
            result = results[character] = match(character) is not None
        return result

    return matches
