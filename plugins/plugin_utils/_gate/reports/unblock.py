# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the gate that unblock a deployment, with YAML to paste."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ....module_utils._domain.text import agree, quantity
from ....module_utils._domain.timestamps import parse_utc, utc
from ..policy import LATE, WARN
from ..states import UNPROVED
from .yaml_text import pattern_for, quote, sanitize_yaml

DAYS = 30
"""Lifetime of an exception in a snippet."""

MAX_NAMED = 20
"""Monitors that a snippet names individually."""

MAX_GRACE = 3600.0
"""Largest ``stale_grace`` to offer, in seconds. A late report does not explain a test that is older."""


class Situation(NamedTuple):
    """The input of the snippets. ``now`` is in epoch seconds, the other times are in seconds.

    ``reasons`` and ``monitors`` are those of a result; ``names`` is the argument of ``pattern_for``. ``timeout`` is
    the option, or None if the wait is predicted, and ``wait_option`` the name of what limits the wait for tests.
    ``needed`` is the option that is too small for any proof, and a sufficient value of it. ``masked`` of the ``scope``
    monitors prove nothing. ``unavailable`` means that the service did not return a valid response.
    """

    reasons: Sequence[Mapping[str, Any]]
    monitors: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, int]
    now: float
    stale_factor: float = 2.0
    timeout: float | None = None
    waited: float = 0.0
    predicted: float = 0.0
    wait_option: str = "timeout_max"
    masked: int = 0
    scope: int = 0
    unavailable: bool = False
    needed: tuple[str, int] | None = None

    def of(self, states: Iterable[str]) -> list[Mapping[str, Any]]:
        """Return the monitors that stop the deployment because of one of ``states``, worst first."""
        wanted = set(states)
        ids = dict.fromkeys(reason["monitor"] for reason in self.reasons if reason["code"] in wanted and _stops(reason))
        return [self.monitors[name] for name in ids if name in self.monitors]


def _stops(reason: Mapping[str, Any]) -> bool:
    """Whether a reason stops the deployment."""
    return bool(reason["verdict"] != WARN)


class Offer(NamedTuple):
    """An option, the states or codes that it tolerates or solves, the reason, and the writer of its snippet.

    The writer returns None if the option does not help.
    """

    option: str
    states: tuple[str, ...]
    why: str
    write: Callable[[Situation, tuple[str, ...]], str | None]


def unblock_options(situation: Situation) -> list[dict[str, Any]]:
    """Return ``option``, ``states``, ``why`` and ``snippet`` of each option that helps, the narrowest option first."""
    stopping = {reason["code"] for reason in situation.reasons if _stops(reason)}
    found = []
    if situation.unavailable:
        codes = list(dict.fromkeys(reason["code"] for reason in situation.reasons))
        found.append(
            {"option": "on_unavailable", "states": codes, "why": UNAVAILABLE, "snippet": "on_unavailable: warn\n"}
        )
    for offer in OFFERS:
        states = tuple(state for state in offer.states if state in stopping)
        snippet = offer.write(situation, states) if states else None
        if snippet is not None:
            found.append({"option": offer.option, "states": list(states), "why": offer.why, "snippet": snippet})
    return found


def known_entry(monitor: Mapping[str, Any], pattern: str, expires: float, prefix: str = "") -> str:
    """Return an entry of ``known`` as one line of YAML.

    ``expires`` is in epoch seconds; ``prefix`` begins the reason.
    """
    return (
        f"{{monitor: {quote(pattern)}, states: [{monitor['state']}], "
        f"reason: {quote(prefix + describe_problem(monitor))}, expires: {quote(utc(expires))}}}"
    )


def describe_problem(monitor: Mapping[str, Any]) -> str:
    """Return the problem of a monitor and its time, in words that stay true."""
    problem = str(monitor["state"]).replace("_", " ")
    if monitor["alert_since"] is not None:
        problem += f", alert since {monitor['alert_since']}"
    elif monitor["last_test"] is not None:
        problem += f", last test {monitor['last_test']}"
    return f"{problem}: {sanitize_yaml(monitor['error'], 120)}" if monitor["error"] else problem


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
    """Return the option as a list of the monitors. A comment has the label of a monitor that is named by its id."""
    monitors = situation.of(states)
    lines, unnamed = [], 0
    for monitor in monitors[:MAX_NAMED]:
        pattern = pattern_for(monitor["id"], monitor["label"], situation.names)
        if pattern is None:
            unnamed += 1
            continue
        comment = "" if pattern == monitor["label"] else f"  # {sanitize_yaml(monitor['label'], 80)}"
        lines.append(f"  - {write(monitor, pattern)}{comment}")
    if not lines:
        return None
    if unnamed:
        share = agree(unnamed, "shares its", "share their")
        them = agree(unnamed, "it", "them")
        named = quantity(unnamed, "monitor")
        lines.append(f"  # {named} {share} id or label with others: no pattern selects only {them}")
    if len(monitors) > MAX_NAMED:
        lines.append(
            f'  # {len(monitors) - MAX_NAMED:,} more: the result lists them in monitors; a glob such as "Shop *" '
            "selects several, and the playbook knowledgefront.monitoring.adopt writes an entry for each"
        )
    return "\n".join([f"{option}:", *lines]) + "\n"


def _fixed(option: str, value: object = WARN) -> Callable[[Situation, tuple[str, ...]], str | None]:
    return lambda _situation, _states: f"{option}: {value}\n"


