# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checker, third part: the verdict that follows from the states, when a wait ends, and what a result may say.

Written from the tables of the page "How the gate decides", without code of the gate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..exploration import Violation
from .design import Forecast, Monitor, Wait, forecast, forecast_proof, monitors_after
from .history import Reader

WORST_LAST = ("ignore", "pass", "warn", "inconclusive", "error", "block")
CODES = {"block": 10, "inconclusive": 11, "error": 12}
EXEMPT = ("unproved", "known", "fixing")
SETTINGS = 13


class Expectation(NamedTuple):
    """What the design says after a poll; ``is_final`` if the wait ends here. ``states`` are empty for a failed poll."""

    verdict: str
    code: int
    is_final: bool
    states: Mapping[str, str]
    reactions: Mapping[str, str] = {}
    masked: int = 0
    is_proved: bool = False
    is_limited: bool = False


def reaction(state: str, wait: Wait) -> str:
    """Return the verdict for a monitor in ``state``."""
    option = {
        "new_alert": "on_new_alert",
        "silent_failure": "on_silent_failure",
        "missing": "on_blind",
        "existing_alert": "on_existing_alert",
        "existing_problem": "on_existing_problem",
        "blind": "on_blind",
        "failing": "on_failing_test",
        "unproved": "on_unprovable",
    }.get(state)
    if option is None:
        fixed = "block" if wait.phase == "after" else "warn"
        return {"known": "warn", "fixing": fixed, "pending": "inconclusive", "clean": "pass"}[state]
    given = str(wait.option(option))
    lacks_evidence = state in ("missing", "blind", "unproved")
    return "inconclusive" if given == "block" and lacks_evidence else given


def expect(wait: Wait, monitors: Sequence[Monitor], trouble: Expectation | None) -> Expectation:
    """Return the expected after the newest poll of ``wait``, which left ``monitors``; none of them if it failed.

    ``trouble`` is the expected after the newest valid poll if that found a reason to stop other than tests to come.
    """
    poll = wait.polls[-1]
    if poll.statuses is None:
        if wait.option("on_unavailable") == "block" or poll.is_final:
            return Expectation("error", SETTINGS if poll.is_final else CODES["error"], poll.is_final, {})
        return Expectation("warn", 0, False, {}) if trouble is None else trouble._replace(is_final=False)
    return weigh_states(wait, monitors)


def weigh_states(wait: Wait, monitors: Sequence[Monitor]) -> Expectation:
    states = {one.name: one.masked_state() for one in monitors}
    reactions = {name: reaction(state, wait) for name, state in states.items() if state != "clean"}
    for name in wait.option("advisory"):
        if reactions.get(name) not in (None, "ignore"):
            reactions[name] = "warn"
    masked = [name for name, found in reactions.items() if found in ("warn", "ignore")]
    counted = [name for name in masked if states[name] not in EXEMPT and name not in wait.option("advisory")]
    finals = {one.name for one in monitors if reactions.get(one.name) == "block" and one.is_final}
    if list(reactions.values()).count("block") <= wait.option("max_blocking"):
        reactions = {name: "warn" if found == "block" else found for name, found in reactions.items()}
    found = [*reactions.values()]
    is_limited = wait.phase in ("during", "after") and len(counted) > masked_limit(wait, len(states))
    if is_limited:
        found.append("inconclusive")
    verdict = max(found, key=WORST_LAST.index, default="pass")
    verdict = "warn" if verdict == "ignore" else verdict
    code = CODES.get(verdict, 0)
    ends = wait.phase in ("during", "after") and verdict == "block" and bool(finals)
    is_proved = all(one.findings.is_proved for one in monitors)
    return Expectation(verdict, code, code == 0 or ends, states, reactions, len(masked), is_proved, is_limited)


def masked_limit(wait: Wait, scope: int) -> float:
    given = str(wait.option("max_masked"))
    return scope * float(given.rstrip("% ")) / 100 if given.endswith("%") else float(given)


class Played(NamedTuple):
    """What the gate did: its result, the verdict and the counts of states after each poll, and when each was."""

    result: Mapping[str, Any]
    verdicts: Sequence[str]
    counts: Sequence[Mapping[str, int]]
    seconds: Sequence[float]


