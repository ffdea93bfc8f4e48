# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records what a gate or an event source polled, if possible. A failure changes neither what it decides nor when."""

from __future__ import annotations

import time
from collections.abc import Callable

from .database import REPLACED, describe_replacement
from .observation import Debt, GateRun, JournalError, Observation
from .private_file import sanitize_path
from .writer import Journal

WAIT = 2.0
"""Seconds that all calls together may wait for other processes."""

ORDINARY = 0.25
"""Seconds of a successful call that do not count as waiting."""


class Recorder:
    """Writes to the journal at ``path``, which is opened with the first record.

    Nothing is raised but interruptions, which are no Exception. The first failure calls ``warn``; each later record is
    tried again without a warning, and the journal has a gap in between. One thread at a time may use it.
    """

    def __init__(
        self,
        path: str,
        account: str,
        warn: Callable[[str], None],
        days: float | None = None,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self._account = account
        self._warn = warn
        self._days = days
        self._now = now
        self._clock = clock
        self._left = WAIT
        self._journal: Journal | None = None
        self._has_warned = False

    def observe(self, observation: Observation) -> None:
        """Record a poll."""
        ahead = observation.clock[1] if observation.clock is not None else 0.0
        self._record(lambda journal: journal.append(observation), ahead)

    def finish(self, run: GateRun) -> None:
        """Record the evaluation of a gate."""
        self._record(lambda journal: journal.append_run(run), 0.0)

    def add_debt(self, debt: Debt) -> None:
        """Record a proof that a gate owes."""
        self._record(lambda journal: journal.add_debt(debt), 0.0)

    def close(self) -> None:
        """Close the file. The next record opens it again."""
        journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    def _record(self, write: Callable[[Journal], object], ahead: float) -> None:
        """Write to the journal; ``ahead`` is the number of seconds by which the service's clock is ahead of ours."""
        began = self._clock()
        ordinary = 0.0
        try:
            try:
                write(self._open(ahead))
            except JournalError as error:
                if error.code != REPLACED:
                    raise
                self.close()
                write(self._open(ahead))
                self._warn_once(describe_replacement(self._path))
            ordinary = ORDINARY
        except Exception as error:  # noqa: BLE001 - whatever fails here must not fail the gate
            self._give_up(error)
        finally:
            self._left = max(0.0, self._left - max(0.0, self._clock() - began - ordinary))

    def _open(self, ahead: float) -> Journal:
        if self._journal is None:
            now = self._now() + ahead
            self._journal = Journal.open(self._path, self._account, days=self._days, now=now, timeout=self._left)
        self._journal.timeout = self._left
        return self._journal

    def _give_up(self, error: Exception) -> None:
        self.close()
        reason = f"the journal {sanitize_path(self._path)} failed ({type(error).__name__})"
        if isinstance(error, JournalError):
            reason = str(error)
        self._warn_once(f"{reason}. The result does not depend on the journal, which lacks these polls")

    def _warn_once(self, sentence: str) -> None:
        if not self._has_warned:
            self._has_warned = True
            self._warn(sentence)
