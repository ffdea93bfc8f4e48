# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded outages of monitors: a CSV file with the columns ``monitor`` (or ``site``), ``time`` and ``down``."""

from __future__ import annotations

import csv
import os
import re
import stat
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple, TextIO

TIMER = 300
"""Default of the seconds between two tests of a monitor."""

MAX_ROWS = 2_000_000
MAX_BYTES = 200 * 10**6
MAX_LINE = 10_000
MAX_TIMER = 31 * 86400
END_OF_TIME = datetime(2100, 1, 1, tzinfo=timezone.utc).timestamp()
COLUMNS = ("monitor", "site", "time", "down", "timer", "label", "type")
_STATES = {"0": False, "1": True, "false": False, "true": True}
_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(e\+?[0-9]{1,2})?", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(\.\d{1,9})?(?P<offset>Z|[+-]\d\d:?\d\d)?", re.ASCII | re.IGNORECASE
)
_LONGEST_QUOTE = 40


class HistoryError(ValueError):
    """A history that cannot be played; the message says what is wrong, where, and what is allowed."""


@dataclass(slots=True)
class RecordedMonitor:
    """A monitor of a history; ``timer`` in seconds, ``offset`` in seconds after each multiple of ``timer``."""

    id: str
    label: str = ""
    type: str = ""
    timer: int = 0
    offset: int = 0


@dataclass(slots=True)
class History:
    """Records in the order of time; those that repeat the state of their monitor are left out.

    Record ``k`` says that from ``times[k]`` on (epoch seconds), monitor ``places[k]`` is down if ``downs[k]``.
    Monitors have their places in the order of their first records. ``first`` and ``last`` are the times of the first
    and the last record of the file.
    """

    name: str
    monitors: list[RecordedMonitor] = field(default_factory=list)
    times: array[float] = field(default_factory=lambda: array("d"))
    places: array[int] = field(default_factory=lambda: array("L"))
    downs: bytearray = field(default_factory=bytearray)
    first: float = 0.0
    last: float = 0.0


class Playback(NamedTuple):
    """A history played from ``start`` (epoch seconds) on, ``speed`` times as fast as real time."""

    history: History
    start: float
    speed: int


def utc_text(epoch: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_time(text: str) -> float:
    """Return epoch seconds from a number, or from ISO 8601 with Z or an offset. Raises HistoryError."""
    epoch = float(text) if _NUMBER.fullmatch(text) else _parse_iso(text)
    if not 0 <= epoch < END_OF_TIME:
        raise HistoryError(f"the time {_quote(text)} must be between 1970 and 2100")
    return epoch


def _parse_iso(text: str) -> float:
    found = _ISO.fullmatch(text)
    example = "use epoch seconds or ISO 8601 such as 2026-05-01T12:00:00Z"
    if found is None:
        raise HistoryError(f"the time {_quote(text)} is invalid: {example}")
    offset = found["offset"]
    if offset is None:
        raise HistoryError(f"the time {_quote(text)} is local: end it with Z or an offset such as +02:00")
    offset = "+00:00" if offset in "Zz" else f"{offset[:3]}:{offset[-2:]}"
    try:
        whole = datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ':00'}{offset}")
        return (whole - datetime(1970, 1, 1, tzinfo=timezone.utc)) / timedelta(seconds=1) + float(found[4] or 0)
    except ValueError:
        raise HistoryError(f"the time {_quote(text)} does not exist: {example}") from None


def _quote(text: str) -> str:
    return ascii(text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + "...")


def read_history(path: str, timer: int = TIMER) -> History:
    """Read a CSV file; ``timer`` is for monitors without one in the file. Raises HistoryError."""
    try:
        details = os.stat(path)
        if not stat.S_ISREG(details.st_mode):
            raise HistoryError(f"history {_quote(path)} is not a file")
        if details.st_size > MAX_BYTES:
            raise HistoryError(f"history {_quote(path)} has more than {MAX_BYTES // 10**6} MB: cut it into parts")
        with open(path, encoding="utf-8-sig", newline="") as file:
            return _Reader(Path(path).name, file, timer).read()
    except UnicodeDecodeError:
        raise HistoryError(f"history {_quote(path)} is not UTF-8 text") from None
    except OSError as problem:
        raise HistoryError(f"cannot read history {_quote(path)}: {problem.strerror or problem}") from None
    except HistoryError:
        raise
    except ValueError:
        raise HistoryError(f"cannot read history {_quote(path)}: not a path") from None


