# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate under test, from options to result. Only this module depends on the internals of the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.arguments import GATE
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._gate_action.sampling import StatusClient
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._rehearse.gate_replay import (
    VirtualClock,
    replay_gate,
)


class Service(StatusClient, Protocol):
    """The part of the API client that the gate uses, with a virtual clock."""

    clock: VirtualClock


class Poll(NamedTuple):
    """One poll of a gate: seconds since the first one, the verdict then, and monitors by state."""

    seconds: float
    verdict: str
    counts: Mapping[str, int]


class Decision(NamedTuple):
    """What a gate returned, when it began and ended in epoch seconds, and its polls."""

    result: dict[str, Any]
    began: float
    ended: float
    polls: list[Poll]


def decide(options: Mapping[str, Any], service: Service) -> Decision:
    """Run the gate with ``options`` by the clock of the service."""
    replay = replay_gate(complete_options(options), service, service.clock)
    polls = [Poll(poll.seconds, poll.verdict, poll.counts) for poll in replay.outcome.polls]
    return Decision(replay.result, replay.began, replay.ended, polls)


def complete_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``options`` with the defaults of the argument specification, without unknown ones."""
    return _completed(options, GATE)


def _completed(options: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(options.get(name, known.get("default")), known) for name, known in spec.items()}


def _value(value: Any, known: Mapping[str, Any]) -> Any:
    if value is None or "options" not in known:
        return value
    if isinstance(value, list):
        return [_completed(entry, known["options"]) for entry in value]
    return _completed(value, known["options"])


def monitors_named(result: Mapping[str, Any]) -> set[str]:
    """Return the ids of the monitors that a result names one by one: not clean, owed, or with a reason."""
    named = {entry["id"] for entry in result["monitors"]}
    unprovable = result["proof"]["unprovable"] if result.get("proof") else []
    return named | {entry["monitor"] for entry in [*result["reasons"], *result["owed"], *unprovable]}
