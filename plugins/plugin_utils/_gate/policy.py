# Copyright (c) 2026, the knowledgefront.monitoring contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a gate as one validated value, with the defaults of each phase."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ...module_utils._domain.selection import Patterns
from ...module_utils._domain.text import sanitize
from ...module_utils._domain.timing import STALE_FACTOR, STALE_GRACE
from .exemptions import KnownProblem, Override

BEFORE, DURING, AFTER, PLAN = PHASES = ("before", "during", "after", "plan")

BLOCK, WARN, IGNORE = REACTIONS = ("block", "warn", "ignore")

BY_PHASE: dict[str, dict[str, Any]] = {
    BEFORE: {
        "settle": 0.0,
        "clean_tests": 0,
        "timeout": None,
        "on_existing_alert": BLOCK,
        "on_existing_problem": BLOCK,
        "on_failing_test": WARN,
    },
    DURING: {
        "settle": 0.0,
        "clean_tests": 0,
        "timeout": None,
        "on_existing_alert": WARN,
        "on_existing_problem": WARN,
        "on_failing_test": WARN,
    },
    AFTER: {
        "settle": 30.0,
        "clean_tests": 1,
        "timeout": None,
        "on_existing_alert": WARN,
        "on_existing_problem": WARN,
        "on_failing_test": BLOCK,
    },
}
BY_PHASE[PLAN] = BY_PHASE[AFTER]
"""Defaults that differ between phases.

A ``timeout`` of None is predicted from the timers of the monitors if tests are required; otherwise the first poll
decides.
"""

FAILING_AFTER = 2
"""Failed tests in a row from which a monitor is failing if clean tests are required; otherwise one is enough."""

LATE = 60.0
"""Tolerance in seconds for tests that start, end or are reported late."""

RECOVERY_FACTOR = 3
"""After a failure, a monitor owes ``clean_tests`` times this factor.

If half of all tests fail, three clean tests in a row have a probability of one in eight.
"""

NO_PATTERNS = Patterns()


class Policy(NamedTuple):
    """The validated options of a gate.

    Durations are in seconds, times in epoch seconds. If ``poll`` is None, the interval follows from the timers of the
    monitors. If ``deploy_started`` is None, no alert can be identified as an older one. If ``failing_after`` and
    ``recovery_tests`` are None, they follow from ``clean_tests``. ``max_masked`` is a number of monitors or, with
    ``%``, a share of the scope.
    """

    phase: str
    since: float
    settle: float
    clean_tests: int
    timeout: float | None
    on_existing_alert: str
    on_existing_problem: str
    on_failing_test: str
    on_new_alert: str = BLOCK
    on_silent_failure: str = BLOCK
    on_blind: str = BLOCK
    on_unavailable: str = BLOCK
    on_unprovable: str = WARN
    alert_after: int = 3
    failing_after: int | None = None
    recovery_tests: int | None = None
    full_detection: bool = False
    stale_factor: float = STALE_FACTOR
    stale_grace: float = STALE_GRACE
    timeout_max: float = 3600.0
    poll: float | None = None
    max_blocking: int = 0
    max_masked: str = "50%"
    min_monitors: int = 1
    deploy_started: float | None = None
    advisory: Patterns = NO_PATTERNS
    fixes: Patterns = NO_PATTERNS
    known: tuple[KnownProblem, ...] = ()
    override: Override | None = None
    enforce: bool = True

    @classmethod
    def of(cls, phase: str, since: float, **given: Any) -> Policy:
        """Return the policy of ``phase`` with its defaults for options that are not ``given`` or None.

        Raises ValueError that names the option if a value is out of range.
        """
        values = {name: value for name, value in given.items() if value is not None}
        policy = cls(phase=phase, since=since, **{**BY_PHASE[phase], **values})
        for name, minimum in MINIMUMS.items():
            value = getattr(policy, name)
            if value is not None and not minimum <= value < float("inf"):
                raise ValueError(f"{name} must be {minimum} or more, not {value}")
        if policy.timeout is None and phase in (BEFORE, DURING) and not policy.demands_tests:
            policy = policy._replace(timeout=0.0)
        if MASKED.fullmatch(policy.max_masked) is None:
            raise ValueError(
                f"max_masked must be a number of monitors or a percentage, not {sanitize(policy.max_masked, 40)}"
            )
        return policy

    @property
    def anchor(self) -> float:
        """The time from which tests count as evidence, in epoch seconds by our clock."""
        return self.since + self.settle

    @property
    def demands_tests(self) -> bool:
        """Whether a monitor needs tests since the anchor to be clean."""
        return self.clean_tests > 0 or self.full_detection

    @property
    def most_tests(self) -> int:
        """The number of intervals between tests within which a monitor without a failure is proved."""
        return max(1, self.clean_tests, self.alert_after if self.full_detection else 0)

    @property
    def failures_in_a_row(self) -> int:
        """The number of failed tests in a row from which a monitor is failing."""
        if not self.demands_tests:
            return 1
        if self.failing_after is not None:
            return self.failing_after
        return FAILING_AFTER if self.clean_tests else 1

    def owed_after_failure(self, timer: float | None) -> int:
        """Return the number of clean tests in a row that a monitor owes after a failed test.

        If its timer is too long for these, it owes as many as fit, but at minimum one more than ``clean_tests``.
        """
        if self.recovery_tests is not None or not self.clean_tests:
            return max(self.clean_tests, self.recovery_tests or 0)
        owed = RECOVERY_FACTOR * self.clean_tests
        if timer is None or timer <= 0:
            return owed
        fitting = (self.proof_limit - self.settle) // timer - 1
        return int(max(self.clean_tests + 1, min(owed, fitting)))

    @property
    def proof_limit(self) -> float:
        """The seconds within which a monitor must be proved, with a margin for late tests."""
        margin = min(LATE, self.timeout_max / 10)
        return max(self.timeout or 0.0, self.timeout_max - margin)

    @property
    def wait_option(self) -> str:
        """The option that limits the wait for tests: ``timeout_max`` has no effect on it with a ``timeout``."""
        return "timeout" if self.demands_tests and self.timeout is not None else "timeout_max"

    def prepare_proof(self) -> Policy:
        """Return the policy of phase ``after`` with the same options."""
        if self.phase != BEFORE:
            return self
        after = BY_PHASE[AFTER]
        return self._replace(
            phase=AFTER,
            settle=self.settle or after["settle"],
            clean_tests=self.clean_tests or after["clean_tests"],
            timeout=None,
        )

    def masked_limit(self, scope: int) -> float:
        """Return how many of ``scope`` monitors may be masked."""
        number = float(self.max_masked.rstrip("% "))
        return scope * number / 100 if "%" in self.max_masked else number


MASKED = re.compile(r"\d{1,9}|\d{1,3}(\.\d{1,3})? ?%")

MINIMUMS = {
    "settle": 0,
    "clean_tests": 0,
    "timeout": 0,
    "timeout_max": 1,
    "alert_after": 1,
    "failing_after": 1,
    "recovery_tests": 0,
    "stale_factor": 1,
    "stale_grace": 0,
    "poll": 1,
    "max_blocking": 0,
    "min_monitors": 1,
}

DEFAULTS = Policy._field_defaults
