# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a change of one option would do: the stops that it avoids, and the faults that it would miss."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .._gate import states
from .._gate.policy import AFTER, IGNORE, PHASES, WARN, Policy
from .._gate.verdict import ERROR, RC
from .deployment_replay import Deployment, DeploymentReplay
from .document import CAUGHT, MISSED, ChangeEntry, MonitorEntry
from .gate_cache import REACTIONS
from .history import GapError, History
from .policy_files import RehearsedPolicy

UNAVAILABLE = "unavailable"
"""Stands for every reason of a stop without a valid response."""

WORST_MONITORS = 3
"""Monitors of which each is tried as advisory."""

LENIENT_GRACE = 600.0

Track = Callable[[Sequence[float], str], Iterable[float]]
"""Iterates over times and reports the progress of a stage."""


class Rule(NamedTuple):
    """A change that can avoid a stop for one of ``codes``.

    ``loosen`` returns a more lenient value of the option of a policy, None if there is none. ``read`` returns the value
    that a gate uses, which may be a default that depends on its phase.
    """

    option: str
    codes: frozenset[str]
    loosen: Callable[[Any, Policy], Any]
    read: Callable[[Policy], Any] | None = None

    def find_value(self, policy: Policy) -> Any:
        return getattr(policy, self.option) if self.read is None else self.read(policy)


def _reaction(value: Any, _policy: Policy) -> Any:
    return None if value in (WARN, IGNORE) else WARN


def _unprovable(value: Any, policy: Policy) -> Any:
    return _reaction(value, policy) or (None if value == IGNORE else IGNORE)


def _failing_after(_value: Any, policy: Policy) -> Any:
    return policy.failures_in_a_row + 1


def _read_failing_after(policy: Policy) -> int:
    return policy.failures_in_a_row


def _recovery_tests(_value: Any, policy: Policy) -> Any:
    least = max(1, policy.clean_tests)
    return None if policy.owed_after_failure(None) <= least else least


def _read_recovery_tests(policy: Policy) -> int:
    return policy.owed_after_failure(None)


def _grace(value: Any, _policy: Policy) -> Any:
    return None if value >= LENIENT_GRACE else LENIENT_GRACE


def _increment(value: Any, _policy: Policy) -> Any:
    return value + 1


def _masked(value: Any, policy: Policy) -> Any:
    return None if policy.masked_limit(1) >= 1 and "%" in str(value) else "100%"


RULES = (
    *(Rule(option, codes, _reaction) for option, codes in REACTIONS.items()),
    Rule("on_unprovable", frozenset({states.UNPROVED, "timeout_too_short"}), _unprovable),
    Rule("on_unavailable", frozenset({UNAVAILABLE}), _reaction),
    Rule("alert_after", frozenset({states.SILENT_FAILURE}), _increment),
    Rule("failing_after", frozenset({states.FAILING, states.PENDING}), _failing_after, _read_failing_after),
    Rule("recovery_tests", frozenset({states.FAILING, states.PENDING}), _recovery_tests, _read_recovery_tests),
    Rule("stale_grace", frozenset({states.BLIND}), _grace),
    Rule("max_blocking", frozenset({states.NEW_ALERT, states.EXISTING_ALERT, states.FAILING}), _increment),
    Rule("max_masked", frozenset({"max_masked"}), _masked),
)


@dataclass
class Change:
    """A change of one option of a policy, and its effect on the deployments that were replayed with it.

    It can only avoid a stop for one of ``codes`` or, with ``monitor``, because of that monitor.
    """

    option: str
    before: Any
    after: Any
    policy: RehearsedPolicy
    codes: frozenset[str] = frozenset()
    monitor: str | None = None
    stops: int = 0
    avoided: int = 0
    false_stops: int = 0
    missed_faults: int = 0
    missed_outages: int = 0

    def can_avoid(self, stop: Deployment) -> bool:
        if self.monitor is not None:
            return any(reason["monitor"] == self.monitor for reason in stop.stop_reasons)
        return bool(self.codes & list_codes(stop))

    def add_stop(self, stop: Deployment, again: Deployment | None) -> None:
        """Count a stopped deployment, replayed again; None if the history does not cover how it would go on."""
        if again is not None and again.phase is None:
            self.avoided += 1
            self.missed_outages += stop.real_outage is True
            return
        self.stops += 1
        self.false_stops += again is not None and again.real_outage is False

    def entry(self) -> ChangeEntry:
        return {
            "option": self.option,
            "value_from": self.before,
            "value_to": self.after,
            "stops": self.stops,
            "avoided": self.avoided,
            "false_stops": self.false_stops,
            "missed_faults": self.missed_faults,
            "missed_outages": self.missed_outages,
        }


