# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look at the service gives the gate: every monitor in scope, or the reason why there is no whole answer."""

from __future__ import annotations

from typing import NamedTuple

from ...module_utils._domain.monitor import Monitor


class ClockOffset(NamedTuple):
    """By how many seconds the service's clock is ahead of ours, within what its answers prove; negative is behind."""

    least: float = 0.0
    most: float = 0.0

    @property
    def behind(self) -> float:
        """The seconds by which the service's clock is behind ours at least. Tests count later by as much."""
        return max(0.0, -self.most)


NO_OFFSET = ClockOffset()
"""What is assumed of a service that tells no time."""


class Sample(NamedTuple):
    """The monitors in scope as one whole and valid answer tells them, received at ``taken_at`` in epoch seconds.

    ``selection`` is the fingerprint of what put them in scope. Monitors tell their times by the service's clock.
    """

    monitors: list[Monitor]
    taken_at: float
    selection: str = ""
    clock_offset: ClockOffset = NO_OFFSET

    @property
    def service_time(self) -> float:
        """The latest moment that it can have been by the service's clock, in epoch seconds."""
        return self.taken_at + self.clock_offset.most


class Unavailable(Exception):
    """There is no whole and valid answer. ``code`` says why, for programs.

    ``final`` says that waiting cannot help: credentials, rights and configuration are for a person to mend.
    ``retry_after`` is the number of seconds that the service asked us to wait.
    """

    def __init__(self, message: str, code: str, *, final: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.final = final
        self.retry_after = retry_after
