# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate says, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ...module_utils._domain.legible import enumerated, legible
from ...module_utils._domain.monitor import Monitor
from . import states
from .baseline import Baseline
from .policy import AFTER, BLOCK, DURING, IGNORE, WARN, Policy
from .sample import Sample, Unavailable
from .states import Standing, View, standing, vanished

PASS = "pass"
INCONCLUSIVE = "inconclusive"
ERROR = "error"
VERDICTS = (PASS, WARN, INCONCLUSIVE, ERROR, BLOCK)
"""From best to worst; the worst that is found is the gate's verdict."""

PROCEED = "proceed"
STOP = "stop"

RC = {BLOCK: 10, INCONCLUSIVE: 11, ERROR: 12}
RC_CONFIGURATION = 13

EVIDENCE_MISSING = frozenset({states.MISSING, states.BLIND})
AT_ONCE = frozenset({states.NEW_ALERT, states.SILENT_FAILURE})
"""What time does not mend once a deployment has begun."""


class Reason(NamedTuple):
    """Why the verdict is not ``pass``: about one monitor, or about the gate itself when ``monitor`` is None."""

    code: str
    verdict: str
    message: str
    unblock: str
    monitor: str | None = None
    label: str | None = None

    @property
    def sentence(self) -> str:
        return f"{legible(self.label, 80)} {self.message}" if self.label is not None else self.message


class Judgement(NamedTuple):
    """A verdict with its reasons: worst first, and among equals those about the whole gate before single monitors.

    ``standings`` is empty when there was no valid sample.

    ``gate_rc`` is what a stop would be reported as, 0 when nothing stops; ``final`` says that waiting cannot change it;
    ``retry_after`` is the number of seconds that the service asked us to wait.
    """

    verdict: str
    reasons: list[Reason]
    standings: Sequence[Standing] = ()
    gate_rc: int = 0
    final: bool = False
    retry_after: float | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Monitors in scope by state."""
        found = Counter(found.state for found in self.standings)
        return {"monitors": len(self.standings), **{state: found[state] for state in states.ALL}}


def judge(sample: Sample, view: View) -> Judgement:
    """Return what ``sample`` allows, with what was seen since the anchor. No older sample stands in for it.

    Only clean monitors make a pass: what is ignored gives no reason, and proves nothing either.
    """
    policy = view.policy
    gone = {monitor.id: monitor for monitor in [*view.evidence.vanished(sample), *_lost(sample, view.baseline)]}
    standings = [standing(monitor, view) for monitor in sample.monitors] + [vanished(one) for one in gone.values()]
    reasons = _shrunk(len(sample.monitors), sample.selection, view.baseline)
    reasons += [reason for found in standings if (reason := _reason(found, policy)) is not None]
    reasons = _within_budget(reasons, policy.max_blocking)
    reasons.sort(key=lambda reason: -VERDICTS.index(reason.verdict))
    verdict = reasons[0].verdict if reasons else PASS
    if verdict == PASS and any(found.state != states.CLEAN for found in standings):
        verdict = WARN
    rc = RC.get(verdict, 0)
    at_once = policy.phase in (DURING, AFTER) and any(
        reason.verdict == BLOCK and reason.code in AT_ONCE for reason in reasons
    )
    return Judgement(verdict, reasons, standings, rc, final=rc == 0 or at_once)


def _lost(sample: Sample, baseline: Baseline | None) -> list[Monitor]:
    if baseline is None or baseline.monitors is None or baseline.selection != sample.selection:
        return []
    present = {monitor.id for monitor in sample.monitors}
    return [
        Monitor(name, then.label, None, None, None) for name, then in baseline.monitors.items() if name not in present
    ]


def _shrunk(scope: int, selection: str, baseline: Baseline | None) -> list[Reason]:
    """A large baseline keeps no names, but a scope that lost a monitor since then is smaller."""
    if baseline is None or baseline.monitors is not None or baseline.selection != selection or scope >= baseline.scope:
        return []
    told = f"{scope} monitors are in scope, and there were {baseline.scope} in the baseline"
    return [Reason("shrunk", INCONCLUSIVE, told, "see which monitors were removed; then take a new baseline")]


def _reason(found: Standing, policy: Policy) -> Reason | None:
    if found.state == states.CLEAN:
        return None
    verdict = _reaction(found.state, policy)
    if verdict == IGNORE:
        return None
    if policy.advisory.selecting(found.monitor):
        verdict = WARN
    return Reason(found.state, verdict, found.message, found.unblock, found.monitor.id, found.monitor.label)


def _reaction(state: str, policy: Policy) -> str:
    if state in EVIDENCE_MISSING:
        return INCONCLUSIVE if policy.on_blind == BLOCK else policy.on_blind
    reactions: Mapping[str, str] = {
        states.NEW_ALERT: policy.on_new_alert,
        states.SILENT_FAILURE: policy.on_silent_failure,
        states.EXISTING_ALERT: policy.on_existing_alert,
        states.KNOWN: WARN,
        states.FIXING: BLOCK if policy.phase == AFTER else WARN,
        states.FAILING: policy.on_failing_test,
        states.PENDING: INCONCLUSIVE,
    }
    return reactions[state]


def _within_budget(reasons: list[Reason], most: int) -> list[Reason]:
    if sum(reason.verdict == BLOCK for reason in reasons) > most:
        return reasons
    return [
        Reason(r.code, WARN, f"{r.message} (tolerated: max_blocking is {most})", r.unblock, r.monitor, r.label)
        if r.verdict == BLOCK
        else r
        for r in reasons
    ]


def unavailable(error: Unavailable, policy: Policy) -> Judgement:
    """Return what the lack of a valid answer means. It can be tolerated, and then it is a warning and never a pass.

    Credentials, rights and configuration are not the service's weather: nothing tolerates them.
    """
    tolerated = policy.on_unavailable != BLOCK and not error.final
    unblock = "mend the option that it names" if error.final else "try again when the service answers"
    reason = Reason(error.code, WARN if tolerated else ERROR, str(error), unblock)
    if tolerated:
        return Judgement(WARN, [reason], retry_after=error.retry_after)
    rc = RC_CONFIGURATION if error.final else RC[ERROR]
    return Judgement(ERROR, [reason], gate_rc=rc, final=error.final, retry_after=error.retry_after)


class Ruling(NamedTuple):
    """What follows from a judgement. A person's order changes the decision, never the verdict."""

    decision: str
    gate_rc: int
    bypassed: bool
    notes: list[str]

    @property
    def proceeds(self) -> bool:
        return self.decision == PROCEED


