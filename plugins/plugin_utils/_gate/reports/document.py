# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document that every report is rendered from: what a gate evaluated, polled and decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from ....module_utils._domain.timestamps import utc
from ..exemptions import KnownProblem, Override
from ..loop import Outcome
from ..policy import BLOCK, WARN, Policy
from ..states import ALL, CLEAN, Assessment
from ..verdict import ERROR, INCONCLUSIVE, PASS, Reason
from .grouping import MonitorEntry, group_reasons, monitor_entry

SCHEMA = "knowledgefront.monitoring/gate-report"
VERSION = 1

OVERRIDDEN, NOT_ENFORCED = "overridden", "not_enforced"

WORST_FIRST: tuple[str | None, ...] = (BLOCK, ERROR, INCONCLUSIVE, WARN, None, PASS)


class ReportedMonitor(MonitorEntry):
    """A monitor in a report. ``verdict`` is None if the monitor is not clean and the options ignore it."""

    verdict: str | None
    unblock: str


class PollEntry(TypedDict):
    """One poll, ``seconds`` after the first one. ``counts`` is the number of monitors by state."""

    seconds: float
    verdict: str
    counts: dict[str, int]


class Scope(TypedDict):
    """The options that select the monitors, and the validated URL of the service, which holds no credentials."""

    api_url: str
    include: list[str]
    exclude: list[str]
    types: list[str]


class DecisionData(TypedDict):
    """What a gate decided, as in its result."""

    phase: str
    verdict: str
    decision: str
    gate_rc: int
    summary: str
    bypassed: bool
    verified: bool


class EvaluationData(TypedDict):
    """What a gate evaluated, as in its result. ``waited`` is in seconds."""

    since: str
    waited: float
    samples: int
    predicted: Mapping[str, Any] | None
    reasons: list[Mapping[str, Any]]
    counts: dict[str, int]
    changes: list[Mapping[str, Any]]
    baseline: Mapping[str, Any] | None


class Document(DecisionData, EvaluationData):
    """A report.

    ``caveat`` and ``banner`` come first because they state that a stop has no effect. ``scope`` is None if the
    options could not be read; the JSON report does not have it, and has ``polls`` as ``looks``. ``run`` identifies the
    gate, ``debts`` are the records of owed proofs for later tasks, and ``collected`` is what became of them.
    """

    schema: str
    version: int
    caveat: str | None
    banner: str | None
    enforced: bool
    interrupted: bool
    override: dict[str, str | None] | None
    known: list[dict[str, str | None]]
    notes: list[str]
    began: str
    ended: str
    polls: list[PollEntry]
    monitors_total: int
    monitors: list[ReportedMonitor]
    groups: list[dict[str, Any]]
    unblock: list[dict[str, Any]]
    masked: int
    owed: list[dict[str, Any]]
    run: str | None
    debts: list[Mapping[str, Any]]
    collected: Mapping[str, Any] | None
    scope: Scope | None


def build_document(
    result: Mapping[str, Any],
    outcome: Outcome,
    policy: Policy,
    began: float,
    notes: Sequence[str],
    scope: Scope | None,
    run: str | None = None,
    debt: Mapping[str, Any] | None = None,
) -> Document:
    """Return the report of a gate that began at ``began``, in epoch seconds, and returned ``result``.

    ``notes`` are those of the decision: the first note of a bypassed gate is the reason for the bypass. ``debt`` is the
    record of the proofs that the gate owes.
    """
    caveat = _caveat(result, policy, notes)
    monitors = report_monitors(outcome)
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "caveat": caveat,
        "banner": _banner(caveat, bool(result["bypassed"]), notes),
        **_decision_data(result),
        "enforced": policy.enforce,
        "interrupted": outcome.interrupted,
        "override": _override(policy.override),
        "known": [_known(entry) for entry in policy.known],
        "notes": list(notes),
        "began": utc(began),
        "ended": utc(began + outcome.waited),
        **_evaluation_data(result),
        "polls": _polls(outcome),
        "monitors_total": len(monitors),
        "monitors": monitors,
        "groups": _groups(result, monitors),
        "unblock": result["unblock"],
        "masked": result.get("masked", 0),
        "owed": result.get("owed", []),
        "run": run,
        "debts": [] if debt is None else [debt],
        "collected": None,
        "scope": scope,
    }


def _decision_data(result: Mapping[str, Any]) -> DecisionData:
    return {
        "phase": result["phase"],
        "verdict": result["verdict"],
        "decision": result["decision"],
        "gate_rc": result["gate_rc"],
        "summary": result["summary"],
        "bypassed": result["bypassed"],
        "verified": result["verified"],
    }


def _evaluation_data(result: Mapping[str, Any]) -> EvaluationData:
    return {
        "since": result["since"],
        "waited": result["waited"],
        "samples": result["samples"],
        "predicted": result["predicted"],
        "reasons": result["reasons"],
        "counts": result["counts"],
        "changes": result["changes"],
        "baseline": result["baseline"],
    }


def _polls(outcome: Outcome) -> list[PollEntry]:
    return [
        {"seconds": round(poll.seconds, 1), "verdict": poll.verdict, "counts": poll.counts} for poll in outcome.polls
    ]


def _groups(result: Mapping[str, Any], monitors: Sequence[ReportedMonitor]) -> list[dict[str, Any]]:
    errors = {monitor["id"]: monitor["error"] for monitor in monitors}
    return [group.as_data() for group in group_reasons(result["reasons"], errors)]


def _caveat(result: Mapping[str, Any], policy: Policy, notes: Sequence[str]) -> str | None:
    """Return why a stop does not hold. An override that expired or was not needed is not a caveat."""
    if result["bypassed"] and policy.override is not None and (policy.enforce or policy.override.banner in notes):
        return OVERRIDDEN
    return None if policy.enforce else NOT_ENFORCED


def _banner(caveat: str | None, bypassed: bool, notes: Sequence[str]) -> str | None:
    if caveat is None:
        return None
    if bypassed and notes:
        return notes[0]
    return "the gate is not enforced (enforce is false): it does not stop anything, whatever it finds"


def report_monitors(outcome: Outcome) -> list[ReportedMonitor]:
    """Return the monitors in scope, worst first."""
    reasons = {reason.monitor: reason for reason in outcome.evaluation.reasons}
    monitors = [_reported_monitor(found, reasons.get(found.monitor.id)) for found in outcome.evaluation.assessments]
    monitors.sort(key=lambda one: (WORST_FIRST.index(one["verdict"]), ALL.index(one["state"]), one["label"], one["id"]))
    return monitors


def _reported_monitor(assessment: Assessment, reason: Reason | None) -> ReportedMonitor:
    verdict = PASS if assessment.state == CLEAN else reason.verdict if reason else None
    monitor: ReportedMonitor = {**monitor_entry(assessment), "verdict": verdict, "unblock": assessment.unblock}
    if reason is not None:
        monitor["message"] = reason.message
    return monitor


def _override(override: Override | None) -> dict[str, str | None] | None:
    if override is None:
        return None
    expires = _format_time(override.expires)
    return {"reason": override.reason, "by": override.by, "ticket": override.ticket, "expires": expires}


def _known(entry: KnownProblem) -> dict[str, str | None]:
    return {"monitor": entry.pattern, "reason": entry.reason, "expires": _format_time(entry.expires)}


def _format_time(seconds: float | None) -> str | None:
    return None if seconds is None else utc(seconds)
