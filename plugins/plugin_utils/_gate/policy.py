# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a gate lets pass, as one value."""

from __future__ import annotations

from typing import Any, NamedTuple

from ...module_utils._domain.selection import Patterns
from ...module_utils._domain.staleness import FACTOR, GRACE
from .exceptions import Known, Override

BEFORE, DURING, AFTER, PLAN = PHASES = ("before", "during", "after", "plan")

BLOCK, WARN, IGNORE = REACTIONS = ("block", "warn", "ignore")

BY_PHASE: dict[str, dict[str, Any]] = {
    BEFORE: {"settle": 0.0, "clean_tests": 0, "timeout": 0.0, "on_existing_alert": BLOCK, "on_failing_test": WARN},
    DURING: {"settle": 0.0, "clean_tests": 0, "timeout": 0.0, "on_existing_alert": WARN, "on_failing_test": WARN},
    AFTER: {"settle": 30.0, "clean_tests": 1, "timeout": None, "on_existing_alert": WARN, "on_failing_test": BLOCK},
}
BY_PHASE[PLAN] = BY_PHASE[AFTER]
"""Defaults that differ between phases. A ``timeout`` of None is predicted from the monitors' own timers."""


NO_PATTERNS = Patterns()


class Policy(NamedTuple):
    """The gate's options, checked.

    Lengths of time are in seconds, moments in epoch seconds; ``poll`` None is chosen from the monitors' own timers.
    ``deploy_started`` None means that nobody told, so that no alert can be called an older one.
    """

    phase: str
    since: float
    settle: float
    clean_tests: int
    timeout: float | None
    on_existing_alert: str
    on_failing_test: str
    on_new_alert: str = BLOCK
    on_silent_failure: str = BLOCK
    on_blind: str = BLOCK
    on_unavailable: str = BLOCK
    alert_after: int = 3
    full_detection: bool = False
    stale_factor: float = FACTOR
    stale_grace: float = GRACE
    timeout_max: float = 3600.0
    poll: float | None = None
    max_blocking: int = 0
    min_monitors: int = 1
    deploy_started: float | None = None
    advisory: Patterns = NO_PATTERNS
    fixes: Patterns = NO_PATTERNS
    known: tuple[Known, ...] = ()
    override: Override | None = None
    enforce: bool = True

    @classmethod
    def of(cls, phase: str, since: float, **given: Any) -> Policy:
        """Return the policy of ``phase`` with its defaults for whatever is not ``given`` or None.

        Raises ValueError, with a sentence about the option, for a number that would make the gate meaningless.
        """
        chosen = {name: value for name, value in given.items() if value is not None}
        policy = cls(phase=phase, since=since, **{**BY_PHASE[phase], **chosen})
        for name, least in LEAST.items():
            value = getattr(policy, name)
            if value is not None and not least <= value < float("inf"):
                raise ValueError(f"{name} must be {least} or more, not {value}")
        return policy

    @property
    def anchor(self) -> float:
        """The moment from which on a test is evidence."""
        return self.since + self.settle


LEAST = {
    "settle": 0,
    "clean_tests": 0,
    "timeout": 0,
    "timeout_max": 1,
    "alert_after": 1,
    "stale_factor": 1,
    "stale_grace": 0,
    "poll": 1,
    "max_blocking": 0,
    "min_monitors": 1,
}

DEFAULTS = Policy._field_defaults