class _Reader:
    """Builds a history from the lines of one file."""

    def __init__(self, name: str, file: TextIO, timer: int) -> None:
        self._history = History(name)
        self._file = file
        self._timer = timer
        self._line = 0
        self._places: dict[str, int] = {}
        self._states = bytearray()
        self._columns: list[str] = []

    def read(self) -> History:
        try:
            rows = csv.reader(self._lines(), strict=True)
            self._columns = self._read_header(next((row for row in rows if row), []))
            count = 0
            for row in rows:
                if not row:
                    continue
                count += 1
                if count > MAX_ROWS:
                    raise HistoryError(f"more than {MAX_ROWS:,} records: cut the file into parts")
                self._add(row)
        except csv.Error as problem:
            raise self._error(f"not CSV: {problem}") from None
        except HistoryError as problem:
            raise self._error(str(problem)) from None
        if not self._places:
            raise HistoryError(f"history {_quote(self._history.name)} has no records")
        self._complete()
        return self._history

    def _error(self, sentence: str) -> HistoryError:
        return HistoryError(f"history {_quote(self._history.name)}, line {self._line}: {sentence}")

    def _lines(self) -> Iterator[str]:
        while line := self._file.readline(MAX_LINE + 1):
            self._line += 1
            if len(line) > MAX_LINE:
                raise HistoryError(f"it has more than {MAX_LINE:,} characters")
            if "\0" in line:
                raise HistoryError("it has a NUL character, so it is not text")
            if not line.startswith("#"):
                yield line

    def _read_header(self, row: list[str]) -> list[str]:
        columns = [cell.strip().lower() for cell in row]
        if not columns:
            raise HistoryError("there is no header: begin with a line such as monitor,time,down")
        for column in columns:
            if column not in COLUMNS:
                raise HistoryError(f"unknown column {_quote(column)}; allowed: {', '.join(COLUMNS)}")
            if columns.count(column) > 1:
                raise HistoryError(f"the column {column} occurs twice")
        if ("monitor" in columns) == ("site" in columns):
            raise HistoryError("exactly one of the columns monitor and site is required")
        for column in ("time", "down"):
            if column not in columns:
                raise HistoryError(f"the column {column} is missing")
        return ["monitor" if column == "site" else column for column in columns]

    def _add(self, row: list[str]) -> None:
        if len(row) != len(self._columns):
            raise HistoryError(f"{len(row)} values, but the header has {len(self._columns)} columns")
        values = dict(zip(self._columns, map(str.strip, row), strict=True))
        history, time = self._history, parse_time(values["time"])
        if not self._places:
            history.first = time
        elif time < history.last:
            raise HistoryError(
                f"the time {_quote(values['time'])} is earlier than that of the record before: sort by time"
            )
        down = _STATES.get(values["down"].lower())
        if down is None:
            raise HistoryError(f"down is {_quote(values['down'])}: it must be 0, 1, true or false")
        history.last = time
        place, is_first = self._find(values["monitor"])
        self._describe(history.monitors[place], values)
        if is_first or self._states[place] != down:
            self._states[place] = down
            history.times.append(time)
            history.places.append(place)
            history.downs.append(down)

    def _find(self, name: str) -> tuple[int, bool]:
        place = self._places.get(name)
        if place is not None:
            return place, False
        if not name:
            raise HistoryError("the record has no monitor")
        place = self._places[name] = len(self._history.monitors)
        self._history.monitors.append(RecordedMonitor(name))
        self._states.append(False)
        return place, True

    def _describe(self, monitor: RecordedMonitor, values: dict[str, str]) -> None:
        """Set what a record says of its monitor. The newest label and type count; the timer must not change."""
        if values.get("timer"):
            timer = _parse_timer(values["timer"])
            if monitor.timer not in (0, timer):
                raise HistoryError(f"monitor {_quote(monitor.id)} has the timers {monitor.timer} and {timer}: use one")
            monitor.timer = timer
        monitor.label = values.get("label") or monitor.label
        monitor.type = values.get("type") or monitor.type

    def _complete(self) -> None:
        number = len(self._history.monitors)
        for place, monitor in enumerate(self._history.monitors):
            monitor.label = monitor.label or monitor.id
            monitor.type = monitor.type or "http"
            monitor.timer = monitor.timer or self._timer
            monitor.offset = place * monitor.timer // number


def _parse_timer(text: str) -> int:
    number = float(text) if _NUMBER.fullmatch(text) else 0.0
    if not (1 <= number <= MAX_TIMER and number.is_integer()):
        raise HistoryError(f"timer is {_quote(text)}: it must be a whole number of seconds from 1 to {MAX_TIMER}")
    return int(number)
