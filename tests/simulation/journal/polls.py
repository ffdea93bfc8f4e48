# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls to record, made from choices: each changes a little of the one before, or everything, or fails."""

from __future__ import annotations

from ansible_collections.knowledgefront.monitoring.plugins.module_utils._domain.monitor import (
    MonitorConfig,
    MonitorStatus,
    MonitorTest,
)
from ansible_collections.knowledgefront.monitoring.plugins.plugin_utils._journal.observation import (
    Observation,
    PollError,
)

from ..choices import Choices

NAMES = ("m0", "m1", "m2")
COVERS = 120.0
ERRORS = (None, "connection refused", "half a character \ud800")


class PollMaker:
    """Makes the polls of one writer. Every poll has another ``requested_at``, by which a checker recognises it."""

    def __init__(self, choices: Choices, writer: int, has_clock: bool) -> None:
        self._choices = choices
        self._writer = writer
        self._has_clock = has_clock
        self._count = 0
        self._statuses: list[MonitorStatus] = []
        self._configs: list[MonitorConfig] | None = None
        self.run: str | None = None

    def make(self, now: float, ahead: float) -> Observation:
        """Return a poll at ``now`` by our clock, when that of the service was ``ahead`` seconds ahead of it."""
        choices = self._choices
        self._count += 1
        # Two writers never poll at exactly the same time, and no poll is as old as another one.
        taken_at = now + self._writer / 8 + self._count / 1024
        clock = (ahead - 0.5, ahead) if self._has_clock else None
        poll = Observation(taken_at - 0.0625, taken_at, clock, covers=COVERS, run=self.run)
        if choices.chance(6):
            return poll._replace(error=PollError("network", f"poll {self._count} failed", False, None))
        self._change(taken_at)
        wide = {}
        if choices.chance(6) and self._statuses:
            wide = {self._statuses[0].id: self._statuses[0]._replace(test_count=None)}
        configs = None if self._configs is None else list(self._configs)
        return poll._replace(
            statuses=list(self._statuses), configs=configs, wide=wide, wide_window=7200 if wide else None
        )

    def _change(self, now: float) -> None:
        choices = self._choices
        kind = choices.below(4)
        if kind == 0 and self._statuses:
            self._statuses = [self._test(one, now) for one in self._statuses]
        elif kind == 1 and self._statuses:
            self._statuses[0] = self._test(self._statuses[0], now)
        elif kind == 2:
            self._statuses = list(reversed(self._statuses))
        else:
            names = NAMES[: 1 + choices.below(len(NAMES))]
            self._statuses = [
                self._test(MonitorStatus(name, f"label of {name}", False, 0, 0, 30, None, None, None, {}, None), now)
                for name in names
            ]
        if self._configs is None or choices.chance(5):
            timer = 60.0 + self._count
            self._configs = [MonitorConfig(one.id, one.label, "http", timer, True, {}) for one in self._statuses]

    def _test(self, status: MonitorStatus, now: float) -> MonitorStatus:
        error = self._choices.pick(ERRORS)
        test = MonitorTest(float(int(now - 5)), error, None)
        failed = test if error else status.last_failed
        count = (status.fail_count or 0) + bool(error)
        return status._replace(last_test=test, last_failed=failed, fail_count=count, test_count=30 + self._count)
