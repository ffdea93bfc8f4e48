# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of phase ``after`` as plain data, with which a later task evaluates the owed proofs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ....module_utils._domain.selection import Patterns
from ..exemptions import ACCEPTABLE, KnownProblem
from ..policy import AFTER, REACTIONS, Policy
from .fields import (
    DebtError,
    read_count,
    read_flag,
    read_number,
    read_objects,
    read_optional_count,
    read_optional_number,
    read_text,
    read_texts,
)


def _read_reaction(data: Mapping[str, Any], name: str) -> str:
    return read_text(data, name, REACTIONS)


OPTIONS: dict[str, Callable[[Mapping[str, Any], str], Any]] = {
    **dict.fromkeys(("settle", "stale_factor", "stale_grace", "timeout_max"), read_number),
    **dict.fromkeys(("timeout", "poll"), read_optional_number),
    **dict.fromkeys(("clean_tests", "alert_after", "max_blocking"), read_count),
    **dict.fromkeys(("failing_after", "recovery_tests"), read_optional_count),
    **dict.fromkeys(("full_detection", "enforce"), read_flag),
    **{name: _read_reaction for name in Policy._fields if name.startswith("on_")},
}
"""The options that evaluate a monitor, and how each is read. Connection options and the override are not stored."""

WHOLE_SCOPE = {"max_masked": "100%", "min_monitors": 1}
"""Options about the scope as a whole, which phase ``after`` has already applied."""


def encode_policy(policy: Policy, tolerated: int) -> dict[str, Any]:
    """Return the options of ``policy`` as plain data.

    ``tolerated`` is the number of blocking monitors of which ``max_blocking`` has already tolerated that many.
    """
    data = {name: getattr(policy, name) for name in OPTIONS}
    return {
        **data,
        "max_blocking": max(0, policy.max_blocking - tolerated),
        "advisory": policy.advisory.texts,
        "fixes": policy.fixes.texts,
        "known": [
            {"monitor": one.pattern, "reason": one.reason, "expires": one.expires, "states": sorted(one.states)}
            for one in policy.known
        ],
    }


def decode_policy(data: Mapping[str, Any], since: float, deploy_started: float | None) -> Policy:
    """Return the policy in ``data``, for monitors of which any number may have vanished.

    Raises DebtError if it is not a valid policy.
    """
    values = {name: read(data, name) for name, read in OPTIONS.items()}
    try:
        policy = Policy.of(
            AFTER,
            since,
            **values,
            **WHOLE_SCOPE,
            deploy_started=deploy_started,
            advisory=Patterns(read_texts(data, "advisory")),
            fixes=Patterns(read_texts(data, "fixes")),
            known=tuple(_decode_known(entry) for entry in read_objects(data, "known")),
        )
    except DebtError:
        raise
    except ValueError as error:
        raise DebtError(f"the options of the gate: {error}") from None
    if not policy.demands_tests:
        raise DebtError("the options of the gate demand no tests")
    return policy._replace(min_monitors=0)


def _decode_known(entry: Mapping[str, Any]) -> KnownProblem:
    states = read_texts(entry, "states")
    if not states or not ACCEPTABLE.issuperset(states):
        raise DebtError("states has an unknown value")
    pattern = read_text(entry, "monitor")
    return KnownProblem(
        pattern,
        read_text(entry, "reason"),
        read_optional_number(entry, "expires"),
        Patterns([pattern]),
        frozenset(states),
    )
