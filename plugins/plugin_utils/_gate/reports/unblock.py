# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options of the gate would unblock what stops it, with YAML to paste."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ....module_utils._domain.text import agree, quantity
from ....module_utils._domain.timestamps import epoch, utc
from ..policy import LATE, WARN
from ..states import UNPROVED
from .yaml_text import describe, pattern_for, quote

DAYS = 30
"""Until an exception in a snippet expires."""

MOST_NAMED = 20
"""Monitors that a snippet names one by one."""

LARGEST_GRACE = 3600.0
"""Seconds. A test that is older than that by more than its timer explains was not merely told late."""


class Situation(NamedTuple):
    """What the snippets are written from. ``now`` is in epoch seconds, the other times in seconds.

    ``reasons`` and ``monitors`` are those of a result; ``names`` is as ``pattern_for`` takes it. ``timeout`` is the
    option, None when the wait is predicted. ``masked`` of ``scope`` monitors prove nothing. ``unavailable`` says that
    the service gave no valid answer.
    """

    reasons: Sequence[Mapping[str, Any]]
    monitors: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, int]
    now: float
    stale_factor: float = 2.0
    timeout: float | None = None
    waited: float = 0.0
    predicted: float = 0.0
    masked: int = 0
    scope: int = 0
    unavailable: bool = False

    def of(self, states: Iterable[str]) -> list[Mapping[str, Any]]:
        """Return the monitors that are held against the deployment for one of ``states``, worst first."""
        wanted = set(states)
        ids = dict.fromkeys(
            reason["monitor"] for reason in self.reasons if reason["code"] in wanted and _counts(reason)
        )
        return [self.monitors[name] for name in ids if name in self.monitors]


def _counts(reason: Mapping[str, Any]) -> bool:
    """Return whether a reason asks for an option, because it stops the deployment."""
    return bool(reason["verdict"] != WARN)


class Offer(NamedTuple):
    """An option, the states or codes that it helps against, why, and what writes its snippet, or None for no use."""

    option: str
    states: tuple[str, ...]
    why: str
    write: Callable[[Situation, tuple[str, ...]], str | None]


def unblock_options(situation: Situation) -> list[dict[str, Any]]:
    """Return ``option``, ``states``, ``why`` and ``snippet`` for each option that would help, the narrowest first."""
    stopping = {reason["code"] for reason in situation.reasons if _counts(reason)}
    found = []
    if situation.unavailable:
        codes = list(dict.fromkeys(reason["code"] for reason in situation.reasons))
        found.append({"option": "on_unavailable", "states": codes, "why": UNSEEN, "snippet": "on_unavailable: warn\n"})
    for offer in OFFERS:
        states = tuple(state for state in offer.states if state in stopping)
        snippet = offer.write(situation, states) if states else None
        if snippet is not None:
            found.append({"option": offer.option, "states": list(states), "why": offer.why, "snippet": snippet})
    return found


def known_entry(monitor: Mapping[str, Any], pattern: str, expires: float, prefix: str = "") -> str:
    """Return an entry of ``known`` as one line of YAML without the label, which a comment may add.

    ``expires`` is in epoch seconds; ``prefix`` begins the reason.
    """
    return (
        f"{{monitor: {quote(pattern)}, states: [{monitor['state']}], "
        f"reason: {quote(prefix + describe_problem(monitor))}, expires: {quote(utc(expires))}}}"
    )


def describe_problem(monitor: Mapping[str, Any]) -> str:
    """Return what is wrong with a monitor and since when, without words that age."""
    told = str(monitor["state"]).replace("_", " ")
    if monitor["alert_since"] is not None:
        told += f", alert since {monitor['alert_since']}"
    elif monitor["last_test"] is not None:
        told += f", last test {monitor['last_test']}"
    return f"{told}: {describe(monitor['error'], 120)}" if monitor["error"] else told


def _known(situation: Situation, states: tuple[str, ...]) -> str | None:
    expires = situation.now + DAYS * 86400
    return _listed("known", situation, states, lambda monitor, pattern: known_entry(monitor, pattern, expires))


def _patterns(option: str) -> Callable[[Situation, tuple[str, ...]], str | None]:
    return lambda situation, states: _listed(option, situation, states, lambda monitor, pattern: quote(pattern))


def _listed(
    option: str,
    situation: Situation,
    states: tuple[str, ...],
    write: Callable[[Mapping[str, Any], str], str],
) -> str | None:
    """Return the option as a list with an item for each monitor. Whoever is named by an id has the label beside it."""
    monitors = situation.of(states)
    lines, unnamed = [], 0
    for monitor in monitors[:MOST_NAMED]:
        pattern = pattern_for(monitor["id"], monitor["label"], situation.names)
        if pattern is None:
            unnamed += 1
            continue
        comment = "" if pattern == monitor["label"] else f"  # {describe(monitor['label'], 80)}"
        lines.append(f"  - {write(monitor, pattern)}{comment}")
    if not lines:
        return None
    if unnamed:
        share = agree(unnamed, "shares its", "share their")
        them = agree(unnamed, "it", "them")
        named = quantity(unnamed, "monitor")
        lines.append(f"  # {named} {share} id or label with others: no pattern selects {them} alone")
    if len(monitors) > MOST_NAMED:
        lines.append(
            f'  # {len(monitors) - MOST_NAMED:,} more: the result lists them in monitors; a glob such as "Shop *" '
            "selects several, and the playbook knowledgefront.monitoring.adopt writes an entry for each"
        )
    return "\n".join([f"{option}:", *lines]) + "\n"


