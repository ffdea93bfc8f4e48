# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the samples of owed proofs: all debts of a report are evaluated with the same responses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...module_utils._api.client import Client
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.selection import N, Selection, SelectionResult
from ...module_utils._domain.service_defaults import WINDOW
from .._gate.debts.debt import Debt
from .._gate.sample import Sample, Unavailable
from .._gate_action.sampling import Sampler
from .collector import TakeSample


class IdSelection(Selection):
    """Selects monitors by their ids alone, also those that have been renamed."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__()
        self._ids = frozenset(ids)

    def __bool__(self) -> bool:
        return True

    def select(self, monitors: Sequence[N], kind_of: Callable[[N], str | None]) -> SelectionResult[N]:
        return SelectionResult([monitor for monitor in monitors if monitor.id in self._ids], [], [], [])


class SharedResponses:
    """A client that sends each request once, for debts that are evaluated with the same responses."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._configs: list[MonitorConfig] | None = None
        self._statuses: dict[tuple[bool, int], list[MonitorStatus]] = {}

    def statuses(self, everything: bool = False, window: int = WINDOW) -> list[MonitorStatus]:
        key = (everything, window)
        if key not in self._statuses:
            self._statuses[key] = self._client.statuses(everything=everything, window=window)
        return self._statuses[key]

    def configs(self) -> list[MonitorConfig]:
        if self._configs is None:
            self._configs = self._client.configs()
        return self._configs

    def service_time(self) -> tuple[float, float] | None:
        return self._client.service_time()


def begin_poll(client: Client, warn: Callable[[str], None], now: Callable[[], float]) -> TakeSample:
    """Return a function that returns the monitors that a debt owes. An error of the service ends all its calls."""
    responses: Any = SharedResponses(client)
    failure: list[Unavailable] = []

    def take(debt: Debt) -> Sample:
        if failure:
            raise failure[0]
        if debt.basis is None:
            raise ValueError("a complete debt needs no sample")
        selection = IdSelection([str(entry["monitor"]) for entry in debt.owed])
        sampler = Sampler(responses, selection, debt.basis.policy, "ignore", debt.selection, warn, now)
        try:
            return sampler()
        except Unavailable as error:
            failure.append(error)
            raise

    return take