def list_codes(stop: Deployment) -> set[str]:
    """Return the codes of the reasons for a stop."""
    codes = {reason["code"] for reason in stop.stop_reasons}
    return {*codes, UNAVAILABLE} if stop.phase is not None and stop.gate_rc == RC[ERROR] else codes


def list_changes(
    policy: RehearsedPolicy, deployments: Sequence[Deployment], monitors: Sequence[MonitorEntry]
) -> list[Change]:
    """Return the changes that may avoid some of the stops. ``monitors`` stopped most deployments, worst first."""
    codes: dict[str, set[str]] = {}
    for deployment in deployments:
        if deployment.phase is not None:
            codes.setdefault(deployment.phase, set()).update(list_codes(deployment))
    changes = []
    for rule in RULES:
        values = {
            phase: rule.find_value(policy.parse(phase)) for phase in PHASES if rule.codes & codes.get(phase, set())
        }
        lenient = rule.loosen(next(iter(values.values())), policy.parse(AFTER)) if values else None
        if lenient is not None:
            changed = policy.change(rule.option, lenient)
            changes.append(Change(rule.option, _merge_values(values), lenient, changed, rule.codes))
    advisory = list(policy.options["advisory"])
    for monitor in monitors[:WORST_MONITORS]:
        name = monitor["monitor"]
        if name not in advisory:
            lenient = [*advisory, name]
            changed = policy.change("advisory", lenient)
            changes.append(Change("advisory", advisory, lenient, changed, monitor=name))
    return changes


def _merge_values(values: Mapping[str, Any]) -> Any:
    """Return the value that an option has in all of these phases, else its values by phase."""
    distinct = list(values.values())
    return distinct[0] if all(value == distinct[0] for value in distinct) else dict(values)


def order_changes(changes: Iterable[ChangeEntry]) -> list[ChangeEntry]:
    """Return the changes that miss fewest faults first, then fewest outages, then those that avoid most stops."""
    return sorted(changes, key=lambda one: (one["missed_faults"], one["missed_outages"], -one["avoided"]))


def try_changes(
    history: History,
    replay: DeploymentReplay,
    policies: Mapping[str, Sequence[Deployment]],
    changes: Mapping[str, Sequence[Change]],
    track: Track,
) -> None:
    """Replay stopped deployments with the changes that can avoid the stop, and caught faults with those that did.

    ``policies`` and ``changes`` are by the name of the policy. All policies are replayed together, in the order of
    time, so that the history is read once.
    """

    def again(change: Change, at: float, needs_fault: bool) -> Deployment | None:
        try:
            return replay.replay(change.policy, at, needs_fault)
        except GapError:
            return None

    stopped = {name: {one.at: one for one in found if one.phase is not None} for name, found in policies.items()}
    for at in track(_union(stopped, changes), "trying changes of options"):
        history.prepare(at)
        for name, listed in changes.items():
            stop = stopped[name].get(at)
            if stop is None:
                continue
            for change in listed:
                change.add_stop(stop, again(change, at, False) if change.can_avoid(stop) else stop)
    helpful = {name: [change for change in listed if change.avoided] for name, listed in changes.items()}
    caught = {name: {one.at for one in found if one.fault == CAUGHT} for name, found in policies.items()}
    for at in track(_union(caught, helpful), "trying planted faults with changed options"):
        history.prepare(at)
        for change in _select(helpful, caught, at):
            found = again(change, at, True)
            change.missed_faults += found is not None and found.fault == MISSED


def _union(times: Mapping[str, Collection[float]], changes: Mapping[str, Sequence[Change]]) -> list[float]:
    return sorted({at for name, found in times.items() if changes[name] for at in found})


def _select(changes: Mapping[str, Sequence[Change]], times: Mapping[str, set[float]], at: float) -> list[Change]:
    return [change for name, listed in changes.items() if at in times[name] for change in listed]
