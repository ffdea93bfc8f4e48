# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests and responses of one gate as polls, with the clock that the service showed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

from .contract import IDENTITY, Entry, parse_monitors, start_of

DEFAULT_WINDOW = 1800
"""Seconds of history in a status, unless the request has the parameter ``t``."""

MAX_AGE = 60.0
"""Seconds by which a response may be older than its request."""

HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT)")


class Exchange(Protocol):
    """A request at ``at`` (epoch seconds, local clock) and its response; header names are in lower case."""

    @property
    def kind(self) -> str: ...
    @property
    def params(self) -> Mapping[str, str]: ...
    @property
    def at(self) -> float: ...
    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Clock:
    """The clock of the service in epoch seconds, and by how much it is ``ahead`` of ours; None if it is unknown."""

    earliest: float
    latest: float
    ahead: float | None = None


@dataclass(frozen=True)
class Poll:
    """The valid responses of one poll by monitor id, and the clock of the service at its end."""

    clock: Clock
    configs: Mapping[str, Entry]
    statuses: Mapping[str, Entry]

    def scope(self, include: Sequence[str]) -> list[str]:
        """Return the ids of the monitors whose id or label is in ``include``; all of them if it is empty."""
        ids = dict.fromkeys([*self.configs, *self.statuses])
        return [name for name in ids if not include or {name, self._label(name)} & set(include)]

    def _label(self, name: str) -> str:
        return (self.configs.get(name) or self.statuses.get(name) or {}).get("label") or name


class IncompleteQueryError(AssertionError):
    """The gate requested only monitors with an alert."""


def polls_of(exchanges: Sequence[Exchange]) -> list[Poll | None]:
    """Return one entry per poll, None if its newest response is unusable. Raises IncompleteQueryError.

    Each request for the status starts a poll. Configurations are valid until they are requested again.
    """
    polls: list[Poll | None] = []
    clock, configs, statuses = Clock(0.0, 0.0), None, None
    for exchange in exchanges:
        monitors = None
        if not _is_outdated(exchange, clock):
            clock = _read_clock(exchange, clock)
            if exchange.kind in IDENTITY:
                monitors = parse_monitors(exchange.status, exchange.body, exchange.kind)
        if exchange.kind == "status":
            if exchange.params.get("all") != "true":
                raise IncompleteQueryError("only monitors with an alert were requested")
            if polls and polls[-1] is not None and float(exchange.params.get("t", 0)) > DEFAULT_WINDOW:
                monitors = statuses = _merge_window(polls[-1].statuses, monitors)
            else:
                statuses = monitors
                polls.append(None)
        elif exchange.kind == "configs":
            configs = monitors or configs
        else:
            continue
        if polls:
            is_usable = monitors is not None and statuses is not None
            polls[-1] = Poll(clock, configs or {}, statuses or {}) if is_usable else None
    return polls


def is_failing(status: Entry) -> bool:
    """Whether anything in a status says that the newest test failed."""
    test, failed, count = status.get("last_test") or {}, status.get("last_failed") or {}, status.get("fail_count")
    if not test:
        return False
    if test.get("error") or (count and count == status.get("test_count")):
        return True
    start, failure = start_of(test), start_of(failed)
    if failure is None:
        return bool(failed.get("error")) and count != 0 and start is not None
    return start is not None and failure >= start


def _merge_window(statuses: Mapping[str, Entry], wide: Mapping[str, Entry] | None) -> Mapping[str, Entry] | None:
    """Return ``statuses`` with the tests of a wider window where theirs is missing; its counts are not comparable."""
    if wide is None:
        return None
    no_counts = dict.fromkeys(("alert_count", "fail_count", "test_count"))
    missing = [
        name for name, status in statuses.items() if start_of(status.get("last_test")) is None or is_failing(status)
    ]
    return {**statuses, **{name: {**wide[name], **no_counts} for name in missing if name in wide}}


def _read_clock(exchange: Exchange, before: Clock) -> Clock:
    date = _date(exchange)
    ahead = before.ahead if date is None else date - exchange.at
    if ahead is None:
        return Clock(exchange.at, exchange.at)
    return Clock(exchange.at + ahead - 1, exchange.at + ahead + 1, ahead)


def _is_outdated(exchange: Exchange, clock: Clock) -> bool:
    """Whether a cache answered, or the date is earlier than that of an earlier response allows."""
    age, date = exchange.headers.get("age", "").strip(), _date(exchange)
    if age.isascii() and age.isdigit() and int(age[:12]) > MAX_AGE:
        return True
    return date is not None and clock.ahead is not None and clock.ahead - (date + 1 - exchange.at) > MAX_AGE


def _date(exchange: Exchange) -> float | None:
    found = HTTP_DATE.fullmatch(exchange.headers.get("date", "").strip())
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%d %b %Y %H:%M:%S GMT").replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None
