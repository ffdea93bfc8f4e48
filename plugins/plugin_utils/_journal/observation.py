# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a journal records: polls of the service, gates, gaps between polls, and proofs that are still owed.

Times are epoch seconds. ``taken_at`` and ``requested_at`` are by the clock of the machine that polled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus

OWED, DELIVERED, FAILED = "owed", "delivered", "failed"
"""States of a debt."""

SINGLE_POLL_COVERS = 120.0
"""Seconds that a poll covers that no other one follows in an interval."""


class JournalError(ValueError):
    """The journal cannot be used. Its text is one sentence: what failed, why, what to do.

    ``code`` is stable and meant for programs.
    """

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class PollError(NamedTuple):
    """Why a poll did not get a complete and valid response; as ``Unavailable`` of the gate."""

    code: str
    message: str
    final: bool = False
    retry_after: float | None = None


class Observation(NamedTuple):
    """One poll of the service.

    ``clock`` has the bounds of the seconds by which the service's clock is ahead of ours, None if it reported no time.
    ``statuses`` are those of the whole account in the default window, None if the poll failed. ``configs`` are the
    newest ones, None if they were never fetched. ``wide`` has statuses in a window of ``wide_window`` seconds by id.
    ``covers`` is the number of seconds after the poll in which the next one is expected. ``run`` identifies the gate
    run that polled, None for any other poll.
    """

    requested_at: float
    taken_at: float
    clock: tuple[float, float] | None = None
    statuses: Sequence[MonitorStatus] | None = None
    configs: Sequence[MonitorConfig] | None = None
    wide: Mapping[str, MonitorStatus] = {}
    wide_window: int | None = None
    error: PollError | None = None
    covers: float = SINGLE_POLL_COVERS
    run: str | None = None

    @property
    def service_time(self) -> float:
        """The upper bound of the time by the service's clock when the response had arrived."""
        return self.taken_at + (self.clock[1] if self.clock is not None else 0.0)


class Receipt(NamedTuple):
    """Identifies a poll that was appended to a journal: its id in the file, and its time by the service's clock."""

    number: int
    at: float


class GateRun(NamedTuple):
    """One evaluation of a gate; ``baseline_run`` is the run of phase ``before``, if it is known.

    ``options`` are those of the policy and the selection, without any connection option. ``result`` is the result of
    the gate, without ``report_errors``.
    """

    run: str
    phase: str
    began: float
    ended: float
    options: Mapping[str, Any]
    verdict: str
    decision: str
    gate_rc: int
    result: Mapping[str, Any]
    baseline_run: str | None


class Gap(NamedTuple):
    """A time by the service's clock in which nobody looked; ``reason`` is why."""

    since: float
    until: float
    reason: str


class Debt(NamedTuple):
    """A proof that phase ``after`` still owes; ``scope`` is the fingerprint of the selection."""

    run: str
    scope: str
    created: float
    document: Mapping[str, Any]
    state: str = OWED
