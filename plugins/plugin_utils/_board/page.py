# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The board as one HTML page without scripts and without anything that a browser has to load."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._domain.text import agree, quantity, sanitize
from ...module_utils._domain.timestamps import utc
from .._gate.reports.grouping import spell_state
from .._gate.reports.html_page import render_page, shorten_list
from .._gate.reports.wording import MAX_MESSAGE
from .._gate.states import ALL, CLEAN
from .history import ALERT_CELL, CLEAN_CELL, FAILED_CELL, NOT_OBSERVED, PARTLY_OBSERVED, split_strip
from .monitors import BoardGroup, BoardMonitor, count_states
from .wording import (
    Headline,
    Renewal,
    describe_kind,
    describe_start,
    describe_tests,
    list_times,
    name_monitors,
    time_text,
)

TEMPLATE = "board.html.j2"

MAX_PAGE_SIZE, BYTES_PER_MONITOR = 1_950_000, 195
"""Bytes of a page with up to 10,000 monitors, and of each monitor of a page with more."""

MAX_TITLE = 120
MAX_OLD = 200
"""Problems of the last valid data that a page without current data lists."""

RELOAD_DELAY = 2
"""Seconds after the renewal of the page in which browsers load it again."""

OPEN_TOO_LONG = 900
"""Seconds after which an open page that is not loaded again says that it may be out of date."""

STRIP_LEGEND = (
    (CLEAN_CELL, "clean"),
    (FAILED_CELL, "a test failed"),
    (ALERT_CELL, "alert active"),
    (PARTLY_OBSERVED, "partly observed"),
    (NOT_OBSERVED, "not observed"),
)


class Detail(NamedTuple):
    """The number of characters of a label and of a message, the number of tiles, and whether there are strips."""

    label: int
    message: int
    tiles: int
    has_strips: bool


DETAILS = (
    Detail(80, 300, 2000, True),
    Detail(60, 160, 1000, True),
    Detail(40, 100, 500, True),
    Detail(24, 60, 200, False),
)
"""In order of preference: the first one with which the page is not too large is used."""


class BoardPage(NamedTuple):
    """The content of a page. ``groups`` is current data, and ``old`` the data of ``data_time`` that is not current.

    ``now`` is the time of the page by the service's clock, or by ours without a response. ``data_time`` is the time of
    the newest valid data by our clock, None if there is none. ``notice`` is shown first.
    """

    title: str
    headline: Headline
    now: float
    data_time: float | None
    groups: Sequence[BoardGroup] = ()
    old: Sequence[BoardMonitor] = ()
    renewal: Renewal | None = None
    notice: tuple[str, str] | None = None
    notes: Sequence[str] = ()


def render_board(page: BoardPage) -> bytes:
    """Return the page with as much detail as its size allows. Raises ValueError, with a sentence, without Jinja2."""
    number = sum(len(group.monitors) for group in page.groups)
    limit = max(MAX_PAGE_SIZE, BYTES_PER_MONITOR * number)
    for detail in DETAILS:
        content = render_page(TEMPLATE, _build_values(page, detail), os.path.dirname(__file__)).encode()
        if len(content) <= limit:
            break
    return content


def _build_values(page: BoardPage, detail: Detail) -> dict[str, Any]:
    """Return the values of the template. Texts of the service are plain strings."""
    monitors = [monitor for group in page.groups for monitor in group.monitors]
    names = name_monitors(monitors, detail.label)
    has_strips = detail.has_strips and any(monitor.strip for monitor in monitors)
    builder = _Builder(page.now, names, detail, has_strips)
    notes = [sanitize(note, 2 * MAX_MESSAGE) for note in page.notes]
    if detail != DETAILS[0]:
        notes.append(
            f"The page has many monitors or long texts, so labels are cut after {detail.label} and messages after "
            f"{detail.message} characters{'' if detail.has_strips else ', and there are no strips'}."
        )
    return {
        "title": sanitize(page.title, MAX_TITLE),
        "headline": page.headline,
        "data_time": "" if page.data_time is None else utc(page.data_time),
        "reload": page.renewal.seconds + RELOAD_DELAY if page.renewal is not None else None,
        "late": 2 * page.renewal.seconds + 60 if page.renewal is not None else OPEN_TOO_LONG,
        "read_at": time_text(page.now),
        "notice": page.notice and (page.notice[0], sanitize(page.notice[1], 2 * MAX_MESSAGE)),
        "counts": [
            {"state": state, "number": number, "name": spell_state(state)}
            for state, number in sorted(count_states(monitors), key=lambda count: ALL.index(count[0]))
        ],
        "scope": quantity(len(monitors), "monitor"),
        "groups": [builder.group(group) for group in page.groups],
        "old": _build_old(page, detail),
        "strips": STRIP_LEGEND if has_strips else (),
        "notes": shorten_list(notes),
    }


class _Builder:
    """Builds the values of groups. ``tiles_left`` is the number of further tiles; other problems become rows."""

    def __init__(self, now: float, names: Mapping[str, str], detail: Detail, has_strips: bool) -> None:
        self._now = now
        self._names = names
        self._detail = detail
        self._has_strips = has_strips
        self.tiles_left = detail.tiles

    def group(self, group: BoardGroup) -> dict[str, Any]:
        problems = [monitor for monitor in group.monitors if not monitor.is_clean]
        clean = [monitor for monitor in group.monitors if monitor.is_clean]
        tiles = problems[: self.tiles_left]
        self.tiles_left -= len(tiles)
        counts = [f"{number:,} {spell_state(state)}" for state, number in count_states(group.monitors)]
        return {
            "name": None if group.name is None else sanitize(group.name, self._detail.label),
            "counts": ", ".join(counts),
            "tiles": [self._tile(monitor) for monitor in tiles],
            "rows": [self._row(monitor) for monitor in problems[len(tiles) :]],
            "clean": [self._row(monitor) for monitor in clean],
        }

    def _tile(self, monitor: BoardMonitor) -> dict[str, Any]:
        return {
            "tone": monitor.verdict or "none",
            "state": monitor.state,
            "state_name": spell_state(monitor.state),
            "label": self._names[monitor.id],
            "kind": describe_kind(monitor),
            "since": describe_start(monitor, self._now),
            "message": sanitize(monitor.message, self._detail.message),
            "tests": describe_tests(monitor, self._now),
            "strip": self._strip(monitor),
        }

    def _row(self, monitor: BoardMonitor) -> tuple[str, str, str, list[tuple[str, str]]]:
        state = "" if monitor.state == CLEAN else spell_state(monitor.state)
        return state, self._names[monitor.id], list_times(monitor, self._now), self._strip(monitor)

    def _strip(self, monitor: BoardMonitor) -> list[tuple[str, str]]:
        return split_strip(monitor.strip) if self._has_strips else []


def _build_old(page: BoardPage, detail: Detail) -> dict[str, Any] | None:
    """Return the problems of data that is not current, None if there is no such data."""
    if not page.old or page.data_time is None:
        return None
    problems = [monitor for monitor in page.old if not monitor.is_clean]
    names = name_monitors(problems[:MAX_OLD], detail.label)
    clean = len(page.old) - len(problems)
    return {
        "time": time_text(page.data_time),
        "rows": [
            (spell_state(one.state), names[one.id], describe_start(one, page.data_time)) for one in problems[:MAX_OLD]
        ],
        "more": max(0, len(problems) - MAX_OLD),
        "clean": f"{quantity(clean, 'other monitor')} {agree(clean, 'was', 'were')} clean at that time.",
    }
