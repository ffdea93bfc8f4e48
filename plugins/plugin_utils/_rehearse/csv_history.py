# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a history from a CSV file: when each monitor went down and came up again."""

from __future__ import annotations

import csv
import math
import os
import stat
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import join_names, quantity, sanitize
from ...module_utils._domain.timestamps import parse_zoned_time, utc
from .._system.files import MAX_PATH_LENGTH
from .csv_lines import CsvLines, RowError
from .invalid_times import explain_time

MONITOR_COLUMNS = ("monitor", "site")
REQUIRED, OPTIONAL = ("time", "down"), ("timer", "label", "type")

MAX_BYTES, MAX_ROWS = 200_000_000, 2_000_000
"""Limits of a file: its size and its records."""

MIN_TIMER, MAX_TIMER = 1.0, 31 * 86400.0

DOWN = {"0": False, "1": True, "false": False, "true": True}

OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

CODE = "history_file"


@dataclass
class Site:
    """A monitor of the file: the epoch seconds of its first record and of each change, and whether it was down then."""

    name: str
    label: str = ""
    type: str | None = None
    timer: float | None = None
    times: array[float] = field(default_factory=lambda: array("d"))
    down: list[bool] = field(default_factory=list)


class CsvFile(NamedTuple):
    """The content of a file: its sites in the order of their first records, and the times of its records."""

    name: str
    sites: list[Site]
    first: float
    last: float
    rows: int


def check_timer(seconds: float) -> float:
    """Return a valid timer. Raises ValueError."""
    if not MIN_TIMER <= seconds <= MAX_TIMER:
        raise ValueError(f"must be a number of seconds from {MIN_TIMER:g} to {MAX_TIMER:,.0f}")
    return seconds


def read_csv(path: str) -> CsvFile:
    """Return the history at ``path``. Raises ConfigurationError, with a sentence that names the file and the line."""
    name = sanitize(path, MAX_PATH_LENGTH)
    try:
        _check_file(path)
        with open(path, "rb") as file:
            lines = CsvLines(file)
            try:
                return _parse(os.path.basename(path), lines)
            except (RowError, csv.Error) as error:
                where = f", line {lines.number}" if lines.number else ""
                raise RowError(f"{sanitize(error, 300)}{where}") from None
    except OSError as error:
        raise _refusal(name, sanitize(error.strerror or "it cannot be read")) from None
    except RowError as error:
        raise _refusal(name, str(error)) from None


def _refusal(name: str, cause: str) -> ConfigurationError:
    return ConfigurationError(f"the history {name} cannot be used: {cause}", code=CODE)


def _check_file(path: str) -> None:
    found = os.stat(path)
    if not stat.S_ISREG(found.st_mode):
        raise RowError("it is not a regular file; name a CSV file")
    if found.st_size > MAX_BYTES:
        raise RowError(f"it is larger than {MAX_BYTES:,} bytes; split it by time")


def _parse(name: str, lines: CsvLines) -> CsvFile:
    rows = (row for row in csv.reader(iter(lines), strict=True) if row)
    header = next(rows, None)
    if header is None:
        lines.number = 0
        raise RowError("it is empty; it needs a line with the names of the columns, then one line for each record")
    columns = _parse_header([title.strip().lower() for title in header])
    reader = _Records(columns, len(header))
    for row in rows:
        reader.add(row, lines.number)
    lines.number = 0
    if not reader.sites:
        raise RowError("it has no records below the names of its columns")
    return CsvFile(name, list(reader.sites.values()), reader.first, reader.last, reader.rows)


