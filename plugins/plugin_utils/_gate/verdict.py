# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict of the gate, and the decision that follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor
from ...module_utils._domain.text import agree, join_names, quantity, sanitize
from ...module_utils._domain.timestamps import duration
from . import states
from .baseline import Baseline
from .lasting import assess_sample
from .policy import AFTER, BLOCK, DURING, IGNORE, WARN, Policy
from .sample import ClockOffset, Sample, Unavailable
from .states import Assessment, View, assess_missing

PASS = "pass"
INCONCLUSIVE = "inconclusive"
ERROR = "error"
VERDICTS = (PASS, WARN, INCONCLUSIVE, ERROR, BLOCK)
"""From best to worst. The worst verdict of a reason is the verdict of the gate."""

PROCEED = "proceed"
STOP = "stop"

RC = {BLOCK: 10, INCONCLUSIVE: 11, ERROR: 12}
RC_CONFIGURATION = 13

EXEMPT = frozenset({states.UNPROVED, states.KNOWN, states.FIXING})
"""States that do not count towards ``max_masked``: reported before the deployment, or accepted by a person."""


class Reason(NamedTuple):
    """A reason why the verdict is not ``pass``: about one monitor, or about the whole gate if ``monitor`` is None."""

    code: str
    verdict: str
    message: str
    unblock: str
    monitor: str | None = None
    label: str | None = None

    @property
    def sentence(self) -> str:
        return f"{sanitize(self.label, 80)} {self.message}" if self.label is not None else self.message


RANKS = {verdict: -place for place, verdict in enumerate(VERDICTS)}


def _rank(reason: Reason) -> int:
    return RANKS[reason.verdict]


class Evaluation(NamedTuple):
    """A verdict with its reasons: worst first, and among equals those about the whole gate before single monitors.

    ``assessments`` is empty without a valid sample. ``gate_rc`` is the return code of a stop, 0 if nothing stops.
    ``final`` means that waiting does not change the verdict. ``retry_after`` is the delay in seconds that the service
    requested. ``masked`` is the number of monitors that prove nothing and do not stop.
    """

    verdict: str
    reasons: list[Reason]
    assessments: Sequence[Assessment] = ()
    gate_rc: int = 0
    final: bool = False
    retry_after: float | None = None
    masked: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """The number of monitors in scope, in total (``monitors``) and by state."""
        found = Counter(found.state for found in self.assessments)
        return {"monitors": len(self.assessments), **{state: found[state] for state in states.ALL}}


def evaluate(sample: Sample, view: View) -> Evaluation:
    """Return the evaluation of ``sample``, with the evidence since the anchor. It never falls back to an older sample.

    The verdict is ``pass`` only if all monitors are clean. An ignored problem adds no reason, but makes it ``warn``.
    """
    policy = view.policy
    missing = view.evidence.find_vanished(sample)
    missing += _find_missing([*sample.monitors, *missing], view.baseline)
    assessments = assess_sample(sample.monitors, view)
    assessments += [assess_missing(monitor, view) for monitor in missing]
    reactions = map_reactions(policy)
    pairs = [(found, _reason(found, reactions, policy)) for found in assessments if found.state != states.CLEAN]
    masked, exempt = _count_masked(pairs, policy)
    reasons = _limit_masked(masked - exempt, len(assessments), policy)
    reasons += [reason for _found, reason in pairs if reason is not None]
    reasons = _tolerate(reasons, policy.max_blocking)
    reasons.sort(key=_rank)
    verdict = reasons[0].verdict if reasons else PASS
    if verdict == PASS and pairs:
        verdict = WARN
    rc = RC.get(verdict, 0)
    final = (
        policy.phase in (DURING, AFTER)
        and verdict == BLOCK
        and any(found.final and reason is not None and reason.verdict == BLOCK for found, reason in pairs)
    )
    return Evaluation(verdict, reasons, assessments, rc, final=rc == 0 or final, masked=masked)


def _find_missing(found: Sequence[Monitor], baseline: Baseline | None) -> list[Monitor]:
    """Return the monitors that are in the baseline and not in ``found``."""
    if baseline is None:
        return []
    missing = baseline.find_missing(monitor.id for monitor in found)
    return [Monitor(then.id, then.label or then.id, None, None, None) for then in missing]


