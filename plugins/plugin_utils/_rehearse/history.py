# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rehearsal needs of a history, whatever its format: a client that replays it, outages, and what it covers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

from ...module_utils._domain.monitor import MonitorConfig
from ...module_utils._domain.selection import Patterns
from .._gate_action.sampling import StatusClient
from .gate_replay import VirtualClock

FAULT_ERROR = "planted by the rehearsal"
"""The error of a planted test failure, as the service would report it."""

ALERT_AFTER = 3
"""Failed tests in a row after which the service raises an alert. From its public help pages."""


class GapError(Exception):
    """The history does not cover a time that a replay needs. The text is the reason, as a part of a sentence."""


class Fault(NamedTuple):
    """A planted fault: tests of ``monitors`` that start ``delay`` seconds after a deployment or later fail.

    ``failing`` is the share of these tests that fail. ``delay`` is negative for a fault during the deployment.
    """

    monitors: Patterns
    delay: float = 0.0
    failing: float = 1.0


class Gap(NamedTuple):
    """A period without samples, in epoch seconds."""

    since: float
    until: float


class PlantedFault(NamedTuple):
    """A fault of the monitors with these ids from ``since`` on, which matters until ``until``, in epoch seconds."""

    monitors: Collection[str]
    since: float
    until: float
    failing: float


class History(Protocol):
    """A recorded account. Times are epoch seconds by the clock of the service."""

    @property
    def kind(self) -> str:
        """``csv`` or ``journal``."""

    @property
    def name(self) -> str:
        """The name of the file."""

    @property
    def first(self) -> float:
        """The first time that it covers."""

    @property
    def last(self) -> float:
        """The last time that it covers."""

    @property
    def samples(self) -> int:
        """The number of its records, or of the polls that were read."""

    @property
    def timer(self) -> float | None:
        """The default timer of a CSV history in seconds."""

    def gaps(self) -> Sequence[Gap]:
        """Return the periods without samples."""

    def configs(self) -> Sequence[MonitorConfig]:
        """Return the newest known configuration of every monitor that the history has ever shown."""

    def prepare(self, since: float) -> None:
        """Prepare replays from ``since`` on. Later calls with a later time cost least."""

    def client(self, clock: VirtualClock, fault: PlantedFault | None = None) -> StatusClient:
        """Return a client that serves the history by ``clock``, with a planted fault.

        Its requests raise GapError at a time that the history does not cover.
        """

    def check_covered(self, since: float, until: float) -> None:
        """Raise GapError if the history does not cover the whole period."""

    def had_outage(self, monitor_ids: Iterable[str], since: float, until: float, alert_after: int) -> bool:
        """Whether one of the monitors was down in the period, from ``alert_after`` timers before to as many after."""

    def failed_shares(self, monitor_id: str) -> list[float | None]:
        """Return the share of failed tests in each hour from ``first`` on, None without a known test."""