def _parse_header(titles: list[str]) -> Mapping[str, int]:
    """Return the position of each column, with the name ``monitor`` for either name of that column."""
    known = (*MONITOR_COLUMNS, *REQUIRED, *OPTIONAL)
    valid = "the columns are monitor (or site), time and down, and, optionally, timer, label and type"
    if len(titles) == 1:
        _check_separator(titles[0])
    if not all(titles):
        raise RowError(f"it has a column without a name; {valid}")
    unknown = [title for title in titles if title not in known]
    if unknown:
        raise RowError(f"it has an unknown column {join_names(unknown)}; {valid}")
    named = ["monitor" if title in MONITOR_COLUMNS else title for title in titles]
    repeated = sorted({title for title in named if named.count(title) > 1})
    if repeated:
        raise RowError(f"it has the column {join_names(repeated)} twice; {valid}")
    missing = [title for title in ("monitor", *REQUIRED) if title not in named]
    if missing:
        raise RowError(f"it lacks the column {join_names(missing)}; {valid}")
    return {title: place for place, title in enumerate(named)}


def _check_separator(header: str) -> None:
    for separator, name in OTHER_SEPARATORS.items():
        if separator in header:
            raise RowError(f"its columns are separated by {name}; separate them by commas")


class _Records:
    """Collects the records of a file by their monitors."""

    def __init__(self, columns: Mapping[str, int], width: int) -> None:
        self._monitor, self._time, self._down = (columns[name] for name in ("monitor", *REQUIRED))
        self._optional = [(name, columns[name]) for name in OPTIONAL if name in columns]
        self._width = width
        self._newest: dict[str, tuple[float, bool, int]] = {}
        """The time, the state and the line of the newest record of each monitor."""
        self.sites: dict[str, Site] = {}
        self.first, self.last = math.inf, -math.inf
        self.rows = 0

    def add(self, row: list[str], line: int) -> None:
        if len(row) != self._width:
            raise RowError(f"a record has {quantity(len(row), 'value')}, but there are {self._width} columns")
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise RowError(f"it has more than {MAX_ROWS:,} records; split it by time, or leave unchanged records out")
        instant = self._read_time(row[self._time])
        down = DOWN.get(row[self._down].strip().lower())
        if down is None:
            raise RowError(f"down is {sanitize(row[self._down], 40) or 'empty'}; it must be 0, 1, false or true")
        site = self._site(row[self._monitor])
        self._check_contradiction(site.name, instant, down, line)
        if not site.down or site.down[-1] != down:
            site.times.append(instant)
            site.down.append(down)
        for name, place in self._optional:
            text = row[place].strip()
            if text:
                _describe(site, name, text)

    def _check_contradiction(self, name: str, instant: float, down: bool, line: int) -> None:
        """Refuse a record whose monitor has another one with the same time and another state."""
        last, was_down, earlier = self._newest.get(name, (None, down, 0))
        if last == instant and was_down != down:
            states = ("down", "up") if down else ("up", "down")
            raise RowError(
                f"{sanitize(name, 80)} is {states[0]} at {utc(instant)}, but {states[1]} at the same time in line "
                f"{earlier}; remove one of the two records"
            )
        self._newest[name] = (instant, down, line)

    def _read_time(self, text: str) -> float:
        try:
            instant = parse_zoned_time(text)
        except (ValueError, OverflowError):
            raise RowError(f"time is {sanitize(text, 40) or 'empty'}; {explain_time(text)}") from None
        if instant < self.last:
            raise RowError(f"its records are not sorted by time: {utc(instant)} follows {utc(self.last)}")
        self.first, self.last = min(self.first, instant), instant
        return instant

    def _site(self, text: str) -> Site:
        name = text.strip()
        site = self.sites.get(name)
        if site is None:
            if not name:
                raise RowError("a record has no monitor")
            site = self.sites[name] = Site(name)
        return site


def _describe(site: Site, name: str, text: str) -> None:
    """Set an optional attribute of ``site``. A label or a type may change, and the last one counts."""
    if name != "timer":
        setattr(site, name, text)
        return
    try:
        timer = check_timer(float(text))
    except ValueError as error:
        reason = str(error) if str(error).startswith("must") else "must be a number of seconds"
        raise RowError(f"timer is {sanitize(text, 40)}; it {reason}, or empty if it is not known") from None
    if site.timer not in (None, timer):
        raise RowError(f"the timer of {sanitize(site.name, 80)} changes from {site.timer:g} to {timer:g} seconds")
    site.timer = timer