def _count_masked(pairs: Sequence[tuple[Assessment, Reason | None]], policy: Policy) -> tuple[int, int]:
    """Return how many monitors are masked, and how many of these do not count towards ``max_masked``."""
    masked = [found for found, reason in pairs if reason is None or reason.verdict == WARN]
    exempt = [found for found in masked if found.state in EXEMPT or policy.advisory.find_matches(found.monitor)]
    return len(masked), len(exempt)


def _limit_masked(masked: int, scope: int, policy: Policy) -> list[Reason]:
    """Return a reason if more monitors are masked than ``max_masked`` allows."""
    if policy.phase not in (DURING, AFTER) or masked <= policy.masked_limit(scope):
        return []
    message = (
        f"{masked:,} of {quantity(scope, 'monitor')} in scope {agree(masked, 'proves', 'prove')} nothing, but "
        f"max_masked is {policy.max_masked}"
    )
    advice = "repair them, list them in known, narrow include, or raise max_masked"
    return [Reason("max_masked", INCONCLUSIVE, message, advice)]


def _reason(found: Assessment, reactions: Mapping[str, str], policy: Policy) -> Reason | None:
    verdict = reactions[found.state]
    if verdict == IGNORE:
        return None
    monitor = found.monitor
    if policy.advisory.texts and policy.advisory.find_matches(monitor):
        verdict = WARN
    return Reason(found.state, verdict, found.message, found.unblock, monitor.id, monitor.label)


def map_reactions(policy: Policy) -> Mapping[str, str]:
    """Return the verdict for a monitor in each state but ``clean``, ``ignore`` if it is to be ignored."""
    missing = INCONCLUSIVE if policy.on_blind == BLOCK else policy.on_blind
    return {
        states.MISSING: missing,
        states.BLIND: missing,
        states.UNPROVED: INCONCLUSIVE if policy.on_unprovable == BLOCK else policy.on_unprovable,
        states.NEW_ALERT: policy.on_new_alert,
        states.SILENT_FAILURE: policy.on_silent_failure,
        states.EXISTING_ALERT: policy.on_existing_alert,
        states.EXISTING_PROBLEM: policy.on_existing_problem,
        states.KNOWN: WARN,
        states.FIXING: BLOCK if policy.phase == AFTER else WARN,
        states.FAILING: policy.on_failing_test,
        states.PENDING: INCONCLUSIVE,
    }


def _tolerate(reasons: list[Reason], most: int) -> list[Reason]:
    blocking = sum(reason.verdict == BLOCK for reason in reasons)
    if not blocking or blocking > most:
        return reasons
    return [
        Reason(r.code, WARN, f"{r.message} (tolerated: max_blocking is {most})", r.unblock, r.monitor, r.label)
        if r.verdict == BLOCK
        else r
        for r in reasons
    ]


def evaluate_unavailable(error: Unavailable, policy: Policy) -> Evaluation:
    """Return the evaluation without a valid response. ``on_unavailable`` can tolerate it: a warning, never a pass.

    A final error (credentials, permissions, configuration) is never tolerated.
    """
    tolerated = policy.on_unavailable != BLOCK and not error.final
    unblock = "fix the option named above" if error.final else "try again when the service responds"
    reason = Reason(error.code, WARN if tolerated else ERROR, str(error), unblock)
    if tolerated:
        return Evaluation(WARN, [reason], retry_after=error.retry_after)
    rc = RC_CONFIGURATION if error.final else RC[ERROR]
    return Evaluation(ERROR, [reason], gate_rc=rc, final=error.final, retry_after=error.retry_after)


def explain_clock(offset: ClockOffset) -> Reason:
    """Return the reason for a proof that takes too long only because our clock is ahead of the service's."""
    message = (
        f"the controller's clock is {duration(offset.behind)} ahead of the service's, so only tests that start in "
        f"{duration(offset.behind)} or later are evidence"
    )
    return Reason(
        "clock_offset", ERROR, message, "synchronize the controller's clock with a time server, then run the gate again"
    )


