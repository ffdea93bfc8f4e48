# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which monitors a question is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from .bounded_regex import BoundedRegex, TooComplexError
from .globs import glob_expression
from .text import join_names, quantity


class Named(Protocol):
    """What a pattern looks at."""

    @property
    def id(self) -> str:
        """By which the service knows it."""

    @property
    def label(self) -> str:
        """By which people know it."""


N = TypeVar("N", bound=Named)

EXPRESSION = re.compile(r"^~|[*?[]")
"""What makes a pattern more than a name. Names are looked up, so that thousands of them cost nothing."""


class PatternError(ValueError):
    """A pattern that cannot be used, with the reason as its text."""


class UnmatchedError(ValueError):
    """A pattern that selects nothing and had to select something, with a sentence as its text."""


class Patterns:
    """A list of ids, labels, globs over either, and, after ``~``, regular expressions that either begins with."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = list(dict.fromkeys(texts))
        if not all(text.strip() for text in self.texts):
            raise PatternError("an empty pattern selects nothing; remove it or name a monitor")
        self._names = frozenset(self.texts)
        self._expressions = [(text, _compiled(text)) for text in self.texts if EXPRESSION.search(text)]

    def selecting(self, monitor: Named) -> list[str]:
        """Return the texts of those patterns that select ``monitor``."""
        if not self.texts:
            return []
        found = list(self._names.intersection((monitor.id, monitor.label)))
        found += [text for text, matches in self._expressions if matches(monitor.id) or matches(monitor.label)]
        return found


def _compiled(text: str) -> Callable[[str], object]:
    try:
        matches = BoundedRegex(text[1:] if text.startswith("~") else glob_expression(text))
    except TooComplexError as error:
        raise _too_complex(text, error) from None
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{join_names([text])} is no regular expression ({error})") from error

    def match(label: str) -> bool:
        try:
            return matches(label)
        except TooComplexError as error:
            raise _too_complex(text, error) from None

    return match


def _too_complex(text: str, error: TooComplexError) -> PatternError:
    return PatternError(
        f"the pattern {join_names([text])} cannot be used: {error}; write it without repetitions within repetitions, "
        "or name the monitors"
    )


class SelectionResult(Generic[N]):
    """The monitors that a selection kept, in their order, and what it asked for in vain."""

    def __init__(
        self, monitors: list[N], unmatched: list[str], unmatched_types: list[str], unmatched_excludes: list[str]
    ) -> None:
        self.monitors = monitors
        self.unmatched = unmatched
        self.unmatched_types = unmatched_types
        self.unmatched_excludes = unmatched_excludes


class Selection:
    """``include``, ``exclude`` and ``types``, as users give them. Raises PatternError for an unusable pattern."""

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        self.include = Patterns(include)
        self.exclude = Patterns(exclude)
        self.types = {kind.casefold(): kind for kind in types}

    def __bool__(self) -> bool:
        return bool(self.include.texts or self.exclude.texts or self.types)

    def choose(self, monitors: Sequence[N], kind_of: Callable[[N], str | None]) -> SelectionResult[N]:
        """Return those of ``monitors`` that an ``include`` pattern and a type select and no ``exclude`` pattern does.

        ``kind_of`` returns a monitor's type. One whose type nobody knows is kept: it cannot be ruled out.
        """
        if not self:
            return SelectionResult(list(monitors), [], [], [])
        unmatched = dict.fromkeys(self.include.texts)
        unmatched_excludes = dict.fromkeys(self.exclude.texts)
        unseen = dict(self.types)
        chosen = []
        for monitor in monitors:
            kind = kind_of(monitor)
            if kind is not None:
                unseen.pop(kind.casefold(), None)
            excluded = _matches(self.exclude, monitor, unmatched_excludes)
            if self._included(monitor, unmatched) and self._of_type(kind) and not excluded:
                chosen.append(monitor)
        return SelectionResult(chosen, list(unmatched), list(unseen.values()), list(unmatched_excludes))

    def _included(self, monitor: Named, unmatched: dict[str, None]) -> bool:
        return not self.include.texts or _matches(self.include, monitor, unmatched)

    def _of_type(self, kind: str | None) -> bool:
        return not self.types or kind is None or kind.casefold() in self.types


def _matches(patterns: Patterns, monitor: Named, unmatched: dict[str, None]) -> bool:
    """Return whether a pattern selects ``monitor``, and take those that do out of ``unmatched``."""
    selecting = patterns.selecting(monitor)
    for text in selecting:
        unmatched.pop(text, None)
    return bool(selecting)


def describe_unmatched(chosen: SelectionResult[N], monitors: Sequence[Named], on_unmatched: str) -> list[str]:
    """Return what to warn of when patterns or types selected nothing among ``monitors``.

    ``on_unmatched`` is about ``include`` alone. Raises UnmatchedError, with a sentence, when it is ``fail``.
    """
    warnings = []
    if chosen.unmatched and on_unmatched != "ignore":
        sentence = f"include: {suggest_labels(chosen.unmatched, monitors)}"
        if on_unmatched == "fail":
            raise UnmatchedError(f"{sentence}; correct include, or set on_unmatched")
        warnings.append(sentence)
    if chosen.unmatched_excludes:
        warnings.append(f"exclude: {suggest_labels(chosen.unmatched_excludes, monitors)}")
    if chosen.unmatched_types:
        warnings.append(f"types: no monitor has the type {join_names(chosen.unmatched_types)}")
    return warnings


MOST_TRIED, MOST_COMPARED, LONGEST_COMPARED = 5, 1000, 200
"""Patterns, labels for each and characters: comparing takes longer than everything else that is done with a monitor."""


def suggest_labels(unmatched: Sequence[str], monitors: Iterable[Named]) -> str:
    """Return a sentence part that names ``unmatched`` patterns, with the closest labels that do exist."""
    labels = [monitor.label for monitor in monitors]
    close = list(dict.fromkeys(near for text in unmatched[:MOST_TRIED] for near in _close(text, labels)))
    hint = f"; similar labels are {join_names(close)}" if close else ""
    return f"{join_names(list(unmatched))} matched none of {quantity(len(labels), 'monitor')}{hint}"


def _close(text: str, labels: Iterable[str]) -> list[str]:
    """Return the two labels that are most like ``text``, of those that are about as long."""
    import difflib
    import heapq

    if len(text) > LONGEST_COMPARED:
        return []
    compared = heapq.nsmallest(MOST_COMPARED, labels, lambda label: abs(len(label) - len(text)))
    return difflib.get_close_matches(text, compared, 2)
