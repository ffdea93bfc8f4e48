# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Poll the account for a duration and append each poll to a journal, through outages of the service and of the disk."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from ...module_utils._api.errors import KnowledgeFrontError, needs_correction
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timing import outage_interval
from .._journal.observation import Observation
from .polling import Poller


class Recording:
    """Polls for ``duration`` seconds, or once if it is 0. ``report`` displays the beginning and the end of an outage.

    ``samples`` and ``failed_polls`` are numbers of polls, ``monitors`` that of the newest sample. ``error`` is that of
    the last poll, ``since`` and ``until`` are the times of the first and the last one by the service's clock.
    """

    def __init__(
        self,
        poller: Poller,
        append: Callable[[Observation], None],
        report: Callable[[str], None],
        sleep: Callable[[float], None],
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._poller = poller
        self._append = append
        self._report = report
        self._sleep = sleep
        self._clock = clock
        self._draw = draw
        self._failures = 0
        self.samples = self.failed_polls = self.monitors = 0
        self.error: KnowledgeFrontError | None = None
        self.since: float | None = None
        self.until: float | None = None

    def run(self, duration: float, progress: Callable[[str], None]) -> None:
        """Poll until ``duration`` is over; ``progress`` receives the numbers so far.

        Raises KnowledgeFrontError if the first poll finds that a person has to correct something.
        """
        began = self._clock()
        while True:
            polled = self._clock()
            self._poll()
            progress(f"{self.samples:,} recorded, {self.failed_polls:,} failed")
            now = self._clock()
            left = duration - (now - began)
            if left <= 0:
                return
            self._sleep(min(left, max(self._interval() - (now - polled), 0.0)))

    def _poll(self) -> None:
        poll = self._poller.poll()
        error = self._poller.error
        if error is not None and not self.samples and needs_correction(error):
            raise error
        self._append(poll)
        self._report_transition(error)
        self.error = error
        self._failures = 0 if error is None else self._failures + 1
        self.samples += error is None
        self.failed_polls += error is not None
        self.monitors = self.monitors if poll.statuses is None else len(poll.statuses)
        self.since = poll.service_time if self.since is None else self.since
        self.until = poll.service_time

    def _report_transition(self, error: KnowledgeFrontError | None) -> None:
        if error is not None and self.error is None:
            self._report(f"the API is unavailable; retrying: {sanitize(error, 400)}")
        elif error is None and self.error is not None:
            self._report(f"the API is available again after {self._failures:,} failed polls")

    def _interval(self) -> float:
        interval = self._poller.interval
        if self.error is None:
            return interval
        return outage_interval(interval, self._failures, self.error.retry_after, self._draw)