def check(wait: Wait, played: Played) -> None:
    """Raise Violation unless the gate ruled after each poll, ended and reported as the design says."""
    ahead = proof = None
    trouble: Expectation | None = None
    readers: dict[str, Reader] = {}
    for number in range(1, len(wait.polls) + 1):
        so_far, place = wait.after(number), f"{wait.phase}, poll {number}"
        valid = so_far.polls[-1].statuses is not None
        monitors = monitors_after(so_far, readers) if valid else []
        if valid and is_scope_small(so_far):
            _check_refused(wait, played, number, place)
            return
        if valid and ahead is None:
            ahead = forecast(monitors)
            proof = forecast_proof(monitors)
        for one in monitors:
            one.due = ahead.due.get(one.name) if ahead is not None else None
        expected = expect(so_far, monitors, trouble)
        if is_refused(so_far, monitors, proof) and not (expected.is_final and expected.code):
            _check_refused(wait, played, number, place)
            return
        _compare(place, "verdict", played.verdicts[number - 1], expected.verdict)
        if valid:
            found = Counter({name: count for name, count in played.counts[number - 1].items() if count})
            del found["monitors"]
            _compare(place, "states", dict(found), dict(Counter(expected.states.values())))
            trouble = _trouble(monitors, expected)
        is_last = number == len(wait.polls)
        if expected.is_final != is_last and not (is_last and _is_over(wait, played.seconds[-1], ahead)):
            raise Violation(f"{place}: {'it ends too early' if is_last else 'it should end here'} ({expected.verdict})")
    _check_result(wait, expected, played.result)


def _is_over(wait: Wait, seconds: float, ahead: Forecast | None) -> bool:
    """Whether the wait is over. Without ``timeout`` it must last at least as long as the proof takes."""
    timeout = wait.option("timeout")
    if timeout is not None:
        return bool(seconds >= timeout)
    if wait.phase != "after" and not wait.demands_tests:
        return True
    return seconds >= min(0.0 if ahead is None else ahead.longest, wait.option("timeout_max"))


def _trouble(monitors: Sequence[Monitor], expected: Expectation) -> Expectation | None:
    """Return the expected if it holds against a deployment although later polls fail."""
    if any(one.needs_recovery for one in monitors):
        return expected
    stops = {expected.states[name] for name, found in expected.reactions.items() if found in ("block", "inconclusive")}
    return expected if stops - {"pending"} or expected.is_limited else None


def is_scope_small(wait: Wait) -> bool:
    """Whether the newest responses have fewer monitors than ``min_monitors``, which no wait changes."""
    poll = wait.polls[-1]
    return len({*poll.configs, *(poll.statuses or {})}) < wait.option("min_monitors")


def is_refused(wait: Wait, monitors: Sequence[Monitor], ahead: Forecast | None) -> bool:
    """Whether the options make a proof impossible: of every monitor, or within the timeout that they set."""
    if ahead is None or not monitors or any(one.needs_recovery for one in monitors):
        return False
    if ahead.is_hopeless and wait.option("on_unprovable") != "ignore":
        return True
    timeout = wait.option("timeout")
    return timeout is not None and wait.phase != "before" and ahead.longest > timeout


def _check_refused(wait: Wait, played: Played, number: int, place: str) -> None:
    result, code = played.result, SETTINGS if wait.option("enforce") else 0
    if (result["verdict"], result["gate_rc"]) != ("error", code) or len(played.verdicts) != number:
        raise Violation(f"{place}: no proof is possible in time, but the gate says {result['verdict']}")


def _check_result(wait: Wait, expected: Expectation, result: Mapping[str, Any]) -> None:
    place = f"{wait.phase}, result"
    _compare(place, "verdict", result["verdict"], expected.verdict)
    is_bypassed = expected.code != 0 and not wait.option("enforce")
    _compare(place, "gate_rc", result["gate_rc"], 0 if is_bypassed else expected.code)
    _compare(place, "decision", result["decision"], "stop" if expected.code and not is_bypassed else "proceed")
    _compare(place, "bypassed", result["bypassed"], is_bypassed)
    if wait.polls[-1].statuses is None:
        _compare(place, "verified", result["verified"], False)
        return
    _compare(place, "states", {one["id"]: one["state"] for one in result["monitors"]}, dict(expected.states))
    _compare(place, "verified", result["verified"], expected.verdict == "pass" and expected.is_proved)
    if expected.states:
        _compare(place, "masked", result["masked"], expected.masked)
        owed = sorted(name for name, state in expected.states.items() if state == "unproved")
        _compare(place, "owed", sorted(entry["monitor"] for entry in result["owed"]), owed)


def _compare(place: str, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise Violation(f"{place}: {what}: the gate says {found}, the design {expected}")
