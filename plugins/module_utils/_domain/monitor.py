# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service tells about a monitor: its status, its configuration, and both joined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from .selection import Named

C = TypeVar("C", bound="Named")
S = TypeVar("S", bound="Named")


class Check(NamedTuple):
    """One test of a monitor: its start in epoch seconds if it is known, and why it failed.

    The service gives two readings of one start, which may differ. ``started`` is the earlier one and ``latest`` the
    later one, None when there is only one reading.
    """

    started: float | None
    error: str | None
    latest: float | None = None

    @property
    def reading_gap(self) -> float:
        """The seconds between the two readings of its start."""
        return 0.0 if self.latest is None or self.started is None else self.latest - self.started

    def started_by(self, now: float) -> float | None:
        """Return the later reading of its start that is not after ``now``, the earlier one if there is no such."""
        return self.latest if self.latest is not None and self.latest <= now else self.started


class MonitorStatus(NamedTuple):
    """A monitor in a status answer; ``fields`` is what the service sent, with everything we do not know.

    Counts are of the response's window. None means that the service did not report the value. ``alert_id`` identifies
    the newest alert, which started at ``alerted``, whether it is still active or not.
    """

    id: str
    label: str
    alert_active: bool
    alert_count: int | None
    fail_count: int | None
    test_count: int | None
    alerted: float | None
    last_test: Check | None
    last_failed: Check | None
    fields: Mapping[str, Any]
    alert_id: str | None = None

    @property
    def tested(self) -> float | None:
        """When the newest test began."""
        return self.last_test.started if self.last_test is not None else None

    @property
    def failing(self) -> bool:
        """Whether the newest test failed.

        It did when it carries an error, when the newest failed test is not older or has no start to compare, or when
        every test in the window failed.
        """
        if self.last_test is None:
            return False
        started, error, _latest = self.last_test
        if error or (self.fail_count and self.fail_count == self.test_count):
            return True
        if self.last_failed is None or started is None:
            return False
        failed = self.last_failed.started
        if failed is None:
            return bool(self.last_failed.error) and self.fail_count != 0
        return failed >= started

    @property
    def has_undated_failure(self) -> bool:
        """Whether tests in the window failed and the service reports no start of the newest one of them."""
        return bool(self.fail_count) and (self.last_failed is None or self.last_failed.started is None)

    @property
    def error(self) -> str | None:
        """What the newest failed test said."""
        for check in (self.last_test, self.last_failed):
            if check is not None and check.error:
                return check.error
        return None


class MonitorConfig(NamedTuple):
    """A monitor in a configuration answer; ``timer`` is the number of seconds between two tests."""

    id: str
    label: str
    type: str | None
    timer: float | None
    active: bool
    fields: Mapping[str, Any]


class Monitor(NamedTuple):
    """One monitor as both answers tell it. At least one of the two is there."""

    id: str
    label: str
    type: str | None
    config: MonitorConfig | None
    status: MonitorStatus | None

    @property
    def timer(self) -> float | None:
        """The seconds between two tests, None when they are not known."""
        return self.config.timer if self.config is not None else None


def paired(configs: Iterable[C], statuses: Iterable[S]) -> Iterator[tuple[C | S, C | None, S | None]]:
    """Yield whatever tells of a monitor, then its configuration and its status, as far as there are these.

    They are the union of both answers by id, in the order of the configurations and then of the statuses. A
    configuration calls the identity ``id``, a status calls the same value ``monitor``.
    """
    known = {status.id: status for status in statuses}
    for config in configs:
        yield config, config, known.pop(config.id, None)
    for status in known.values():
        yield status, None, status


def join(configs: Iterable[MonitorConfig], statuses: Iterable[MonitorStatus]) -> list[Monitor]:
    """Return the monitors that at least one of the two answers tells of."""
    return [
        Monitor(told.id, told.label, None if config is None else config.type, config, status)
        for told, config, status in paired(configs, statuses)
    ]
