# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects monitors by the options include, exclude, types and on_unmatched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .._api.errors import ConfigurationError
from .._domain.selection import PatternError, Selection, UnmatchedError, describe_unmatched

if TYPE_CHECKING:
    from typing import Protocol

    from .._domain.selection import N

    class Selector(Protocol):
        """Returns the selected ``candidates`` and warnings. Raises ConfigurationError."""

        def __call__(self, candidates: Sequence[N], kind_of: Callable[[N], str | None]) -> tuple[list[N], list[str]]:
            """See the class."""


def parse_selection(options: Mapping[str, Any]) -> Selection:
    """Return the selection of ``options``. Raises ConfigurationError for an invalid pattern."""
    try:
        return Selection(options["include"], options["exclude"], options["types"])
    except PatternError as error:
        raise ConfigurationError(f"invalid pattern in include or exclude: {error}", code="pattern") from None


def make_selector(selection: Selection, on_unmatched: str) -> Selector:
    """Return a selector that translates the errors of ``selection``."""

    def select(candidates: Sequence[N], kind_of: Callable[[N], str | None]) -> tuple[list[N], list[str]]:
        try:
            selected = selection.select(candidates, kind_of)
        except PatternError as error:
            raise ConfigurationError(str(error), code="pattern") from None
        try:
            warnings = describe_unmatched(selected, candidates, on_unmatched)
        except UnmatchedError as error:
            raise ConfigurationError(str(error), code="unmatched") from None
        return selected.monitors, warnings

    return select
