# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests and alerts of one monitor that the samples of a task have shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...module_utils._domain.monitor import Monitor, MonitorStatus

if TYPE_CHECKING:
    from .lasting import LastingAssessment


class TestHistory:
    """The tests and alerts of one monitor that the samples have shown.

    Starts are in epoch seconds by the service's clock. ``clean_starts`` has the starts of the newest clean tests in a
    row that count as evidence, oldest first. ``failed_run`` is the number of failed tests in a row, and
    ``failed_run_since_anchor`` the number of those that started since the anchor. ``failures`` counts failed tests and
    alerts since the anchor, cleared alerts included, and ``tests_after_failure`` the tests since the first of these.
    ``proved_from`` and ``proved_until`` are the starts of the first and the last test that proved the monitor, None
    while it is not proved. ``has_status`` tells whether a sample showed a status. ``alerting_since`` is when a sample
    first showed the active alert, None without one.
    ``lasting`` is what the evaluation of an earlier sample found for the same status, None without one.
    """

    __slots__ = (
        "alert_count",
        "alert_id",
        "alerted",
        "alerting_since",
        "clean_starts",
        "cleared_alert",
        "fail_count",
        "failed_run",
        "failed_run_since_anchor",
        "failures",
        "has_status",
        "is_failed",
        "is_outdated",
        "lasting",
        "monitor",
        "newest",
        "premature",
        "proved_from",
        "proved_until",
        "test_count",
        "tests_after_failure",
    )

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.lasting: LastingAssessment | None = None
        self.clean_starts: list[float] = []
        self.failed_run = self.failed_run_since_anchor = self.failures = self.tests_after_failure = 0
        self.proved_from: float | None = None
        self.proved_until: float | None = None
        self.alerting_since: float | None = None
        self.newest: float | None = None
        self.has_status = self.is_failed = self.is_outdated = False
        self.premature: float | None = None
        self.fail_count: int | None = None
        self.test_count: int | None = None
        self.alert_count: int | None = None
        self.alert_id: str | None = None
        self.alerted: float | None = None
        self.cleared_alert: float | None = None

    @property
    def is_premature(self) -> bool:
        """Whether the newest test was reported before it started, so that some clock is wrong."""
        return self.newest is not None and self.newest == self.premature

    def has_another_alert(self, status: MonitorStatus) -> bool:
        """Whether the newest alert differs from that in the previous sample."""
        if status.alert_id is not None and (self.alert_id is not None or self.alerted is None):
            return status.alert_id != self.alert_id
        if status.alerted is not None and (self.alerted is None or status.alerted > self.alerted):
            return True
        before, now = self.alert_count, status.alert_count
        return before is not None and now is not None and now > before

    def has_hidden_failure(self, status: MonitorStatus) -> bool:
        """Whether only the failure count shows that the newest test failed: no reported test explains its rise."""
        if self.fail_count is None or status.fail_count is None or status.fail_count <= self.fail_count:
            return False
        failed = status.last_failed.started if status.last_failed is not None else None
        return failed is None or not self.is_unseen_failure(failed)

    def is_unseen_failure(self, failed: float) -> bool:
        """Whether no earlier sample showed the failure of the test that started at ``failed``."""
        return self.newest is None or failed > self.newest or (failed == self.newest and not self.is_failed)

    def is_doubtful(self, status: MonitorStatus) -> bool:
        """Whether the newest test may be one of the failed tests whose time the service does not report.

        It is not if the counts show that all tests since the previous sample passed: the number of tests increased by
        at least one more than the number of failures, provided that tests leave the window one at a time.
        """
        if not status.has_undated_failure:
            return False
        if self.fail_count is None or self.test_count is None or status.test_count is None:
            return True
        failures = (status.fail_count or 0) - self.fail_count
        return status.test_count - self.test_count - failures < 1
