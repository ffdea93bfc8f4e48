# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reuses a replayed gate for a policy whose other options cannot have an effect on that gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._gate import states
from .._gate.baseline import Baseline
from .._gate.loop import MAX_POLLS
from .._gate.policy import BEFORE, BLOCK, DURING, Policy
from .._gate.verdict import map_reactions
from .._gate_action.arguments import POLICY, read_policy
from .gate_replay import Replay

REACTIONS: Mapping[str, frozenset[str]] = {
    "on_new_alert": frozenset({states.NEW_ALERT}),
    "on_silent_failure": frozenset({states.SILENT_FAILURE}),
    "on_existing_alert": frozenset({states.EXISTING_ALERT}),
    "on_existing_problem": frozenset({states.EXISTING_PROBLEM}),
    "on_failing_test": frozenset({states.FAILING}),
    "on_blind": frozenset({states.BLIND, states.MISSING}),
}
"""The states without which an option has no effect."""


class GateCache:
    """The gates of one deployment. Each of them is a function of its options, its time and its baseline."""

    def __init__(self) -> None:
        self._replays: dict[tuple[str, float], list[tuple[Mapping[str, Any], Replay]]] = {}

    def clear(self) -> None:
        self._replays.clear()

    def find(self, options: Mapping[str, Any], began: float, replay: Callable[[], Replay]) -> Replay:
        """Return a replay at ``began`` with these options of a gate, or what ``replay`` returns."""
        known = self._replays.setdefault((options["phase"], began), [])
        for given, found in known:
            if _is_same_baseline(found.baseline, options["baseline"]) and is_equal(given, options, found):
                return found
        found = replay()
        known.append((options, found))
        return found


def _is_same_baseline(one: Baseline | None, other: Baseline | None) -> bool:
    return one is other or one == other


def is_equal(given: Mapping[str, Any], other: Mapping[str, Any], found: Replay) -> bool:
    """Whether ``found``, the gate with the options ``given``, is the same with the ``other`` options."""
    different = [name for name in other if name != "baseline" and given.get(name) != other[name]]
    if not different:
        return True
    if found.outcome.view is None or found.outcome.samples > MAX_POLLS or set(different) - EFFECTS.keys():
        return False
    policy = read_policy(other, found.began)[0]
    return not any(_differs(name, found.policy, policy) and EFFECTS[name](name, found, policy) for name in different)


def _differs(name: str, one: Policy, other: Policy) -> bool:
    return name not in POLICY or bool(getattr(one, name) != getattr(other, name))


def _saw(found: Replay, wanted: frozenset[str]) -> bool:
    """Whether a poll of the gate found a monitor in one of the ``wanted`` states."""
    return any(poll.counts[state] for poll in found.outcome.polls for state in wanted)


def _has_failures(found: Replay) -> bool:
    return found.outcome.view is None or found.outcome.view.evidence.has_failures


def _reacts(name: str, found: Replay, _policy: Policy) -> bool:
    return _saw(found, REACTIONS[name])


def _counts_blocking(_name: str, found: Replay, _policy: Policy) -> bool:
    reactions = map_reactions(found.policy)
    return _saw(found, frozenset(state for state, reaction in reactions.items() if reaction == BLOCK))


def _limits_masked(_name: str, found: Replay, _policy: Policy) -> bool:
    return found.policy.phase != BEFORE


def _counts_failures(_name: str, found: Replay, policy: Policy) -> bool:
    """Whether ``failing_after`` matters: from two on only after a failed test, and never if tests are not required."""
    least = min(found.policy.failures_in_a_row, policy.failures_in_a_row)
    return policy.demands_tests and (least < 2 or _has_failures(found))


def _counts_recovery(_name: str, found: Replay, _policy: Policy) -> bool:
    return _has_failures(found)


def _advises(_name: str, found: Replay, policy: Policy) -> bool:
    """Whether another ``advisory`` matters: not for clean monitors in a single poll that requires no tests."""
    outcome = found.outcome
    is_simple = policy.phase in (BEFORE, DURING) and not policy.demands_tests and outcome.samples == 1
    if not is_simple or (outcome.proof is not None and outcome.proof.unprovable):
        return True
    return any(
        one.state != states.CLEAN
        and bool(policy.advisory.find_matches(one.monitor)) != bool(found.policy.advisory.find_matches(one.monitor))
        for one in outcome.evaluation.assessments
    )


EFFECTS: Mapping[str, Callable[[str, Replay, Policy], bool]] = {
    **dict.fromkeys(REACTIONS, _reacts),
    "max_blocking": _counts_blocking,
    "max_masked": _limits_masked,
    "failing_after": _counts_failures,
    "recovery_tests": _counts_recovery,
    "advisory": _advises,
}
"""Whether a different value of an option has an effect on a gate. Any other option always has one."""
