# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate did, saw and decided, as one document that every report is written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from ....module_utils._domain.timestamps import utc
from ..exceptions import Known, Override
from ..loop import Outcome
from ..policy import BLOCK, WARN, Policy
from ..states import ALL, CLEAN, Assessment
from ..verdict import ERROR, INCONCLUSIVE, PASS, Reason
from .entries import MonitorEntry, monitor_entry
from .grouping import group_reasons

SCHEMA = "knowledgefront.monitoring/gate-report"
VERSION = 1

OVERRIDDEN, NOT_ENFORCED = "overridden", "not_enforced"

WORST_FIRST: tuple[str | None, ...] = (BLOCK, ERROR, INCONCLUSIVE, WARN, None, PASS)


class Finding(MonitorEntry):
    """A monitor in a report. ``verdict`` is None when it is not clean and nothing is held against it."""

    verdict: str | None
    unblock: str


class Look(TypedDict):
    """One look at the service, ``seconds`` after the first one, with the number of monitors by state."""

    seconds: float
    verdict: str
    counts: dict[str, int]


class Document(TypedDict):
    """A report. ``caveat`` and ``banner`` come first: whoever reads on must know that a stop would not have held."""

    schema: str
    version: int
    caveat: str | None
    banner: str | None
    phase: str
    verdict: str
    decision: str
    gate_rc: int
    summary: str
    bypassed: bool
    verified: bool
    enforced: bool
    interrupted: bool
    override: dict[str, str | None] | None
    known: list[dict[str, str | None]]
    notes: list[str]
    began: str
    ended: str
    since: str
    waited: float
    samples: int
    predicted: Mapping[str, Any] | None
    reasons: list[Mapping[str, Any]]
    counts: dict[str, int]
    changes: list[Mapping[str, Any]]
    baseline: Mapping[str, Any] | None
    looks: list[Look]
    monitors_total: int
    monitors: list[Finding]
    groups: list[dict[str, Any]]
    unblock: list[dict[str, Any]]
    masked: int
    owed: list[dict[str, Any]]


def document(
    result: Mapping[str, Any], outcome: Outcome, policy: Policy, began: float, notes: Sequence[str]
) -> Document:
    """Return the report of a gate that ``began`` at that moment in epoch seconds and returned ``result``.

    ``notes`` are the decision's: the first one of a bypassed gate says why it was bypassed.
    """
    caveat = _caveat(result, policy, notes)
    findings = _findings(outcome)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "caveat": caveat,
        "banner": _banner(caveat, bool(result["bypassed"]), notes),
        "phase": result["phase"],
        "verdict": result["verdict"],
        "decision": result["decision"],
        "gate_rc": result["gate_rc"],
        "summary": result["summary"],
        "bypassed": result["bypassed"],
        "verified": result["verified"],
        "enforced": policy.enforce,
        "interrupted": outcome.interrupted,
        "override": _override(policy.override),
        "known": [_known(entry) for entry in policy.known],
        "notes": list(notes),
        "began": utc(began),
        "ended": utc(began + outcome.waited),
        "since": result["since"],
        "waited": result["waited"],
        "samples": result["samples"],
        "predicted": result["predicted"],
        "reasons": result["reasons"],
        "counts": result["counts"],
        "changes": result["changes"],
        "baseline": result["baseline"],
        "looks": _looks(outcome),
        "monitors_total": len(findings),
        "monitors": findings,
        "groups": _groups(result, findings),
        "unblock": result["unblock"],
        "masked": result.get("masked", 0),
        "owed": result.get("owed", []),
    }


def _looks(outcome: Outcome) -> list[Look]:
    return [
        {"seconds": round(look.seconds, 1), "verdict": look.verdict, "counts": look.counts} for look in outcome.polls
    ]


def _groups(result: Mapping[str, Any], findings: Sequence[Finding]) -> list[dict[str, Any]]:
    errors = {finding["id"]: finding["error"] for finding in findings}
    return [group.as_data() for group in group_reasons(result["reasons"], errors)]


def _caveat(result: Mapping[str, Any], policy: Policy, notes: Sequence[str]) -> str | None:
    """An override that has expired or was not needed has changed nothing, and is no caveat."""
    if result["bypassed"] and policy.override is not None and (policy.enforce or policy.override.banner in notes):
        return OVERRIDDEN
    return None if policy.enforce else NOT_ENFORCED


def _banner(caveat: str | None, bypassed: bool, notes: Sequence[str]) -> str | None:
    if caveat is None:
        return None
    if bypassed and notes:
        return notes[0]
    return "the gate is not enforced (enforce is false): whatever it had found, it would not have stopped anything"


def _findings(outcome: Outcome) -> list[Finding]:
    against = {reason.monitor: reason for reason in outcome.evaluation.reasons}
    findings = [_finding(found, against.get(found.monitor.id)) for found in outcome.evaluation.assessments]
    findings.sort(
        key=lambda told: (WORST_FIRST.index(told["verdict"]), ALL.index(told["state"]), told["label"], told["id"])
    )
    return findings


def _finding(found: Assessment, against: Reason | None) -> Finding:
    verdict = PASS if found.state == CLEAN else against.verdict if against else None
    finding: Finding = {**monitor_entry(found), "verdict": verdict, "unblock": found.unblock}
    if against is not None:
        finding["message"] = against.message
    return finding


def _override(given: Override | None) -> dict[str, str | None] | None:
    if given is None:
        return None
    return {"reason": given.reason, "by": given.by, "ticket": given.ticket, "expires": _moment(given.expires)}


def _known(entry: Known) -> dict[str, str | None]:
    return {"monitor": entry.pattern, "reason": entry.reason, "expires": _moment(entry.expires)}


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else utc(seconds)