def rule(judgement: Judgement, policy: Policy, now: float) -> Ruling:
    """Return the decision, with notes on orders and exceptions that did not help."""
    notes = _unhelpful(judgement, policy, now)
    if judgement.gate_rc == 0:
        return Ruling(PROCEED, 0, False, notes)
    if policy.override is not None and policy.override.valid(now):
        return Ruling(PROCEED, 0, True, [policy.override.banner, *notes])
    if not policy.enforce:
        return Ruling(
            PROCEED, 0, True, ["the gate is not enforced (enforce is false): it would have stopped here", *notes]
        )
    return Ruling(STOP, judgement.gate_rc, False, notes)


def _unhelpful(judgement: Judgement, policy: Policy, now: float) -> list[str]:
    notes = []
    override = policy.override
    if override is not None and not override.valid(now):
        notes.append(f"the override by {legible(override.by, 80)} has expired and does not help")
    elif override is not None and judgement.gate_rc == 0:
        notes.append(f"the override by {legible(override.by, 80)} is not needed: remove it")
    alerting = [
        found.monitor for found in judgement.standings if found.monitor.status and found.monitor.status.alert_active
    ]
    for entry in policy.known:
        if not entry.valid(now):
            notes.append(f"known: the entry for {legible(entry.pattern, 80)} has expired and does not help")
        elif judgement.standings and not any(entry.selects.selecting(monitor) for monitor in alerting):
            notes.append(f"known: the entry for {legible(entry.pattern, 80)} matches no active alert: remove it")
    return notes


def summary(judgement: Judgement, ruling: Ruling, phase: str) -> str:
    """Return the whole judgement as one line."""
    total = len(judgement.standings)
    head = f"{phase}: {ruling.decision}, {judgement.verdict}"
    if judgement.verdict == PASS:
        return f"{head}: nothing against it at any of {total} monitors in scope"
    if not judgement.reasons:
        ignored = total - judgement.counts[states.CLEAN]
        return f"{head}: what was found at {ignored} of {total} monitors in scope is ignored"
    worst = [reason for reason in judgement.reasons if reason.verdict == judgement.verdict]
    if worst[0].monitor is None:
        return f"{head}: {worst[0].sentence}"
    return f"{head}: {len(worst)} of {total} monitors in scope: {enumerated([str(reason.label) for reason in worst])}"
