# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the rehearsed deployments take place: given times, a file of times, or regular intervals."""

from __future__ import annotations

import math
import os
import re
import stat
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._api.errors import ConfigurationError
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timestamps import duration, parse_zoned_time, utc
from .._gate.exemptions import parse_time_option
from .._system.files import MAX_PATH_LENGTH
from .history import History
from .invalid_times import explain_time

INTERVAL = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ?([smhd]?)", re.IGNORECASE)
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

MIN_INTERVAL = 60.0

FIRST_TESTS = 3600.0
"""Seconds after the beginning of a history before which no regular deployment begins: monitors have no tests yet."""

MAX_DEPLOYMENTS = 10_000

MAX_FILE_SIZE = 5_000_000
"""Bytes of a file of times."""

CODE = "deployment_times"


class Plan(NamedTuple):
    """The times of the deployments in epoch seconds, ascending. ``every`` is the interval, None for given times."""

    times: list[float]
    every: float | None


def plan_deployments(options: Mapping[str, Any], history: History, longest: float) -> Plan:
    """Return the deployments that the options name.

    ``longest`` is the most seconds that a deployment and its gates can take: without ``until``, the last of regular
    deployments begins that long before the end of the history. Raises ConfigurationError for options that cannot be
    used.
    """
    since, until = (parse_time_option(options.get(name), name) for name in ("since", "until"))
    if since is not None and until is not None and until <= since:
        raise _refusal(f"until ({utc(until)}) must be after since ({utc(since)})")
    if options.get("every") is not None:
        every = parse_interval(options["every"])
        times = _regular_times(every, since, until, history, longest)
        return Plan(times, every)
    if options.get("deployments_file") is not None:
        times = read_times(options["deployments_file"])
    elif options.get("deployments"):
        times = [_parse_time(text, "deployments") for text in options["deployments"]]
    else:
        raise _refusal("no deployments: set deployments, deployments_file or every")
    within = [at for at in sorted(set(times)) if (since or -math.inf) <= at <= (until or math.inf)]
    if not within:
        raise _refusal("no deployment is between since and until")
    _check_number(len(within))
    return Plan(within, None)


def parse_interval(value: object) -> float:
    """Return the seconds of an interval such as ``4h``, ``30m``, ``1d`` or ``900``."""
    match = INTERVAL.fullmatch(str(value).strip())
    seconds = float(match.group(1)) * UNITS[match.group(2).lower()] if match is not None else 0.0
    if seconds < MIN_INTERVAL:
        raise _refusal(
            f"every is {sanitize(value, 40)}; it must be at least {MIN_INTERVAL:g} seconds, such as 4h, 30m, 1d or 900"
        )
    return seconds


def _regular_times(
    every: float, since: float | None, until: float | None, history: History, longest: float
) -> list[float]:
    first = every * math.ceil((history.first + FIRST_TESTS) / every) if since is None else since
    last = history.last - longest if until is None else until
    _check_number(max(0.0, (last - first) / every))
    number = math.floor((last - first) / every) + 1
    if number < 1:
        raise _refusal(
            f"every: the history, from {utc(history.first)} to {utc(history.last)}, is too short: the first deployment "
            f"is {_describe_first(since, first)}, and the last one {_describe_last(until, last, longest)}; set since "
            "and until, lower every, or lower deploy_gate_timeout_max of the policies"
        )
    return [first + place * every for place in range(number)]


def _describe_first(since: float | None, first: float) -> str:
    if since is not None:
        return f"at since, {utc(first)}"
    return f"at the first multiple of every that is an hour or more after the first record, {utc(first)}"


def _describe_last(until: float | None, last: float, longest: float) -> str:
    if until is not None:
        return f"at until, {utc(last)}, or before"
    return f"at {utc(last)} or before, because it and its gates may take {duration(longest)}"


def _check_number(number: float) -> None:
    if number > MAX_DEPLOYMENTS:
        raise _refusal(
            f"{number:,.0f} deployments are too many; plan at most {MAX_DEPLOYMENTS:,}, or narrow since and until"
        )


def _parse_time(value: object, where: str) -> float:
    try:
        return parse_zoned_time(value)
    except (ValueError, OverflowError):
        found = sanitize(value, 60) or "an empty text"
        raise _refusal(f"{where}: {found} cannot be used: {explain_time(str(value))}") from None


def read_times(path: str) -> list[float]:
    """Return the times in a file: one in each line, blank lines and lines that begin with ``#`` aside."""
    name = sanitize(path, MAX_PATH_LENGTH)
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_FILE_SIZE:
            raise _refusal(f"deployments_file: {name} is not a regular file of at most {MAX_FILE_SIZE:,} bytes")
        with open(path, encoding="utf-8-sig") as file:
            lines = file.read().splitlines()
    except OSError as error:
        cause = sanitize(error.strerror or "it cannot be read")
        raise _refusal(f"deployments_file: {name} cannot be used: {cause}") from None
    except UnicodeDecodeError:
        raise _refusal(f"deployments_file: {name} is not UTF-8 text") from None
    return _parse_lines(name, lines)


def _parse_lines(name: str, lines: Sequence[str]) -> list[float]:
    times = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text and not text.startswith("#"):
            times.append(_parse_time(text, f"deployments_file: {name}, line {number}"))
    if not times:
        raise _refusal(f"deployments_file: {name} has no times; write one in each line")
    return times


def _refusal(sentence: str) -> ConfigurationError:
    return ConfigurationError(sentence, code=CODE)
