# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which exceptions an account needs, which of those in a file it needs no longer, and how long its proofs take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.timestamps import utc
from .._gate.exceptions import ACCEPTED, parse_time_option
from .._gate.policy import AFTER, BY_PHASE, DEFAULTS, LATE
from .._gate.reports.grouping import MonitorEntry
from .._gate.reports.unblock import describe_problem
from .._gate.reports.yaml_text import TEMPLATE, exact_pattern, sanitize_yaml
from .account import Account

CLEAN = "clean"

NOT_OLD = frozenset({CLEAN, "failing", "pending", "unproved", "fixing", "known", "new_alert"})
"""States that are no problem of long standing. A monitor that merely failed its newest test must prove itself."""

ADOPTED = "Adopted on "
"""How the reasons of our entries begin. Other entries were written by people, and only people remove them."""

DAY = 86400.0
USUAL_TIMER = 3600.0
"""Monitors with a longer timer are slow: no deployment waits hours for their proof by default."""

ROUNDED = 300
"""Seconds to whose multiple a suggested wait is rounded up."""


class KnownEntry(NamedTuple):
    """An entry of ``deploy_gate_known``. ``states`` None is what the option's default is."""

    monitor: str
    reason: str
    states: tuple[str, ...] | None = None
    expires: str | None = None
    label: str = ""

    @property
    def adopted(self) -> bool:
        return self.reason.startswith(ADOPTED)

    def expired(self, now: float) -> bool:
        """A time that cannot be read is for the gate to refuse."""
        try:
            until = parse_time_option(self.expires, "expires")
        except ValueError:
            return False
        return until is not None and until <= now


class Adoption(NamedTuple):
    """What happens to a file's exceptions. ``unnamed`` are problems of monitors that no pattern selects alone.

    ``watched`` are monitors with a state that is not adopted: they have to prove themselves.
    """

    added: list[KnownEntry]
    removed: list[KnownEntry]
    kept: list[KnownEntry]
    expired: list[KnownEntry]
    problems: list[MonitorEntry]
    unnamed: list[MonitorEntry]
    watched: list[MonitorEntry]


def plan_adoption(account: Account, entries: Sequence[KnownEntry], days: float, prune: bool) -> Adoption:
    """Return which entries to add to a file that has ``entries``, or with ``prune`` which ones to remove instead.

    Existing entries keep their expiry, also when it is over: whoever wants them again prunes first.
    """
    selected = _select(account.monitors, entries)
    problems = [monitor for monitor in account.monitors if monitor["state"] not in NOT_OLD]
    removed = _find_unneeded(account, entries, selected) if prune else []
    added, unnamed = ([], []) if prune else _find_uncovered(account, problems, entries, selected, days)
    kept = [entry for entry in entries if entry not in removed]
    watched = [one for one in account.monitors if one["state"] in NOT_OLD and one["state"] != CLEAN]
    expired = [entry for entry in kept if entry.expired(account.taken_at)]
    return Adoption(added, removed, kept, expired, problems, unnamed, watched)


def _select(monitors: Sequence[MonitorEntry], entries: Sequence[KnownEntry]) -> Mapping[str, list[MonitorEntry]]:
    """Return the monitors that each pattern in ``entries`` selects. A template selects none: only Ansible reads it."""
    usable = []
    for text in dict.fromkeys(entry.monitor for entry in entries):
        try:
            Patterns([text])
        except PatternError:
            continue
        if not TEMPLATE.search(text):
            usable.append(text)
    patterns = Patterns(usable)
    found: dict[str, list[MonitorEntry]] = {text: [] for text in usable}
    for monitor in monitors:
        for text in patterns.selecting(_Name(monitor["id"], monitor["label"])):
            found[text].append(monitor)
    return found


class _Name(NamedTuple):
    id: str
    label: str


def _find_unneeded(
    account: Account, entries: Sequence[KnownEntry], selected: Mapping[str, list[MonitorEntry]]
) -> list[KnownEntry]:
    return [
        entry
        for entry in entries
        if entry.adopted
        and entry.monitor in selected
        and (entry.expired(account.taken_at) or all(monitor["state"] == CLEAN for monitor in selected[entry.monitor]))
    ]


def _find_uncovered(
    account: Account,
    problems: Sequence[MonitorEntry],
    entries: Sequence[KnownEntry],
    selected: Mapping[str, list[MonitorEntry]],
    days: float,
) -> tuple[list[KnownEntry], list[MonitorEntry]]:
    covered = {
        (monitor["id"], state)
        for entry in entries
        for monitor in selected.get(entry.monitor, ())
        for state in entry.states or ACCEPTED
    }
    added, unnamed = [], []
    for monitor in problems:
        if (monitor["id"], monitor["state"]) in covered:
            continue
        pattern = _pattern(monitor["id"], account.names)
        if pattern is None:
            unnamed.append(monitor)
            continue
        reason = (
            f"{ADOPTED}{utc(account.taken_at)[:10]}: {sanitize_yaml(monitor['label'], 80)}: {describe_problem(monitor)}"
        )
        expires = utc(account.taken_at + days * DAY)
        added.append(KnownEntry(pattern, reason, (monitor["state"],), expires, monitor["label"]))
    return added, unnamed


def _pattern(monitor_id: str, names: Mapping[str, int]) -> str | None:
    pattern = exact_pattern(monitor_id)
    alone = names.get(monitor_id) == 1 and (pattern == monitor_id or pattern not in names)
    return pattern if alone and monitor_id.strip() else None


def suggest_timeout_max(monitors: Sequence[MonitorEntry]) -> int:
    """Return seconds in which every monitor that is not slow is proved, also after a failed test.

    It is not less than the default of the gate.
    """
    timers = [monitor["timer"] for monitor in monitors if monitor["timer"] and monitor["timer"] <= USUAL_TIMER]
    tests = 1 + BY_PHASE[AFTER]["clean_tests"]
    needed = BY_PHASE[AFTER]["settle"] + tests * max(timers, default=0.0) + LATE
    return int(max(DEFAULTS["timeout_max"], math.ceil(needed / ROUNDED) * ROUNDED))


def find_slow(monitors: Sequence[MonitorEntry], timeout_max: float) -> list[MonitorEntry]:
    """Return the monitors whose first test since a deployment may come only after ``timeout_max`` seconds."""
    spare = timeout_max - BY_PHASE[AFTER]["settle"] - LATE
    return [monitor for monitor in monitors if monitor["timer"] is not None and monitor["timer"] > spare]
