# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects monitors by patterns (ids, labels, globs, regular expressions) and by types."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from .bounded_regex import BoundedRegex, TooComplexError
from .text import join_names, quantity


class Named(Protocol):
    """The attributes of a monitor that patterns are matched against."""

    @property
    def id(self) -> str:
        """The id that the service uses."""

    @property
    def label(self) -> str:
        """The label that people use."""


N = TypeVar("N", bound=Named)

EXPRESSION = re.compile(r"^~|[*?[]")
"""Matches a pattern that is more than a name. Names are looked up, so that thousands of them cost little."""


class PatternError(ValueError):
    """A pattern is invalid. The text is the reason."""


class UnmatchedError(ValueError):
    """A pattern matches no monitor although it must. The text is a complete message."""


class Patterns:
    """Matches ids or labels by names, globs, and, after ``~``, regular expressions for the beginning of either."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self.texts = list(dict.fromkeys(texts))
        if not all(text.strip() for text in self.texts):
            raise PatternError("a pattern is empty; remove it or name a monitor")
        self._names = frozenset(self.texts)
        self._expressions = [(text, _compile(text)) for text in self.texts if EXPRESSION.search(text)]

    def find_matches(self, monitor: Named) -> list[str]:
        """Return the texts of the patterns that match ``monitor``."""
        if not self.texts:
            return []
        matching = list(self._names.intersection((monitor.id, monitor.label)))
        matching += [text for text, matches in self._expressions if matches(monitor.id) or matches(monitor.label)]
        return matching


GLOB_START, GLOB_END = "(?s:", r")\Z"
"""What fnmatch.translate adds to the expression of a glob; newer releases end it with ``)\\z``."""


def translate_glob(glob: str) -> str:
    """Return the regular expression for ``glob``, with ``.*`` for each star, the same with every release of Python.

    Newer releases translate stars to expressions that BoundedRegex does not support.
    """
    parts = [fnmatch.translate(part)[len(GLOB_START) : -len(GLOB_END)] for part in _split_at_stars(glob)]
    return f"{GLOB_START}{'.*'.join(parts)}{GLOB_END}"


def _split_at_stars(glob: str) -> list[str]:
    """Split a glob at its stars; several in a row count as one, and those within brackets are characters."""
    parts, start, at = [], 0, 0
    while at < len(glob):
        if glob[at] == "*":
            parts.append(glob[start:at])
            while at < len(glob) and glob[at] == "*":
                at += 1
            start = at
        else:
            at = _skip_brackets(glob, at) if glob[at] == "[" else at + 1
    return [*parts, glob[start:]]


def _skip_brackets(glob: str, at: int) -> int:
    """Return the position after the set that starts at ``at``, or the next one if it is not a set."""
    first = at + 1
    if glob[first : first + 1] == "!":
        first += 1
    end = glob.find("]", first + 1)
    return end + 1 if end >= 0 else at + 1


def _compile(text: str) -> Callable[[str], object]:
    try:
        matches = BoundedRegex(text[1:] if text.startswith("~") else translate_glob(text))
    except TooComplexError as error:
        raise _too_complex(text, error) from None
    except (re.error, OverflowError, RecursionError) as error:
        raise PatternError(f"{join_names([text])} is not a valid regular expression ({error})") from error

    def match(label: str) -> bool:
        try:
            return matches(label)
        except TooComplexError as error:
            raise _too_complex(text, error) from None

    return match


def _too_complex(text: str, error: TooComplexError) -> PatternError:
    return PatternError(
        f"the pattern {join_names([text])} is too complex: {error}; avoid nested repetitions, or name the monitors"
    )


class SelectionResult(Generic[N]):
    """The selected monitors in their order, and the patterns and types that matched none."""

    def __init__(
        self, monitors: list[N], unmatched: list[str], unmatched_types: list[str], unmatched_excludes: list[str]
    ) -> None:
        self.monitors = monitors
        self.unmatched = unmatched
        self.unmatched_types = unmatched_types
        self.unmatched_excludes = unmatched_excludes


class Selection:
    """The options ``include``, ``exclude`` and ``types``. Raises PatternError for an invalid pattern."""

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = (), types: Sequence[str] = ()) -> None:
        self.include = Patterns(include)
        self.exclude = Patterns(exclude)
        self.types = {kind.casefold(): kind for kind in types}

    def __bool__(self) -> bool:
        return bool(self.include.texts or self.exclude.texts or self.types)

    def select(self, monitors: Sequence[N], kind_of: Callable[[N], str | None]) -> SelectionResult[N]:
        """Return those of ``monitors`` that match an ``include`` pattern and a type and no ``exclude`` pattern.

        ``kind_of`` returns a monitor's type. A monitor of unknown type is selected, because it may have the type.
        """
        if not self:
            return SelectionResult(list(monitors), [], [], [])
        unmatched = dict.fromkeys(self.include.texts)
        unmatched_excludes = dict.fromkeys(self.exclude.texts)
        unmatched_types = dict(self.types)
        selected = []
        for monitor in monitors:
            kind = kind_of(monitor)
            if kind is not None:
                unmatched_types.pop(kind.casefold(), None)
            is_excluded = _matches(self.exclude, monitor, unmatched_excludes)
            if self._is_included(monitor, unmatched) and self._has_type(kind) and not is_excluded:
                selected.append(monitor)
        return SelectionResult(selected, list(unmatched), list(unmatched_types.values()), list(unmatched_excludes))

    def _is_included(self, monitor: Named, unmatched: dict[str, None]) -> bool:
        return not self.include.texts or _matches(self.include, monitor, unmatched)

    def _has_type(self, kind: str | None) -> bool:
        return not self.types or kind is None or kind.casefold() in self.types


def _matches(patterns: Patterns, monitor: Named, unmatched: dict[str, None]) -> bool:
    """Return whether a pattern matches ``monitor``, and remove those that do from ``unmatched``."""
    matching = patterns.find_matches(monitor)
    for text in matching:
        unmatched.pop(text, None)
    return bool(matching)


def describe_unmatched(result: SelectionResult[N], monitors: Sequence[Named], on_unmatched: str) -> list[str]:
    """Return warnings about patterns and types that matched none of ``monitors``.

    ``on_unmatched`` applies to ``include`` only. Raises UnmatchedError if it is ``fail``.
    """
    warnings = []
    if result.unmatched and on_unmatched != "ignore":
        sentence = f"include: {suggest_labels(result.unmatched, monitors)}"
        if on_unmatched == "fail":
            raise UnmatchedError(f"{sentence}; correct include, or set on_unmatched")
        warnings.append(sentence)
    if result.unmatched_excludes:
        warnings.append(f"exclude: {suggest_labels(result.unmatched_excludes, monitors)}")
    if result.unmatched_types:
        warnings.append(f"types: no monitor has the type {join_names(result.unmatched_types)}")
    return warnings


MAX_SUGGESTED_PATTERNS, MAX_COMPARED_LABELS, MAX_COMPARED_LENGTH = 5, 1000, 200
"""Limits for suggestions: comparing labels takes longer than all other work on a monitor."""


def suggest_labels(unmatched: Sequence[str], monitors: Iterable[Named]) -> str:
    """Return the part of a message that names ``unmatched`` patterns and the most similar labels."""
    labels = [monitor.label for monitor in monitors]
    similar = list(
        dict.fromkeys(label for text in unmatched[:MAX_SUGGESTED_PATTERNS] for label in _find_similar(text, labels))
    )
    hint = f"; similar labels are {join_names(similar)}" if similar else ""
    return f"{join_names(list(unmatched))} matched none of {quantity(len(labels), 'monitor')}{hint}"


def _find_similar(text: str, labels: Iterable[str]) -> list[str]:
    """Return the two labels that are most similar to ``text``, of those with a similar length."""
    import difflib
    import heapq

    if len(text) > MAX_COMPARED_LENGTH:
        return []
    compared = heapq.nsmallest(MAX_COMPARED_LABELS, labels, lambda label: abs(len(label) - len(text)))
    return difflib.get_close_matches(text, compared, 2)
