# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the gate says, and what follows from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ...module_utils._domain.legible import enumerated, legible
from . import states
from .policy import BLOCK, IGNORE, WARN, Policy
from .sample import Sample, Unavailable
from .states import Standing, standing

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


@dataclass(frozen=True)
class Reason:
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


@dataclass(frozen=True)
class Judgement:
    """A verdict with its reasons, worst first. ``standings`` is empty when there was no valid sample.

    ``final`` says that waiting cannot change it; ``retry_after`` is the number of seconds the service asked us to wait.
    """

    verdict: str
    reasons: list[Reason]
    standings: list[Standing] = field(default_factory=list)
    gate_rc: int = 0
    final: bool = False
    retry_after: float | None = None

    @property
    def decision(self) -> str:
        return PROCEED if self.gate_rc == 0 else STOP

    @property
    def verified(self) -> bool:
        """Whether evidence alone lets the deployment through."""
        return self.verdict == PASS

    @property
    def counts(self) -> dict[str, int]:
        """Monitors in scope by state."""
        found = Counter(found.state for found in self.standings)
        return {"monitors": len(self.standings), **{state: found[state] for state in states.ALL}}


def judge(sample: Sample, policy: Policy) -> Judgement:
    """Return what ``sample`` alone allows. Nothing of an earlier sample enters."""
    standings = [standing(monitor, policy, sample.taken_at) for monitor in sample.monitors]
    reasons = [reason for found in standings if (reason := _reason(found, policy)) is not None]
    reasons.sort(key=lambda reason: -VERDICTS.index(reason.verdict))
    verdict = reasons[0].verdict if reasons else PASS
    if verdict == PASS and any(found.state in EVIDENCE_MISSING for found in standings):
        verdict = WARN
    return Judgement(verdict, reasons, standings, RC.get(verdict, 0), final=RC.get(verdict, 0) == 0)


def _reason(found: Standing, policy: Policy) -> Reason | None:
    if found.state == states.CLEAN:
        return None
    reaction = {
        states.SILENT_FAILURE: policy.on_silent_failure,
        states.EXISTING_ALERT: policy.on_existing_alert,
        states.FAILING: policy.on_failing_test,
    }.get(found.state, policy.on_blind)
    if reaction == IGNORE:
        return None
    verdict = reaction
    if reaction == BLOCK and found.state in EVIDENCE_MISSING:
        verdict = INCONCLUSIVE
    return Reason(found.state, verdict, found.message, found.unblock, found.monitor.id, found.monitor.label)


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


def summary(judgement: Judgement, phase: str) -> str:
    """Return the whole judgement as one line."""
    total = len(judgement.standings)
    head = f"{phase}: {judgement.decision}, {judgement.verdict}"
    if judgement.verified:
        return f"{head}: nothing against it at any of {total} monitors in scope"
    if not judgement.reasons:
        return f"{head}: what is missing at some of {total} monitors in scope is ignored"
    worst = [reason for reason in judgement.reasons if reason.verdict == judgement.verdict]
    if worst[0].monitor is None:
        return f"{head}: {worst[0].sentence}"
    return f"{head}: {len(worst)} of {total} monitors in scope: {enumerated([str(reason.label) for reason in worst])}"
