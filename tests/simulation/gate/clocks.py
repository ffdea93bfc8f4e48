# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clocks of the gate and of the service, each of which may be set while the gate waits."""

from __future__ import annotations

import math

START = 1_800_000_000.0
"""Epoch seconds at which both clocks agree."""


class Clocks:
    """The time that passes, and two clocks that are ``ours`` and ``theirs`` seconds ahead of it.

    Assumes that requests and evaluations take no time, and that the clock for durations never jumps.
    """

    def __init__(self) -> None:
        self.passed = START
        self.ours = self.theirs = 0.0

    def now(self) -> float:
        """Return the time by our clock in epoch seconds."""
        return self.passed + self.ours

    def elapsed(self) -> float:
        """Return the seconds of a clock that only measures durations."""
        return self.passed

    def service(self) -> float:
        """Return the time by the clock of the service in epoch seconds."""
        return self.passed + self.theirs

    def sleep(self, seconds: float) -> None:
        self.passed = max(self.passed + seconds, math.nextafter(self.passed, math.inf))
