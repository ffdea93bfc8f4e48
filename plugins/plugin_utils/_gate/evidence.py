# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was seen of each monitor since the anchor, over all samples of one task."""

from __future__ import annotations

from ...module_utils._domain.monitor import Monitor, MonitorStatus
from .sample import Sample


class Record:
    """What the samples so far told of one monitor. Starts are in epoch seconds, oldest first.

    ``failed_run`` is the number of tests in a row that were seen to fail up to now.
    """

    __slots__ = ("backwards", "clean_starts", "fail_count", "failed_run", "monitor", "newest", "untimely")

    def __init__(self, monitor: Monitor) -> None:
        self.monitor = monitor
        self.clean_starts: list[float] = []
        self.failed_run = 0
        self.newest: float | None = None
        self.fail_count: int | None = None
        self.backwards = False
        self.untimely: float | None = None


class Evidence:
    """Distinct tests, told apart by their start. Only those from ``anchor`` on count as clean.

    The service tells starts by its own clock, so the anchor moves by as much as that was ever seen to be ahead of ours.
    A test that was told before it started is none, then and later: some clock is wrong.

    ``wanted`` is the number of clean tests that anybody asks for: no more are remembered.
    """

    def __init__(self, anchor: float, wanted: int) -> None:
        self.anchor = anchor
        self._by_our_clock = anchor
        self._wanted = max(wanted, 1)
        self._records: dict[str, Record] = {}

    def observe(self, sample: Sample) -> None:
        """Add one whole and valid sample."""
        self.anchor = max(self.anchor, self._by_our_clock + sample.lead.most)
        records, now = self._records, sample.service_time
        for monitor in sample.monitors:
            record = records.get(monitor.id)
            if record is None:
                record = records[monitor.id] = Record(monitor)
            record.monitor = monitor
            if monitor.status is None:
                record.clean_starts.clear()
            else:
                self._add(record, monitor.status, now)
        for monitor in self.vanished(sample):
            records[monitor.id].clean_starts.clear()

    def clean_run(self, monitor_id: str) -> list[float]:
        """Return the starts of the newest clean tests in a row."""
        return self._records[monitor_id].clean_starts

    def failed_run(self, monitor_id: str) -> int:
        """Return how many tests in a row were seen to fail up to now."""
        return self._records[monitor_id].failed_run

    def backwards(self, monitor_id: str) -> bool:
        """Whether the newest sample told an older newest test than a sample before it: then it is no news."""
        return self._records[monitor_id].backwards

    def untimely(self, monitor_id: str) -> bool:
        """Whether the newest test was told before it started."""
        record = self._records[monitor_id]
        return record.newest is not None and record.newest == record.untimely

    def vanished(self, sample: Sample) -> list[Monitor]:
        """Return the monitors that earlier samples told of and ``sample`` does not."""
        present = {monitor.id for monitor in sample.monitors}
        return [
            Monitor(name, record.monitor.label, record.monitor.type, record.monitor.config, None)
            for name, record in self._records.items()
            if name not in present
        ]

    def _add(self, record: Record, status: MonitorStatus, now: float) -> None:
        started = status.tested
        record.backwards = record.newest is not None and (started is None or started < record.newest)
        if started is None or record.backwards:
            record.clean_starts.clear()
            return
        broken_at = _broken_at(record, status)
        record.clean_starts = [start for start in record.clean_starts if start > broken_at and start >= self.anchor]
        new = started != record.newest
        record.newest = started
        if status.fail_count is not None:
            record.fail_count = status.fail_count
        if status.failing:
            record.clean_starts.clear()
            if new:
                record.failed_run += 1
            return
        record.failed_run = 0
        if started > now:
            record.untimely = started
        if status.alert_active:
            record.clean_starts.clear()
        elif started >= self.anchor and started > broken_at and started not in (*record.clean_starts, record.untimely):
            record.clean_starts.append(started)
            del record.clean_starts[: -self._wanted]


def _broken_at(record: Record, status: MonitorStatus) -> float:
    """Return the start up to which a failure makes clean tests worthless, also one that only the count betrays."""
    failed = status.last_failed.started if status.last_failed else None
    broken_at = float("-inf") if failed is None else failed
    if record.fail_count is not None and status.fail_count is not None and status.fail_count > record.fail_count:
        broken_at = max(broken_at, record.newest if record.newest is not None else broken_at)
    return broken_at
