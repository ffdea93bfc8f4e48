# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate lets pass, as one value."""

from __future__ import annotations

from dataclasses import dataclass

BLOCK = "block"
WARN = "warn"
IGNORE = "ignore"
REACTIONS = (BLOCK, WARN, IGNORE)


@dataclass(frozen=True)
class Policy:
    """The gate's options, checked. Times are in seconds; ``poll`` None is chosen from the monitors' own timers."""

    phase: str = "before"
    on_existing_alert: str = BLOCK
    on_failing_test: str = WARN
    on_silent_failure: str = BLOCK
    on_blind: str = BLOCK
    on_unavailable: str = BLOCK
    alert_after: int = 3
    stale_factor: float = 2.0
    stale_grace: float = 60.0
    min_monitors: int = 1
    timeout: float = 0.0
    poll: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError, with a sentence about the option, for a number that would make the gate meaningless."""
        for name, least in (("alert_after", 1), ("stale_factor", 1), ("stale_grace", 0), ("min_monitors", 1)):
            self._at_least(name, getattr(self, name), least)
        self._at_least("timeout", self.timeout, 0)
        if self.poll is not None:
            self._at_least("poll", self.poll, 1)

    def _at_least(self, name: str, value: float, least: float) -> None:
        if not least <= value < float("inf"):
            raise ValueError(f"{name} must be {least} or more, not {value}")