def _fixed(option: str, value: object = WARN) -> Callable[[Situation, tuple[str, ...]], str | None]:
    return lambda _situation, _states: f"{option}: {value}\n"


def _stale_grace(situation: Situation, states: tuple[str, ...]) -> str | None:
    """Return the least that would do for monitors whose newest test is too old by a time that clocks can explain."""
    lacking = [
        situation.now - epoch(monitor["last_test"]) - situation.stale_factor * monitor["timer"]
        for monitor in situation.of(states)
        if monitor["last_test"] is not None and monitor["timer"]
    ]
    small = [seconds for seconds in lacking if 0 < seconds <= LARGEST_GRACE]
    return f"stale_grace: {_minutes(max(small) + LATE)}\n" if small else None


def _timeout(name: str) -> Callable[[Situation, tuple[str, ...]], str | None]:
    """Return what raises ``name``, if that is the option by which this wait was limited."""

    def write(situation: Situation, states: tuple[str, ...]) -> str | None:
        if (situation.timeout is not None) is not (name == "timeout"):
            return None
        timers = [monitor["timer"] or 0.0 for monitor in situation.of(states)]
        # A round for a test that is just over, and one more for a test that fails by chance.
        longest = 2 * max(timers, default=0.0)
        needed = max(situation.waited, situation.predicted, situation.timeout or 0.0) + longest + LATE
        return f"{name}: {_minutes(needed)}\n"

    return write


def _timeout_max_for_unproved(situation: Situation, states: tuple[str, ...]) -> str | None:
    timers = [monitor["timer"] for monitor in situation.of(states) if monitor["timer"]]
    return f"timeout_max: {_minutes(2 * max(timers) + LATE)}\n" if timers else None


def _max_masked(situation: Situation, _states: tuple[str, ...]) -> str | None:
    share = math.ceil(100 * situation.masked / max(1, situation.scope))
    return f'max_masked: "{min(100, share)}%"\n'


def _minutes(seconds: float) -> int:
    """Return ``seconds`` rounded up to whole minutes, in seconds."""
    return math.ceil(seconds / 60) * 60


UNSEEN = "a deployment proceeds, unverified, while the service gives no valid answer"
FOR_ALL = "it holds for every monitor in scope, also for those that become so later, so prefer known"

LONGER = "the proof needs a longer wait"
WAITING = ("pending", "fixing", "timeout_too_short")

OFFERS = (
    Offer("fixes", ("existing_alert",), "this deployment repairs what alerts, and must prove it", _patterns("fixes")),
    Offer(
        "stale_grace",
        ("blind",),
        "the newest tests look older than they should: the service's two readings of a test's time differ (by 540 s in "
        "its documentation), or a clock is wrong; this much more is allowed",
        _stale_grace,
    ),
    Offer("timeout", WAITING, LONGER, _timeout("timeout")),
    Offer("timeout_max", WAITING, LONGER, _timeout("timeout_max")),
    Offer(
        "timeout_max",
        (UNPROVED,),
        "these monitors test so rarely that only a longer wait proves them",
        _timeout_max_for_unproved,
    ),
    Offer(
        "known",
        ("new_alert", "existing_alert", "existing_problem", "silent_failure", "blind", "failing", "missing"),
        "somebody has looked at each of these monitors and accepts its state until then; write why into the reason, "
        "and accept a new alert only if the deployment did not cause it",
        _known,
    ),
    Offer(
        "advisory",
        ("failing", "new_alert"),
        "these monitors are reported and never stop a deployment, so the gate no longer protects what they watch",
        _patterns("advisory"),
    ),
    Offer(
        "exclude",
        ("missing",),
        "these monitors were removed on purpose; or run phase before again for a new baseline",
        _patterns("exclude"),
    ),
    *(
        Offer(option, states, f"{why}: {FOR_ALL}", _fixed(option))
        for option, states, why in (
            ("on_existing_alert", ("existing_alert",), "alerts that are not new are tolerated"),
            ("on_existing_problem", ("existing_problem",), "problems that the baseline had are tolerated"),
            ("on_failing_test", ("failing",), "failed tests without an alert are tolerated"),
            ("on_silent_failure", ("silent_failure",), "resume the paused alerts; or tolerate failures without one"),
            ("on_blind", ("blind", "missing"), "monitors without a recent test are tolerated"),
            ("on_unprovable", (UNPROVED,), "a deployment proceeds without the proof of slow monitors"),
        )
    ),
    Offer(
        "max_masked",
        ("max_masked", "masked"),
        "more monitors than this may prove nothing; repair some, or exclude those that the deployment cannot touch",
        _max_masked,
    ),
    Offer("on_unmatched", ("unmatched",), "patterns that match no monitor are only warned of", _fixed("on_unmatched")),
)
"""In the order in which they are offered: what is right for single monitors before what weakens the gate for all."""
