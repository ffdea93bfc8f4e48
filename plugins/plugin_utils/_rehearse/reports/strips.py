# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strips of monitors: the share of failed tests in each hour, and the hours that were not recorded."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ....module_utils._domain.text import quantity
from ..document import StripEntry

MAX_CELLS = 800
"""Cells of a strip. A longer history has cells of several hours."""

HEIGHT, STEP = 24, 6
"""Units of the drawing: a cell's height if all tests failed, and for each quarter."""

VISIBLE = 1 / 300
"""The least share of the strip's width that a failure takes, so that one hour of a year is visible."""

CLEAN, UNRECORDED = 0, -1
"""Levels beside 1 to 4, the quarters of failed tests."""

GAP_PATH = (9, 6)
"""Top and height of the box that marks hours that were not recorded: it does not reach the ground."""


def build_strip(strip: StripEntry, name: str) -> dict[str, Any]:
    """Return the drawing of a strip as paths in units of cells."""
    cells = _join_hours(strip["hours"])
    least = len(cells) * VISIBLE
    paths: dict[str, list[str]] = {"gap": [], "ok": [], "failed": []}
    for level, start, length in _runs(cells):
        if level == UNRECORDED:
            top, height = GAP_PATH
            paths["gap"].append(f"M{start} {top}h{length}v{height}h-{length}z")
        elif level == CLEAN:
            paths["ok"].append(f"M{start} {HEIGHT}v-2h{length}v2z")
        else:
            width = f"{max(length, least):g}"
            paths["failed"].append(f"M{start} {HEIGHT}v-{level * STEP}h{width}v{level * STEP}z")
    shapes = [(css, "".join(drawn)) for css, drawn in paths.items() if drawn]
    return {
        "name": name,
        "width": max(1, len(cells)),
        "height": HEIGHT,
        "shapes": shapes,
        "text": describe_strip(strip),
    }


def hours_per_cell(hours: int) -> int:
    return max(1, math.ceil(hours / MAX_CELLS))


def _join_hours(hours: Sequence[float | None]) -> list[int]:
    """Return the level of each cell. An hour that was not recorded is never drawn as clean beside clean ones."""
    size = hours_per_cell(len(hours))
    return [_level(hours[start : start + size]) for start in range(0, len(hours), size)]


def _level(hours: Sequence[float | None]) -> int:
    worst = max((share for share in hours if share is not None), default=0.0)
    if worst > 0:
        return min(4, math.ceil(worst * 4))
    return UNRECORDED if None in hours else CLEAN


def _runs(cells: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Yield level, start and length of each run of equal cells."""
    start = 0
    for level, run in groupby(cells):
        length = sum(1 for _cell in run)
        yield level, start, length
        start += length


def describe_strip(strip: StripEntry) -> str:
    """Return how many hours had a failed test, were clean and were not recorded."""
    hours = strip["hours"]
    failed = sum(share is not None and share > 0 for share in hours)
    unrecorded = sum(share is None for share in hours)
    text = f"failed tests in {failed:,} of {quantity(len(hours) - unrecorded, 'hour')}"
    return f"{text}, {unrecorded:,} not recorded" if unrecorded else text
