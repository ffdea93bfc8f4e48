# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the bytes that a gate was given prove what a pass says.

Written from the API's contract and the gate's promise, with nothing of the gate in it, so that a mistake of the gate
cannot hide here too. It asks for what is necessary for a pass, and does not repeat how the gate comes to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .documented import IDENTITY, Entry, monitors, started
from .service_time import Clock, is_old, shown_by


class Exchange(Protocol):
    """One question and the bytes that came back for it; ``at`` in epoch seconds."""

    @property
    def kind(self) -> str:
        """What was asked."""

    @property
    def params(self) -> Mapping[str, str]:
        """What it was asked with."""

    @property
    def at(self) -> float:
        """When, in epoch seconds."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def body(self) -> bytes:
        """What came back."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Its headers, in lower case."""


@dataclass(frozen=True)
class Demands:
    """What a gate was asked to prove. Lengths in seconds; ``anchor``, from which on tests count, in epoch seconds.

    ``before`` are the ids that a baseline names.
    """

    anchor: float
    clean_tests: int = 0
    alert_after: int = 3
    full_detection: bool = False
    stale_factor: float = 2.0
    stale_grace: float = 60.0
    min_monitors: int = 1
    include: Sequence[str] = ()
    before: frozenset[str] = frozenset()


class Unproved(AssertionError):
    """The bytes do not prove a pass, and why."""


@dataclass
class Seen:
    """What whole answers told of one monitor so far; starts of clean tests in a row, in epoch seconds.

    ``foretold`` are starts that were told before they could have been.
    """

    clean: set[float] = field(default_factory=set)
    foretold: set[float] = field(default_factory=set)
    newest: float = -math.inf
    fail_count: int | None = None


@dataclass(frozen=True)
class Look:
    """Both answers of one look by id. ``clock`` is what the service's clock showed when the status came."""

    clock: Clock
    configs: Mapping[str, Entry]
    statuses: Mapping[str, Entry]

    def in_scope(self, include: Sequence[str]) -> list[str]:
        known = dict.fromkeys([*self.configs, *self.statuses])
        return [name for name in known if not include or {name, self._label(name)} & set(include)]

    def _label(self, name: str) -> str:
        told = self.configs.get(name) or self.statuses.get(name) or {}
        return told.get("label") or name


def prove(exchanges: Sequence[Exchange], demands: Demands) -> None:
    """Raise Unproved unless ``exchanges``, those of one gate, prove that it passes."""
    looks = looks_of(exchanges)
    newest = looks[-1] if looks else None
    if newest is None:
        raise Unproved("the last look got no whole and valid answer")
    seen: dict[str, Seen] = {}
    for look in looks:
        if look is not None:
            _remember(look, seen, demands)
    present = newest.in_scope(demands.include)
    if len(present) < max(1, demands.min_monitors):
        raise Unproved(f"{len(present)} monitors are in scope")
    for name in [*present, *seen, *demands.before]:
        if name not in newest.statuses:
            raise Unproved(f"monitor {name!r} has no status")
        if name not in present:
            raise Unproved(f"monitor {name!r} left the scope")
    for name in present:
        _prove_state(name, newest, demands)
        _prove_tests(name, newest, seen[name], demands)


def looks_of(exchanges: Sequence[Exchange]) -> list[Look | None]:
    """Return what each look was given, None for one without whole and valid answers.

    A question for the status begins a look, and so does a repeated one. Configurations are good until the next ones.
    """
    looks: list[Look | None] = []
    clock, configs, statuses = Clock(0.0, 0.0), None, None
    for exchange in exchanges:
        fresh = not is_old(exchange, clock)
        clock = shown_by(exchange, clock) if fresh else clock
        told = monitors(exchange.status, exchange.body, exchange.kind) if fresh and exchange.kind in IDENTITY else None
        if exchange.kind == "status":
            if exchange.params.get("all") != "true":
                raise Unproved("only alerts were asked for")
            statuses = told
            looks.append(None)
        elif exchange.kind == "configs":
            configs = configs if told is None else told
        else:
            continue
        if looks:
            looks[-1] = Look(clock, configs or {}, statuses) if told is not None and statuses is not None else None
    return looks


def _remember(look: Look, seen: dict[str, Seen], demands: Demands) -> None:
    scope = look.in_scope(demands.include)
    for name in seen.keys() - set(scope):
        seen[name].clean.clear()
    for name in scope:
        _add(seen.setdefault(name, Seen()), look.statuses.get(name), demands.anchor, look.clock)


def _add(record: Seen, status: Entry | None, anchor: float, clock: Clock) -> None:
    """Add the newest test, and drop the clean ones that a failure since then makes worthless."""
    start = started(status.get("last_test")) if status else None
    if status is None or start is None or start < record.newest:
        record.clean.clear()
        return
    count, failed = status.get("fail_count"), _failed(status)
    broken = failed
    if count is not None and record.fail_count is not None and count > record.fail_count:
        broken = max(broken, record.newest)
    record.clean = {clean for clean in record.clean if clean > broken}
    record.newest, record.fail_count = start, count
    if start > clock.latest:
        record.foretold.add(start)
    if status["alert_active"] or _failing(status):
        record.clean.clear()
    elif start >= anchor and start > broken and start not in record.foretold:
        record.clean.add(start)


def _prove_state(name: str, look: Look, demands: Demands) -> None:
    status, config = look.statuses[name], look.configs.get(name)
    start, timer = started(status.get("last_test")), config.get("timer") if config else None
    if status["alert_active"] is not False:
        raise Unproved(f"{name!r}: an alert is active")
    if start is None:
        raise Unproved(f"{name!r}: nobody knows when it was tested")
    if _failing(status):
        raise Unproved(f"{name!r}: its newest test failed")
    if timer is None:
        raise Unproved(f"{name!r}: nobody knows how often it tests")
    if start > look.clock.latest + demands.stale_grace:
        raise Unproved(f"{name!r}: tested in the future")
    if look.clock.earliest - start > demands.stale_factor * timer + demands.stale_grace:
        raise Unproved(f"{name!r}: not tested for too long")


def _prove_tests(name: str, look: Look, seen: Seen, demands: Demands) -> None:
    anchor = demands.anchor + max(0.0, look.clock.ahead or 0.0)
    clean = [start for start in seen.clean if start >= anchor]
    if len(clean) < demands.clean_tests:
        raise Unproved(f"{name!r}: {len(clean)} of {demands.clean_tests} clean tests")
    timer = look.configs[name]["timer"]
    if demands.full_detection and seen.newest < anchor + (demands.alert_after - 1) * timer:
        raise Unproved(f"{name!r}: an alert could not have been raised yet")


def _failed(status: Entry) -> float:
    moment = started(status.get("last_failed"))
    return -math.inf if moment is None else moment


def _failing(status: Entry) -> bool:
    test = status.get("last_test") or {}
    start = started(test)
    return bool(test.get("error")) or (start is not None and _failed(status) >= start)
