# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fuzzing oracle: the conditions that a transcript must meet for a pass.

It is written from the API's contract and the promise of the gate, without code of the gate. The gate updates counters
from poll to poll. The oracle instead writes the tests of each monitor down as a word, one letter per test, and matches
it against a regular expression.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .contract import Entry, readings, start_of
from .transcript import Exchange, IncompleteQueryError, Poll, is_failing, polls_of

LATE, CLEAN, UNUSABLE, FAILED, MISSED, BREAK, ALERT = "Ccofgxa"
"""Letters: a clean test since the anchor that full detection accepts, or that it does not; a test that is neither clean
nor counts as failed; a failed test since the anchor; a failed test between two polls; a poll that voids all evidence,
and one that shows an alert in between."""


@dataclass(frozen=True)
class Demands:
    """The options of a gate; ``anchor`` in epoch seconds, durations in seconds.

    ``before`` are the ids of a baseline. None for ``failing_after`` and ``recovery_tests`` stands for their defaults.
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
    def requires_tests(self) -> bool:
        return self.clean_tests > 0 or self.full_detection

    @property
    def proof(self) -> re.Pattern[str]:
        """Return the expression for the word of a proved monitor: enough clean tests in a row, then no relapse."""
        fresh = max(1, self.clean_tests)
        recovered = self.clean_tests + 1 if self.recovery_tests is None else max(fresh, self.recovery_tests)
        limit = self.failing_after or (2 if self.clean_tests else 1)
        no_relapse = rf"(?:[Ccog]|f(?!f{{{limit - 1}}}))*"
        return re.compile(rf"(?:[^fga]*[Cc]{{{fresh - 1}}}|.*[Cc]{{{recovered - 1}}})C{no_relapse}")


class Unproved(AssertionError):
    """The transcript does not prove a pass."""


def prove(exchanges: Sequence[Exchange], demands: Demands) -> None:
    """Raise Unproved unless ``exchanges``, all those of one gate, prove that it passes."""
    try:
        polls = polls_of(exchanges)
    except IncompleteQueryError as error:
        raise Unproved(str(error)) from error
    last = polls[-1] if polls else None
    if last is None:
        raise Unproved("the last poll has no complete and valid response")
    valid = [poll for poll in polls if poll is not None]
    scope = last.scope(demands.include)
    if len(scope) < max(1, demands.min_monitors):
        raise Unproved(f"{len(scope)} monitors are in scope")
    for name in {*scope, *demands.before, *(name for poll in valid for name in poll.scope(demands.include))}:
        if name not in last.statuses or name not in scope:
            raise Unproved(f"monitor {name!r} has no status or left the scope")
    for name in scope:
        _prove_state(name, last, demands)
        _prove_tests(name, valid, demands)


def _prove_state(name: str, poll: Poll, demands: Demands) -> None:
    status, timer = poll.statuses[name], poll.configs.get(name, {}).get("timer")
    start, test = start_of(status.get("last_test")), status.get("last_test")
    if status["alert_active"]:
        raise Unproved(f"{name!r}: an alert is active")
    if start is None or timer is None:
        raise Unproved(f"{name!r}: the time of the newest test or the timer is unknown")
    if is_failing(status) and not demands.requires_tests:
        raise Unproved(f"{name!r}: the newest test failed")
    if start > poll.clock.latest + demands.stale_grace:
        raise Unproved(f"{name!r}: the newest test is in the future")
    newest = max(start, *(reading for reading in readings(test) if reading <= poll.clock.latest), start)
    if poll.clock.earliest - newest > demands.stale_factor * timer + demands.stale_grace:
        raise Unproved(f"{name!r}: the newest test is stale")


def _prove_tests(name: str, polls: Sequence[Poll], demands: Demands) -> None:
    starts = [start_of(poll.statuses.get(name, {}).get("last_test")) for poll in polls]
    if (starts[-1] or -math.inf) < max(start for start in starts if start is not None):
        raise Unproved(f"{name!r}: an older test than before")
    if demands.requires_tests:
        word = "".join(_letters(name, polls, demands))
        if not demands.proof.fullmatch(word):
            raise Unproved(f"{name!r}: the tests {word!r} do not match {demands.proof.pattern}")


def _letters(name: str, polls: Sequence[Poll], demands: Demands) -> Iterator[str]:
    """Yield the letters of one monitor. Every observation counts for all polls: what failed once was never clean."""
    anchor = demands.anchor + max(0.0, polls[-1].clock.ahead or 0.0)
    failed, premature = _failed_starts(name, polls), _premature_starts(name, polls)
    newest, before = -math.inf, {}
    for poll in polls:
        status = poll.statuses.get(name) if name in poll.scope(demands.include) else None
        if status is None:
            yield BREAK
            continue
        if status["alert_active"] or _is_another_alert(before, status):
            yield BREAK if status["alert_active"] else ALERT
        since = max(anchor, demands.anchor + max(0.0, poll.clock.ahead or 0.0))
        start, failure = start_of(status.get("last_test")), start_of(status.get("last_failed"))
        is_repeated = start is not None and start == newest
        if start is None or start < newest:
            yield UNUSABLE
        elif _is_hidden_failure(before, status, newest):
            yield FAILED if start >= since else UNUSABLE
        elif not is_repeated:
            if failure is not None and newest < failure < start and failure >= since:
                yield MISSED
            if start in failed:
                yield FAILED if start >= since else UNUSABLE
            elif start < since or start in premature or status["alert_active"]:
                yield UNUSABLE
            else:
                timer = poll.configs.get(name, {}).get("timer") or 0
                is_late = start >= since + (demands.alert_after - 1) * timer
                yield LATE if is_late or not demands.full_detection else CLEAN
        newest = max(newest, start or -math.inf)
        before = {**before, **{field: value for field, value in status.items() if value is not None}}


def _failed_starts(name: str, polls: Sequence[Poll]) -> set[float | None]:
    """Return the starts of all tests that any poll reports as failed."""
    statuses = [poll.statuses[name] for poll in polls if name in poll.statuses]
    newest = {start_of(status.get("last_test")) for status in statuses if is_failing(status)}
    return newest | {start_of(status.get("last_failed")) for status in statuses}


def _premature_starts(name: str, polls: Sequence[Poll]) -> set[float]:
    """Return the starts that were reported before they were due by the clock of the service."""
    starts = [(start_of(poll.statuses.get(name, {}).get("last_test")), poll.clock.latest) for poll in polls]
    return {start for start, latest in starts if start is not None and start > latest}


def _is_hidden_failure(before: Entry, status: Entry, newest: float) -> bool:
    """Whether the failure count rose although no failed test since the poll before is reported."""
    count, failure = status.get("fail_count"), start_of(status.get("last_failed"))
    if count is None or count <= before.get("fail_count", count) or is_failing(status):
        return False
    return failure is None or failure <= newest


def _is_another_alert(before: Entry, status: Entry) -> bool:
    """Whether an alert was raised since the poll before: another id or, without any id, a higher count."""
    old, new = before.get("last_alert") or {}, status.get("last_alert") or {}
    if old.get("alert") and new.get("alert"):
        return bool(old["alert"] != new["alert"])
    count = status.get("alert_count")
    return not old and not new and count is not None and count > before.get("alert_count", count)
