# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records what a gate or an event source saw, as far as possible: a failure never changes what it decides."""

from __future__ import annotations

import time
from collections.abc import Callable

from .observation import GateRun, Observation
from .writer import Journal


class Recorder:
    """Writes to the journal at ``path``, which is opened with the first record.

    Nothing is raised. The first failure calls ``warn``; later records are tried again without a warning. All calls
    together wait about two seconds for other writers.
    """

    def __init__(
        self,
        path: str,
        account: str,
        warn: Callable[[str], None],
        days: float | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._path, self._account, self._warn, self._days, self._now = path, account, warn, days, now
        self._journal: Journal | None = None
        self._has_warned = False

    def observe(self, observation: Observation) -> None:
        """Record a poll."""
        self._try(lambda journal: journal.append(observation))

    def finish(self, run: GateRun) -> None:
        """Record the evaluation of a gate."""
        self._try(lambda journal: journal.append_run(run))

    def close(self) -> None:
        """Close the file. The next record opens it again."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def _try(self, write: Callable[[Journal], None]) -> None:
        try:
            if self._journal is None:
                self._journal = Journal.open(self._path, self._account, days=self._days, now=self._now(), timeout=2.0)
            write(self._journal)
        except Exception as error:  # noqa: BLE001 - recording must not change the verdict
            if not self._has_warned:
                self._has_warned = True
                self._warn(str(error))
