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

from .documented import IDENTITY, Entry, monitors, readings, started
from .service_time import Clock, is_old, shown_by

DEFAULT_WINDOW = 1800
"""Seconds of history in a status, unless another number is asked for."""


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

    ``before`` are the ids that a baseline names. ``failing_after`` and ``recovery_tests`` None are the defaults.
    """

    anchor: float
    clean_tests: int = 0
    alert_after: int = 3
    failing_after: int | None = None
    recovery_tests: int | None = None
    full_detection: bool = False
    stale_factor: float = 2.0
    stale_grace: float = 60.0
    min_monitors: int = 1
    include: Sequence[str] = ()
    before: frozenset[str] = frozenset()

    @property
    def tests(self) -> bool:
        """Whether a monitor needs tests since the anchor."""
        return self.clean_tests > 0 or self.full_detection

    @property
    def run(self) -> int:
        """The failed tests in a row that undo a proof."""
        if not self.tests:
            return 1
        return self.failing_after or (2 if self.clean_tests else 1)

    def needed(self, has_failed: bool) -> int:
        """Return the fewest clean tests in a row that can prove a monitor, one more at least after a failure."""
        if not has_failed:
            return max(1, self.clean_tests)
        if self.recovery_tests is None:
            return self.clean_tests + 1
        return max(1, self.clean_tests, self.recovery_tests)


class Unproved(AssertionError):
    """The bytes do not prove a pass, and why."""


@dataclass
class Seen:
    """What whole responses showed of one monitor so far; starts of clean tests in a row, in epoch seconds.

    ``premature`` are starts that were reported before they could have been, ``proof`` the clean tests that proved the
    monitor, and ``failed_run`` the failed tests in a row since then.
    """

    clean: set[float] = field(default_factory=set)
    premature: set[float] = field(default_factory=set)
    proof: frozenset[float] = frozenset()
    newest: float = -math.inf
    fail_count: int | None = None
    failed_run: int = 0
    is_failing: bool = False
    has_failed: bool = False
    alert: Entry = field(default_factory=dict)

    def discard(self) -> None:
        self.clean.clear()
        self.proof = frozenset()


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
            if looks and looks[-1] is not None and _is_wide(exchange):
                told = statuses = _widened(looks[-1].statuses, told)
            else:
                statuses = told
                looks.append(None)
        elif exchange.kind == "configs":
            configs = configs if told is None else told
        else:
            continue
        if looks:
            looks[-1] = Look(clock, configs or {}, statuses) if told is not None and statuses is not None else None
    return looks


def _is_wide(exchange: Exchange) -> bool:
    """Whether a question is for more than the default window, to find the tests of monitors that test rarely."""
    return float(exchange.params.get("t", 0)) > DEFAULT_WINDOW


def _widened(statuses: Mapping[str, Entry], wide: Mapping[str, Entry] | None) -> Mapping[str, Entry] | None:
    """Return ``statuses`` with what a wide window shows of those whose test may be outside, without its counts."""
    if wide is None:
        return None
    without = dict.fromkeys(("alert_count", "fail_count", "test_count"))
    missing = [
        name for name, status in statuses.items() if started(status.get("last_test")) is None or _failing(status)
    ]
    return {**statuses, **{name: {**wide[name], **without} for name in missing if name in wide}}


def _remember(look: Look, seen: dict[str, Seen], demands: Demands) -> None:
    scope = look.in_scope(demands.include)
    for name in seen.keys() - set(scope):
        seen[name].discard()
    for name in scope:
        _add(seen.setdefault(name, Seen()), look.statuses.get(name), look.configs.get(name), demands, look.clock)


def _add(record: Seen, status: Entry | None, config: Entry | None, demands: Demands, clock: Clock) -> None:
    """Add the newest test: it is one more clean test in a row, or it breaks the run and perhaps the proof."""
    if status is None:
        record.discard()
        return
    if status["alert_active"] or _is_another_alert(record.alert, status):
        record.has_failed |= not status["alert_active"]
        record.discard()
    record.alert = status
    start = started(status.get("last_test"))
    if start is None or start < record.newest:
        record.clean.clear()
        return
    anchor = demands.anchor + max(0.0, clock.ahead or 0.0)
    if _failing(status) or _is_hidden_failure(record, status):
        _add_failure(record, start, anchor, demands)
    elif start > record.newest:
        _add_passed(record, status, start, anchor, clock)
        _prove_monitor(record, config, anchor, demands)
    count = status.get("fail_count")
    record.newest, record.fail_count = start, record.fail_count if count is None else count


def _add_failure(record: Seen, start: float, anchor: float, demands: Demands) -> None:
    if start > record.newest or not record.is_failing:
        record.failed_run += start >= anchor
        record.has_failed |= start >= anchor
    record.is_failing = True
    record.clean.clear()
    if record.failed_run >= demands.run or start == max(record.proof, default=None):
        record.discard()


def _add_passed(record: Seen, status: Entry, start: float, anchor: float, clock: Clock) -> None:
    failed = _failed(status)
    is_unseen = failed > record.newest or (failed == record.newest and not record.is_failing)
    if failed >= anchor and is_unseen:
        record.has_failed = True
        record.clean.clear()
        if failed == max(record.proof, default=None):
            record.discard()
    record.is_failing, record.failed_run = False, 0
    if start > clock.latest:
        record.premature.add(start)
    if start >= anchor and start not in record.premature and not status["alert_active"]:
        record.clean.add(start)
    else:
        record.clean.clear()


def _prove_monitor(record: Seen, config: Entry | None, anchor: float, demands: Demands) -> None:
    clean = {start for start in record.clean if start >= anchor}
    if len(clean) < demands.needed(record.has_failed):
        return
    timer = config.get("timer") if config else None
    if demands.full_detection and timer is not None and max(clean) < anchor + (demands.alert_after - 1) * timer:
        return
    record.proof = frozenset(clean)


def _is_hidden_failure(record: Seen, status: Entry) -> bool:
    """Whether only the count shows that the newest test failed."""
    count = status.get("fail_count")
    if count is None or record.fail_count is None or count <= record.fail_count:
        return False
    failed = _failed(status)
    return failed < record.newest or (failed == record.newest and record.is_failing)


def _is_another_alert(before: Entry, now: Entry) -> bool:
    """Whether an alert was raised since the look before, by its id or, without any id or time, by the count."""
    old, new = before.get("last_alert") or {}, now.get("last_alert") or {}
    if old.get("alert") and new.get("alert"):
        return bool(old["alert"] != new["alert"])
    count, former = now.get("alert_count"), before.get("alert_count")
    return not old and not new and count is not None and former is not None and count > former


def _prove_state(name: str, look: Look, demands: Demands) -> None:
    status, config = look.statuses[name], look.configs.get(name)
    start, timer = started(status.get("last_test")), config.get("timer") if config else None
    if status["alert_active"] is not False:
        raise Unproved(f"{name!r}: an alert is active")
    if start is None:
        raise Unproved(f"{name!r}: nobody knows when it was tested")
    if _failing(status) and not demands.tests:
        raise Unproved(f"{name!r}: its newest test failed")
    if timer is None:
        raise Unproved(f"{name!r}: nobody knows how often it tests")
    if start > look.clock.latest + demands.stale_grace:
        raise Unproved(f"{name!r}: tested in the future")
    start = max([start, *(reading for reading in readings(status["last_test"]) if reading <= look.clock.latest)])
    if look.clock.earliest - start > demands.stale_factor * timer + demands.stale_grace:
        raise Unproved(f"{name!r}: not tested for too long")


def _prove_tests(name: str, look: Look, seen: Seen, demands: Demands) -> None:
    anchor = demands.anchor + max(0.0, look.clock.ahead or 0.0)
    if seen.newest > (started(look.statuses[name].get("last_test")) or -math.inf):
        raise Unproved(f"{name!r}: an older test than before")
    if demands.tests and not (
        seen.proof and len([start for start in seen.proof if start >= anchor]) >= max(1, demands.clean_tests)
    ):
        raise Unproved(
            f"{name!r}: {len(seen.proof)} clean tests in a row prove it, and {demands.clean_tests} are demanded"
        )


def _failed(status: Entry) -> float:
    moment = started(status.get("last_failed"))
    return -math.inf if moment is None else moment


def _failing(status: Entry) -> bool:
    test = status.get("last_test") or {}
    start, failures = started(test), status.get("fail_count")
    if not test:
        return False
    if test.get("error") or (failures and failures == status.get("test_count")):
        return True
    failed = status.get("last_failed") or {}
    if failed.get("error") and started(failed) is None and failures != 0:
        return start is not None
    return start is not None and _failed(status) >= start
