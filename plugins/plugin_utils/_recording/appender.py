# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Append the polls of a process that may run for long to a journal, also after the disk was full for a while."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable

from ...module_utils._api.errors import describe_crash
from .._journal.database import REPLACED, describe_replacement
from .._journal.observation import JournalError, Observation, Receipt
from .._journal.writer import Journal

MAX_RECEIPTS = 10_000
"""Newest observations whose presence in the journal can be checked: those of a week with a poll a minute."""


class Appender:
    """Appends to the journal of ``account`` at ``path``, and opens it again after an error.

    ``warn`` is called once for each cause, ``timeout`` is the number of seconds to wait for other writers. ``appended``
    and ``lost`` are numbers of observations, ``error`` the error of the last append, None if it succeeded. ``receipts``
    are those of the newest observations, at most ``MAX_RECEIPTS``.
    """

    def __init__(
        self,
        path: str,
        account: str,
        days: float | None,
        warn: Callable[[str], None],
        timeout: float = 10.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._path = path
        self._account = account
        self._days = days
        self._warn = warn
        self._timeout = timeout
        self._now = now
        self._journal: Journal | None = None
        self._reported: set[str] = set()
        self.receipts: deque[Receipt] = deque(maxlen=MAX_RECEIPTS)
        self.appended = self.lost = 0
        self.error: JournalError | None = None

    def open(self, ahead: float = 0.0) -> Journal:
        """Return the open journal. Raises JournalError if it cannot be used.

        ``ahead`` is the number of seconds by which the service's clock is ahead of ours.
        """
        if self._journal is None:
            now = self._now() + ahead
            self._journal = Journal.open(self._path, self._account, days=self._days, now=now, timeout=self._timeout)
            if self.receipts and not self._journal.contains(self.receipts[-1]):
                self._warn_once(describe_replacement(self._path))
        return self._journal

    def append(self, observation: Observation) -> None:
        """Append ``observation``, or report why it is lost.

        A failed poll does not create a journal, which belongs to one account for good: an option may be wrong.
        """
        if observation.statuses is None and not os.path.exists(self._path):
            return
        try:
            receipt = self._append(observation)
        except JournalError as error:
            self._lose(error)
            return
        except Exception as error:  # noqa: BLE001 - the polls go on, whatever fails here
            self._lose(JournalError(describe_crash("writing the journal", error), "unexpected"))
            return
        self.error = None
        self.appended += 1
        self.receipts.append(receipt)

    def _lose(self, error: JournalError) -> None:
        self.close()
        self.error = error
        self.lost += 1
        self._warn_once(f"a poll was not recorded: {error}")

    def _warn_once(self, sentence: str) -> None:
        if sentence not in self._reported:
            self._reported.add(sentence)
            self._warn(sentence)

    def _append(self, observation: Observation) -> Receipt:
        ahead = 0.0 if observation.clock is None else observation.clock[1]
        try:
            return self.open(ahead).append(observation)
        except JournalError as error:
            if error.code != REPLACED:
                raise
        self.close()
        receipt = self.open(ahead).append(observation)
        self._warn_once(describe_replacement(self._path))
        return receipt

    def close(self) -> None:
        """Close the file. The next append opens it again."""
        if self._journal is not None:
            journal, self._journal = self._journal, None
            journal.close()