def add_earlier_reasons(evaluation: Evaluation, earlier: Evaluation | None) -> Evaluation:
    """Return ``evaluation``, of a poll without a valid response, with the reasons of an earlier poll of the same wait.

    A missing response does not remove the reasons to stop.
    """
    if evaluation.gate_rc or earlier is None:
        return evaluation
    reasons = sorted([*earlier.reasons, *evaluation.reasons], key=_rank)
    return earlier._replace(reasons=reasons, final=False, retry_after=evaluation.retry_after)


class Decision(NamedTuple):
    """The decision that follows from an evaluation. An override changes the decision, never the verdict."""

    decision: str
    gate_rc: int
    bypassed: bool
    notes: list[str]

    @property
    def proceeds(self) -> bool:
        return self.decision == PROCEED


def decide(evaluation: Evaluation, policy: Policy, now: float) -> Decision:
    """Return the decision, with notes about overrides and entries of ``known`` that have no effect."""
    notes = _note_ineffective(evaluation, policy, now)
    if evaluation.gate_rc == 0:
        return Decision(PROCEED, 0, False, notes)
    if policy.override is not None and policy.override.is_valid(now):
        return Decision(PROCEED, 0, True, [policy.override.banner, *notes])
    if not policy.enforce:
        return Decision(
            PROCEED, 0, True, ["the gate is not enforced (enforce is false): it would have stopped here", *notes]
        )
    return Decision(STOP, evaluation.gate_rc, False, notes)


def _note_ineffective(evaluation: Evaluation, policy: Policy, now: float) -> list[str]:
    notes = []
    override = policy.override
    if override is not None and not override.is_valid(now):
        notes.append(f"the override by {sanitize(override.by, 80)} has expired and is ignored")
    elif override is not None and evaluation.gate_rc == 0:
        notes.append(f"the override by {sanitize(override.by, 80)} is not needed: remove it")
    return notes + _note_known(evaluation, policy, now)


def _note_known(evaluation: Evaluation, policy: Policy, now: float) -> list[str]:
    """Return notes about the entries of ``known`` that have expired, are not needed, or select nothing in scope."""
    notes, outside = [], 0
    for entry in policy.known:
        pattern = sanitize(entry.pattern, 80)
        found = [one.state for one in evaluation.assessments if entry.selects.find_matches(one.monitor)]
        if not entry.is_valid(now):
            notes.append(f"known: the entry for {pattern} has expired and is ignored")
        elif found and all(state in (states.CLEAN, states.PENDING) for state in found):
            notes.append(f"known: the entry for {pattern} matches no problem: remove it")
        elif not found and evaluation.assessments:
            outside += 1
    if outside:
        entries = quantity(len(policy.known), "entry", "entries")
        notes.append(f"known: {outside:,} of {entries} {agree(outside, 'selects', 'select')} no monitor in scope")
    return notes


def summarize(evaluation: Evaluation, decision: Decision, phase: str) -> str:
    """Return the evaluation in one line."""
    total = len(evaluation.assessments)
    head = f"{phase}: {decision.decision}, {evaluation.verdict}"
    if evaluation.verdict == PASS:
        every = "the only monitor in scope is" if total == 1 else f"all {total:,} monitors in scope are"
        return f"{head}: {every} clean"
    scope = quantity(total, "monitor")
    if not evaluation.reasons:
        ignored = total - evaluation.counts[states.CLEAN]
        have = agree(ignored, "has", "have")
        return f"{head}: {ignored:,} of {scope} in scope {have} a problem that the options ignore"
    worst = [reason for reason in evaluation.reasons if reason.verdict == evaluation.verdict]
    if worst[0].monitor is None:
        return f"{head}: {worst[0].sentence}"
    prove = agree(evaluation.masked, "proves", "prove")
    masked = f"; {evaluation.masked:,} {prove} nothing" if evaluation.masked and evaluation.verdict != WARN else ""
    names = join_names([str(reason.label) for reason in worst])
    return f"{head}: {len(worst):,} of {scope} in scope: {names}{masked}"