def _stale_grace(situation: Situation, states: tuple[str, ...]) -> str | None:
    """Return the smallest sufficient value, if different clocks or late reports can explain the age of the tests."""
    lacking = [
        situation.now - parse_utc(monitor["last_test"]) - situation.stale_factor * monitor["timer"]
        for monitor in situation.of(states)
        if monitor["last_test"] is not None and monitor["timer"]
    ]
    small = [seconds for seconds in lacking if 0 < seconds <= MAX_GRACE]
    return f"stale_grace: {_minutes(max(small) + LATE)}\n" if small else None


def _timeout(name: str) -> Callable[[Situation, tuple[str, ...]], str | None]:
    """Return the writer of a larger ``name``, if that option limited the wait."""

    def write(situation: Situation, states: tuple[str, ...]) -> str | None:
        if (situation.timeout is not None) is not (name == "timeout"):
            return None
        timers = [monitor["timer"] or 0.0 for monitor in situation.of(states)]
        # One interval because a test may just have ended, and one more because a test may fail by chance.
        longest = 2 * max(timers, default=0.0)
        needed = max(situation.waited, situation.predicted, situation.timeout or 0.0) + longest + LATE
        return f"{name}: {_minutes(needed)}\n"

    return write


def _needed(name: str) -> Callable[[Situation, tuple[str, ...]], str | None]:
    """Return the writer of a sufficient ``name``, if that option made a proof impossible."""

    def write(situation: Situation, _states: tuple[str, ...]) -> str | None:
        if situation.needed is None or situation.needed[0] != name:
            return None
        return f"{name}: {_minutes(situation.needed[1])}\n"

    return write


def _timeout_for_unproved(name: str) -> Callable[[Situation, tuple[str, ...]], str | None]:
    """Return the writer of a larger ``name``, if that option limits the wait."""

    def write(situation: Situation, states: tuple[str, ...]) -> str | None:
        timers = [monitor["timer"] for monitor in situation.of(states) if monitor["timer"]]
        if not timers or situation.wait_option != name:
            return None
        return f"{name}: {_minutes(2 * max(timers) + LATE)}\n"

    return write


def _max_masked(situation: Situation, _states: tuple[str, ...]) -> str | None:
    share = math.ceil(100 * situation.masked / max(1, situation.scope))
    return f'max_masked: "{min(100, share)}%"\n'


def _minutes(seconds: float) -> int:
    """Return ``seconds`` rounded up to whole minutes, in seconds."""
    return math.ceil(seconds / 60) * 60


UNAVAILABLE = "deployments proceed without verification while the service returns no valid response"
FOR_ALL = "for all monitors in scope, now and later; prefer known"

LONGER = "the proof needs a longer wait"
RARE = "these monitors test so rarely that only a longer wait can prove them"
WAITING = ("pending", "fixing")
TOO_SHORT = ("timeout_too_short",)

OFFERS = (
    Offer(
        "fixes",
        ("existing_alert",),
        "this deployment repairs these alerts and must prove it",
        _patterns("fixes"),
    ),
    Offer(
        "stale_grace",
        ("blind",),
        "the newest tests seem too old because the service's two times of a test differ (by 540 s in its "
        "documentation) or a clock is wrong; this tolerates the difference",
        _stale_grace,
    ),
    Offer("timeout", WAITING, LONGER, _timeout("timeout")),
    Offer("timeout_max", WAITING, LONGER, _timeout("timeout_max")),
    Offer("timeout", TOO_SHORT, LONGER, _needed("timeout")),
    Offer("timeout_max", TOO_SHORT, LONGER, _needed("timeout_max")),
    Offer("timeout", (UNPROVED,), RARE, _timeout_for_unproved("timeout")),
    Offer("timeout_max", (UNPROVED,), RARE, _timeout_for_unproved("timeout_max")),
    Offer(
        "known",
        ("new_alert", "existing_alert", "existing_problem", "silent_failure", "blind", "failing", "missing"),
        "accept the present state of these monitors until the expiry date; write the cause into the reason, and accept "
        "a new alert only if the deployment did not cause it",
        _known,
    ),
    Offer(
        "advisory",
        ("failing", "new_alert"),
        "report these monitors without stopping a deployment; the gate no longer protects what they watch",
        _patterns("advisory"),
    ),
    Offer(
        "exclude",
        ("missing",),
        "these monitors were removed on purpose; alternatively, run phase before again for a new baseline",
        _patterns("exclude"),
    ),
    *(
        Offer(option, states, f"{why} {FOR_ALL}", _fixed(option))
        for option, states, why in (
            ("on_existing_alert", ("existing_alert",), "tolerate existing alerts"),
            ("on_existing_problem", ("existing_problem",), "tolerate problems of the baseline"),
            ("on_failing_test", ("failing",), "tolerate failed tests without an alert"),
            ("on_silent_failure", ("silent_failure",), "tolerate failures without an alert (or resume paused alerts)"),
            ("on_blind", ("blind", "missing"), "tolerate monitors without a recent test"),
            ("on_unprovable", (UNPROVED,), "proceed without the proof of slow monitors"),
        )
    ),
    Offer(
        "max_masked",
        ("max_masked", "masked"),
        "tolerate this share of monitors without proof; it is better to repair them, or to exclude those that the "
        "deployment cannot affect",
        _max_masked,
    ),
    Offer("on_unmatched", ("unmatched",), "warn of patterns that match no monitor", _fixed("on_unmatched")),
)
"""In the order of the offers: options for individual monitors before options that weaken the gate for all."""
