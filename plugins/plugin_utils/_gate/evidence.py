# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence of one task: the tests and alerts of each monitor since the anchor, over all samples."""

from __future__ import annotations

from collections.abc import Mapping

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from .baseline import Baseline
from .monitor_history import TestHistory
from .policy import BEFORE, PLAN, Policy
from .problems import ALERT
from .sample import Sample


class Evidence:
    """Distinct tests, identified by their start. Only those that start at ``anchor`` or later count as clean.

    The service reports starts by its own clock, so the anchor moves by the largest observed offset of that clock ahead
    of ours. ``baseline`` identifies older alerts.
    """

    def __init__(self, policy: Policy, baseline: Baseline | None = None) -> None:
        self.anchor = policy.anchor
        self._policy = policy
        self._baseline = baseline
        self._histories: dict[str, TestHistory] = {}
        self._failed: set[str] = set()
        self._is_anchor_fixed = False

    def restore(self, anchor: float, histories: Mapping[str, TestHistory]) -> None:
        """Continue with the histories of an earlier task, by the ids of their monitors.

        ``anchor``, by the service's clock, does not move from now on.
        """
        self.anchor = anchor
        self._is_anchor_fixed = True
        self._histories = dict(histories)
        self._failed = {name for name, history in histories.items() if history.failures}

    def observe(self, sample: Sample) -> None:
        """Add one complete and valid sample.

        A status that is the same object as in the previous sample, as in a replay, changes nothing.
        """
        previous = self.anchor
        if not self._is_anchor_fixed:
            self.anchor = max(self.anchor, self._policy.anchor + sample.clock_offset.most)
        histories, now = self._histories, sample.service_time
        for monitor in sample.monitors:
            history = histories.get(monitor.id)
            if history is None:
                history = histories[monitor.id] = TestHistory(monitor)
            elif monitor.status is history.monitor.status is not None and self.anchor == previous:
                history.monitor = monitor
                continue
            history.monitor, history.lasting = monitor, None
            if monitor.status is None:
                self._discard_proof(history)
                continue
            self._observe_alert(history, monitor.status, sample)
            history.has_status = True
            self._observe_test(history, monitor.status, now)
            if history.failures:
                self._failed.add(monitor.id)
        for monitor in self.find_vanished(sample):
            self._discard_proof(histories[monitor.id])

    def history(self, monitor_id: str) -> TestHistory:
        """Return the history of a monitor that some sample contained. Raises KeyError for any other."""
        return self._histories[monitor_id]

    def find(self, monitor_id: str) -> TestHistory | None:
        """Return the history of a monitor, None if no sample contained it."""
        return self._histories.get(monitor_id)

    def is_proved(self, monitor_id: str) -> bool:
        """Whether a monitor had the required clean tests and has not lost that proof since."""
        return self._is_proved(self._histories[monitor_id])

    def _is_proved(self, history: TestHistory) -> bool:
        return history.proved_from is not None and history.proved_from >= self.anchor

    def owed_tests(self, monitor_id: str) -> int:
        """Return how many clean tests in a row a monitor needs in total; more of them after a failure."""
        return self._owed(self._histories[monitor_id])

    def is_unsteady(self, monitor_id: str) -> bool:
        """Whether a monitor has not recovered from a failure within twice as many tests as it needs to."""
        history = self._histories[monitor_id]
        if not history.failures:
            return False
        owed = self._owed(history)
        unsteady = owed > 0 and history.tests_after_failure >= 2 * owed
        return unsteady and not self.is_proved(monitor_id)

    @property
    def cleared_alerts(self) -> dict[str, float]:
        """The start of each alert that was raised and has cleared since the baseline, by the label of its monitor."""
        histories = [self._histories[name] for name in self._failed]
        return {one.monitor.label: one.cleared_alert for one in histories if one.cleared_alert is not None}

    @property
    def has_failures(self) -> bool:
        """Whether some monitor has failed since the anchor."""
        return bool(self._failed)

    @property
    def has_unrecovered_failure(self) -> bool:
        """Whether some monitor failed since the anchor and has not had the clean tests that it owes."""
        return any(not self.is_proved(name) for name in self._failed)

    def seconds_to_recover(self) -> float:
        """Return the most seconds until every monitor that failed since the anchor has recovered or is unsteady."""
        return max((self._seconds_to_recover(name) for name in self._failed), default=0.0)

    def _seconds_to_recover(self, monitor_id: str) -> float:
        history = self._histories[monitor_id]
        timer = history.monitor.timer
        if timer is None or self.is_proved(monitor_id):
            return 0.0
        return max(0, 2 * self._owed(history) - history.tests_after_failure) * timer

    def find_vanished(self, sample: Sample) -> list[Monitor]:
        """Return the monitors that earlier samples contained and ``sample`` does not."""
        present = {monitor.id for monitor in sample.monitors}
        if self._histories.keys() <= present:
            return []
        return [
            Monitor(name, history.monitor.label, history.monitor.type, history.monitor.config, None)
            for name, history in self._histories.items()
            if name not in present
        ]

    def _owed(self, history: TestHistory) -> int:
        if history.failures:
            return self._policy.owed_after_failure(history.monitor.timer)
        return self._policy.clean_tests

    @staticmethod
    def _discard_proof(history: TestHistory) -> None:
        history.lasting = None
        history.clean_starts.clear()
        if history.proved_from is not None:
            history.proved_from = history.proved_until = None
            history.tests_after_failure = 0

    def _observe_alert(self, history: TestHistory, status: MonitorStatus, sample: Sample) -> None:
        """Count an alert raised since the baseline or the previous sample as a failure, even if it has cleared."""
        raised = self._is_raised(history, status, sample)
        if raised:
            history.failures += 1
            history.cleared_alert = None if status.alert_active else status.alerted or sample.service_time
        if raised or status.alert_active:
            self._discard_proof(history)
            history.failed_run_since_anchor = 0
        if not status.alert_active and history.alerting_since is not None:
            history.tests_after_failure = 0
        if not status.alert_active:
            history.alerting_since = None
        elif raised or history.alerting_since is None:
            history.alerting_since = sample.service_time
        history.alert_id = status.alert_id or history.alert_id
        history.alerted = history.alerted if status.alerted is None else status.alerted
        history.alert_count = history.alert_count if status.alert_count is None else status.alert_count

    def _is_raised(self, history: TestHistory, status: MonitorStatus, sample: Sample) -> bool:
        if history.has_status:
            is_new = status.alert_active and history.alerting_since is None
            return is_new or history.has_another_alert(status)
        return self._was_raised(status, sample)

    def _was_raised(self, status: MonitorStatus, sample: Sample) -> bool:
        """Whether the newest alert was raised since the baseline or, without one, since the deployment started.

        During and after a deployment, this includes an active alert of unknown age.
        """
        if self._baseline is None:
            return self._was_raised_since_start(status, sample)
        then = self._baseline.find(status.id)
        if status.alert_active:
            return then is None or not (then.problem == ALERT and then.has_alert(status))
        if then is not None and (status.alert_count or 0) > then.alert_count:
            return True
        if then is not None and (then.alert is not None or then.alerted is not None):
            return (status.alert_id is not None or status.alerted is not None) and not then.has_alert(status)
        return status.alerted is not None and status.alerted >= self._baseline.taken_at + sample.clock_offset.least

    def _was_raised_since_start(self, status: MonitorStatus, sample: Sample) -> bool:
        started = self._policy.deploy_started
        if status.alert_active and self._policy.phase not in (BEFORE, PLAN) and None in (started, status.alerted):
            return True
        earliest = self._policy.since if started is None else started
        return status.alerted is not None and status.alerted >= earliest + sample.clock_offset.least

    def _observe_test(self, history: TestHistory, status: MonitorStatus, now: float) -> None:
        started = status.tested
        history.is_outdated = history.newest is not None and (started is None or started < history.newest)
        if started is None or history.is_outdated:
            history.clean_starts.clear()
            return
        is_new = started != history.newest
        has_failed = status.failing or history.has_hidden_failure(status)
        if has_failed:
            if is_new or not history.is_failed:
                self._add_failure(history, started)
            history.clean_starts.clear()
        elif is_new:
            self._add_passed(history, status, started, now)
        if is_new or has_failed:
            history.is_failed = has_failed
        history.newest = started
        history.fail_count = history.fail_count if status.fail_count is None else status.fail_count
        history.test_count = history.test_count if status.test_count is None else status.test_count
        if history.clean_starts and history.clean_starts[0] < self.anchor:
            history.clean_starts = [start for start in history.clean_starts if start >= self.anchor]

    def _add_failure(self, history: TestHistory, started: float) -> None:
        history.failed_run += 1
        if started >= self.anchor:
            history.failed_run_since_anchor += 1
            history.tests_after_failure += bool(history.failures)
            history.failures += 1
        is_run = history.failed_run_since_anchor >= self._policy.failures_in_a_row
        if is_run or started == history.proved_until:
            self._discard_proof(history)

    def _add_passed(self, history: TestHistory, status: MonitorStatus, started: float, now: float) -> None:
        history.failed_run = history.failed_run_since_anchor = 0
        history.tests_after_failure += bool(history.failures)
        self._add_failure_between_samples(history, status)
        if started > now:
            history.premature = started
        is_clean = not status.alert_active and started >= self.anchor and started != history.premature
        if is_clean and not history.is_doubtful(status):
            history.clean_starts.append(started)
            self._prove(history)
        else:
            history.clean_starts.clear()

    def _add_failure_between_samples(self, history: TestHistory, status: MonitorStatus) -> None:
        """Count a failed test between two samples, which no sample showed as the newest test.

        It withdraws a proof that rests on it. So does a number of failures between two samples that makes a run.
        """
        failed = status.last_failed.started if status.last_failed is not None else None
        if failed is None or failed < self.anchor or not history.is_unseen_failure(failed):
            return
        history.failures += 1
        history.clean_starts.clear()
        before, now = history.fail_count, status.fail_count
        number = 1 if before is None or now is None else now - before
        if failed == history.proved_until or number >= self._policy.failures_in_a_row:
            self._discard_proof(history)

    def _prove(self, history: TestHistory) -> None:
        policy, owed = self._policy, max(1, self._owed(history))
        if policy.full_detection and history.monitor.timer is None:
            return
        starts = history.clean_starts
        del starts[:-owed]
        needed = detected_from(history.monitor, policy, self.anchor)
        if self._is_proved(history) or len(starts) < owed or (needed is not None and starts[-1] < needed):
            return
        history.proved_from, history.proved_until = starts[0], starts[-1]
        history.tests_after_failure = 0


def detected_from(monitor: Monitor, policy: Policy, anchor: float) -> float | None:
    """Return the start of the test with which ``alert_after`` failures would be complete; None without full_detection.

    ``anchor`` is the time from which tests count, in epoch seconds by the service's clock.
    """
    if not policy.full_detection or monitor.timer is None:
        return None
    return anchor + (policy.alert_after - 1) * monitor.timer
