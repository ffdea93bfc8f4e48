# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan an adoption: the entries that an account needs, those it no longer needs, and how long its proofs take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...module_utils._domain.selection import PatternError, Patterns
from ...module_utils._domain.timestamps import utc
from .._gate.exemptions import ACCEPTED, parse_time_option
from .._gate.policy import AFTER, BY_PHASE, DEFAULTS, LATE
from .._gate.reports.grouping import MonitorEntry
from .._gate.reports.unblock import describe_problem
from .._gate.reports.yaml_text import TEMPLATE, exact_pattern, sanitize_yaml
from .account import Account

CLEAN = "clean"

NOT_OLD = frozenset({CLEAN, "failing", "pending", "unproved", "fixing", "known", "new_alert"})
"""States that are not old problems. A monitor that only failed its newest test needs a proof."""

ADOPTED = "Adopted on "
"""Prefix of the reasons of adopted entries. Entries without it were written by people and are never removed."""

DAY = 86400.0
USUAL_TIMER = 3600.0
"""Monitors with a longer timer do not extend the suggested ``timeout_max``."""

ROUNDED = 300
"""The suggested ``timeout_max`` is a multiple of this number of seconds."""


class KnownEntry(NamedTuple):
    """An entry of ``deploy_gate_known``. If ``states`` is None, the default of the option applies."""

    monitor: str
    reason: str
    states: tuple[str, ...] | None = None
    expires: str | None = None
    label: str = ""

    @property
    def is_adopted(self) -> bool:
        return self.reason.startswith(ADOPTED)

    def is_expired(self, now: float) -> bool:
        """Whether the entry has expired. An invalid time has not: the gate refuses it."""
        try:
            until = parse_time_option(self.expires, "expires")
        except ValueError:
            return False
        return until is not None and until <= now


class Adoption(NamedTuple):
    """The changes to the entries of a file. ``ambiguous`` are problems of monitors that no pattern selects alone.

    ``recent`` are monitors with a problem that is not old: they need a proof.
    """

    added: list[KnownEntry]
    removed: list[KnownEntry]
    unchanged: list[KnownEntry]
    expired: list[KnownEntry]
    problems: list[MonitorEntry]
    ambiguous: list[MonitorEntry]
    recent: list[MonitorEntry]


def plan_adoption(account: Account, entries: Sequence[KnownEntry], days: float, prune: bool) -> Adoption:
    """Return the entries to add to a file with ``entries`` or, with ``prune``, the entries to remove.

    Existing entries keep their expiry, even if it has passed: prune first to adopt such a problem again.
    """
    selected = _select(account.monitors, entries)
    problems = [monitor for monitor in account.monitors if monitor["state"] not in NOT_OLD]
    removed = _find_unneeded(account, entries, selected) if prune else []
    added, ambiguous = ([], []) if prune else _find_uncovered(account, problems, entries, selected, days)
    unchanged = [entry for entry in entries if entry not in removed]
    recent = [one for one in account.monitors if one["state"] in NOT_OLD and one["state"] != CLEAN]
    expired = [entry for entry in unchanged if entry.is_expired(account.taken_at)]
    return Adoption(added, removed, unchanged, expired, problems, ambiguous, recent)


def _select(monitors: Sequence[MonitorEntry], entries: Sequence[KnownEntry]) -> Mapping[str, list[MonitorEntry]]:
    """Return the monitors that each pattern in ``entries`` selects, without templates, which only Ansible evaluates."""
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
        for text in patterns.find_matches(_NamedMonitor(monitor["id"], monitor["label"])):
            found[text].append(monitor)
    return found


class _NamedMonitor(NamedTuple):
    id: str
    label: str


def _find_unneeded(
    account: Account, entries: Sequence[KnownEntry], selected: Mapping[str, list[MonitorEntry]]
) -> list[KnownEntry]:
    return [
        entry
        for entry in entries
        if entry.is_adopted
        and entry.monitor in selected
        and (
            entry.is_expired(account.taken_at) or all(monitor["state"] == CLEAN for monitor in selected[entry.monitor])
        )
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
    added, ambiguous = [], []
    for monitor in problems:
        if (monitor["id"], monitor["state"]) in covered:
            continue
        pattern = _unique_pattern(monitor["id"], account.names)
        if pattern is None:
            ambiguous.append(monitor)
            continue
        reason = (
            f"{ADOPTED}{utc(account.taken_at)[:10]}: {sanitize_yaml(monitor['label'], 80)}: {describe_problem(monitor)}"
        )
        expires = utc(account.taken_at + days * DAY)
        added.append(KnownEntry(pattern, reason, (monitor["state"],), expires, monitor["label"]))
    return added, ambiguous


def _unique_pattern(monitor_id: str, names: Mapping[str, int]) -> str | None:
    """Return a pattern that selects only this monitor, None if there is none."""
    pattern = exact_pattern(monitor_id)
    is_unique = names.get(monitor_id) == 1 and (pattern == monitor_id or pattern not in names)
    return pattern if is_unique and monitor_id.strip() else None


def suggest_timeout_max(monitors: Sequence[MonitorEntry]) -> int:
    """Return the seconds in which every monitor that is not slow is proved, also after a failed test.

    The number is at least the default of the gate.
    """
    timers = [monitor["timer"] for monitor in monitors if monitor["timer"] and monitor["timer"] <= USUAL_TIMER]
    tests = 1 + BY_PHASE[AFTER]["clean_tests"]
    needed = BY_PHASE[AFTER]["settle"] + tests * max(timers, default=0.0) + LATE
    return int(max(DEFAULTS["timeout_max"], math.ceil(needed / ROUNDED) * ROUNDED))


def find_slow(monitors: Sequence[MonitorEntry], timeout_max: float) -> list[MonitorEntry]:
    """Return the monitors whose first test after a deployment may end later than ``timeout_max`` seconds."""
    spare = timeout_max - BY_PHASE[AFTER]["settle"] - LATE
    return [monitor for monitor in monitors if monitor["timer"] is not None and monitor["timer"] > spare]
