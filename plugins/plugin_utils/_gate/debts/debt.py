# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proofs that phase ``after`` owes, as data with which a later task can deliver them.

Times are by the service's clock, so that another machine with another clock can continue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ....module_utils._domain.timestamps import utc
from ..baseline import Baseline
from ..evidence import Evidence
from ..loop import Outcome
from ..monitor_history import TestHistory
from ..policy import AFTER, BLOCK, Policy
from ..proof import list_owed
from ..states import ALL, CLEAN, UNPROVED
from ..verdict import VERDICTS, map_reactions
from .fields import (
    DebtError,
    check_digest,
    read_flag,
    read_object,
    read_objects,
    read_optional_number,
    read_optional_text,
    read_text,
    sign_content,
)
from .history_data import (
    decode_baseline_monitor,
    decode_history,
    encode_baseline_monitor,
    encode_history,
    read_time,
)
from .policy_data import decode_policy, encode_policy

OWED, DELIVERED, FAILED = "owed", "delivered", "failed"
STATES = (OWED, DELIVERED, FAILED)

PROVED, ACCEPTED = "proved", "accepted"
"""How a proof was delivered: by a clean test, or because ``known`` accepts the problem of the monitor."""

MAX_MONITORS = 100_000


class Basis(NamedTuple):
    """What the evaluation of owed proofs continues with: options, baseline, and the evidence of each monitor."""

    policy: Policy
    baseline: Baseline | None
    anchor: float
    histories: Mapping[str, TestHistory]

    def restore_evidence(self) -> Evidence:
        evidence = Evidence(self.policy, self.baseline)
        evidence.restore(self.anchor, self.histories)
        return evidence


class Debt(NamedTuple):
    """The proofs that one gate owes. ``basis`` is None if they are all delivered or have failed.

    ``run`` identifies the gate, ``data`` is the record itself. ``is_rest_verified`` tells whether phase ``after``
    proved all other monitors in scope. ``collected`` is the newest evaluation of the owed proofs, None without one.
    """

    run: str
    state: str
    account: str
    selection: str
    created: str
    is_enforced: bool
    is_rest_verified: bool
    owed: list[Mapping[str, Any]]
    proofs: list[Mapping[str, Any]]
    collected: Mapping[str, Any] | None
    basis: Basis | None
    data: Mapping[str, Any]

    @property
    def is_verified(self) -> bool:
        """Whether tests have proved every monitor in the scope of the gate."""
        return (
            self.state == DELIVERED
            and self.is_rest_verified
            and all(proof["how"] == PROVED for proof in self.proofs)
            and self.collected is not None
            and not self.collected["reasons"]
        )


def build_debt(
    outcome: Outcome, policy: Policy, baseline: Baseline | None, account: str, run: str, created: float
) -> dict[str, Any] | None:
    """Return what delivering the owed proofs of a gate needs, None if it owes none or they cannot be delivered.

    ``created`` is the time of the gate in epoch seconds, ``run`` identifies it.
    """
    owed, view, sample = list_owed(outcome), outcome.view, outcome.sample
    if policy.phase != AFTER or not owed or view is None or sample is None or not policy.demands_tests or not account:
        return None
    evaluation, offset = outcome.evaluation, sample.clock_offset.least
    ids = [str(entry["monitor"]) for entry in owed]
    tolerated = sum(
        map_reactions(policy)[found.state] == BLOCK and not policy.advisory.find_matches(found.monitor)
        for found in evaluation.assessments
        if found.state != CLEAN
    )
    started = policy.deploy_started
    basis = {
        "policy": encode_policy(policy, tolerated),
        "since": policy.since + offset,
        "anchor": view.evidence.anchor,
        "deploy_started": None if started is None else started + offset,
        "baseline": _encode_baseline(baseline, ids, offset),
        "histories": {name: encode_history(view.evidence.history(name)) for name in ids},
    }
    rest = [found.monitor.id for found in evaluation.assessments if found.monitor.id not in set(ids)]
    is_clean = all(found.state in (CLEAN, UNPROVED) for found in evaluation.assessments)
    return sign_content(
        {
            "run": run,
            "state": OWED,
            "account": account,
            "selection": sample.selection,
            "created": utc(created),
            "enforced": policy.enforce,
            "rest_verified": is_clean and all(view.evidence.is_proved(name) for name in rest),
            "owed": owed,
            "proofs": [],
            "collected": None,
            "basis": basis,
        }
    )


