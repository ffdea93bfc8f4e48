# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record the polls of the event source in a journal. Imported only if the argument ``journal`` is set."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ...module_utils._api.client import Client
from ...module_utils._api.errors import KnowledgeFrontError
from ...module_utils._domain.monitor import MonitorConfig, MonitorStatus
from ...module_utils._domain.service_defaults import WINDOW
from .._gate.baseline import account_fingerprint
from .._journal.observation import Observation, PollError
from .._recording.appender import Appender
from .._recording.polling import clock_bounds, describe_error, fetch_wide, periodic_cover

LOCK_TIMEOUT = 2.0
"""Seconds to wait for other writers of the journal: the next poll must not be late."""


class PollRecording:
    """Collects what a poll of the source receives, and appends it to a journal when the poll is over."""

    def __init__(
        self, client: Client, append: Callable[[Observation], None], clock: Callable[[], float] = time.time
    ) -> None:
        self._client = client
        self._append = append
        self._clock = clock
        self._requested_at = 0.0
        self._taken_at = 0.0
        self._statuses: list[MonitorStatus] | None = None
        self._configs: list[MonitorConfig] | None = None
        self._new_configs: list[MonitorConfig] = []
        self._wide: Mapping[str, MonitorStatus] = {}
        self._wide_window: int | None = None
        self._error: PollError | None = None

    def begin(self) -> None:
        """Begin a poll."""
        self._requested_at = self._clock()
        self._statuses, self._wide, self._wide_window, self._error = [], {}, None, None

    def add_status(self, status: MonitorStatus) -> None:
        """Add the status of a monitor, whether it is selected or not."""
        if self._statuses is not None:
            self._statuses.append(status._replace(fields={}))

    def begin_configs(self) -> None:
        """Begin a response with configurations."""
        self._new_configs = []

    def add_config(self, config: MonitorConfig) -> None:
        """Add a configuration to the response, whether its monitor is selected or not."""
        self._new_configs.append(config._replace(fields={}))

    def end_configs(self) -> None:
        """Replace the configurations with those of the response, which is complete."""
        if self._new_configs != self._configs:
            self._configs = self._new_configs
        self._new_configs = []

    def complete(self, window: int) -> None:
        """End a poll that received statuses in ``window``, and request what a gate would have requested.

        After an outage, the counts of the source cover more than the default window, which a journal does not hold.
        """
        try:
            if window != WINDOW:
                self._statuses = []
                self._client.stream_statuses(self.add_status)
            self._wide, self._wide_window = fetch_wide(self._client, self._configs or [], self._statuses or [])
        except KnowledgeFrontError as error:
            self._error = describe_error(error)
        self._taken_at = self._clock()

    def append(self, error: KnowledgeFrontError | None, interval: float) -> None:
        """Append the poll, which failed if there is an ``error``; the next one follows after ``interval`` seconds."""
        if error is not None:
            self._error, self._taken_at = describe_error(error), self._clock()
        clock = clock_bounds(self._client.service_time(), self._taken_at)
        poll = Observation(self._requested_at, self._taken_at, clock, covers=periodic_cover(interval))
        if self._error is not None:
            poll = poll._replace(error=self._error)
        else:
            poll = poll._replace(
                statuses=self._statuses, configs=self._configs, wide=self._wide, wide_window=self._wide_window
            )
        self._statuses, self._wide = None, {}
        self._append(poll)


def open_recording(
    options: Mapping[str, Any], client: Client, warn: Callable[[str], None]
) -> tuple[PollRecording, Appender]:
    """Return the recording of a source with ``options``, and the journal, which is opened with the first poll."""
    account = account_fingerprint(options["api_url"], str(options["client_id"]))
    appender = Appender(options["journal"], account, options["journal_days"], warn, LOCK_TIMEOUT)
    return PollRecording(client, appender.append), appender
