# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The monitors that a user's patterns and types select, and what they are told of those that select none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._api.errors import ConfigurationError
from .._domain.selection import PatternError, Selection, UnmatchedError, describe_unmatched

if TYPE_CHECKING:
    from typing import Protocol

    from .._domain.selection import N

    class Selector(Protocol):
        """Returns the selected ones of ``candidates`` and what to warn of. Raises ConfigurationError."""

        def __call__(self, candidates: Sequence[N], kind_of: Callable[[N], str | None]) -> tuple[list[N], list[str]]:
            """As the class says."""


def parse_selection(options: Mapping[str, Any]) -> Selection:
    """Return what ``options`` select. Raises ConfigurationError for a pattern that cannot be used."""
    try:
        return Selection(options["include"], options["exclude"], options["types"])
    except PatternError as error:
        raise ConfigurationError(f"a pattern in include or exclude cannot be used: {error}", code="pattern") from None


def make_selector(selection: Selection, on_unmatched: str) -> Selector:
    """Return what chooses by ``selection``."""

    def choose(candidates: Sequence[N], kind_of: Callable[[N], str | None]) -> tuple[list[N], list[str]]:
        try:
            found = selection.choose(candidates, kind_of)
        except PatternError as error:
            raise ConfigurationError(str(error), code="pattern") from None
        try:
            warnings = describe_unmatched(found, candidates, on_unmatched)
        except UnmatchedError as error:
            raise ConfigurationError(str(error), code="unmatched") from None
        return found.monitors, warnings

    return choose
