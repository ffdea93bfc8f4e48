# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model of a monitor: its status, its configuration, both joined, and the host in a URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from .selection import Named

C = TypeVar("C", bound="Named")
S = TypeVar("S", bound="Named")


class MonitorTest(NamedTuple):
    """A test of a monitor: its start in epoch seconds, and why it failed; None if it is not known.

    The service reports the start twice, and both may differ. ``started`` is the earlier reading and ``latest`` the
    later one, None if there is only one.
    """

    started: float | None
    error: str | None
    latest: float | None = None

    @property
    def reading_gap(self) -> float:
        """The seconds between the two readings of the start."""
        return 0.0 if self.latest is None or self.started is None else self.latest - self.started

    def started_by(self, now: float) -> float | None:
        """Return the later reading of the start, or the earlier one if the later one is after ``now``."""
        return self.latest if self.latest is not None and self.latest <= now else self.started


class MonitorStatus(NamedTuple):
    """A monitor of a status response; ``fields`` is what the service sent, including unknown fields.

    Counts are for the window of the response. None means that the service did not report the value. ``alert_id``
    identifies the newest alert, which started at ``alerted``, whether it is still active or not.
    """

    id: str
    label: str
    alert_active: bool
    alert_count: int | None
    fail_count: int | None
    test_count: int | None
    alerted: float | None
    last_test: MonitorTest | None
    last_failed: MonitorTest | None
    fields: Mapping[str, Any]
    alert_id: str | None = None

    @property
    def tested(self) -> float | None:
        """The start of the newest test."""
        return self.last_test.started if self.last_test is not None else None

    @property
    def failing(self) -> bool:
        """Whether the newest test failed.

        It did if it has an error, if the newest failed test is not older or has no start to compare, or if every test
        in the window failed.
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
        """The error of the newest failed test."""
        for check in (self.last_test, self.last_failed):
            if check is not None and check.error:
                return check.error
        return None


class MonitorConfig(NamedTuple):
    """A monitor of a configuration response; ``timer`` is the number of seconds between two tests."""

    id: str
    label: str
    type: str | None
    timer: float | None
    active: bool
    fields: Mapping[str, Any]


class Monitor(NamedTuple):
    """A monitor with its configuration, its status, or both."""

    id: str
    label: str
    type: str | None
    config: MonitorConfig | None
    status: MonitorStatus | None

    @property
    def timer(self) -> float | None:
        """The seconds between two tests, None if they are not known."""
        return self.config.timer if self.config is not None else None


def pair_by_id(configs: Iterable[C], statuses: Iterable[S]) -> Iterator[tuple[C | S, C | None, S | None]]:
    """Yield for each monitor its configuration or else its status, then its configuration and its status, if any.

    Monitors are joined by id, in the order of the configurations and then of the statuses. The service calls the id
    ``id`` in a configuration and ``monitor`` in a status.
    """
    statuses_by_id = {status.id: status for status in statuses}
    for config in configs:
        yield config, config, statuses_by_id.pop(config.id, None)
    for status in statuses_by_id.values():
        yield status, None, status


def join_monitors(configs: Iterable[MonitorConfig], statuses: Iterable[MonitorStatus]) -> list[Monitor]:
    """Return the monitors that are in at least one of the two responses."""
    return [
        Monitor(source.id, source.label, None if config is None else config.type, config, status)
        for source, config, status in pair_by_id(configs, statuses)
    ]


def extract_host(url: str) -> str:
    """Return the host of a URL, which may lack its scheme; an empty string if there is none.

    An IPv6 address without brackets is invalid: the part before its first colon would be taken for a host.
    """
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    authority = parts.netloc.rpartition("@")[2]
    return "" if authority.count(":") > 1 and not authority.startswith("[") else host
