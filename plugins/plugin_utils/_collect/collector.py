# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Evaluates owed proofs until they are delivered, one has failed, or the wait is over.

Every evaluation starts from the report and ends with replacing it, so a process can be killed at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._domain.timestamps import parse_zoned_time
from ...module_utils._domain.timing import poll_interval
from .._gate.debts.advance import advance_debt, use_service_clock
from .._gate.debts.debt import Debt
from .._gate.loop import Gate, WaitStatus
from .._gate.sample import Sample
from .._gate.verdict import VERDICTS, Evaluation
from .._system.json_report import ReportError
from .store import ConflictError, ReportStore, StoredReport, Summarize, apply_records

MAX_CONFLICTS = 5
"""Attempts that other processes may spoil by changing the same report."""

MAX_PAUSE = 300.0
"""Seconds between two polls of a wait, if no proof is due earlier."""

TakeSample = Callable[[Debt], Sample]
"""Returns the monitors of a debt in the newest response of the service. Raises Unavailable."""


class Collection(NamedTuple):
    """The report at the end, and how it came about.

    ``trouble`` is the evaluation of the last poll if that had no valid response. Times are in epoch seconds.
    """

    stored: StoredReport
    account: str
    began: float
    ended: float
    polls: int
    trouble: Evaluation | None


class Collector:
    """Collects the owed proofs of ``account`` in ``store``.

    ``begin_poll`` returns a function that returns samples of the same responses. ``now`` is the time in epoch seconds.
    ``on_wait`` is called before every pause. With ``dry_run``, the report does not change.
    """

    def __init__(
        self,
        store: ReportStore,
        account: str,
        begin_poll: Callable[[], TakeSample],
        now: Callable[[], float],
        sleep: Callable[[float], None],
        on_wait: Callable[[StoredReport], None],
        summarize: Summarize,
        dry_run: bool = False,
    ) -> None:
        self._store = store
        self._account = account
        self._begin_poll = begin_poll
        self._now = now
        self._sleep = sleep
        self._on_wait = on_wait
        self._summarize = summarize
        self._dry_run = dry_run

    def collect(self, wait: float) -> Collection:
        """Return the collection after at most ``wait`` seconds; 0 is one poll. Raises ReportError."""
        began, polls, conflicts = self._now(), 0, 0
        trouble: Evaluation | None = None
        while True:
            stored = self._store.load()
            own = self._select_own(stored)
            if not own:
                break
            left = began + wait - self._now()
            records, trouble = self._evaluate(own, is_last=left <= 0)
            polls += 1
            try:
                stored = self._update(stored, own, records)
            except ConflictError:
                conflicts += 1
                if conflicts == MAX_CONFLICTS:
                    raise ReportError("other processes keep changing it; run kf_collect again") from None
                continue
            if left <= 0 or self._is_over(stored, trouble):
                break
            self._on_wait(stored)
            self._sleep(min(left, self._pause(self._select_own(stored), trouble)))
        return Collection(stored, self._account, began, self._now(), polls, trouble)

    def _select_own(self, stored: StoredReport) -> list[Debt]:
        """Return the unpaid debts of this account, none if one has failed. Raises ReportError if all are of others."""
        own = [debt for debt in stored.unpaid if debt.account == self._account]
        if stored.unpaid and not own and all(debt.account != self._account for debt in stored.debts):
            raise ReportError(
                "its proofs are those of another client_id or api_url; use the account with which the gate ran"
            )
        return own

    def _is_over(self, stored: StoredReport, trouble: Evaluation | None) -> bool:
        return not self._select_own(stored) or (trouble is not None and trouble.final)

    def _evaluate(self, debts: Sequence[Debt], is_last: bool) -> tuple[dict[str, Mapping[str, Any]], Evaluation | None]:
        """Return the new record of each debt by its run, and the worst evaluation without a valid response."""
        take, troubles = self._begin_poll(), []
        records: dict[str, Mapping[str, Any]] = {}
        for debt in debts:
            record, evaluation = evaluate_debt(debt, take, self._now, is_last)
            if record is None:
                troubles.append(evaluation)
            else:
                records[debt.run] = record
        return records, max(troubles, key=lambda one: VERDICTS.index(one.verdict), default=None)

    def _update(
        self, stored: StoredReport, own: Sequence[Debt], records: Mapping[str, Mapping[str, Any]]
    ) -> StoredReport:
        if not records:
            return stored
        if self._dry_run:
            return apply_records(stored, records, self._summarize)
        return self._store.update({debt.run: debt for debt in own}, records)

    def _pause(self, debts: Sequence[Debt], trouble: Evaluation | None) -> float:
        """Return the seconds until the next poll: until the first proof is due, within limits."""
        timers = [float(entry["timer"]) for debt in debts for entry in debt.owed if entry["timer"]]
        given = [debt.basis.policy.poll for debt in debts if debt.basis is not None and debt.basis.policy.poll]
        due = [parse_zoned_time(entry["due"]) for debt in debts for entry in debt.owed if entry["due"]]
        until_due = min(due, default=0.0) - self._now()
        pause = max(min(given, default=poll_interval(timers)), min(MAX_PAUSE, until_due))
        return max(pause, trouble.retry_after or 0.0) if trouble is not None else pause


def evaluate_debt(
    debt: Debt, take: TakeSample, now: Callable[[], float], is_last: bool
) -> tuple[dict[str, Any] | None, Evaluation]:
    """Return the record of ``debt`` after another sample, and the evaluation. The record is None without a sample."""
    basis = debt.basis
    if basis is None:
        raise ReportError("its proofs are complete")
    gate = Gate(
        basis.policy,
        basis.baseline,
        lambda: use_service_clock(take(debt)),
        now,
        _never_wait,
        _never_wait,
        once=True,
        evidence=basis.restore_evidence(),
    )
    outcome = gate.decide()
    if outcome.interrupted:
        raise KeyboardInterrupt
    if outcome.view is None:
        return None, outcome.evaluation
    return advance_debt(debt, outcome, now(), is_last), outcome.evaluation


def _never_wait(status: WaitStatus | float) -> None:
    """With ``once``, the gate neither waits nor reports that it does."""