def _encode_baseline(baseline: Baseline | None, ids: Sequence[str], offset: float) -> dict[str, Any] | None:
    if baseline is None:
        return None
    found = {name: baseline.find(name) for name in ids}
    return {
        "taken_at": baseline.taken_at + offset,
        "monitors": {name: encode_baseline_monitor(then) for name, then in found.items() if then is not None},
    }


def read_debt(data: Any) -> Debt:
    """Return the debt in ``data``. Raises DebtError unless a gate or ``advance_debt`` wrote it like that."""
    if not isinstance(data, dict):
        raise DebtError("it is not an object")
    check_digest(data)
    state = read_text(data, "state", STATES)
    owed = [_check_owed(entry) for entry in read_objects(data, "owed")]
    proofs = [_check_proof(entry) for entry in read_objects(data, "proofs")]
    collected = None if data.get("collected") is None else _check_collected(read_object(data, "collected"))
    ids = [str(entry["monitor"]) for entry in (*owed, *proofs)]
    if not ids or len(ids) > MAX_MONITORS or len(set(ids)) != len(ids):
        raise DebtError("its monitors are none, too many or not unique")
    if (state == DELIVERED) != (not owed) or (collected is None and (state != OWED or bool(proofs))):
        raise DebtError("its state does not fit its proofs")
    account, selection = read_text(data, "account"), read_text(data, "selection")
    basis = _read_basis(read_object(data, "basis"), account, selection) if state == OWED else None
    if basis is not None and basis.histories.keys() != {str(entry["monitor"]) for entry in owed}:
        raise DebtError("its evidence is not that of the owed monitors")
    return Debt(
        read_text(data, "run"),
        state,
        account,
        selection,
        read_text(data, "created"),
        read_flag(data, "enforced"),
        read_flag(data, "rest_verified"),
        owed,
        proofs,
        collected,
        basis,
        data,
    )


def _read_basis(data: Mapping[str, Any], account: str, selection: str) -> Basis:
    since, anchor = read_time(data, "since"), read_time(data, "anchor")
    started = None if read_optional_number(data, "deploy_started") is None else read_time(data, "deploy_started")
    if anchor < since or (started is not None and anchor < started):
        raise DebtError("its evidence would begin before the deployment")
    histories, baseline = read_object(data, "histories"), None
    if data.get("baseline") is not None:
        given = read_object(data, "baseline")
        monitors = read_object(given, "monitors")
        owed = [name for name in monitors if name in histories]
        then = {name: decode_baseline_monitor(name, read_object(monitors, name)) for name in owed}
        baseline = Baseline(read_time(given, "taken_at"), selection, account, then)
    return Basis(
        decode_policy(read_object(data, "policy"), since, started),
        baseline,
        anchor,
        {name: decode_history(name, read_object(histories, name)) for name in histories},
    )


def _check_owed(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in ("monitor", "label"):
        read_text(entry, name)
    read_optional_number(entry, "timer")
    read_optional_text(entry, "due")
    return entry


def _check_proof(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in ("monitor", "label", "at"):
        read_text(entry, name)
    read_text(entry, "how", (PROVED, ACCEPTED))
    read_optional_text(entry, "tested")
    return entry


def _check_collected(data: Mapping[str, Any]) -> Mapping[str, Any]:
    read_text(data, "at")
    read_text(data, "verdict", VERDICTS)
    for reason in read_objects(data, "reasons"):
        for name in ("code", "message", "unblock"):
            read_text(reason, name)
        for name in ("monitor", "label"):
            read_optional_text(reason, name)
        read_text(reason, "verdict", VERDICTS)
    for monitor in read_objects(data, "monitors"):
        for name in ("id", "label", "message", "unblock"):
            read_text(monitor, name)
        for name in ("type", "alert_since", "last_test", "error"):
            read_optional_text(monitor, name)
        read_optional_number(monitor, "timer")
        read_text(monitor, "state", ALL)
        read_optional_text(monitor, "verdict", VERDICTS)
    if data["verdict"] == BLOCK and not data["reasons"]:
        raise DebtError("it blocks without a reason")
    return data
